package io.nearside.tests.equivalence;

import io.nearside.tests.stack.RedisServer;
import io.nearside.tests.stack.SidecarProcess;
import java.net.SocketAddress;

/** A sidecar of its own process in front of a server, alone in its cluster, its near-cache on. */
public final class SidecarEndpoint implements EndpointUnderTest {
  private final SidecarProcess sidecar;

  private SidecarEndpoint(SidecarProcess sidecar) {
    this.sidecar = sidecar;
  }

  /** Starts one; {@code password} is what its own upstream connections log in with, or empty. */
  public static SidecarEndpoint inFrontOf(RedisServer server, String password) {
    String yaml =
        """
        redis:
          listen: {port: 0}
          upstream: {url: "%s", password: "%s"}
        cluster: {topology: none}
        admin: {port: 0}
        """
            .formatted(server.url(), password);
    return new SidecarEndpoint(SidecarProcess.start(yaml));
  }

  @Override
  public SocketAddress address() {
    return EndpointUnderTest.loopback(sidecar.redisPort());
  }

  /** The loopback port. */
  public int port() {
    return sidecar.redisPort();
  }

  @Override
  public void close() {
    sidecar.close();
  }
}
