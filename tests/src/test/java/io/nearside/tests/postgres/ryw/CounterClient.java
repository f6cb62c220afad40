package io.nearside.tests.postgres.ryw;

import io.nearside.tests.postgres.PostgresFleet;
import io.nearside.tests.postgres.ryw.CounterSession.ReadWay;
import io.nearside.tests.postgres.ryw.CounterSession.Row;
import io.nearside.tests.postgres.ryw.CounterSession.WriteWay;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A thread that writes and reads counters at random through one sidecar, and tells the ledger. */
final class CounterClient implements Runnable {
  private static final List<ReadWay> READ_WAYS = List.of(ReadWay.values());
  private static final int SESSION_OPS_MEAN = 200;
  private static final long PAUSE_MICROS_MAX = 1_500;

  private final PostgresFleet fleet;
  private final int sidecar;
  private final Ledger ledger;
  private final SplittableRandom random;
  private final AtomicLong sessions;
  private final AtomicBoolean running;
  private final AtomicBoolean writing;
  private @Nullable CounterSession session;
  private Reader self;

  /**
   * Makes one.
   *
   * @param sessions numbers the sessions of a run
   * @param writing whether writes are made at the moment
   */
  CounterClient(
      PostgresFleet fleet,
      int sidecar,
      Ledger ledger,
      SplittableRandom random,
      AtomicLong sessions,
      AtomicBoolean running,
      AtomicBoolean writing) {
    this.fleet = fleet;
    this.sidecar = sidecar;
    this.ledger = ledger;
    this.random = random;
    this.sessions = sessions;
    this.running = running;
    this.writing = writing;
    this.self = new Reader(sidecar, -1);
  }

  @Override
  public void run() {
    while (running.get()) {
      try {
        step(session());
        if (random.nextInt(SESSION_OPS_MEAN) == 0) {
          leave();
        }
      } catch (IOException e) {
        ledger.failed(self, String.valueOf(e.getMessage()));
        leave();
      }
      LockSupport.parkNanos(random.nextLong(PAUSE_MICROS_MAX) * 1_000);
    }
    leave();
  }

  private CounterSession session() throws IOException {
    CounterSession open = session;
    if (open == null) {
      open = new CounterSession(fleet.connect(sidecar));
      session = open;
      self = new Reader(sidecar, sessions.incrementAndGet());
    }
    return open;
  }

  private void leave() {
    if (session != null) {
      session.close();
      session = null;
    }
  }

  private void step(CounterSession with) throws IOException {
    int key = random.nextInt(ledger.keyCount());
    if (writing.get() && random.nextInt(4) == 0) {
      write(with, key);
      if (random.nextBoolean()) {
        return;
      }
    }
    read(with, key);
  }

  private void write(CounterSession with, int key) throws IOException {
    KeyLedger counter = ledger.key(key);
    if (!counter.writing.tryLock()) {
      return;
    }
    try {
      long version = counter.issue();
      WriteWay[] ways = WriteWay.values();
      int way = random.nextInt(ways.length + 1);
      if (way < ways.length) {
        with.write(ways[way], key, version);
        ledger.acknowledged(key, version, self);
        ledger.count("write " + ways[way].name());
      } else {
        List<Row> rows = with.writeAndRead(key, version);
        ledger.acknowledged(key, version, self);
        rows.forEach(row -> judge(row, version, "a pipeline"));
      }
    } finally {
      counter.writing.unlock();
    }
  }

  private void read(CounterSession with, int key) throws IOException {
    ReadWay way = READ_WAYS.get(random.nextInt(READ_WAYS.size()));
    long[] floors = ledger.floors(self);
    for (Row row : with.read(way, key)) {
      if (row.key() < floors.length) {
        judge(row, floors[row.key()], way.name());
      }
    }
  }

  private void judge(Row row, long floor, String how) {
    ledger.read(row.key(), row.version(), floor, self, row.server(), how);
  }
}
