package io.nearside.agent.postgres.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PositionsTest {
  private static final long SEGMENT = 16 << 20;

  @ParameterizedTest
  @CsvSource({
    "0/0, 0",
    "0/1, 1",
    "16/B374D848, 97500059720",
    "7FFFFFFF/FFFFFFFF, 9223372036854775807",
    "1/0, 4294967296"
  })
  void parse_thenFormat_isTheSame(String text, long position) {
    assertEquals(position, Positions.parse(text));
    assertEquals(text, Positions.format(position));
  }

  @Test
  void parse_paddedAsServersFromVersion19Write_isTheSame() {
    assertEquals(Positions.parse("0/3000EA8"), Positions.parse("0/03000ea8"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "0",
        "1/",
        "/1",
        "0/1/2",
        "0/G",
        "0/123456789",
        "80000000/0",
        "-1/0",
        "٣/0"
      })
  void parse_noPosition_throws(String text) {
    assertThrows(IllegalArgumentException.class, () -> Positions.parse(text));
  }

  @ParameterizedTest
  @CsvSource({
    "8192, 8192", // at a page's end: nothing to lower
    "8216, 8192", // behind the header of 24 bytes: the last record ended at 8192
    "8217, 8217", // one byte past it: a record has begun on this page
    "8224, 8224",
    "16777256, 16777216", // behind the header of 40 bytes of a segment's first page
    "16777240, 16777216", // within it
    "16777264, 16777264",
    "16785432, 16785408", // the second page of a segment has a short header
    "16785448, 16785448",
    "0, 0"
  })
  void pageBoundary_behindAHeader_isThePagesStart(long insert, long expected) {
    assertEquals(expected, Positions.pageBoundary(insert, SEGMENT));
  }

  @Test
  void pageBoundary_pagesOf16KiB_looksAtThose() {
    assertEquals(8216, Positions.pageBoundary(8216, SEGMENT, 16_384));
    assertEquals(16_384, Positions.pageBoundary(16_408, SEGMENT, 16_384));
  }
}
