package io.nearside.tests.equivalence;

import io.nearside.tests.stack.RedisServer;
import io.nearside.tests.stack.SidecarProcess;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;

/** A sidecar of its own process in front of a server, alone in its cluster, its near-cache on. */
public final class SidecarEndpoint implements EndpointUnderTest {
  private final SidecarProcess sidecar;

  private final SocketAddress address;

  private SidecarEndpoint(SidecarProcess sidecar, SocketAddress address) {
    this.sidecar = sidecar;
    this.address = address;
  }

  /** Starts one; {@code password} is what its own upstream connections log in with, or empty. */
  public static SidecarEndpoint inFrontOf(RedisServer server, String password) {
    SidecarProcess sidecar = SidecarProcess.start(yaml("{port: 0}", server.url(), password));
    return new SidecarEndpoint(sidecar, EndpointUnderTest.loopback(sidecar.redisPort()));
  }

  /** Starts one that is reached over a unix socket, and reaches its upstream over one. */
  static SidecarEndpoint overUnixSockets(RedisServer server) {
    Path socket = server.folder().resolve("sidecar.sock");
    String listen = "{port: 0, unixSocket: \"%s\"}".formatted(socket);
    String url = "unix://" + server.unixSocket();
    return new SidecarEndpoint(
        SidecarProcess.start(yaml(listen, url, "")), UnixDomainSocketAddress.of(socket));
  }

  private static String yaml(String listen, String url, String password) {
    return """
        redis:
          listen: %s
          upstream: {url: "%s", password: {value: "%s"}}
        cluster: {topology: none}
        admin: {port: 0}
        """
        .formatted(listen, url, password);
  }

  @Override
  public SocketAddress address() {
    return address;
  }

  /** The loopback port. */
  public int port() {
    return sidecar.redisPort();
  }

  @Override
  public void close() {
    // One that died is the finding, whatever the replies were.
    if (!sidecar.isAlive()) {
      System.err.println("the sidecar died: " + sidecar.log());
    }
    sidecar.close();
  }
}
