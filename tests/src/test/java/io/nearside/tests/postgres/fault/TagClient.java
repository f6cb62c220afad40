package io.nearside.tests.postgres.fault;

import static io.nearside.tests.stack.PostgresRequest.copyData;
import static io.nearside.tests.stack.PostgresRequest.query;

import io.nearside.tests.postgres.PostgresFleet;
import io.nearside.tests.postgres.fault.TagSession.RefusedException;
import io.nearside.tests.postgres.fault.TagSession.Way;
import io.nearside.tests.stack.RawPostgres;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A thread that asks in every way, leaves without a word in the middle of anything, cancels when it
 * should and when it should not.
 */
final class TagClient implements Runnable {
  private static final List<Way> WAYS = List.of(Way.values());
  private static final List<Leave> LEAVES = List.of(Leave.values());

  /** What faults may bring to who did nothing wrong. */
  private static final Set<String> EXCUSED =
      Set.of("53300", "57P01", "57P02", "57P03", "08006", "40001");

  /** Ways with one answer outside a transaction: after an error the session goes on. */
  private static final Set<Way> SINGLE =
      EnumSet.of(
          Way.SIMPLE,
          Way.TWO_RESULTS,
          Way.UNNAMED,
          Way.NAMED,
          Way.MANY_ROWS,
          Way.WRONG_TYPE,
          Way.COPY_OUT,
          Way.COPY_IN,
          Way.INSERT);

  private static final int LARGE_BYTES = 2 << 20;

  /** How a client goes without a word. */
  private enum Leave {
    IN_TRANSACTION,
    IN_RESULT,
    IN_COPY_IN,
    IN_COPY_OUT,
    IN_MESSAGE,
    IN_LARGE_MESSAGE,
    UNREAD
  }

  private final PostgresFleet fleet;
  private final int id;
  private final TagLedger ledger;
  private final SplittableRandom random;
  private final AtomicBoolean running;
  private final boolean unruly;
  private @Nullable TagSession session;
  private boolean cancelled;
  private long number;

  /**
   * Makes one.
   *
   * @param unruly whether it leaves in the middle and cancels
   */
  TagClient(
      PostgresFleet fleet,
      int id,
      TagLedger ledger,
      SplittableRandom random,
      AtomicBoolean running,
      boolean unruly) {
    this.fleet = fleet;
    this.id = id;
    this.ledger = ledger;
    this.random = random;
    this.running = running;
    this.unruly = unruly;
  }

  @Override
  public void run() {
    while (running.get()) {
      String tag = TagLedger.tag(id, number++);
      try {
        step(tag);
      } catch (SocketTimeoutException hangs) {
        ledger.convict(tag + " was not answered: " + hangs.getMessage());
        leave();
      } catch (IOException lost) {
        ledger.count("lost");
        leave();
        LockSupport.parkNanos(5_000_000);
      }
    }
    leave();
  }

  private TagSession session() throws IOException {
    TagSession open = session;
    if (open == null) {
      RawPostgres connection = fleet.connect(0);
      open = new TagSession(connection, ledger, random);
      session = open;
      cancelled = false;
    }
    return open;
  }

  private void leave() {
    if (session != null) {
      session.close();
      session = null;
    }
  }

  private void step(String tag) throws IOException {
    TagSession with = session();
    switch (unruly ? random.nextInt(20) : 20) {
      case 0 -> leave(with, tag, LEAVES.get(random.nextInt(LEAVES.size())));
      case 1 -> cancel(with, tag);
      case 2 -> {
        // Nothing runs: this must hit nobody.
        with.connection().cancel();
        cancelled = true;
        ledger.count("cancelled nothing");
      }
      default -> ask(with, tag, WAYS.get(random.nextInt(WAYS.size())));
    }
  }

  private void ask(TagSession with, String tag, Way way) throws IOException {
    try {
      with.ask(way, tag);
    } catch (RefusedException refused) {
      boolean own = cancelled && refused.sqlState().equals("57014");
      ledger.count("refused " + refused.sqlState());
      if (!own && !EXCUSED.contains(refused.sqlState())) {
        ledger.convict(way + " " + tag + " was refused: " + refused.getMessage());
      }
      if (!SINGLE.contains(way)) {
        throw refused;
      }
      if (refused.sqlState().equals("57014") || refused.sqlState().equals("53300")) {
        if (way == Way.INSERT || way == Way.COPY_IN) {
          ledger.write(tag, TagLedger.Fate.GONE);
        }
      }
    }
  }

  private void cancel(TagSession with, String tag) throws IOException {
    RawPostgres connection = with.connection();
    connection.send(query("SELECT '" + tag + "' || pg_sleep(0.03)"));
    LockSupport.parkNanos(random.nextLong(40_000_000));
    cancelled = true;
    connection.cancel();
    for (var message : connection.readUntil('Z')) {
      ledger.answer(tag, new String(message.body(), StandardCharsets.UTF_8));
      ledger.count(message.type() == 'E' ? "cancelled" : "cancelled parts");
    }
  }

  private void leave(TagSession with, String tag, Leave how) throws IOException {
    ledger.count("left " + how);
    RawPostgres connection = with.connection();
    byte[] insert = query("INSERT INTO written VALUES ('" + tag + "')");
    byte[] rows = query("SELECT '%s' || g FROM generate_series(1, 300000) g".formatted(tag));
    switch (how) {
      case IN_TRANSACTION -> {
        ledger.write(tag, TagLedger.Fate.GONE);
        connection.send(query("BEGIN"), insert);
        if (random.nextBoolean()) {
          connection.readUntil('Z');
        }
      }
      case IN_RESULT -> {
        connection.send(rows);
        connection.receive();
      }
      case IN_COPY_IN -> {
        ledger.write(tag, TagLedger.Fate.GONE);
        connection.send(query("COPY written FROM STDIN"));
        if (random.nextBoolean()) {
          connection.receive();
        }
        connection.send(copyData((tag + "\n").getBytes(StandardCharsets.UTF_8)));
      }
      case IN_COPY_OUT -> {
        connection.send(
            query(
                "COPY (SELECT '%s' || g FROM generate_series(1, 300000) g) TO STDOUT"
                    .formatted(tag)));
        connection.receive();
      }
      case IN_MESSAGE -> {
        ledger.write(tag, TagLedger.Fate.GONE);
        connection.send(Arrays.copyOf(insert, random.nextInt(1, insert.length)));
      }
      case IN_LARGE_MESSAGE -> {
        ledger.write(tag, TagLedger.Fate.GONE);
        byte[] large =
            query("INSERT INTO written VALUES ('" + tag + "') -- " + "x".repeat(LARGE_BYTES));
        connection.send(Arrays.copyOf(large, random.nextInt(LARGE_BYTES / 2, LARGE_BYTES)));
      }
      case UNREAD -> {
        ledger.write(tag, TagLedger.Fate.UNKNOWN);
        connection.send(insert);
      }
    }
    if (random.nextBoolean()) {
      connection.resetOnClose();
    }
    leave();
  }
}
