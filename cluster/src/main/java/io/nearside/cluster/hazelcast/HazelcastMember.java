package io.nearside.cluster.hazelcast;

import com.hazelcast.cluster.Cluster;
import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import com.hazelcast.config.Config;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.core.LifecycleEvent;
import com.hazelcast.core.LifecycleListener;
import com.hazelcast.instance.impl.HazelcastInstanceFactory;
import com.hazelcast.topic.ITopic;
import io.nearside.cluster.PeerTransport.Receiver;
import io.nearside.cluster.PeerTransport.TransportMember;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One embedded member from its start to its end. Frames travel over a plain topic: in memory, in
 * order per sender, at most once. What it tells of its members, it tells under its monitor, so that
 * a newer list is never followed by an older one.
 */
final class HazelcastMember implements Life, MembershipListener, LifecycleListener {
  private static final Logger LOG = LoggerFactory.getLogger(HazelcastMember.class);
  private static final String TOPIC = "nearside";
  private static final AtomicLong INSTANCES = new AtomicLong();

  private final Receiver receiver;
  private final HazelcastInstance instance;
  private final ITopic<Object> topic;
  private final Frames frames;
  private final CountDownLatch end = new CountDownLatch(1);
  private boolean announced;

  /**
   * Starts it and joins; blocks for as long as that takes.
   *
   * @throws RuntimeException when it cannot be started: the port is taken, the address is not ours
   */
  HazelcastMember(HazelcastSettings settings, String nodeId, Receiver receiver) {
    this.receiver = receiver;
    Config config = MemberConfig.of(settings, TOPIC);
    // Else the names of its threads, and so the log, would tell the cluster's name.
    config.setInstanceName("nearside-" + INSTANCES.incrementAndGet());
    config.getMemberAttributeConfig().setAttribute("nearside.node", nodeId);
    instance =
        HazelcastInstanceFactory.newHazelcastInstance(
            config, config.getInstanceName(), new BoundedPackets());
    topic = instance.getTopic(TOPIC);
    frames = new Frames(receiver);
    instance.getLoggingService().addLogListener(Level.WARNING, new Doorkeeper(receiver));
  }

  @Override
  public void announce() {
    topic.addMessageListener(frames);
    instance.getLifecycleService().addLifecycleListener(this);
    instance.getCluster().addMembershipListener(this);
    joined(false);
  }

  private synchronized void joined(boolean merged) {
    announced = true;
    inbox(instance.getCluster().getLocalMember().getUuid()).addMessageListener(frames);
    receiver.joined(describe(instance.getCluster().getLocalMember()), others(), merged);
  }

  private synchronized void members() {
    if (announced) {
      receiver.members(others());
    }
  }

  private synchronized void lost(String reason) {
    if (announced) {
      announced = false;
      receiver.lost(reason);
    }
    end.countDown();
  }

  private List<TransportMember> others() {
    Cluster cluster = instance.getCluster();
    return cluster.getMembers().stream()
        .filter(member -> !member.localMember())
        .map(HazelcastMember::describe)
        .toList();
  }

  private static TransportMember describe(Member member) {
    InetSocketAddress socket = member.getSocketAddress();
    String address = socket.getAddress().getHostAddress() + ":" + socket.getPort();
    return new TransportMember(member.getUuid().toString(), address);
  }

  @Override
  public void publish(byte[] frame) {
    topic.publish(frame);
  }

  @Override
  public void publishTo(String memberId, byte[] frame) {
    inbox(UUID.fromString(memberId)).publish(frame);
  }

  /** A topic on which one member listens; its name is new with each joining. */
  private ITopic<Object> inbox(UUID member) {
    return instance.getTopic(TOPIC + "/" + member);
  }

  @Override
  public void awaitEnd() throws InterruptedException {
    end.await();
  }

  @Override
  public void release() {
    end.countDown();
  }

  @Override
  public void shutdown() {
    try {
      inbox(instance.getCluster().getLocalMember().getUuid()).destroy();
    } catch (HazelcastInstanceNotActiveException e) {
      LOG.debug("cluster: ended before it was shut down", e);
    }
    instance.shutdown();
  }

  @Override
  public void terminate() {
    instance.getLifecycleService().terminate();
  }

  @Override
  public void memberAdded(MembershipEvent event) {
    told(this::members);
  }

  @Override
  public void memberRemoved(MembershipEvent event) {
    told(this::members);
  }

  @Override
  public void stateChanged(LifecycleEvent event) {
    switch (event.getState()) {
      case MERGED -> told(() -> joined(true));
      case MERGE_FAILED -> lost("could not merge after a split");
      case SHUTTING_DOWN, SHUTDOWN -> lost("Hazelcast shuts down");
      case STARTING, STARTED, MERGING, CLIENT_CONNECTED, CLIENT_DISCONNECTED -> {}
      case CLIENT_CHANGED_CLUSTER -> {}
    }
  }

  private void told(Runnable change) {
    try {
      change.run();
    } catch (HazelcastInstanceNotActiveException e) {
      lost("Hazelcast has ended");
    } catch (RuntimeException e) {
      // A list that cannot be told must not leave us believing the old one.
      LOG.error("cluster: membership not understood, joining anew", e);
      lost("membership not understood");
    }
  }
}
