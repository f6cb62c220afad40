package io.nearside.cluster.hazelcast;

import com.hazelcast.instance.EndpointQualifier;
import com.hazelcast.instance.impl.DefaultNodeContext;
import com.hazelcast.instance.impl.DefaultNodeExtension;
import com.hazelcast.instance.impl.Node;
import com.hazelcast.instance.impl.NodeExtension;
import com.hazelcast.internal.networking.HandlerStatus;
import com.hazelcast.internal.networking.InboundHandler;
import com.hazelcast.internal.nio.Packet;
import com.hazelcast.internal.server.ServerConnection;
import com.hazelcast.internal.server.ServerContext;
import com.hazelcast.internal.server.tcp.PacketDecoder;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * Members that refuse large packets. Hazelcast makes room for as many bytes as a packet's header
 * announces, up to 2 GiB, whoever has connected: a few random bytes would end a sidecar. What
 * members tell each other is far smaller than the limit.
 */
final class BoundedPackets extends DefaultNodeContext {
  /** Sixteen times our own largest frame; the rest is what members tell each other of members. */
  static final int PAYLOAD_BYTES_MAX = 1 << 20;

  @Override
  public NodeExtension createNodeExtension(Node node) {
    return new DefaultNodeExtension(node) {
      @Override
      @SuppressWarnings("rawtypes") // Hazelcast's own signature
      public InboundHandler[] createInboundHandlers(
          EndpointQualifier qualifier, ServerConnection connection, ServerContext context) {
        Consumer<Packet> dispatcher = node.getNodeEngine().getPacketDispatcher();
        return new InboundHandler[] {new Decoder(connection, dispatcher)};
      }
    };
  }

  /** Reads the headers before Hazelcast does. On a thread of Hazelcast's networking. */
  private static final class Decoder extends PacketDecoder {
    private final Headers headers = new Headers();

    Decoder(ServerConnection connection, Consumer<Packet> dispatcher) {
      super(connection, dispatcher);
    }

    @Override
    public HandlerStatus onRead() throws Exception {
      headers.check(src.duplicate().flip());
      return super.onRead();
    }
  }

  /**
   * Follows packets through what has been received: version (1 byte), flags (2), partition (4),
   * size of the payload (4), payload. What is left of an incomplete header comes again with the
   * next bytes; payloads do not.
   */
  static final class Headers {
    private static final int BYTES = 11;
    private static final int SIZE_AT = 7;

    private int payloadLeft;

    /**
     * @throws IllegalArgumentException when a packet is larger than allowed
     */
    void check(ByteBuffer received) {
      while (received.hasRemaining()) {
        int skipped = Math.min(payloadLeft, received.remaining());
        received.position(received.position() + skipped);
        payloadLeft -= skipped;
        if (payloadLeft > 0 || received.remaining() < BYTES) {
          return;
        }
        int size = received.getInt(received.position() + SIZE_AT);
        if (size < 0 || size > PAYLOAD_BYTES_MAX) {
          throw new IllegalArgumentException(
              "a packet of " + size + " bytes (expected at most " + PAYLOAD_BYTES_MAX + ")");
        }
        received.position(received.position() + BYTES);
        payloadLeft = size;
      }
    }
  }
}
