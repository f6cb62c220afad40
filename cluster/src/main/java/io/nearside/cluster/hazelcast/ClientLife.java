package io.nearside.cluster.hazelcast;

import com.hazelcast.client.HazelcastClient;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.LifecycleEvent;
import com.hazelcast.core.LifecycleListener;
import com.hazelcast.topic.ITopic;
import io.nearside.cluster.PeerTransport.Receiver;
import io.nearside.cluster.PeerTransport.TransportMember;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to a Hazelcast cluster of its own, from its start until it is lost. Frames travel
 * over topics, one of several by sender: a sender's frames stay in order, and the senders' load is
 * spread over the members. Who is there, {@link Presence} knows.
 *
 * <p>Its id is its own and new with each life, so that a sidecar that comes back is told from the
 * one that was lost.
 */
final class ClientLife implements Life, LifecycleListener {
  private static final Logger LOG = LoggerFactory.getLogger(ClientLife.class);
  private static final String PREFIX = "nearside/";

  private final Receiver receiver;
  private final String id = UUID.randomUUID().toString();
  private final HazelcastInstance client;
  private final String fleet;
  private final int shards;
  private final ITopic<Object> ownShard;
  private final Presence presence;
  private final long refreshMillis;
  private final TransportMember self;
  private final CountDownLatch end = new CountDownLatch(1);
  private boolean announced;

  /**
   * Connects; blocks for as long as that takes.
   *
   * @throws RuntimeException when no member can be reached in time
   */
  ClientLife(ClientSettings settings, String nodeId, Receiver receiver) {
    this.receiver = receiver;
    this.fleet = PREFIX + settings.fleet();
    this.shards = settings.shards();
    this.refreshMillis = settings.heartbeatMillis();
    client = HazelcastClient.newHazelcastClient(ClientConfigs.of(settings, nodeId));
    try {
      ownShard = shard(Math.floorMod(id.hashCode(), shards));
      self = new TransportMember(id, address());
      presence =
          new Presence(
              client.getMap(fleet + "/members"),
              self,
              settings.heartbeatLossMillis(),
              this::members);
    } catch (RuntimeException e) {
      client.shutdown();
      throw e;
    }
  }

  private String address() {
    InetSocketAddress socket = (InetSocketAddress) client.getLocalEndpoint().getSocketAddress();
    return socket.getAddress().getHostAddress() + ":" + socket.getPort();
  }

  private ITopic<Object> shard(int number) {
    return client.getTopic(fleet + "/" + number);
  }

  private ITopic<Object> inbox(String member) {
    return client.getTopic(fleet + "/to/" + member);
  }

  @Override
  public void announce() {
    Frames frames = new Frames(receiver);
    for (int i = 0; i < shards; i++) {
      shard(i).addMessageListener(frames);
    }
    inbox(id).addMessageListener(frames);
    client.getLifecycleService().addLifecycleListener(this);
    if (!client.getLifecycleService().isRunning()) {
      throw new IllegalStateException("the connection was lost");
    }
    // Listeners first, then presence: whoever sees us is heard, and of two that come at the same
    // time at least one sees the other.
    List<TransportMember> others = presence.enter();
    synchronized (this) {
      if (end.getCount() > 0) {
        announced = true;
        receiver.joined(self, others, false);
      }
    }
    // Who came in between was told to nobody.
    presence.tell();
  }

  private synchronized void members(List<TransportMember> others) {
    if (announced) {
      receiver.members(others);
    }
  }

  private void lost(String reason) {
    synchronized (this) {
      if (announced) {
        announced = false;
        receiver.lost(reason);
      }
    }
    end.countDown();
  }

  @Override
  public void publish(byte[] frame) {
    ownShard.publish(frame);
  }

  @Override
  public void publishTo(String memberId, byte[] frame) {
    inbox(memberId).publish(frame);
  }

  @Override
  public void awaitEnd() throws InterruptedException {
    while (!end.await(refreshMillis, TimeUnit.MILLISECONDS)) {
      try {
        presence.refresh();
      } catch (RuntimeException e) {
        LOG.debug("cluster: presence not refreshed", e);
      }
      if (presence.isExpired()) {
        lost("presence could not be refreshed");
      }
    }
  }

  @Override
  public void release() {
    end.countDown();
  }

  @Override
  public void shutdown() {
    try {
      presence.leave();
      inbox(id).destroy();
    } catch (RuntimeException e) {
      // It expires by itself.
      LOG.debug("cluster: presence not withdrawn", e);
    }
    client.shutdown();
  }

  @Override
  public void terminate() {
    client.getLifecycleService().terminate();
  }

  @Override
  public void stateChanged(LifecycleEvent event) {
    switch (event.getState()) {
      case CLIENT_DISCONNECTED, SHUTTING_DOWN, SHUTDOWN -> lost("the cluster cannot be reached");
      case STARTING, STARTED, MERGING, MERGED, MERGE_FAILED -> {}
      case CLIENT_CONNECTED, CLIENT_CHANGED_CLUSTER -> {}
    }
  }
}
