package io.nearside.agent.postgres;

import io.nearside.agent.net.DisconnectReason;
import io.nearside.agent.net.RawSocket;
import io.nearside.agent.postgres.auth.Credential;
import io.nearside.agent.postgres.auth.LoginLimiter;
import io.nearside.agent.postgres.auth.Salts;
import io.nearside.agent.postgres.auth.UserSecret;
import io.nearside.agent.postgres.sql.FunctionCatalog;
import io.nearside.agent.postgres.sql.RoutePolicy;
import io.nearside.agent.postgres.upstream.Server;
import io.nearside.agent.postgres.upstream.ServerRole;
import io.nearside.agent.postgres.upstream.Servers;
import io.nearside.agent.postgres.upstream.ServersListener;
import io.nearside.agent.postgres.wire.BackendKey;
import io.nearside.agent.postgres.wire.ErrorFields;
import io.nearside.agent.postgres.wire.Frontend;
import io.nearside.agent.postgres.wire.SqlState;
import io.nearside.config.HostPort;
import io.nearside.config.PostgresAuthConfig;
import io.nearside.config.PostgresConfig;
import io.nearside.config.PostgresListenConfig;
import io.nearside.config.ReplicationClients;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one event loop of the PostgreSQL face and all that lives on it: sessions, pools, what is
 * known of texts. One app's traffic is one loop's work, and so queues are fair and limits exact
 * without a lock.
 */
final class PostgresLoop {
  /** The database that is the sidecar itself. */
  static final String ADMIN_DATABASE = "nearside";

  private static final Logger log = LoggerFactory.getLogger(PostgresLoop.class);
  private static final int SCRATCH_BYTES = 64 * 1024;
  private static final int WELCOMES_MAX = 256;
  private static final long WELCOME_NANOS = 60_000_000_000L;
  private static final int LIMITED_ADDRESSES_MAX = 10_000;

  private final ContextInternal context;
  private final EventLoop eventLoop;
  private final NetClient client;
  private final PostgresFace face;
  private final Servers servers;
  private final Tokens tokens;
  private final SecureRandom random = new SecureRandom();
  private final Salts salts;
  private final LoginLimiter limiter;
  private final FaceCounters counters = new FaceCounters();
  private final QueryStatistics statistics;
  private final Operator operator = new Operator(this);
  private final ConsoleAverages averages = new ConsoleAverages(this);
  private final Map<Server, Map<PoolKey, Pool>> pools = new HashMap<>();
  private final Map<Server, Map<String, Allowance>> allowances = new HashMap<>();
  private final Map<BackendKey, Session> sessionsByKey = new HashMap<>();
  private final Set<Session> sessions = new LinkedHashSet<>();
  private volatile int clients;
  private final List<Session> dirty = new ArrayList<>();
  private final ArrayDeque<Conversation> awaitingPrimary = new ArrayDeque<>();
  private final Map<WelcomeKey, Welcome> welcomes = new LinkedHashMap<>();
  private final Catalogs catalogs;
  private final Credentials credentials;
  private final FleetBudgets budgets;
  private PostgresConfig config;
  private Set<String> tracked;
  private StatementTexts texts;
  private byte[] clientScratch = new byte[SCRATCH_BYTES];
  private byte[] serverScratch = new byte[SCRATCH_BYTES];
  private long nowNanos = System.nanoTime();
  private int processIds;
  private boolean closing;

  private record WelcomeKey(PoolKey pool, String identity, Map<String, String> tracked) {}

  private record Welcome(Map<String, String> announced, long sinceNanos) {}

  PostgresLoop(PostgresFace face, Context context, NetClient client, PostgresConfig config) {
    this.face = face;
    this.context = (ContextInternal) context;
    this.eventLoop = this.context.nettyEventLoop();
    this.client = client;
    this.config = config;
    this.tracked = Set.copyOf(config.trackedParameters());
    this.texts = new StatementTexts(config.routing().decisionsMax(), tracked);
    // The same in all sidecars, so that asking two of them tells nothing of who exists.
    this.salts =
        new Salts(
            config.control().password().isSet()
                ? config.control().password().reveal().getBytes(StandardCharsets.UTF_8)
                : random.generateSeed(32));
    this.limiter =
        new LoginLimiter(
            config.auth().failuresPerMinuteMax(), LIMITED_ADDRESSES_MAX, System::nanoTime);
    this.statistics = new QueryStatistics(config.statistics());
    this.servers = face.newServers(context, new Roles());
    this.tokens = new Tokens(this, face.bus());
    this.catalogs = new Catalogs(this, face);
    this.credentials = new Credentials(face.vertx(), context, config, servers);
    this.budgets = new FleetBudgets(this, face);
    servers.start();
    averages.start();
    after(config.pool().evictMillis(), this::sweep);
  }

  private final class Roles implements ServersListener {
    @Override
    public void primaryChanged(@Nullable Server before, @Nullable Server now) {
      welcomes.clear();
      if (before != null) {
        poolsOf(before).forEach(Pool::reconnect);
      }
      if (now != null) {
        poolsOf(now).forEach(Pool::reconnect);
        catalogs.primaryChanged();
        List<Conversation> waiting = new ArrayList<>(awaitingPrimary);
        awaitingPrimary.clear();
        tick();
        waiting.forEach(Conversation::primaryFound);
        flushDirty();
      }
    }

    @Override
    public void roleChanged(Server server, ServerRole before) {
      poolsOf(server).forEach(Pool::reconnect);
    }

    @Override
    public void unreachable(Server server) {
      poolsOf(server).forEach(Pool::closeIdle);
    }

    @Override
    public void reachable(Server server) {}
  }

  // ---- time, buffers, the batch of a read

  Logger log() {
    return log;
  }

  long now() {
    return nowNanos;
  }

  long tick() {
    nowNanos = System.nanoTime();
    return nowNanos;
  }

  void after(long millis, Runnable task) {
    var _ = timer(millis, task);
  }

  /** As {@link #after}, for what can be given up. */
  ScheduledFuture<?> timer(long millis, Runnable task) {
    return eventLoop.schedule(task, millis, TimeUnit.MILLISECONDS);
  }

  void run(Runnable task) {
    if (eventLoop.inEventLoop()) {
      task.run();
    } else {
      eventLoop.execute(task);
    }
  }

  byte[] clientScratch(int length) {
    if (clientScratch.length < length) {
      clientScratch = new byte[length];
    }
    return clientScratch;
  }

  byte[] serverScratch(int length) {
    if (serverScratch.length < length) {
      serverScratch = new byte[length];
    }
    return serverScratch;
  }

  void dirty(Session session) {
    dirty.add(session);
  }

  void flushDirty() {
    for (int i = 0; i < dirty.size(); i++) {
      dirty.get(i).flush();
    }
    dirty.clear();
  }

  // ---- settings

  PostgresConfig config() {
    return config;
  }

  PostgresAuthConfig auth() {
    return config.auth();
  }

  PostgresListenConfig listen() {
    return config.listen();
  }

  ReplicationClients replicationClients() {
    return config.clients().replication();
  }

  Set<String> trackedParameters() {
    return tracked;
  }

  int requestBufferBytes() {
    return config.clients().requestBufferBytes().intBytes();
  }

  int outboundBytesMax() {
    return config.clients().outboundBytesMax().intBytes();
  }

  int batchesMax() {
    return config.clients().batchesMax();
  }

  int preparedStatementsMax() {
    return config.clients().preparedStatementsMax();
  }

  long waitMillis() {
    return config.readYourWrites().waitMillis();
  }

  /** Whether replicas get reads. */
  boolean splits() {
    return config.routing().readWriteSplit() && config.servers().size() > 1;
  }

  ClientPolicy policyOf(PoolKey key, String applicationName) {
    PoolSettings settings = PoolSettings.ofClient(config, key, applicationName);
    RoutePolicy.Mode mode =
        switch (settings.route()) {
          case AUTO -> RoutePolicy.Mode.AUTO;
          case PRIMARY -> RoutePolicy.Mode.PRIMARY;
          case REPLICA -> RoutePolicy.Mode.REPLICA;
        };
    return new ClientPolicy(
        settings.mode(), new RoutePolicy(mode, config.routing().hints()), settings.scope());
  }

  /** Takes over what can change while running. */
  void apply(PostgresConfig now) {
    if (now.routing().decisionsMax() != config.routing().decisionsMax()) {
      texts = new StatementTexts(now.routing().decisionsMax(), tracked);
    }
    config = now;
    statistics.apply(now.statistics());
    servers.apply(face.upstreamSettings(now));
    pools
        .values()
        .forEach(
            byKey -> byKey.forEach((key, pool) -> pool.settings(PoolSettings.ofPool(now, key))));
  }

  // ---- parts

  NetClient client() {
    return client;
  }

  Context context() {
    return context;
  }

  Servers servers() {
    return servers;
  }

  ServerTls serverTls() {
    return face.serverTls();
  }

  ClientTls clientTls() {
    return face.clientTls();
  }

  Tokens tokens() {
    return tokens;
  }

  StatementTexts texts() {
    return texts;
  }

  FaceCounters counters() {
    return counters;
  }

  QueryStatistics statistics() {
    return statistics;
  }

  Salts salts() {
    return salts;
  }

  SecureRandom random() {
    return random;
  }

  FleetBudgets budgets() {
    return budgets;
  }

  Catalogs catalogs() {
    return catalogs;
  }

  FunctionCatalog catalog(String database) {
    return catalogs.of(database);
  }

  long catalogChanges(String database) {
    return catalogs.changes(database);
  }

  void catalogChanged(String database) {
    catalogs.changed(database);
  }

  // ---- users

  boolean mayTry(String address) {
    return limiter.mayTry(address);
  }

  void loginFailed(String address, String reason) {
    limiter.failed(address);
    counters.loginFailed(reason);
  }

  Future<@Nullable UserSecret> secretOf(String user) {
    return credentials.secretOf(user);
  }

  @Nullable UserSecret controlSecret(String user) {
    return credentials.controlSecret(user);
  }

  @Nullable Credential credential(String user) {
    return credentials.of(user);
  }

  void keep(String user, Credential credential) {
    credentials.keep(user, credential);
  }

  void keepProven(String user, UserSecret secret, Credential.ScramKeys keys) {
    credentials.keepProven(user, secret, keys);
  }

  void keepKeys(String user, Credential.ScramKeys keys) {
    credentials.keepKeys(user, keys);
  }

  boolean mayAdminister(String user) {
    return user.equals(config.control().username());
  }

  /** What people have done to the pools, and do. */
  Operator operator() {
    return operator;
  }

  ConsoleAverages averages() {
    return averages;
  }

  PostgresFace face() {
    return face;
  }

  Session.Requests console(Session session) {
    return new AdminConsole(this, session);
  }

  // ---- pools

  boolean isPrimary(Server server) {
    return server.equals(servers.primary());
  }

  Pool pool(Server server, PoolKey key) {
    return pools
        .computeIfAbsent(server, s -> new LinkedHashMap<>())
        .computeIfAbsent(
            key,
            k -> {
              var pool =
                  new Pool(this, server, k, allowance(server, k), PoolSettings.ofPool(config, k));
              operator.adopt(pool);
              return pool;
            });
  }

  /** What the connections to a server for a pool's database may be, together. */
  Allowance allowance(Server server, PoolKey key) {
    return allowances
        .computeIfAbsent(server, s -> new HashMap<>())
        .computeIfAbsent(key.database(), database -> budgets.allowance(server, database));
  }

  List<Pool> pools() {
    List<Pool> all = new ArrayList<>();
    pools.values().forEach(byKey -> all.addAll(byKey.values()));
    return all;
  }

  List<Pool> poolsOf(Server server) {
    return List.copyOf(pools.getOrDefault(server, Map.of()).values());
  }

  int connectionsInUse(Server server) {
    int sum = 0;
    for (Pool pool : pools.getOrDefault(server, Map.of()).values()) {
      sum += pool.inUse() + pool.waiting();
    }
    return sum;
  }

  /** Connections in use and clients waiting, of all pools of a server and database. */
  int[] demand(Server server, String database) {
    int waiting = 0;
    int inUse = 0;
    for (Pool pool : pools.getOrDefault(server, Map.of()).values()) {
      if (pool.key().database().equals(database)) {
        waiting += pool.waiting();
        inUse += pool.inUse();
      }
    }
    return new int[] {waiting, inUse};
  }

  /** A replica for a read; one that is known to have replayed the position, if there is one. */
  @Nullable Server chooseReplica() {
    return servers.chooseReplica(this::connectionsInUse);
  }

  void awaitPrimary(Conversation conversation) {
    awaitingPrimary.add(conversation);
    after(
        config.pool().acquireMillis(),
        () -> {
          if (awaitingPrimary.remove(conversation) && conversation.awaitsPrimary()) {
            tick();
            conversation.refused(
                ErrorFields.error(
                        SqlState.CANNOT_CONNECT_NOW, "there is no primary server at the moment")
                    .withDetail("none was found within pool.acquireMillis"));
            flushDirty();
          }
        });
  }

  void forgetWaiting(Conversation conversation) {
    awaitingPrimary.remove(conversation);
  }

  /** A server closed a connection by itself. */
  void serverLost(Server server, @Nullable ErrorFields lastWords) {
    servers.failed(server, lastWords == null ? "connection lost" : lastWords.message());
    servers.suspect(server);
  }

  void healed(String reason) {
    counters.healed(reason);
  }

  /** A text turned out to be what only the primary may do. */
  void learnedWrite(Batch batch) {
    for (StatementText text : batch.texts()) {
      text.writes();
    }
  }

  // ---- welcomes

  @Nullable Map<String, String> welcomeOf(PoolKey key, StartupParameters parameters) {
    var of = new WelcomeKey(key, parameters.identity(), parameters.tracked());
    Welcome known = welcomes.get(of);
    if (known == null || nowNanos - known.sinceNanos() > WELCOME_NANOS) {
      welcomes.remove(of);
      return null;
    }
    return known.announced();
  }

  void keepWelcome(PoolKey key, StartupParameters parameters, Map<String, String> announced) {
    if (welcomes.size() >= WELCOMES_MAX) {
      welcomes.remove(welcomes.keySet().iterator().next());
    }
    welcomes.put(
        new WelcomeKey(key, parameters.identity(), parameters.tracked()),
        new Welcome(Map.copyOf(announced), nowNanos));
  }

  // ---- sessions

  void opened(NetSocket socket) {
    tick();
    var session = new Session(this, socket);
    session.install(RawSocket.install(socket, outboundBytesMax(), session));
    sessions.add(session);
    clients = sessions.size();
    counters.clientOpened();
    ErrorFields refusal = refusal();
    if (refusal != null) {
      session.fatal(refusal, DisconnectReason.LIMIT);
      flushDirty();
    }
  }

  /** Why a client that has just come may not stay; null where it may. */
  private @Nullable ErrorFields refusal() {
    if (closing) {
      return ErrorFields.fatal(SqlState.CANNOT_CONNECT_NOW, "the sidecar is shutting down");
    }
    if (face.refusesClients()) {
      return ErrorFields.fatal(
          SqlState.TOO_MANY_CONNECTIONS, "the sidecar has no memory for another client");
    }
    int max = config.clients().connectionsMax();
    return sessions.size() <= max
        ? null
        : ErrorFields.fatal(
            SqlState.TOO_MANY_CONNECTIONS,
            "too many clients (postgres.clients.connectionsMax is " + max + ")");
  }

  void closed(Session session, DisconnectReason reason) {
    sessions.remove(session);
    clients = sessions.size();
    counters.disconnected(reason);
    BackendKey key = session.key();
    if (key != null) {
      sessionsByKey.remove(key);
    }
  }

  /** How many clients there are; from any thread. */
  int clients() {
    return clients;
  }

  Set<Session> sessions() {
    return sessions;
  }

  /** A key of 4 bytes, or of 32 where the client's protocol allows it. */
  BackendKey newKey(Session session, boolean longer) {
    byte[] secret = new byte[longer ? 32 : 4];
    BackendKey key;
    do {
      processIds = processIds == Integer.MAX_VALUE ? 1 : processIds + 1;
      random.nextBytes(secret);
      key = new BackendKey(processIds, secret);
    } while (sessionsByKey.containsKey(key));
    sessionsByKey.put(key, session);
    return key;
  }

  /** A client asks to cancel what the session of this key runs; an unknown key is nobody's. */
  void cancel(int processId, byte[] key) {
    Session session = sessionsByKey.get(new BackendKey(processId, key));
    if (session != null && session.conversation() != null) {
      counters.cancelled();
      session.talk().cancelled();
    }
  }

  /** Asks a server to cancel what a connection runs; nobody else gets the connection meanwhile. */
  void cancelOn(ServerConnection server) {
    if (server.isClosed()) {
      return;
    }
    server.cancelBegins();
    new CancelSender(server, server::cancelEnded).send();
  }

  /** Cancels what a connection runs that is being closed. */
  void cancelRaw(ServerConnection server) {
    new CancelSender(server, () -> {}).send();
  }

  /** A connection of its own, on which a server hears a cancel request and closes. */
  private final class CancelSender implements RawSocket.Peer {
    private final ServerConnection server;
    private final Runnable heard;
    private boolean over;

    CancelSender(ServerConnection server, Runnable heard) {
      this.server = server;
      this.heard = heard;
    }

    void send() {
      HostPort address = server.pool().server().address();
      serverTls()
          .connect(PostgresLoop.this, address, this)
          .onComplete(
              connected -> {
                if (connected.failed()) {
                  end();
                } else {
                  RawSocket socket = connected.result().socket();
                  socket.append(
                      Frontend.cancelRequest(server.key().processId(), server.key().key()));
                  socket.flush();
                  after(
                      config.pool().connectMillis(), () -> socket.abort(DisconnectReason.RETIRED));
                }
              });
    }

    private void end() {
      if (!over) {
        over = true;
        tick();
        heard.run();
        flushDirty();
      }
    }

    @Override
    public void received(ByteBuf bytes) {}

    @Override
    public void readComplete() {}

    @Override
    public void writabilityChanged(boolean writable) {}

    @Override
    public void inputClosed() {
      end();
    }

    @Override
    public void closed(@Nullable DisconnectReason reason) {
      end();
    }
  }

  // ---- upkeep and the end

  private void sweep() {
    tick();
    pools().forEach(Pool::sweep);
    pools.values().forEach(byKey -> byKey.values().removeIf(this::isForgotten));
    flushDirty();
    if (!closing || !sessions.isEmpty()) {
      after(config.pool().evictMillis(), this::sweep);
    }
  }

  private boolean isForgotten(Pool pool) {
    if (pool.isForgotten()) {
      averages.forget(pool);
      return true;
    }
    return false;
  }

  /** No new clients; those that are between transactions are told and closed. */
  void drain() {
    closing = true;
    tick();
    for (Session session : List.copyOf(sessions)) {
      Conversation conversation = session.conversation();
      if (conversation == null || !conversation.isInTransaction()) {
        session.fatal(
            ErrorFields.fatal(
                SqlState.ADMIN_SHUTDOWN, "terminating connection due to administrator command"),
            DisconnectReason.DRAIN);
      }
    }
    flushDirty();
  }

  void closeAll() {
    closing = true;
    tick();
    for (Session session : List.copyOf(sessions)) {
      session.fatal(
          ErrorFields.fatal(
              SqlState.ADMIN_SHUTDOWN, "terminating connection due to administrator command"),
          DisconnectReason.DRAIN);
    }
    pools().forEach(pool -> pool.closeAll(DisconnectReason.DRAIN));
    flushDirty();
    catalogs.close();
    credentials.close();
    budgets.close();
    var _ = servers.close();
  }
}
