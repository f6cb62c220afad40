package io.nearside.agent.cache;

/**
 * A lease: the right to store one reply, lost when the key is invalidated or the epoch moves before
 * {@link NearCache#commit}. Taken before the read is sent upstream.
 */
public final class Fill {
  final Key.Stored key;
  final int scope;
  final byte[] frame;
  final long version;
  final long epoch;
  final long startedNanos;

  Fill(Key.Stored key, int scope, byte[] frame, long version, long epoch, long startedNanos) {
    this.key = key;
    this.scope = scope;
    this.frame = frame;
    this.version = version;
    this.epoch = epoch;
    this.startedNanos = startedNanos;
  }

  /** The command line that the reply will answer; not to be changed. */
  public byte[] frame() {
    return frame;
  }
}
