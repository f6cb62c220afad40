package io.nearside.tests.coherence;

import io.nearside.tests.stack.RawRedis;
import io.nearside.tests.stack.ReplyScanner;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a checker has to catch: a proxy that keeps the reply to each GET for a while and hears of no
 * write, or only of those that go through itself. Safe from any thread.
 */
final class NaiveCachingProxy implements AutoCloseable {
  private final int upstreamPort;
  private final Duration keep;
  private final boolean hearsOwnWrites;
  private final ServerSocket listener;
  private final Map<String, byte[]> replies = new ConcurrentHashMap<>();
  private final Map<String, Long> untilNanos = new ConcurrentHashMap<>();
  private final Set<Socket> clients = ConcurrentHashMap.newKeySet();

  NaiveCachingProxy(int upstreamPort, Duration keep, boolean hearsOwnWrites) throws IOException {
    this.upstreamPort = upstreamPort;
    this.keep = keep;
    this.hearsOwnWrites = hearsOwnWrites;
    this.listener = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::acceptAll);
  }

  SocketAddress address() {
    return listener.getLocalSocketAddress();
  }

  private void acceptAll() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        clients.add(client);
        Thread.ofVirtual().start(() -> serve(client));
      } catch (IOException endOfListening) {
        return;
      }
    }
  }

  private void serve(Socket client) {
    byte[] buffer = new byte[256 * 1024];
    int limit = 0;
    try (client;
        RawRedis upstream = RawRedis.connect(upstreamPort);
        InputStream in = client.getInputStream();
        OutputStream out = client.getOutputStream()) {
      client.setTcpNoDelay(true);
      while (true) {
        int count = in.read(buffer, limit, buffer.length - limit);
        if (count < 0) {
          return;
        }
        limit += count;
        int start = 0;
        for (int end = end(buffer, start, limit); end > 0; end = end(buffer, start, limit)) {
          out.write(answer(upstream, Arrays.copyOfRange(buffer, start, end)));
          start = end;
        }
        System.arraycopy(buffer, start, buffer, 0, limit - start);
        limit -= start;
      }
    } catch (IOException gone) {
      // so is the session
    } finally {
      clients.remove(client);
    }
  }

  private static int end(byte[] buffer, int start, int limit) {
    return start == limit ? ReplyScanner.INCOMPLETE : ReplyScanner.end(buffer, start, limit);
  }

  private byte[] answer(RawRedis upstream, byte[] request) throws IOException {
    List<byte[]> parts = ReplyScanner.elements(request);
    String name = text(parts.getFirst());
    String key = parts.size() > 1 ? text(parts.get(1)) : "";
    long now = System.nanoTime();
    if (name.equals("$3\r\nGET\r\n")) {
      byte[] kept = replies.get(key);
      if (kept != null && untilNanos.getOrDefault(key, now) - now > 0) {
        return kept;
      }
    }
    upstream.send(request);
    byte[] reply = upstream.read(1).getFirst();
    if (name.equals("$3\r\nGET\r\n")) {
      replies.put(key, reply);
      untilNanos.put(key, now + keep.toNanos());
    } else if (hearsOwnWrites) {
      parts.forEach(part -> replies.remove(text(part)));
    }
    return reply;
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket client : clients) {
      client.close();
    }
  }
}
