package io.nearside.agent.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.Future;
import io.vertx.core.net.NetSocket;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A {@link RawSocket} for a test's own thread, which waits for what comes. */
public final class BlockingPeer implements RawSocket.Peer {
  private static final long WAIT_SECONDS = 20;

  /** Looks at the first bytes, on the event loop; answers what of them the test shall see. */
  public interface First {
    byte[] received(RawSocket socket, ByteBuf bytes);
  }

  private final LinkedBlockingQueue<byte[]> received = new LinkedBlockingQueue<>();
  private final CompletableFuture<@Nullable DisconnectReason> closed = new CompletableFuture<>();
  private final CompletableFuture<RawSocket> socket = new CompletableFuture<>();
  private @Nullable First first;
  private byte[] rest = new byte[0];

  private BlockingPeer(@Nullable First first) {
    this.first = first;
  }

  /** On the socket's event loop. */
  public static BlockingPeer on(NetSocket socket, @Nullable First first) {
    var peer = new BlockingPeer(first);
    peer.socket.complete(RawSocket.install(socket, 1 << 20, peer));
    return peer;
  }

  /** Waits for the next bytes, exactly so many. */
  public byte[] read(int length) throws IOException {
    ByteBuf wanted = Unpooled.buffer(Math.max(1, length));
    while (wanted.readableBytes() < length) {
      if (rest.length == 0) {
        rest = next();
      }
      int taken = Math.min(rest.length, length - wanted.readableBytes());
      wanted.writeBytes(rest, 0, taken);
      rest = Arrays.copyOfRange(rest, taken, rest.length);
    }
    byte[] result = new byte[length];
    wanted.readBytes(result);
    return result;
  }

  private byte[] next() throws IOException {
    try {
      byte[] bytes = received.poll(WAIT_SECONDS, TimeUnit.SECONDS);
      if (bytes == null) {
        throw new IOException("nothing came in " + WAIT_SECONDS + " s");
      }
      if (bytes.length == 0) {
        received.add(bytes);
        throw new EOFException();
      }
      return bytes;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  public void write(byte[] bytes) {
    RawSocket raw = socket.join();
    raw.later(
        () -> {
          raw.append(bytes);
          raw.flush();
        });
  }

  public void close() {
    RawSocket raw = socket.join();
    raw.later(() -> raw.close(DisconnectReason.IDLE));
  }

  /** Does something on the socket's event loop, and waits until it is done. */
  public <T> T onLoop(Function<RawSocket, Future<T>> step) throws Exception {
    RawSocket raw = socket.join();
    var done = new CompletableFuture<T>();
    raw.later(
        () -> step.apply(raw).onSuccess(done::complete).onFailure(done::completeExceptionally));
    return await(done);
  }

  /** Waits until the connection is gone. */
  public void awaitClosed() throws Exception {
    var _ = await(closed);
  }

  /** The value, or what it failed with. */
  public static <T extends @Nullable Object> T await(CompletableFuture<T> future) throws Exception {
    try {
      return future.get(WAIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    } catch (TimeoutException e) {
      throw new IOException("nothing in " + WAIT_SECONDS + " s", e);
    }
  }

  public static <T> T await(Future<T> future) throws Exception {
    return await(future.toCompletionStage().toCompletableFuture());
  }

  @Override
  public void received(ByteBuf bytes) {
    byte[] copy;
    First looksFirst = first;
    if (looksFirst != null) {
      first = null;
      copy = looksFirst.received(socket.join(), bytes);
    } else {
      copy = new byte[bytes.readableBytes()];
      bytes.readBytes(copy);
    }
    if (copy.length > 0) {
      received.add(copy);
    }
  }

  @Override
  public void readComplete() {
    socket.join().flush();
  }

  @Override
  public void writabilityChanged(boolean writable) {}

  @Override
  public void inputClosed() {
    socket.join().close(DisconnectReason.PEER);
  }

  @Override
  public void closed(@Nullable DisconnectReason reason) {
    received.add(new byte[0]);
    closed.complete(reason);
  }
}
