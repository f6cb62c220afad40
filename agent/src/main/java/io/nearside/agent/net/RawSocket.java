package io.nearside.agent.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.ScheduledFuture;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetSocket;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Vert.x socket's bytes, taken off its pipeline before Vert.x's own handler sees them: no Buffer,
 * no event, no task per read. What is appended is gathered into one direct buffer and leaves with
 * one flush. Stays on the event loop of its channel; every method must be called there.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // a failed write closes the channel, which is reported once, by
// closed()
public final class RawSocket extends ChannelInboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(RawSocket.class);

  private static final String NAME = "nearside";

  // Larger gatherings are handed to the channel as they are, so that no buffer has to grow without
  // bound.
  private static final int GATHER_BYTES_MAX = 64 * 1024;
  private static final int GATHER_BYTES_INITIAL = 2048;

  /** The owner of a socket. Called on its event loop. */
  public interface Peer {
    /** Bytes came; they are the caller's and gone afterwards. */
    void received(ByteBuf bytes);

    /** No more bytes for now: flush what was answered. */
    void readComplete();

    /** The socket takes bytes again, or takes no more for now. */
    void writabilityChanged(boolean writable);

    /** The other side will send no more, but still reads. */
    void inputClosed();

    /** The connection is gone; called once. */
    void closed(@Nullable DisconnectReason reason);
  }

  private Peer peer;
  private @Nullable ChannelHandlerContext context;
  private @Nullable ByteBuf gathered;
  private @Nullable DisconnectReason reason;
  private boolean closed;
  private boolean reading = true;

  private RawSocket(Peer peer) {
    this.peer = peer;
  }

  /**
   * Takes over the bytes of a connected socket, on its event loop.
   *
   * @param outboundBytesMax bytes waiting to be sent above which the socket says that it is not
   *     writable
   */
  public static RawSocket install(NetSocket socket, int outboundBytesMax, Peer peer) {
    ChannelHandlerContext vertx = ((NetSocketInternal) socket).channelHandlerContext();
    var raw = new RawSocket(peer);
    var config = vertx.channel().config();
    config.setWriteBufferWaterMark(
        new WriteBufferWaterMark(Math.max(1, outboundBytesMax / 2), outboundBytesMax));
    config.setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    // Next to the wire, or to TLS: nothing of Vert.x is crossed on the way in or out.
    ChannelHandlerContext tls = vertx.pipeline().context(SslHandler.class);
    if (tls == null) {
      vertx.pipeline().addFirst(NAME, raw);
    } else {
      vertx.pipeline().addAfter(tls.name(), NAME, raw);
    }
    return raw;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  ChannelHandlerContext context() {
    return Objects.requireNonNull(context, "not installed");
  }

  /** Another owner hears the socket from here on. */
  public void handTo(Peer next) {
    peer = next;
  }

  /** Adds bytes to what the next {@link #flush} sends. */
  public void append(byte[] bytes, int offset, int length) {
    if (closed) {
      return;
    }
    ByteBuf out = gathered;
    if (out != null && out.readableBytes() + length > GATHER_BYTES_MAX) {
      context().write(out, context().voidPromise());
      out = null;
    }
    if (out == null) {
      out = context().alloc().directBuffer(Math.max(GATHER_BYTES_INITIAL, length));
    }
    out.writeBytes(bytes, offset, length);
    gathered = out;
  }

  public void append(byte[] bytes) {
    append(bytes, 0, bytes.length);
  }

  /** Sends what was appended. */
  public void flush() {
    ByteBuf out = gathered;
    if (out != null) {
      gathered = null;
      context().writeAndFlush(out, context().voidPromise());
    }
  }

  /** Whether the bytes waiting to be sent are below the limit. */
  public boolean isWritable() {
    return context().channel().isWritable();
  }

  /** Stops or resumes reading: backpressure on the other side. */
  public void reading(boolean on) {
    if (reading != on && !closed) {
      reading = on;
      context().channel().config().setAutoRead(on);
    }
  }

  public boolean isClosed() {
    return closed;
  }

  /** Sends what was appended, then closes. {@link Peer#closed} comes with this reason. */
  public void close(DisconnectReason why) {
    if (closed) {
      return;
    }
    reason = why;
    ByteBuf out = gathered;
    gathered = null;
    if (out == null) {
      out = Unpooled.EMPTY_BUFFER;
    }
    context().writeAndFlush(out).addListener(ChannelFutureListener.CLOSE);
  }

  /** Closes at once; what was appended is lost. */
  public void abort(DisconnectReason why) {
    if (!closed) {
      reason = why;
      context().close();
    }
  }

  /** Runs a task on this socket's event loop after the reads at hand. */
  public void later(Runnable task) {
    context().executor().execute(task);
  }

  /** Runs a task on this socket's event loop after a while. */
  public ScheduledFuture<?> after(long millis, Runnable task) {
    return context().executor().schedule(task, millis, TimeUnit.MILLISECONDS);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    try {
      peer.received(bytes);
    } catch (RuntimeException e) {
      log.error("a defect closes this connection", e);
      abort(DisconnectReason.DEFECT);
    } finally {
      bytes.release();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    peer.readComplete();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    peer.writabilityChanged(ctx.channel().isWritable());
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      peer.inputClosed();
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    log.debug("connection failed", cause);
    abort(DisconnectReason.PEER);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (!closed) {
      closed = true;
      if (gathered != null) {
        gathered.release();
        gathered = null;
      }
      peer.closed(reason);
    }
    ctx.fireChannelInactive();
  }
}
