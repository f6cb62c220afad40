package io.nearside.tests.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.HdrHistogram.Histogram;

/**
 * The bundled load generator: one thread, one selector, N non-blocking connections; prints CSV as
 * redis-benchmark does. Arguments: ADDRESS VERB CLIENTS PIPELINE REQUESTS KEYS VALUE_BYTES, where
 * ADDRESS is {@code ip:port} or the path of a unix socket.
 *
 * <p>The latency of a command is that of its batch: from before the first byte is written to after
 * the last reply is read. The first tenth of the requests, at most half a second, is not counted.
 */
public final class LoadMain {
  private static final int BUFFER_BYTES = 64 * 1024;
  private static final double WARM_SHARE = 0.1;
  private static final long WARM_NANOS_MAX = 500_000_000L;
  private static final long SEED = 42;

  private final Load load;
  private final Histogram latencies = new Histogram(60_000_000_000L, 3);
  private final SplittableRandom random = new SplittableRandom(SEED);
  private final byte[] value;
  private long answered;
  private long started;
  private boolean counting;

  private LoadMain(Load load) {
    this.load = load;
    this.value = "x".repeat(load.valueBytes()).getBytes(StandardCharsets.US_ASCII);
  }

  /** Entry point of the generator's process. */
  public static void main(String[] args) throws IOException {
    Load load =
        new Load(
            address(args[0]),
            Load.Verb.valueOf(args[1]),
            Integer.parseInt(args[2]),
            Integer.parseInt(args[3]),
            Long.parseLong(args[4]),
            Integer.parseInt(args[5]),
            Integer.parseInt(args[6]));
    System.out.print(new LoadMain(load).run());
  }

  private static SocketAddress address(String text) throws IOException {
    int colon = text.lastIndexOf(':');
    return text.startsWith("/")
        ? UnixDomainSocketAddress.of(text)
        : new InetSocketAddress(
            InetAddress.getByName(text.substring(0, colon)),
            Integer.parseInt(text.substring(colon + 1)));
  }

  private String run() throws IOException {
    List<Client> clients = new ArrayList<>();
    double seconds;
    try (Selector selector = Selector.open()) {
      for (int i = 0; i < load.clients(); i++) {
        clients.add(new Client(selector));
      }
      long begin = System.nanoTime();
      for (Client client : clients) {
        client.sendBatch();
      }
      while (answered < load.requests() || !counting) {
        selector.select(
            key -> {
              if (key.attachment() instanceof Client client) {
                client.ready();
              }
            },
            10_000);
        boolean warm =
            answered > load.requests() * WARM_SHARE || System.nanoTime() - begin > WARM_NANOS_MAX;
        if (!counting && warm) {
          counting = true;
          answered = 0;
          started = System.nanoTime();
        }
      }
      seconds = (System.nanoTime() - started) / 1e9;
    } finally {
      for (Client client : clients) {
        client.channel.close();
      }
    }
    return String.format(
        Locale.ROOT,
        "\"test\",\"rps\",\"p50_latency_ms\",\"p99_latency_ms\"%n\"%s\",\"%.2f\",\"%.3f\",\"%.3f\"%n",
        load.verb(),
        answered / seconds,
        latencies.getValueAtPercentile(50) / 1e6,
        latencies.getValueAtPercentile(99) / 1e6);
  }

  /** One connection. */
  private final class Client {
    final SocketChannel channel;
    private final SelectionKey key;
    private final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final byte[][] requests = new byte[256][];
    private ByteBuffer out = ByteBuffer.allocateDirect(0);
    private long sentNanos;
    private int due;

    /** Bytes of the current bulk, its end included, that are still to come. */
    private long bulkRest;

    private long length;
    private boolean inLine;
    private boolean isBulk;
    private boolean negative;

    Client(Selector selector) throws IOException {
      channel = SocketChannel.open(load.target());
      channel.configureBlocking(false);
      if (load.target() instanceof InetSocketAddress) {
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      }
      key = channel.register(selector, SelectionKey.OP_READ, this);
      int bytesMax = 0;
      for (int i = 0; i < requests.length; i++) {
        requests[i] = request("key:%012d".formatted(random.nextInt(load.keys())));
        bytesMax = Math.max(bytesMax, requests[i].length);
      }
      out = ByteBuffer.allocateDirect(bytesMax * load.pipeline());
    }

    private byte[] request(String name) {
      StringBuilder text = new StringBuilder();
      boolean set = load.verb() == Load.Verb.SET;
      text.append(set ? "*3\r\n$3\r\nSET\r\n" : "*2\r\n$3\r\nGET\r\n");
      text.append("$").append(name.length()).append("\r\n").append(name).append("\r\n");
      if (set) {
        text.append("$").append(value.length).append("\r\n");
        text.append(new String(value, StandardCharsets.US_ASCII)).append("\r\n");
      }
      return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    void sendBatch() throws IOException {
      out.clear();
      for (int i = 0; i < load.pipeline(); i++) {
        out.put(requests[random.nextInt(requests.length)]);
      }
      out.flip();
      due = load.pipeline();
      sentNanos = System.nanoTime();
      write();
    }

    private void write() throws IOException {
      channel.write(out);
      key.interestOps(
          out.hasRemaining() ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ);
    }

    void ready() {
      try {
        if (key.isWritable()) {
          write();
        }
        if (key.isReadable()) {
          read();
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private void read() throws IOException {
      in.clear();
      if (channel.read(in) < 0) {
        throw new IOException("the server closed a connection");
      }
      in.flip();
      int replies = scan();
      due -= replies;
      answered += replies;
      if (due == 0) {
        if (counting) {
          latencies.recordValueWithCount(System.nanoTime() - sentNanos, load.pipeline());
        }
        sendBatch();
      }
    }

    /** Counts the replies that end in the buffer: simple strings and bulk strings. */
    private int scan() throws IOException {
      int ended = 0;
      while (in.hasRemaining()) {
        if (bulkRest > 0) {
          int step = (int) Math.min(bulkRest, in.remaining());
          in.position(in.position() + step);
          bulkRest -= step;
          ended += bulkRest == 0 ? 1 : 0;
          continue;
        }
        byte next = in.get();
        if (!inLine) {
          inLine = true;
          isBulk = next == '$';
          length = 0;
          negative = false;
          if (next == '-') {
            throw new IOException("an error reply: " + StandardCharsets.US_ASCII.decode(in));
          }
        } else if (next == '\n') {
          inLine = false;
          if (isBulk && !negative) {
            bulkRest = length + 2;
          } else {
            ended++;
          }
        } else if (next == '-') {
          negative = true;
        } else if (isBulk && next != '\r') {
          length = length * 10 + next - '0';
        }
      }
      return ended;
    }
  }
}
