package io.nearside.agent.postgres;

import io.nearside.agent.net.DisconnectReason;
import io.nearside.agent.postgres.sql.Analysis;
import io.nearside.agent.postgres.sql.Decision;
import io.nearside.agent.postgres.sql.Effect;
import io.nearside.agent.postgres.sql.FunctionCatalog;
import io.nearside.agent.postgres.sql.PinReason;
import io.nearside.agent.postgres.sql.StatementKind;
import io.nearside.agent.postgres.upstream.Server;
import io.nearside.agent.postgres.wire.Backend;
import io.nearside.agent.postgres.wire.ErrorFields;
import io.nearside.agent.postgres.wire.Frontend;
import io.nearside.agent.postgres.wire.SqlState;
import io.nearside.agent.postgres.wire.StatementNames;
import io.nearside.config.PoolMode;
import io.nearside.config.TokenScope;
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A client's talk with servers: gathers what it asks into batches, finds a server for each, sends,
 * and decides what of the answers the client sees. On the event loop.
 *
 * <pre>
 *   FREE ──batch──► route ──► WAITING for a connection ──► SYNCING its parameters ──► LINKED
 *    ▲                 ▲                                                                │
 *    │                 └── the replica is behind, or failed with nothing delivered ◄────┤
 *    └──────────── ReadyForQuery 'I', nothing owed, nothing pinned ◄────────────────────┘
 * </pre>
 *
 * <p>While it is linked to the primary, everything goes there at once. A read on a replica outside
 * a transaction is answered before the next batch is looked at.
 */
final class Conversation implements Session.Requests {
  private enum Phase {
    FREE,
    WAITING,
    SYNCING,
    LINKED,
    /** A batch waits until the replica has answered, or until a replica has caught up. */
    HALTED
  }

  private static final int RETRIES_MAX = 3;

  private final PostgresLoop loop;
  private final Session session;
  private final PoolKey key;
  private final String identity;
  private final SessionState state;
  private final String applicationName;
  // What the client is saying.
  private Batch batch = new Batch();
  // What was sent and may have to be sent again.
  private Batch sent = new Batch();
  // Which of the two is looked for a server for.
  private Batch todo = batch;
  private final BatchReader reader;
  private final Tokens tokens;
  private final Set<Analysis> unjudged = new HashSet<>(0);
  private Phase phase = Phase.FREE;
  private ClientPolicy policy;
  private @Nullable ServerConnection link;
  // Kept between transactions: in session mode, or for a pin. Null, or the link, or idle.
  private @Nullable ServerConnection own;
  private @Nullable Pool waitingAt;
  // Whether the link was chosen for a read; a server's role may change meanwhile.
  private boolean asReplica;
  private @Nullable ReplicaAttempt attempt;
  private boolean streaming;
  private boolean batchOpen;
  private boolean failedBatch;
  // The client was told by the server that its session is over.
  private boolean fatal;
  private boolean rolledBack;
  private int retries;
  private boolean holding;
  // Batches whose ReadyForQuery is to come.
  private final ArrayDeque<SentBatch> inFlight = new ArrayDeque<>();
  // A client's startup values are being put in force again, behind a RESET.
  private boolean restored;
  private boolean tokenOwed;
  private final ByteArrayOutputStream held = new ByteArrayOutputStream(0);
  private @Nullable Decision lastDecision;
  private long transactionNanos;
  private long waitDeadlineNanos;
  private long rows;
  private boolean skippingToSync;
  private @Nullable String routeLabel;

  Conversation(
      PostgresLoop loop,
      Session session,
      PoolKey key,
      String identity,
      SessionState state,
      String applicationName) {
    this.loop = loop;
    this.session = session;
    this.key = key;
    this.identity = identity;
    this.state = state;
    this.policy = loop.policyOf(key, applicationName);
    this.reader = new BatchReader(loop, state);
    this.tokens = loop.tokens();
    this.applicationName = applicationName;
    state.pins().countIn(loop.counters(), loop::now);
    if (policy.mode() == PoolMode.SESSION) {
      state.pin(PinReason.SESSION_MODE, loop.now());
    }
  }

  /** As the client called itself at login. */
  String applicationName() {
    return applicationName;
  }

  /** Where a connection is waited for; null while none is, or none of a known server. */
  @Nullable Pool waitingAt() {
    return waitingAt;
  }

  PoolKey key() {
    return key;
  }

  SessionState state() {
    return state;
  }

  ClientPolicy policy() {
    return policy;
  }

  @Nullable ServerConnection link() {
    return link == null ? own : link;
  }

  boolean isWaiting() {
    return phase == Phase.WAITING;
  }

  boolean isActive() {
    return phase != Phase.FREE;
  }

  @Nullable Decision lastDecision() {
    return lastDecision;
  }

  // ---- what the client asks

  @Override
  public boolean isBlocked() {
    return phase == Phase.WAITING
        || phase == Phase.SYNCING
        || phase == Phase.HALTED
        // It is about to be sent again, and what comes behind it must stay behind it.
        || (attempt != null && attempt.state() == ReplicaAttempt.State.DISCARDING)
        || (link != null && !link.socket().isClosed() && !link.socket().isWritable())
        || (link != null && link.replies().size() > loop.batchesMax());
  }

  @Override
  public boolean message(
      byte type, byte[] bytes, int from, int to, boolean whole, int messageLength) {
    switch (type) {
      case Frontend.COPY_DATA, Frontend.COPY_DONE, Frontend.COPY_FAIL -> {
        return copy(type, bytes, from, to, whole);
      }
      case Frontend.TERMINATE -> {
        if (link != null && link.replies().isCopyIn()) {
          // Not what the server waits for: it says so and closes.
          link.sendRaw(bytes, from, to);
        } else {
          session.quit();
        }
      }
      case Frontend.QUERY,
          Frontend.PARSE,
          Frontend.BIND,
          Frontend.DESCRIBE,
          Frontend.CLOSE,
          Frontend.EXECUTE,
          Frontend.SYNC,
          Frontend.FLUSH,
          Frontend.FUNCTION_CALL -> {
        if (skippingToSync) {
          skip(type);
        } else if (!whole) {
          return streams(type, bytes, from, to);
        } else {
          gather(type, bytes, from, to);
        }
      }
      default ->
          session.fatal(
              ErrorFields.fatal(
                  SqlState.PROTOCOL_VIOLATION, "invalid frontend message type " + (type & 0xff)),
              DisconnectReason.PROTOCOL);
    }
    return true;
  }

  /** After an error that the sidecar gave in a server's stead, as a server would do it. */
  private void skip(byte type) {
    if (type == Frontend.SYNC) {
      skippingToSync = false;
      session.send(Backend.readyForQuery(statusWithoutServer()));
    }
  }

  private byte statusWithoutServer() {
    return link == null ? Backend.IDLE : link.status();
  }

  private boolean copy(byte type, byte[] bytes, int from, int to, boolean whole) {
    if (!batch.isEmpty()) {
      // Data for a COPY whose Sync is still to come.
      batch.flush();
      dispatch();
    }
    ServerConnection server = link;
    if (server == null && phase == Phase.FREE) {
      // What is left over of a COPY that failed: ignored, as the server does.
      streaming = !whole;
      return true;
    }
    if (server == null || phase != Phase.LINKED) {
      return false;
    }
    streaming = false;
    server.sendRaw(bytes, from, to);
    server.pool().counters().bytesOut(to - from);
    if (type != Frontend.COPY_DATA) {
      server.replies().add(Expected.COPY_END);
    }
    return true;
  }

  @Override
  public void piece(byte[] bytes, int from, int to) {
    if (link != null && !streaming) {
      link.sendRaw(bytes, from, to);
      link.pool().counters().bytesOut(to - from);
    }
  }

  /** A message too large to hold: it goes to the primary as it comes. */
  private boolean streams(byte type, byte[] bytes, int from, int to) {
    ServerConnection server = link;
    if (type == Frontend.BIND && StatementNames.headLength(bytes, from, to) < 0) {
      return false;
    }
    if (server != null && !server.isPrimary() && !server.isInTransaction() && !batchOpen) {
      // It is not for the replica, whose answer comes first.
      phase = Phase.HALTED;
      return false;
    }
    if (server == null || !server.isPrimary() || !batch.isEmpty()) {
      batch.unknownText();
      batchOpen = true;
      dispatch();
      server = link;
      if (server == null || phase != Phase.LINKED) {
        return false;
      }
    }
    endAttempt();
    batchOpen = type != Frontend.QUERY && type != Frontend.FUNCTION_CALL;
    begun().add(List.of(), Set.of(), null, !batchOpen);
    tokenOwed |= loop.splits();
    switch (type) {
      case Frontend.QUERY -> server.send(bytes, from, to, Expected.QUERY);
      case Frontend.FUNCTION_CALL -> server.send(bytes, from, to, Expected.FUNCTION_CALL);
      case Frontend.PARSE -> {
        // Too large to be parsed anew elsewhere: the client stays here.
        state.pin(PinReason.UNKNOWN, loop.now());
        keepOwn(server);
        server.send(bytes, from, to, Expected.parse(true, null));
      }
      case Frontend.BIND ->
          new BatchSender(state, server, isShared(server), stamp()).bindHead(bytes, from, to);
      default -> server.sendRaw(bytes, from, to);
    }
    server.dirty(true);
    return true;
  }

  private void gather(byte type, byte[] bytes, int from, int to) {
    if (type == Frontend.PARSE
        && bytes[from + 5] != 0
        && state.statements().size() >= loop.preparedStatementsMax()) {
      session.fatal(
          ErrorFields.fatal(
              SqlState.CONFIGURATION_LIMIT,
              "too many prepared statements (postgres.clients.preparedStatementsMax is "
                  + loop.preparedStatementsMax()
                  + ")"),
          DisconnectReason.LIMIT);
      return;
    }
    reader.add(batch, type, bytes, from, to);
    if (batch.isComplete()
        || batch.isFlushed()
        || batchOpen
        || batch.length() > loop.requestBufferBytes()) {
      dispatch();
    }
  }

  // ---- finding a server

  /** Sends the batch, or finds out what it has to wait for. */
  private void dispatch() {
    todo = batch;
    ServerConnection server = link;
    if (server != null) {
      if (server.isPrimary() || server.isInTransaction() || batchOpen) {
        if (phase == Phase.LINKED) {
          asReplica &= !server.isPrimary();
          sendBatch(server);
        }
      } else {
        phase = Phase.HALTED;
      }
      return;
    }
    if (isRefused() || isAnsweredHere()) {
      return;
    }
    retries = 0;
    waitDeadlineNanos = 0;
    find();
  }

  /** In statement mode a transaction can not be kept on one connection. */
  private boolean isRefused() {
    if (policy.mode() == PoolMode.STATEMENT
        && (batch.runs(StatementKind.BEGIN) || batch.runs(StatementKind.TWO_PHASE))) {
      boolean complete = batch.isComplete();
      batch.clear();
      refuse(
          ErrorFields.error(
              SqlState.FEATURE_NOT_SUPPORTED,
              "transaction blocks are not allowed in statement pooling mode"),
          complete);
      return true;
    }
    return false;
  }

  /** Closing statements and Sync need no server where nothing is linked. */
  private boolean isAnsweredHere() {
    if (!batch.isComplete() || !batch.texts().isEmpty() || batch.isOpaque() || own != null) {
      return false;
    }
    for (int i = 0; i < batch.count(); i++) {
      byte type = batch.bytes()[batch.start(i)];
      Batch.Named named = batch.named(i);
      boolean close = type == Frontend.CLOSE && named != null && named.name().length > 0;
      boolean sync = type == Frontend.SYNC && batch.end(i) - batch.start(i) == 5;
      if (!sync && !close) {
        return false;
      }
    }
    for (int i = 0; i < batch.count(); i++) {
      Batch.Named named = batch.named(i);
      if (named != null) {
        state.statements().remove(SessionState.name(named.name()));
        session.send(Backend.CLOSE_COMPLETE_MESSAGE);
      }
    }
    session.send(Backend.readyForQuery(Backend.IDLE));
    batch.clear();
    batchOpen = false;
    return true;
  }

  /** Who hears what a server says at the beginning of a session. */
  interface Welcome {
    void welcomed(ServerConnection server);
  }

  private @Nullable Welcome welcome;
  private @Nullable Consumer<ErrorFields> unwelcome;

  /** Takes a connection to the primary as the client wants it, and lets it go again. */
  void welcome(Welcome then, Consumer<ErrorFields> otherwise) {
    welcome = then;
    unwelcome = otherwise;
    find();
  }

  /** As {@link #welcome(Welcome, Consumer)}, on a connection that the login itself has made. */
  void welcome(ServerConnection server, Welcome then, Consumer<ErrorFields> otherwise) {
    welcome = then;
    unwelcome = otherwise;
    granted(server);
  }

  private void welcomed(ServerConnection server, Welcome then) {
    welcome = null;
    unwelcome = null;
    state.wanted().takeReported(server.parameters());
    if (policy.mode() == PoolMode.SESSION) {
      own = server;
      server.dirty(true);
    }
    then.welcomed(server);
    settle(server);
  }

  boolean isInTransaction() {
    return link != null && (link.isInTransaction() || !link.replies().isEmpty());
  }

  /** Chooses a server and asks for a connection to it. */
  private void find() {
    Server replica = retries == 0 && mayLeavePrimary() ? replica() : null;
    if (retries == 0 && welcome == null && loop.splits()) {
      loop.counters().decided(replica != null, decisionLabel(replica));
    }
    asReplica = replica != null;
    if (replica != null) {
      acquire(loop.pool(replica, key));
      return;
    }
    if (own != null) {
      granted(own);
      return;
    }
    Server primary = loop.servers().primary();
    if (primary == null) {
      phase = Phase.WAITING;
      loop.awaitPrimary(this);
      return;
    }
    acquire(loop.pool(primary, key));
  }

  private void acquire(Pool pool) {
    phase = Phase.WAITING;
    waitingAt = pool;
    ServerConnection server = pool.acquire(session, identity);
    if (server != null) {
      granted(server);
    }
  }

  /** There is a primary again, or the wait for one is over. */
  void primaryFound() {
    if (phase == Phase.WAITING && waitingAt == null) {
      find();
      loop.flushDirty();
    }
  }

  boolean awaitsPrimary() {
    return phase == Phase.WAITING && waitingAt == null;
  }

  private boolean mayLeavePrimary() {
    lastDecision = null;
    if (!unjudged.isEmpty()) {
      judge();
    }
    if (!loop.splits() || state.isPinnedByState()) {
      return false;
    }
    if (todo.texts().isEmpty() || todo.isOpaque() || todo.isFlushed() || !todo.isComplete()) {
      return false;
    }
    return isReadOnly();
  }

  /** Why the batch goes where it goes, in a word. */
  private String decisionLabel(@Nullable Server replica) {
    Decision decision = lastDecision;
    if (decision == null) {
      return state.isPinnedByState() ? "pinned" : "not-known";
    }
    boolean away = decision.target() == Decision.Target.REPLICA && replica == null;
    return away ? "no-replica" : decision.label();
  }

  private boolean isReadOnly() {
    if (todo.isOpaque()) {
      return false;
    }
    for (StatementText text : todo.texts()) {
      Decision decision = text.decision(loop.catalog(key.database()), policy.route());
      lastDecision = decision;
      if (decision.target() != Decision.Target.REPLICA) {
        return false;
      }
    }
    return true;
  }

  private @Nullable Server replica() {
    return tokens.isKnown(policy.scope(), state) ? loop.chooseReplica() : null;
  }

  private long neededToken() {
    return tokens.needed(policy.scope(), state);
  }

  // ---- linked

  /** A connection is there. */
  void granted(ServerConnection server) {
    waitingAt = null;
    if (session.isClosed()) {
      server.pool().release(server);
      return;
    }
    link = server;
    server.link(session);
    if (welcome != null) {
      state.beginFrom(server.baseline());
    }
    transactionNanos = loop.now();
    String difference =
        state.wanted().matches(server.parameters())
            ? null
            : state.wanted().difference(server.parameters());
    if (difference == null) {
      start(server);
    } else {
      phase = Phase.SYNCING;
      server.ask(difference, new ParameterSync(server));
      server.flush();
    }
  }

  private final class ParameterSync implements OwnQuery {
    private final ServerConnection server;

    ParameterSync(ServerConnection server) {
      this.server = server;
    }

    @Override
    public void row(@Nullable String value) {}

    @Override
    public void done(byte status, @Nullable ErrorFields error) {
      if (error == null) {
        server.parameters().applied(state.wanted());
        if (link == server && phase == Phase.SYNCING) {
          start(server);
          session.proceed();
          flushServer();
        }
      } else if (link == server) {
        link = null;
        own = null;
        server.unlink();
        server.close(DisconnectReason.RETIRED);
        refused(error.withDetail("raised when the client's parameters were restored"));
      }
    }

    @Override
    public void lost() {}
  }

  private void start(ServerConnection server) {
    phase = Phase.LINKED;
    Welcome then = welcome;
    if (then != null) {
      welcomed(server, then);
    } else if (!todo.isEmpty()) {
      sendBatch(server);
      sendNext();
    }
  }

  /** What the client went on to say while the batch before it was sent anew. */
  private void sendNext() {
    if (batch.isComplete() || batch.isFlushed() || batch.length() > loop.requestBufferBytes()) {
      dispatch();
    }
  }

  private boolean isShared(ServerConnection server) {
    return policy.mode() != PoolMode.SESSION || !server.isPrimary();
  }

  private void keepOwn(ServerConnection server) {
    if (server.isPrimary()) {
      own = server;
    }
  }

  /** Remembers what follows from a batch when it is answered. */
  private void note(Batch now) {
    List<Effect> effects = now.effects();
    state.sent(effects, loop.now());
    begun()
        .add(
            effects,
            state.resetsToStartup(effects),
            now.running().isEmpty() ? null : now.running().getLast(),
            now.isComplete());
  }

  /** The batch that is being sent: a new one, or the one that is not complete yet. */
  private SentBatch begun() {
    SentBatch last = inFlight.peekLast();
    if (last == null || last.isComplete()) {
      last = new SentBatch(loop.now());
      inFlight.add(last);
    }
    return last;
  }

  /** What is over with a ReadyForQuery. */
  private SentBatch over(ServerConnection server) {
    SentBatch over =
        Objects.requireNonNullElseGet(inFlight.poll(), () -> new SentBatch(loop.now()));
    while (server.replies().isEmpty() && !inFlight.isEmpty()) {
      // A Sync that the server ignored, in the middle of COPY.
      SentBatch more = inFlight.remove();
      over.add(more.effects(), more.restoring(), more.text(), true);
    }
    return over;
  }

  /** What was sent is not alone any more: what comes of it is the client's. */
  private void endAttempt() {
    if (attempt != null) {
      attempt.deliver(session);
      attempt = null;
    }
  }

  private void sendBatch(ServerConnection server) {
    Batch now = todo;
    boolean complete = now.isComplete();
    boolean alone = complete && !server.isInTransaction() && server.replies().isEmpty();
    endAttempt();
    if (alone && asReplica) {
      attempt = tryReplica(server);
    } else if (alone && isShared(server) && !now.isSimpleQuery()) {
      attempt = new ReplicaAttempt(true);
    }
    note(now);
    if (policy.mode() == PoolMode.SESSION && server.isPrimary() && loop.splits()) {
      pinHidden(now);
    }
    if (server.isPrimary() && (state.isPinned() || policy.mode() == PoolMode.SESSION)) {
      own = server;
      server.dirty(true);
      if (state.pins().contains(PinReason.UNTRACKED_SET)) {
        // A custom variable leaves its name behind, whatever is discarded.
        server.retire();
      }
    }
    new BatchSender(state, server, isShared(server), stamp()).send(now);
    server.pool().counters().bytesOut(now.length());
    batchOpen = !complete;
    if (now.isMixed()) {
      // A simple query in the middle of an extended batch: what that leaves in a server is its own.
      server.retire();
    }
    if (server.isPrimary()) {
      routeLabel = "primary";
      tokenOwed |= loop.splits() && (!isReadOnly() || tokens.isUnknown(policy.scope(), state));
      if (complete && tokenOwed && endsOutsideTransaction(server)) {
        askPosition(server);
      }
    } else {
      routeLabel = "replica";
    }
    if (attempt == null) {
      now.clear();
    } else if (now == batch) {
      batch = sent;
      sent = now;
      batch.clear();
    }
  }

  /** What the meaning of a text depends on: what was parsed under another stamp is parsed anew. */
  private long stamp() {
    return loop.catalogChanges(key.database()) << 32 | (state.meaning() & 0xffffffffL);
  }

  /** Pins for what may be hidden in functions; without a catalog it is judged when there is one. */
  private void pinHidden(Batch of) {
    FunctionCatalog catalog = loop.catalog(key.database());
    for (StatementText text : of.running()) {
      if (HiddenState.mayChange(text.analysis(), catalog)) {
        state.pin(PinReason.SESSION_FUNCTION, loop.now());
      } else if (!catalog.isLoaded() && !text.analysis().calls().isEmpty()) {
        unjudged.add(text.analysis());
      }
    }
  }

  private void judge() {
    FunctionCatalog catalog = loop.catalog(key.database());
    if (catalog.isLoaded()) {
      if (unjudged.stream().anyMatch(one -> HiddenState.mayChange(one, catalog))) {
        state.pin(PinReason.SESSION_FUNCTION, loop.now());
      }
      unjudged.clear();
    }
  }

  private ReplicaAttempt tryReplica(ServerConnection server) {
    long token = neededToken();
    boolean known = token == 0 || server.pool().server().replayPosition() >= token;
    var trying = new ReplicaAttempt(known);
    if (!known) {
      loop.counters().tokenChecked();
      server.ask(Tokens.replayedQuery(token), new TokenCheck(server, trying, token));
    }
    return trying;
  }

  /** Whether it is known that no transaction is open when the batch at hand is over. */
  private boolean endsOutsideTransaction(ServerConnection server) {
    if (server.replies().readies() > 1 || todo.running().size() != 1 || todo.isOpaque()) {
      return false;
    }
    if (!todo.running().getFirst().analysis().isSingle()) {
      return false;
    }
    StatementKind kind = todo.running().getFirst().analysis().kind();
    if (server.isInTransaction()) {
      return kind == StatementKind.COMMIT;
    }
    return kind == StatementKind.WRITE
        || kind == StatementKind.READ
        || kind == StatementKind.DDL
        || kind == StatementKind.CALL
        || kind == StatementKind.DO;
  }

  /** Asks for the position of what was written, behind it. */
  private void askPosition(ServerConnection server) {
    tokenOwed = false;
    boolean hold = sharesPositions();
    server.ask(Tokens.POSITION_QUERY, new PositionQuery(server, tokens.mark()));
    positionsAsked++;
    holdReady |= hold;
  }

  private int positionsAsked;
  private boolean holdReady;

  private final class PositionQuery implements OwnQuery {
    private final ServerConnection server;
    private final long mark;
    private @Nullable String position;

    PositionQuery(ServerConnection server, long mark) {
      this.server = server;
      this.mark = mark;
    }

    @Override
    public void row(@Nullable String value) {
      position = value;
    }

    @Override
    public void done(byte status, @Nullable ErrorFields error) {
      tokens.written(policy.scope(), state, server.pool().server(), position, mark);
      over();
      settle(server);
    }

    @Override
    public void lost() {
      tokens.written(policy.scope(), state, server.pool().server(), null, mark);
      over();
    }

    private void over() {
      positionsAsked--;
      if (positionsAsked == 0) {
        holdReady = false;
        releaseHeld();
      }
    }
  }

  private void releaseHeld() {
    holding = false;
    if (held.size() > 0) {
      byte[] bytes = held.toByteArray();
      held.reset();
      session.send(bytes, 0, bytes.length);
    }
  }

  /** Keeps what a client may not see yet; true when it was kept. */
  boolean holds(byte[] bytes, int from, int to) {
    if (holding && !restored) {
      held.write(bytes, from, to - from);
      return true;
    }
    return false;
  }

  private static final class TokenCheck implements OwnQuery {
    private final ServerConnection server;
    private final ReplicaAttempt of;
    private final long token;
    private boolean replayed;

    TokenCheck(ServerConnection server, ReplicaAttempt of, long token) {
      this.server = server;
      this.of = of;
      this.token = token;
    }

    @Override
    public void row(@Nullable String value) {
      replayed = "t".equals(value);
    }

    @Override
    public void done(byte status, @Nullable ErrorFields error) {
      of.checked(replayed && error == null);
      if (replayed) {
        server.pool().server().observedReplay(token);
      }
    }

    @Override
    public void lost() {}
  }

  // ---- what servers say

  boolean wantsParameter(String name, String value) {
    if (welcome != null) {
      // All at once, when the login is over.
      return false;
    }
    if (link != null && !link.isPrimary() && name.equals("in_hot_standby")) {
      return false;
    }
    SentBatch answering = inFlight.peek();
    if (answering != null && !restored && answering.restoring().contains(Parameters.key(name))) {
      // RESET went back to what the server has; the client's own beginning follows.
      return false;
    }
    if (!state.tell(name, value)) {
      return false;
    }
    if (attempt != null && attempt.isOpen()) {
      deliverKept(attempt);
    }
    return true;
  }

  boolean wants(byte type, byte[] bytes, int from, int to) {
    if (type == Backend.COMMAND_COMPLETE) {
      rows += Backend.rows(bytes, from, to);
      rolledBack |= Tags.isRollback(bytes, from, to);
      if (holdReady && !holding) {
        holdFromHere();
      }
    }
    ReplicaAttempt current = attempt;
    if (current == null || !current.isOpen()) {
      return true;
    }
    if (current.state() == ReplicaAttempt.State.DISCARDING) {
      return false;
    }
    boolean harmless =
        switch (type) {
          case Backend.PARSE_COMPLETE,
              Backend.BIND_COMPLETE,
              Backend.PARAMETER_DESCRIPTION,
              Backend.ROW_DESCRIPTION,
              Backend.NO_DATA ->
              true;
          default -> false;
        };
    boolean whole = link != null && link.isWholeMessage();
    if (harmless && whole && current.keep(bytes, from, to)) {
      return false;
    }
    deliverKept(current);
    return true;
  }

  /** Whether replies are kept back, because the batch may have to be sent again. */
  boolean isTrying() {
    return attempt != null && attempt.isOpen();
  }

  private void deliverKept(ReplicaAttempt current) {
    ServerConnection server = link;
    if (server != null) {
      server.before(() -> current.deliver(session));
      current.delivering();
    }
  }

  private void holdFromHere() {
    if (link != null) {
      link.before(() -> holding = true);
    }
  }

  boolean wantsError(ServerConnection server, byte[] bytes, int from, int to) {
    failedBatch = true;
    fatal |= Tags.isFatal(bytes, from, to);
    ReplicaAttempt current = attempt;
    if (current != null && current.isOpen()) {
      if (current.state() == ReplicaAttempt.State.DISCARDING) {
        return false;
      }
      ErrorFields error = ErrorFields.parse(bytes, from, to);
      String reason = !asReplica ? Healing.onPrimary(error) : Healing.onReplica(error);
      if (reason != null && retries < RETRIES_MAX) {
        current.heal(reason);
        loop.healed(reason);
        if (reason.equals(Healing.READ_ONLY)) {
          loop.learnedWrite(sent);
        }
        return false;
      }
      deliverKept(current);
    }
    if (!state.statements().isEmpty() && Tags.namesOurs(bytes, from, to)) {
      byte[] words = Backend.error(state.inClientsWords(ErrorFields.parse(bytes, from, to)));
      server.before(() -> session.deliver(words, 0, words.length));
      return false;
    }
    return true;
  }

  /** Whether a notice is for the client now. */
  boolean wantsNotice(byte[] bytes, int from, int to) {
    ReplicaAttempt current = attempt;
    if (current == null || !current.isOpen()) {
      return true;
    }
    if (current.state() == ReplicaAttempt.State.DISCARDING || current.keep(bytes, from, to)) {
      return false;
    }
    deliverKept(current);
    return true;
  }

  /** What is said in a server's stead; true when the client gets it now. */
  boolean wantsSynthetic(byte[] message) {
    ReplicaAttempt current = attempt;
    return current == null || !current.isOpen() || !current.keep(message, 0, message.length);
  }

  /** What a server says before it closes by itself: the client's, unless it is asked elsewhere. */
  boolean wantsLastWords() {
    ReplicaAttempt current = attempt;
    boolean wanted = current == null || !current.isOpen() || (link != null && link.isPrimary());
    fatal |= wanted;
    return wanted;
  }

  boolean wantsReady(ServerConnection server) {
    if (attempt != null && attempt.state() == ReplicaAttempt.State.DISCARDING) {
      return false;
    }
    if (attempt != null && attempt.isOpen()) {
      deliverKept(attempt);
    }
    if ((holdReady || mayRestore(server) || owesPosition(server)) && !holding) {
      holdFromHere();
    }
    return true;
  }

  /** Whether others may not hear of the end of a write before its position is asked for. */
  private boolean owesPosition(ServerConnection server) {
    return tokenOwed
        && !rolledBack
        && sharesPositions()
        && server.isPrimary()
        && !server.isInTransaction()
        && server.replies().isEmpty();
  }

  private boolean sharesPositions() {
    return policy.scope() == TokenScope.POD || policy.scope() == TokenScope.CLUSTER;
  }

  /** Whether the client has got the beginning of a message and not its end. */
  boolean isInMessage() {
    return link != null && link.isDelivering();
  }

  private boolean mayRestore(ServerConnection server) {
    SentBatch answering = inFlight.peek();
    return answering != null
        && !answering.restoring().isEmpty()
        && !failedBatch
        && server.replies().isEmpty()
        && !server.isInTransaction();
  }

  /** The client's ReadyForQuery waits until its startup values are in force again. */
  private void restore(ServerConnection server) {
    String difference = state.wanted().difference(server.parameters());
    if (difference == null) {
      endRestoring(server);
      return;
    }
    restored = true;
    server.ask(
        difference,
        new OwnQuery() {
          @Override
          public void row(@Nullable String value) {}

          @Override
          public void done(byte status, @Nullable ErrorFields error) {
            if (error == null) {
              server.parameters().applied(state.wanted());
            }
            endRestoring(server);
          }

          @Override
          public void lost() {}
        });
    server.flush();
  }

  private void endRestoring(ServerConnection server) {
    restored = false;
    if (positionsAsked == 0) {
      releaseHeld();
    }
    settle(server);
  }

  /** A batch was answered. */
  void ready(ServerConnection server) {
    ReplicaAttempt current = attempt;
    attempt = null;
    boolean restores = mayRestore(server);
    SentBatch over = over(server);
    boolean failed = failedBatch;
    boolean undone = rolledBack;
    long rowsOfBatch = rows;
    failedBatch = false;
    rolledBack = false;
    rows = 0;
    if (current != null && current.state() == ReplicaAttempt.State.DISCARDING) {
      elsewhere(server, current);
      return;
    }
    long now = loop.now();
    boolean inTransaction = server.isInTransaction();
    server.pool().counters().query(now - over.sinceNanos());
    loop.statistics().answered(server, over.text(), now - over.sinceNanos(), rowsOfBatch, failed);
    state.answered(over.effects(), failed, undone, inTransaction, server);
    for (Effect effect : over.effects()) {
      if (effect instanceof Effect.CatalogChange && !failed) {
        loop.catalogChanged(key.database());
      }
    }
    if (current != null) {
      sent.clear();
    }
    if (!inTransaction) {
      server.pool().counters().transaction(now - transactionNanos);
      transactionNanos = now;
      if (tokenOwed && server.isPrimary() && server.replies().isEmpty() && !undone) {
        askPosition(server);
        server.flush();
      } else if (tokenOwed && server.isPrimary() && !undone && sharesPositions()) {
        // The client hears of it now, and the position can only be asked for behind the rest.
        tokens.missed();
      }
      tokenOwed &= !undone;
    } else if (policy.mode() == PoolMode.STATEMENT) {
      session.fatal(
          ErrorFields.fatal(
              SqlState.FEATURE_NOT_SUPPORTED,
              "transaction blocks are not allowed in statement pooling mode"),
          DisconnectReason.PROTOCOL);
      return;
    }
    if (restores) {
      restore(server);
    } else {
      settle(server);
    }
  }

  /** Lets the connection go if nothing keeps it, and goes on with what waits. */
  private void settle(ServerConnection server) {
    if (link == server
        && server.replies().isEmpty()
        && !server.isInTransaction()
        && !batchOpen
        && !session.isClosed()) {
      boolean keep = state.isPinned() && server.isPrimary();
      link = null;
      Phase before = phase;
      phase = Phase.FREE;
      if (keep) {
        own = server;
        server.idle();
      } else {
        if (own == server) {
          own = null;
        }
        server.pool().release(server);
      }
      if (before == Phase.HALTED) {
        dispatch();
      }
    }
    session.proceed();
    flushServer();
  }

  /** What was sent is sent again: the names that it gave statements are not given yet. */
  private void unsend() {
    todo = sent;
    for (int i = 0; i < sent.count(); i++) {
      Batch.Named named = sent.named(i);
      if (named != null && named.statement() != null && named.name().length > 0) {
        state.statements().remove(SessionState.name(named.name()), named.statement());
      }
    }
  }

  /** The replica could not serve the read, and the client has seen nothing of it. */
  private void elsewhere(ServerConnection server, ReplicaAttempt current) {
    unsend();
    long now = loop.now();
    if (!asReplica) {
      // Parsed anew where it stands: its plans were for what is no more.
      retries++;
      outdate(server);
      sendBatch(server);
      flushServer();
      return;
    }
    link = null;
    phase = Phase.FREE;
    if (current.healedError() == null) {
      long waitNanos = loop.waitMillis() * 1_000_000;
      if (waitDeadlineNanos == 0) {
        waitDeadlineNanos = now + waitNanos;
        loop.counters().tokenWaited();
      }
      if (now < waitDeadlineNanos) {
        phase = Phase.HALTED;
        server.pool().release(server);
        loop.after(
            1,
            () -> {
              if (phase == Phase.HALTED && !session.isClosed()) {
                loop.tick();
                phase = Phase.FREE;
                find();
                flushServer();
                loop.flushDirty();
              }
            });
        return;
      }
      loop.counters().tokenGivenUp();
    }
    server.pool().release(server);
    retries++;
    find();
    flushServer();
  }

  /** What the batch uses is parsed anew on this connection. */
  private void outdate(ServerConnection server) {
    for (int i = 0; i < sent.count(); i++) {
      Batch.Named named = sent.named(i);
      if (named != null) {
        Prepared statement =
            named.statement() != null
                ? named.statement()
                : state.statements().get(SessionState.name(named.name()));
        if (statement != null && server.statements().holdsOutdated(statement)) {
          server.statements().addOutdated(statement);
        }
        server.statements().unnamed(null);
      }
    }
  }

  /** No connection is to be had at the server that was chosen: the primary is asked. */
  void elsewhere(ErrorFields why) {
    waitingAt = null;
    retries++;
    if (retries > RETRIES_MAX) {
      refused(why);
    } else {
      find();
      flushServer();
    }
  }

  /** No connection is to be had for what the client asked. */
  void refused(ErrorFields why) {
    waitingAt = null;
    boolean complete = todo.isComplete();
    phase = Phase.FREE;
    todo.clear();
    batchOpen = false;
    attempt = null;
    Consumer<ErrorFields> told = unwelcome;
    if (told != null) {
      welcome = null;
      unwelcome = null;
      told.accept(why);
      return;
    }
    refuse(why, complete);
    sendNext();
    session.proceed();
  }

  private void refuse(ErrorFields why, boolean complete) {
    session.send(Backend.error(why));
    if (complete) {
      session.send(Backend.readyForQuery(Backend.IDLE));
    } else {
      skippingToSync = true;
    }
  }

  /** A client waits no longer for what it asked. */
  void cancelled() {
    if (phase == Phase.WAITING || (phase == Phase.HALTED && link == null)) {
      if (waitingAt != null) {
        waitingAt.withdraw(session);
      }
      refused(
          ErrorFields.error(SqlState.QUERY_CANCELED, "canceling statement due to user request"));
      loop.flushDirty();
    } else if (link != null) {
      loop.cancelOn(link);
    }
  }

  void serverLost(ServerConnection server) {
    boolean nothingAsked =
        phase == Phase.SYNCING || (attempt != null && attempt.isOpen() && asReplica);
    boolean owesNothing =
        phase == Phase.LINKED
            && inFlight.isEmpty()
            && !fatal
            && !server.isInTransaction()
            && !server.replies().owesClient();
    if (server == link && owesNothing && !batchOpen && !state.isPinned()) {
      // Only a position of ours was asked for: the client has all its answers.
      link = null;
      phase = Phase.FREE;
      return;
    }
    if (server == link && nothingAsked && !state.isPinnedByState()) {
      link = null;
      own = own == server ? null : own;
      if (phase != Phase.SYNCING) {
        // Before it is sent again: what is skipped here must not undo what is said anew.
        server.replies().abandon();
        inFlight.clear();
        failedBatch = false;
        unsend();
        loop.healed(Healing.LOST);
      }
      attempt = null;
      phase = Phase.FREE;
      retries++;
      if (retries > RETRIES_MAX) {
        refused(lossOf(server));
      } else {
        find();
        flushServer();
      }
      return;
    }
    if (holding) {
      // The write may have been acknowledged by the server, but its position is not known.
      releaseHeld();
    }
    if (fatal) {
      session.close(DisconnectReason.UPSTREAM_LOST);
    } else {
      session.fatal(lossOf(server), DisconnectReason.UPSTREAM_LOST);
    }
  }

  private static ErrorFields lossOf(ServerConnection server) {
    ErrorFields words = server.lastWords();
    ErrorFields loss =
        ErrorFields.fatal(SqlState.CONNECTION_FAILURE, "the connection to the server was lost");
    return words == null
        ? loss.withDetail("server " + server.pool().server().address())
        : loss.withDetail(
            "server " + server.pool().server().address() + " said: " + words.message());
  }

  void flushServer() {
    if (link != null) {
      link.flush();
    }
  }

  @Override
  public void clientWritable(boolean writable) {
    if (link != null) {
      link.socket().reading(writable);
    }
  }

  @Override
  public void ended(boolean goodbye) {
    if (waitingAt != null) {
      waitingAt.withdraw(session);
    }
    loop.forgetWaiting(this);
    ServerConnection server = link;
    ServerConnection kept = own;
    link = null;
    own = null;
    if (server != null && !server.isClosed()) {
      leave(server);
    }
    if (kept != null && kept != server && !kept.isClosed()) {
      leave(kept);
    }
    state.pins().clear(null);
  }

  private void leave(ServerConnection server) {
    if (!session.isBetweenMessages() || batchOpen) {
      // Half of something was sent: nothing can follow it.
      server.unlink();
      server.abort(DisconnectReason.RETIRED);
    } else {
      server.flush();
      server.pool().abandon(server);
    }
  }

  @Nullable String routeLabel() {
    return routeLabel;
  }
}
