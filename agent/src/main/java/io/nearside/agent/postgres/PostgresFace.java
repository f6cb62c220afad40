package io.nearside.agent.postgres;

import io.nearside.agent.postgres.sql.FunctionCatalog;
import io.nearside.agent.postgres.upstream.CatalogLoader;
import io.nearside.agent.postgres.upstream.ReplicaChoiceKind;
import io.nearside.agent.postgres.upstream.Servers;
import io.nearside.agent.postgres.upstream.ServersListener;
import io.nearside.agent.postgres.upstream.UpstreamSettings;
import io.nearside.agent.postgres.upstream.UpstreamTls;
import io.nearside.cluster.BusListener;
import io.nearside.cluster.ClusterEvent;
import io.nearside.cluster.EpochReason;
import io.nearside.cluster.InvalidationBus;
import io.nearside.config.HostPort;
import io.nearside.config.NearsideConfig;
import io.nearside.config.PostgresConfig;
import io.nearside.config.PostgresRoutingConfig;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The PostgreSQL face: its listeners and its one event loop. Methods are safe from any thread
 * unless they say otherwise.
 */
public final class PostgresFace {
  private final Vertx vertx;
  private final InvalidationBus bus;
  private final PostgresListeners listeners;
  private final ServerTls serverTls;
  private final ClientTls clientTls;
  private volatile PostgresConfig config;
  private volatile @Nullable PostgresLoop loop;
  private volatile BooleanSupplier refusesClients = () -> false;
  private volatile ConsoleSource consoleSource = new NoSource();

  /**
   * Reads certificates and the like; blocks.
   *
   * @throws IllegalStateException when one of them can not be used
   */
  public PostgresFace(Vertx vertx, NearsideConfig config, InvalidationBus bus) {
    this.vertx = vertx;
    this.config = config.postgres();
    this.bus = bus;
    this.serverTls =
        new ServerTls(config.postgres().tls(), config.postgres().pool().connectMillis());
    this.clientTls =
        new ClientTls(config.postgres().listen().tls(), config.postgres().auth().loginMillis());
    this.listeners = new PostgresListeners(vertx, config.postgres().listen());
  }

  /** Begins to listen and to watch the servers; does not wait for them. */
  public Future<Void> start() {
    return vertx
        .deployVerticle(
            new VerticleBase() {
              @Override
              public Future<?> start() {
                var made =
                    new PostgresLoop(
                        PostgresFace.this,
                        context,
                        vertx.createNetClient(
                            new NetClientOptions()
                                .setTcpNoDelay(true)
                                .setConnectTimeout((int) config.pool().connectMillis())),
                        config);
                loop = made;
                return listeners.open(made);
              }
            })
        .mapEmpty();
  }

  /** Takes over what can change while running. */
  public void apply(NearsideConfig now) {
    config = now.postgres();
    onLoop(
        on -> {
          on.apply(now.postgres());
          return null;
        });
  }

  /** What the bus tells this face. */
  public BusListener busListener() {
    return new BusListener() {
      @Override
      public void invalidate(int database, byte[] key, String fromNode) {}

      @Override
      public void position(String stream, long timeline, long position, String fromNode) {
        onLoop(
            on -> {
              on.tokens().heard(stream, timeline, position);
              return null;
            });
      }

      @Override
      public void moveEpoch(EpochReason reason, String fromNode) {
        onLoop(
            on -> {
              on.tokens().missed();
              return null;
            });
      }

      @Override
      public void event(ClusterEvent event) {}
    };
  }

  /** The TCP port that clients connect to. */
  public int port() {
    return listeners.port();
  }

  /** Does something on the face's loop; completes there. Fails before the start. */
  <T> Future<T> onLoop(Function<PostgresLoop, @Nullable T> task) {
    PostgresLoop on = loop;
    if (on == null) {
      return Future.failedFuture("the PostgreSQL face has not started");
    }
    Promise<T> promise = Promise.promise();
    on.run(
        () -> {
          try {
            promise.complete(task.apply(on));
          } catch (RuntimeException e) {
            promise.fail(e);
          }
        });
    return promise.future();
  }

  /** Stops accepting, lets transactions end, closes; within {@code drainMillis}. */
  public Future<Void> drain(long drainMillis) {
    PostgresLoop on = loop;
    if (on == null) {
      return Future.succeededFuture();
    }
    Promise<Void> drained = Promise.promise();
    Future<Void> closing = listeners.shutdown(drainMillis);
    long deadline = System.nanoTime() + drainMillis * 1_000_000;
    vertx.setPeriodic(
        20,
        timer ->
            on.run(
                () -> {
                  if (System.nanoTime() - deadline >= 0 || on.sessions().isEmpty()) {
                    if (vertx.cancelTimer(timer)) {
                      on.closeAll();
                      drained.tryComplete();
                    }
                  } else {
                    on.drain();
                  }
                }));
    return closing.compose(v -> drained.future());
  }

  /** While this says so, new clients are refused; before the start. */
  public void refuseClientsWhen(BooleanSupplier full) {
    refusesClients = full;
  }

  boolean refusesClients() {
    return refusesClients.getAsBoolean();
  }

  /** Connections of clients. */
  public int clients() {
    PostgresLoop on = loop;
    return on == null ? 0 : on.clients();
  }

  /** What the admin console asks the agent for; before the start. */
  public void console(ConsoleSource source) {
    consoleSource = source;
  }

  /** To watch and operate it. */
  public PostgresControls controls() {
    return new PostgresControls(this);
  }

  /** A face without an agent. */
  private static final class NoSource implements ConsoleSource {
    @Override
    public List<Setting> settings() {
      return List.of();
    }

    @Override
    public String reload() {
      throw new IllegalStateException("there is nothing to reload");
    }

    @Override
    public String version() {
      return "";
    }
  }

  // ---- for the loop

  ConsoleSource consoleSource() {
    return consoleSource;
  }

  Vertx vertx() {
    return vertx;
  }

  InvalidationBus bus() {
    return bus;
  }

  ServerTls serverTls() {
    return serverTls;
  }

  ClientTls clientTls() {
    return clientTls;
  }

  Servers newServers(Context context, ServersListener listener) {
    return new Servers(vertx, context, upstreamSettings(config), listener);
  }

  UpstreamSettings upstreamSettings(PostgresConfig from) {
    PostgresRoutingConfig routing = from.routing();
    Map<HostPort, Integer> weights = new HashMap<>();
    for (String weight : routing.weights()) {
      int equals = weight.lastIndexOf('=');
      weights.put(
          HostPort.parse(weight.substring(0, equals)),
          Integer.parseInt(weight.substring(equals + 1)));
    }
    return new UpstreamSettings(
        from.servers(),
        weights,
        from.control().username(),
        from.control().password(),
        from.control().database(),
        new UpstreamTls(
            UpstreamTls.Mode.valueOf(from.tls().mode().name()),
            from.tls().caFile(),
            from.tls().certFile(),
            from.tls().keyFile()),
        ReplicaChoiceKind.valueOf(routing.choice().name()),
        routing.maxLagMillis(),
        routing.maxLagBytes().bytes(),
        routing.watchMillis(),
        routing.failsMax(),
        routing.failWindowMillis(),
        routing.ejectMillis(),
        routing.ejectMaxMillis(),
        routing.slowStartMillis(),
        routing.catalogRefreshMillis(),
        from.pool().connectMillis());
  }

  CatalogLoader catalogLoader(PostgresLoop on, String database, Consumer<FunctionCatalog> loaded) {
    return new CatalogLoader(vertx, on.context(), on.servers(), database, loaded);
  }
}
