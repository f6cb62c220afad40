package io.nearside.tests.stack;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A TCP proxy, on the loopback address where not said otherwise, that spoils what goes through it:
 * late, slow, cut, refused, frozen, lost or with a wrong byte. Every fault can be switched while
 * connections live, from any thread. It runs on virtual threads and adds some 50 microseconds per
 * direction.
 */
public final class TamperProxy implements AutoCloseable {
  /** Which way bytes travel. */
  public enum Direction {
    /** From the client that connected to this proxy to the upstream. */
    TO_UPSTREAM,
    /** From the upstream to the client. */
    TO_CLIENT
  }

  /** How a connection is ended. */
  public enum Cut {
    /** In order: a FIN. */
    FIN,
    /** At once: a reset, what was under way is lost. */
    RESET
  }

  private static final int CHUNK_BYTES = 64 * 1024;
  private static final int QUEUED_CHUNKS_MAX = 256;
  private static final Duration FROZEN_POLL = Duration.ofMillis(1);

  private final InetAddress address;
  private final InetSocketAddress upstream;
  private final int port;
  private final Lane toUpstream = new Lane();
  private final Lane toClient = new Lane();
  private final Set<Link> links = ConcurrentHashMap.newKeySet();
  private final AtomicInteger accepted = new AtomicInteger();
  private @Nullable ServerSocket listener;
  private Thread acceptor = Thread.currentThread();
  private volatile boolean frozen;
  private volatile boolean closed;

  private TamperProxy(InetAddress address, InetSocketAddress upstream) throws IOException {
    this.address = address;
    this.upstream = upstream;
    this.port = FreePort.next();
    listen();
  }

  /** Starts a proxy in front of a loopback port. */
  public static TamperProxy inFrontOf(int upstreamPort) {
    try {
      InetAddress loopback = InetAddress.getLoopbackAddress();
      return new TamperProxy(loopback, new InetSocketAddress(loopback, upstreamPort));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen", e);
    }
  }

  /** Starts a proxy at another address of this machine, in front of any server. */
  public static TamperProxy between(InetAddress address, InetSocketAddress upstream) {
    try {
      return new TamperProxy(address, upstream);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen", e);
    }
  }

  /** The port to connect to. */
  public int port() {
    return port;
  }

  /** How many connections are open. */
  public int connections() {
    return links.size();
  }

  /** How many connections have been made since the start. */
  public int accepted() {
    return accepted.get();
  }

  /** Bytes delivered in a direction since the start, all connections together. */
  public long bytes(Direction direction) {
    return lane(direction).delivered;
  }

  /** Every byte arrives this much later; the throughput stays. 0 is the ordinary state. */
  public void delay(Direction direction, long micros) {
    lane(direction).delayMicros = micros;
  }

  /** Every piece arrives later by a random time up to this; the order stays. 0: none. */
  public void jitter(Direction direction, long micros) {
    lane(direction).jitterMicros = micros;
  }

  /** At most this many bytes per second and connection; 0 is the ordinary state: no limit. */
  public void throttle(Direction direction, long bytesPerSecond) {
    lane(direction).bytesPerSecond = bytesPerSecond;
  }

  /**
   * Drops all bytes of a direction and hides its FIN, as a broken link does: the peers keep
   * connections that lead nowhere. A connection that lost bytes is reset when the fault ends.
   */
  public void lose(Direction direction, boolean on) {
    lane(direction).losing = on;
    if (!on) {
      links.stream().filter(link -> link.lost).forEach(link -> link.end(Cut.RESET));
    }
  }

  /** The peer of every connection falls silent: {@link #lose} in both directions. */
  public void halfOpen(boolean on) {
    lose(Direction.TO_UPSTREAM, on);
    lose(Direction.TO_CLIENT, on);
  }

  /** Keeps accepting, moves nothing; what waited goes on when the fault ends. */
  public void freeze(boolean on) {
    frozen = on;
  }

  /** Refuses new connections; those that are open stay. */
  public synchronized void refuse(boolean on) {
    try {
      ServerSocket current = listener;
      if (on && current != null) {
        listener = null;
        current.close();
        // The kernel's socket goes when the accepting thread lets go of it.
        acceptor.join();
      } else if (!on && current == null) {
        listen();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("port " + port, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends every open connection, on both sides. */
  public void cutAll(Cut how) {
    // Those of now: whoever comes back at once is not cut again.
    List.copyOf(links).forEach(link -> link.end(how));
  }

  /**
   * Resets a connection once this many bytes of the direction were delivered on it: the reply cut
   * in the middle. Counts from each connection's start; a negative number is the ordinary state.
   */
  public void cutAfter(Direction direction, long bytes) {
    lane(direction).cutAfterBytes = bytes;
  }

  /**
   * Turns one bit of one byte on every new connection: the byte at this offset of the direction. A
   * negative offset is the ordinary state.
   */
  public void flipByteAt(Direction direction, long offset) {
    lane(direction).flipOffset = offset;
  }

  @Override
  public void close() {
    closed = true;
    refuse(true);
    cutAll(Cut.RESET);
  }

  private Lane lane(Direction direction) {
    return switch (direction) {
      case TO_UPSTREAM -> toUpstream;
      case TO_CLIENT -> toClient;
    };
  }

  private synchronized void listen() throws IOException {
    var socket = new ServerSocket();
    socket.setReuseAddress(true);
    socket.bind(new InetSocketAddress(address, port), 1024);
    listener = socket;
    acceptor = Thread.ofVirtual().name("tamper-accept-" + port).start(() -> acceptAll(socket));
  }

  private void acceptAll(ServerSocket socket) {
    while (!socket.isClosed()) {
      try {
        Socket client = socket.accept();
        Thread.ofVirtual().name("tamper-link-" + port).start(() -> link(client));
      } catch (IOException endOfListening) {
        return;
      }
    }
  }

  private void link(Socket client) {
    var server = new Socket();
    var link = new Link(client, server);
    try {
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      server.connect(upstream, 5_000);
    } catch (IOException unreachable) {
      link.end(Cut.RESET);
      return;
    }
    links.add(link);
    accepted.incrementAndGet();
    if (closed) {
      link.end(Cut.RESET);
      return;
    }
    new Flow(link, client, server, toUpstream).start();
    new Flow(link, server, client, toClient).start();
  }

  /** The faults of one direction. */
  private static final class Lane {
    volatile long delayMicros;
    volatile long jitterMicros;
    volatile long bytesPerSecond;
    volatile long cutAfterBytes = -1;
    volatile long flipOffset = -1;
    volatile boolean losing;
    private volatile long delivered;

    synchronized void count(int bytes) {
      delivered += bytes;
    }
  }

  /** Bytes under way; no bytes mean the end of the direction. */
  private static final class Chunk {
    final byte[] bytes;
    final long dueNanos;

    Chunk(byte[] bytes, long dueNanos) {
      this.bytes = bytes;
      this.dueNanos = dueNanos;
    }

    boolean isEnd() {
      return bytes.length == 0;
    }
  }

  /** One client connection and its upstream connection. */
  private final class Link {
    private final Socket client;
    private final Socket server;
    private int flowsEnded;
    volatile boolean lost;

    Link(Socket client, Socket server) {
      this.client = client;
      this.server = server;
    }

    void end(Cut how) {
      links.remove(this);
      for (Socket socket : new Socket[] {client, server}) {
        try (socket) {
          if (how == Cut.RESET && !socket.isClosed()) {
            socket.setSoLinger(true, 0);
          }
        } catch (IOException alreadyGone) {
          // ended is what it should be
        }
      }
    }

    synchronized void flowEnded() {
      if (++flowsEnded == 2) {
        end(Cut.FIN);
      }
    }
  }

  /** One direction of one link: a thread reads, another delivers when the time has come. */
  private final class Flow {
    private final Link link;
    private final Socket from;
    private final Socket to;
    private final Lane lane;
    private final BlockingQueue<Chunk> queue = new ArrayBlockingQueue<>(QUEUED_CHUNKS_MAX);
    private long offset;

    Flow(Link link, Socket from, Socket to, Lane lane) {
      this.link = link;
      this.from = from;
      this.to = to;
      this.lane = lane;
    }

    void start() {
      Thread.ofVirtual().name("tamper-read-" + port).start(this::readAll);
      Thread.ofVirtual().name("tamper-write-" + port).start(this::deliverAll);
    }

    private void readAll() {
      byte[] buffer = new byte[CHUNK_BYTES];
      // The streams are not closed here: that would close sockets which the other way still needs.
      try {
        InputStream in = from.getInputStream();
        while (true) {
          awaitThaw();
          int count = in.read(buffer);
          awaitThaw();
          if (lane.losing) {
            link.lost = true;
            if (count < 0) {
              return;
            }
            continue;
          }
          if (count < 0) {
            queue.put(new Chunk(new byte[0], 0));
            return;
          }
          long micros =
              lane.delayMicros + ThreadLocalRandom.current().nextLong(lane.jitterMicros + 1);
          long due = System.nanoTime() + micros * 1_000;
          queue.put(new Chunk(Arrays.copyOf(buffer, count), due));
        }
      } catch (IOException reset) {
        if (!lane.losing) {
          link.end(Cut.RESET);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private void deliverAll() {
      try {
        OutputStream out = to.getOutputStream();
        while (true) {
          Chunk chunk = queue.poll(100, TimeUnit.MILLISECONDS);
          if (chunk == null) {
            if (to.isClosed()) {
              return;
            }
            continue;
          }
          if (chunk.isEnd()) {
            to.shutdownOutput();
            link.flowEnded();
            return;
          }
          awaitDue(chunk.dueNanos);
          deliver(out, chunk.bytes);
        }
      } catch (IOException reset) {
        link.end(Cut.RESET);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private void deliver(OutputStream out, byte[] bytes) throws IOException {
      long flip = lane.flipOffset - offset;
      if (flip >= 0 && flip < bytes.length) {
        bytes[(int) flip] ^= 1;
      }
      int at = 0;
      while (at < bytes.length) {
        long rate = lane.bytesPerSecond;
        int part = bytes.length - at;
        if (rate > 0) {
          // A hundred portions a second, but whole ones: a slow link is not a stuttering one.
          part = (int) Math.min(part, Math.max(1, rate / 100));
        }
        long cut = lane.cutAfterBytes;
        if (cut >= 0) {
          part = (int) Math.min(part, Math.max(0, cut - offset));
        }
        out.write(bytes, at, part);
        out.flush();
        at += part;
        offset += part;
        lane.count(part);
        if (cut >= 0 && offset >= cut) {
          link.end(Cut.RESET);
          throw new IOException("cut after " + offset + " bytes");
        }
        if (rate > 0) {
          LockSupport.parkNanos(part * 1_000_000_000L / rate);
        }
      }
    }

    private static void awaitDue(long dueNanos) {
      // A park may end early: what arrives before its time would make a delay look shorter.
      for (long left = dueNanos - System.nanoTime();
          left > 0;
          left = dueNanos - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
    }

    private void awaitThaw() {
      while (frozen && !closed) {
        LockSupport.parkNanos(FROZEN_POLL.toNanos());
      }
    }
  }
}
