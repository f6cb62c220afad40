package io.nearside.cluster.hazelcast;

import io.nearside.cluster.PeerTransport;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps an embedded Hazelcast member running: starts it on a thread of its own, and starts another
 * when it failed or ended.
 */
final class HazelcastTransport implements PeerTransport {
  private static final Logger LOG = LoggerFactory.getLogger(HazelcastTransport.class);
  private static final long BACKOFF_MILLIS_MIN = 500;
  private static final long BACKOFF_MILLIS_MAX = 15_000;

  private final HazelcastSettings settings;
  private final String nodeId;
  private final CountDownLatch stopping = new CountDownLatch(1);

  private volatile String status = "not started";
  private volatile @Nullable Receiver receiver;
  private volatile @Nullable Thread keeper;
  private volatile @Nullable HazelcastMember member;

  HazelcastTransport(HazelcastSettings settings, String nodeId) {
    this.settings = settings;
    this.nodeId = nodeId;
  }

  @Override
  public void start(Receiver newReceiver) {
    receiver = newReceiver;
    keeper = Thread.ofPlatform().name("nearside-cluster").daemon().start(() -> keep(newReceiver));
  }

  @Override
  public void send(byte[] frame) {
    HazelcastMember current = member;
    if (current != null) {
      current.publish(frame);
    }
  }

  @Override
  public void sendTo(String memberId, byte[] frame) {
    HazelcastMember current = member;
    if (current != null) {
      current.publishTo(memberId, frame);
    }
  }

  @Override
  public void inquire(TransportMember former) {
    Receiver told = receiver;
    if (told != null) {
      new Inquiry(former, stopping, told::ended).start();
    }
  }

  @Override
  public String status() {
    return status;
  }

  @Override
  public void stop(long timeoutMillis) {
    stopping.countDown();
    Thread thread = keeper;
    HazelcastMember current = member;
    if (current != null) {
      current.release();
    }
    try {
      if (thread != null && thread.join(Duration.ofMillis(timeoutMillis))) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (current != null) {
      current.terminate();
    }
  }

  private void keep(Receiver receiver) {
    long backoffMillis = BACKOFF_MILLIS_MIN;
    try {
      while (!stopped()) {
        if (live(receiver)) {
          backoffMillis = BACKOFF_MILLIS_MIN;
        }
        long jitter = ThreadLocalRandom.current().nextLong(backoffMillis);
        if (!stopping.await(backoffMillis / 2 + jitter, TimeUnit.MILLISECONDS)) {
          backoffMillis = Math.min(2 * backoffMillis, BACKOFF_MILLIS_MAX);
        }
      }
      status = "left";
    } catch (InterruptedException e) {
      // Nobody interrupts this thread while the sidecar lives.
      Thread.currentThread().interrupt();
    }
  }

  /** The life of one member; whether it ever joined. */
  private boolean live(Receiver receiver) throws InterruptedException {
    status = "joining";
    HazelcastMember started;
    try {
      started = new HazelcastMember(settings, nodeId, receiver);
    } catch (RuntimeException e) {
      status = "cannot join, trying again: " + e.getMessage();
      LOG.warn("cluster: {}", status);
      return false;
    }
    member = started;
    try {
      if (!stopped()) {
        started.announce();
        status = "joined";
        started.awaitEnd();
      }
    } catch (RuntimeException e) {
      LOG.warn("cluster: the member ended while it joined", e);
    } finally {
      member = null;
      if (stopped()) {
        started.shutdown();
      } else {
        started.terminate();
      }
    }
    return true;
  }

  private boolean stopped() {
    return stopping.getCount() == 0;
  }
}
