package io.nearside.cluster;

import java.util.List;

/**
 * What carries a bus's sealed frames and says who is there. It may lose, repeat, delay and reorder
 * frames: the bus notices. It may not report a member that is not there.
 */
public interface PeerTransport {

  /** Begins to join; returns at once; joins again by itself after losing its peers. Called once. */
  void start(Receiver receiver);

  /**
   * Hands a frame on for every other member; from one thread at a time. May block briefly. A frame
   * that cannot be sent is lost.
   */
  void send(byte[] frame);

  /**
   * As {@link #send}, for one member only, where the transport can; else for all. In no order with
   * what goes to all.
   */
  default void sendTo(String memberId, byte[] frame) {
    send(frame);
  }

  /**
   * Finds out whether the process of a member that is listed no more has ended, and if so tells the
   * receiver. Returns at once; may never come to know. From any thread.
   */
  void inquire(TransportMember former);

  /** Where joining stands; for people. Safe from any thread. */
  String status();

  /** Leaves in good order if that takes no longer than this, else not; idempotent. Blocks. */
  void stop(long timeoutMillis);

  /**
   * One member of the transport.
   *
   * @param id new with each joining
   * @param address host and port
   */
  record TransportMember(String id, String address) {}

  /** What the transport tells the bus. Safe from any thread. */
  interface Receiver {

    /**
     * This process is a member now. Told again when it joined anew.
     *
     * @param self this process as the others see it
     * @param others all others now
     * @param merged whether it comes over from the other side of a split
     */
    void joined(TransportMember self, List<TransportMember> others, boolean merged);

    /** Who else is there now; all of them. Ignored unless joined. */
    void members(List<TransportMember> others);

    /** A frame came; not changed afterwards. */
    void received(byte[] frame);

    /**
     * The process of a member that was listed has ended for certain.
     *
     * @param formerId by which it was listed
     */
    void ended(String formerId);

    /** Somebody who is not one of us came to the transport's door and was turned away. */
    void turnedAway();

    /** This process is no member any more. */
    void lost(String reason);
  }
}
