package io.nearside.agent.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.agent.postgres.ExpectedReplies.To;
import io.nearside.agent.postgres.wire.Backend;
import io.nearside.agent.postgres.wire.ErrorFields;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The order of the protocol's replies, without a socket. */
final class ExpectedRepliesTest {
  private final List<String> seen = new ArrayList<>();
  private final ExpectedReplies replies = new ExpectedReplies(bytes -> seen.add("synthetic"));

  private Expected.Effect effect(String name) {
    return new Expected.Effect() {
      @Override
      public void completed() {
        seen.add(name + " completed");
      }

      @Override
      public void skipped() {
        seen.add(name + " skipped");
      }
    };
  }

  private final class Own implements OwnQuery {
    @Override
    public void row(@Nullable String value) {}

    @Override
    public void done(byte status, @Nullable ErrorFields error) {}

    @Override
    public void lost() {
      seen.add("own lost");
    }
  }

  private void batch() {
    replies.add(Expected.parse(true, effect("parse")));
    replies.add(Expected.BIND);
    replies.add(Expected.EXECUTE);
    replies.add(Expected.SYNC);
  }

  @Test
  void extended_inOrder_allForwarded() {
    batch();
    assertEquals(To.CLIENT, replies.receive(Backend.PARSE_COMPLETE));
    assertEquals(To.CLIENT, replies.receive(Backend.BIND_COMPLETE));
    assertEquals(To.CLIENT, replies.receive(Backend.DATA_ROW));
    assertEquals(To.CLIENT, replies.receive(Backend.COMMAND_COMPLETE));
    assertNotNull(replies.ready());
    assertTrue(replies.isEmpty());
    assertEquals(List.of("parse completed"), seen);
  }

  @Test
  void extended_unexpectedType_isViolation() {
    batch();
    assertEquals(To.VIOLATION, replies.receive(Backend.BIND_COMPLETE));
  }

  @Test
  void extended_replyToNothing_isViolation() {
    assertEquals(To.VIOLATION, replies.receive(Backend.COMMAND_COMPLETE));
    assertNull(replies.ready());
  }

  @Test
  void extended_readyBeforeItsTurn_isNobodys() {
    batch();
    assertNull(replies.ready());
  }

  @Test
  void extended_errorMidBatch_skipsToSync() {
    batch();
    batch();
    assertEquals(To.CLIENT, replies.receive(Backend.ERROR));
    assertEquals(List.of("parse skipped"), seen);
    assertEquals(1 + 4, replies.size());
    assertNotNull(replies.ready());
    assertEquals(To.CLIENT, replies.receive(Backend.PARSE_COMPLETE));
  }

  @Test
  void extended_errorWithoutSync_skipsWhatComesUntilOne() {
    replies.add(Expected.parse(true, effect("first")));
    assertEquals(To.CLIENT, replies.receive(Backend.ERROR));
    assertTrue(replies.isSkipping());
    replies.add(Expected.parse(true, effect("second")));
    replies.add(Expected.QUERY);
    assertTrue(replies.isEmpty());
    replies.add(Expected.SYNC);
    assertFalse(replies.isSkipping());
    assertNotNull(replies.ready());
    assertEquals(List.of("first skipped", "second skipped"), seen);
  }

  @Test
  void swallowed_parse_isNobodys_itsErrorIsTheClients() {
    replies.add(Expected.parse(false, effect("provided")));
    replies.add(Expected.BIND);
    replies.add(Expected.SYNC);
    assertEquals(To.NOBODY, replies.receive(Backend.PARSE_COMPLETE));
    assertEquals(To.CLIENT, replies.receive(Backend.BIND_COMPLETE));
    assertNotNull(replies.ready());
    replies.add(Expected.parse(false, effect("provided again")));
    replies.add(Expected.BIND);
    replies.add(Expected.SYNC);
    assertEquals(To.CLIENT, replies.receive(Backend.ERROR));
    assertTrue(seen.contains("provided again skipped"));
  }

  @Test
  void synthetic_betweenReplies_keepsItsPlace() {
    replies.add(Expected.BIND);
    replies.add(Expected.synthetic(Backend.CLOSE_COMPLETE_MESSAGE, effect("close")));
    replies.add(Expected.SYNC);
    assertEquals(List.of(), seen);
    replies.receive(Backend.BIND_COMPLETE);
    replies.settle();
    assertEquals(List.of("close completed", "synthetic"), seen);
    assertNotNull(replies.ready());
  }

  @Test
  void synthetic_behindAnError_isSkipped() {
    replies.add(Expected.BIND);
    replies.add(Expected.synthetic(Backend.PARSE_COMPLETE_MESSAGE, effect("parse")));
    replies.add(Expected.SYNC);
    replies.receive(Backend.ERROR);
    replies.settle();
    assertEquals(List.of("parse skipped"), seen);
  }

  @Test
  void describe_statement_takesTwoMessages() {
    replies.add(Expected.DESCRIBE_STATEMENT);
    replies.add(Expected.DESCRIBE_PORTAL);
    assertEquals(To.CLIENT, replies.receive(Backend.PARAMETER_DESCRIPTION));
    assertEquals(2, replies.size());
    assertEquals(To.CLIENT, replies.receive(Backend.NO_DATA));
    assertEquals(1, replies.size());
    assertEquals(To.CLIENT, replies.receive(Backend.ROW_DESCRIPTION));
    assertTrue(replies.isEmpty());
  }

  @Test
  void copyIn_extraSyncBeforeTheEnd_isNotOwed() {
    replies.add(Expected.EXECUTE);
    replies.add(Expected.SYNC);
    assertEquals(To.CLIENT, replies.receive(Backend.COPY_IN));
    assertTrue(replies.isCopyIn());
    assertEquals(0, replies.readies());
    replies.add(Expected.SYNC);
    replies.add(Expected.COPY_END);
    replies.add(Expected.SYNC);
    assertEquals(To.CLIENT, replies.receive(Backend.COMMAND_COMPLETE));
    assertEquals(1, replies.readies());
    replies.settle();
    assertNotNull(replies.ready());
    assertTrue(replies.isEmpty());
  }

  @Test
  void copyIn_dataEndedBeforeItBegan_syncBehindItIsOwed() {
    replies.add(Expected.EXECUTE);
    replies.add(Expected.SYNC);
    replies.add(Expected.COPY_END);
    replies.add(Expected.SYNC);
    replies.receive(Backend.COPY_IN);
    assertFalse(replies.isCopyIn());
    assertEquals(1, replies.readies());
    replies.receive(Backend.COMMAND_COMPLETE);
    replies.settle();
    assertNotNull(replies.ready());
  }

  @Test
  void query_anythingUntilReady_isForwarded() {
    replies.add(Expected.QUERY);
    for (byte type :
        new byte[] {
          Backend.ROW_DESCRIPTION,
          Backend.DATA_ROW,
          Backend.COMMAND_COMPLETE,
          Backend.COPY_OUT,
          Backend.COPY_DATA,
          Backend.COPY_DONE,
          Backend.ERROR
        }) {
      assertEquals(To.CLIENT, replies.receive(type));
    }
    assertNotNull(replies.ready());
  }

  @Test
  void ownQuery_behindABatch_isOurs() {
    replies.add(Expected.QUERY);
    replies.add(Expected.own(new Own()));
    assertTrue(replies.owesClient());
    replies.receive(Backend.COMMAND_COMPLETE);
    replies.ready();
    assertFalse(replies.owesClient());
    assertEquals(To.OWN, replies.receive(Backend.DATA_ROW));
    assertNotNull(replies.ready());
  }

  @Test
  void abandoned_everything_isSkippedNewestFirst() {
    replies.add(Expected.parse(true, effect("first")));
    replies.add(Expected.parse(true, effect("second")));
    replies.add(Expected.own(new Own()));
    replies.abandon();
    assertEquals(List.of("own lost", "second skipped", "first skipped"), seen);
    assertTrue(replies.isEmpty());
  }
}
