package io.nearside.tests.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ServerSocketFactory;
import javax.net.SocketFactory;
import javax.net.ssl.SSLContext;

/**
 * A hop on the loopback address that puts TLS on, or takes it off, for peers that do not speak it:
 * the embedded Redis and the raw client. Runs on virtual threads.
 */
final class TlsHop implements AutoCloseable {
  private final ServerSocket listener;
  private final SocketFactory onward;
  private final int upstreamPort;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

  private TlsHop(ServerSocketFactory here, SocketFactory onward, int upstreamPort) {
    this.onward = onward;
    this.upstreamPort = upstreamPort;
    try {
      listener = here.createServerSocket(0, 64, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().name("tls-accept").start(this::acceptAll);
  }

  /** Speaks TLS to whoever connects and plain TCP to the upstream. */
  static TlsHop terminating(SSLContext tls, int upstreamPort) {
    return new TlsHop(tls.getServerSocketFactory(), SocketFactory.getDefault(), upstreamPort);
  }

  /** Speaks plain TCP to whoever connects and TLS to the upstream. */
  static TlsHop originating(SSLContext tls, int upstreamPort) {
    return new TlsHop(ServerSocketFactory.getDefault(), tls.getSocketFactory(), upstreamPort);
  }

  int port() {
    return listener.getLocalPort();
  }

  private void acceptAll() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        sockets.add(client);
        Thread.ofVirtual().name("tls-link").start(() -> link(client));
      } catch (IOException endOfListening) {
        return;
      }
    }
  }

  private void link(Socket client) {
    try {
      Socket server = onward.createSocket(InetAddress.getLoopbackAddress(), upstreamPort);
      sockets.add(server);
      Thread.ofVirtual().name("tls-replies").start(() -> copy(server, client));
      copy(client, server);
    } catch (IOException unreachable) {
      close(client);
    }
  }

  private void copy(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException ended) {
      // the other way is ended too
    }
    close(from);
    close(to);
  }

  private void close(Socket socket) {
    sockets.remove(socket);
    try {
      socket.close();
    } catch (IOException alreadyGone) {
      // closed is what it should be
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    sockets.forEach(this::close);
  }
}
