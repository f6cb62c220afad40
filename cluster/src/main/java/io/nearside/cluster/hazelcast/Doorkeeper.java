package io.nearside.cluster.hazelcast;

import com.hazelcast.logging.LogEvent;
import com.hazelcast.logging.LogListener;
import io.nearside.cluster.PeerTransport.Receiver;

/**
 * Counts who was turned away at a member's port. Hazelcast says it nowhere but in its log: that the
 * name of the cluster was another, and that a connection broke on which nobody had said who he is;
 * the latter only where {@code com.hazelcast} may log warnings.
 */
record Doorkeeper(Receiver receiver) implements LogListener {

  @Override
  public void log(LogEvent event) {
    String message = event.getLogRecord().getMessage();
    if (message != null && (isOtherCluster(message) || isNobody(message))) {
      receiver.turnedAway();
    }
  }

  private static boolean isOtherCluster(String message) {
    return message.contains("invalid join request");
  }

  private static boolean isNobody(String message) {
    return message.contains("Connection[") && message.contains("endpoint=null");
  }
}
