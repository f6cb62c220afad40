package io.nearside.cluster.hazelcast;

import com.hazelcast.topic.Message;
import com.hazelcast.topic.MessageListener;
import io.nearside.cluster.PeerTransport.Receiver;

/** Hands on what comes over a topic and is a frame by its type; all else is a broken one. */
record Frames(Receiver receiver) implements MessageListener<Object> {
  private static final byte[] NOT_A_FRAME = {};

  @Override
  public void onMessage(Message<Object> message) {
    Object frame;
    try {
      frame = message.getMessageObject();
    } catch (RuntimeException e) {
      // Of a class that is not let in.
      frame = NOT_A_FRAME;
    }
    receiver.received(frame instanceof byte[] bytes ? bytes : NOT_A_FRAME);
  }
}
