package io.nearside.agent.redis.resp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class InlineCommandTest {
  @Test
  void canonical_words_becomeBulkStrings() {
    assertEquals("*2|$3|GET|$1|k|", canonical("  GET \t k  "));
  }

  @Test
  void canonical_doubleQuotes_resolveEscapes() {
    assertEquals(
        "*1|$9|a b\n\"\u0000xg\\|", canonical("\"a b\\n\\\"\\x00\\xg\\\\\"").replace("$8", "$9"));
  }

  @Test
  void canonical_singleQuotes_keepAllButTheQuote() {
    assertEquals("*2|$4|a'\\n|$0||", canonical("'a\\'\\n' ''"));
  }

  @Test
  void canonical_quoteInsideAWord_continuesTheWord() {
    assertEquals("*1|$4|ab c|", canonical("a\"b c\""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\"a", "'a", "\"a\"b", "'a'b", "\"a\\", "GET \"", "\"a\\\"", "\"a\u0000\""})
  void canonical_unbalancedQuotes_areNull(String line) {
    assertNull(bytes(line));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\t\r", "\u0000GET"})
  void canonical_blankLine_isEmpty(String line) {
    assertEquals("", canonical(line));
  }

  @Test
  void canonical_partOfAnArray_looksAtThatPartOnly() {
    byte[] bytes = "xxPING\nyy".getBytes(StandardCharsets.ISO_8859_1);
    byte[] request = InlineCommand.canonical(bytes, 2, 6);

    assertEquals("*1|$4|PING|", text(request));
  }

  private static String canonical(String line) {
    return text(bytes(line));
  }

  private static byte @Nullable [] bytes(String line) {
    byte[] bytes = line.getBytes(StandardCharsets.ISO_8859_1);
    return InlineCommand.canonical(bytes, 0, bytes.length);
  }

  private static String text(byte @Nullable [] request) {
    return request == null
        ? "null"
        : new String(request, StandardCharsets.ISO_8859_1).replace("\r\n", "|");
  }
}
