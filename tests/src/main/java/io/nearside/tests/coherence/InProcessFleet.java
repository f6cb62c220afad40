package io.nearside.tests.coherence;

import io.nearside.agent.Agent;
import io.nearside.cluster.BusSettings;
import io.nearside.cluster.ClusterSecret;
import io.nearside.cluster.InvalidationBus;
import io.nearside.cluster.Proof;
import io.nearside.cluster.local.Faults;
import io.nearside.cluster.local.HubTime;
import io.nearside.cluster.local.LocalHub;
import io.nearside.cluster.local.LocalInvalidationBus;
import io.nearside.config.ConfigLoader;
import io.nearside.tests.stack.FreePort;
import io.nearside.tests.stack.RedisServer;
import io.nearside.tests.stack.SidecarYaml;
import io.nearside.tests.stack.TamperProxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Sidecars in this process on a bus that can be spoilt. A pause stops a sidecar's bus and nothing
 * else: it goes on serving its clients, deaf and dumb.
 */
public final class InProcessFleet implements FleetUnderTest, BusTampering {
  private static final Duration JOINED_WITHIN = Duration.ofSeconds(30);
  private static final long LOSS_NOTICED_NANOS = Duration.ofMillis(200).toNanos();
  private static final int QUEUE_KEYS_MAX = 65_536;

  /** Who was killed has nobody to take leave of. */
  private static final long LEAVE_MILLIS = 300;

  // Many samples, so that short runs have some.
  private static final Map<String, String> SETTINGS =
      Map.of("NEARSIDE_COHERENCE_SAMPLER_PER_SECOND", "50");

  /** The default of the sidecars. */
  private static final long STRONG_LEASE_MILLIS = 1_000;

  private static final String SECRET = "a-secret-of-tests-only";

  private final RedisServer redis = RedisServer.start();
  private final Setup setup;
  private final SidecarYaml yaml;
  private final LocalHub hub;
  private final List<TamperProxy> links = new ArrayList<>();
  private final List<Integer> ports = new ArrayList<>();
  private final List<Agent> agents = new CopyOnWriteArrayList<>();
  private final List<Agent> joiners = new CopyOnWriteArrayList<>();
  private final List<SkippingBus> buses = new CopyOnWriteArrayList<>();
  private volatile Faults faults = Faults.none();
  private volatile int skipEveryNth;

  private InProcessFleet(Setup setup) {
    this.setup = setup;
    this.yaml = setup.change.apply(SidecarYaml.alone(redis.url()));
    this.hub = new LocalHub(HubTime.real(), (from, to) -> faults.copies(from, to));
  }

  /**
   * What a fleet is made of.
   *
   * @param seed of what happens to the bus's messages
   * @param change what is to be otherwise than the defaults
   * @param links whether each sidecar has a way of its own to the upstream that can be spoilt
   * @param bus what each sidecar has for its bus; takes the good one
   * @param proof whom a sidecar must have heard
   */
  public record Setup(
      int sidecars,
      long seed,
      UnaryOperator<SidecarYaml> change,
      boolean links,
      UnaryOperator<InvalidationBus> bus,
      Proof proof) {

    /** Where every peer proves. */
    public Setup(
        int sidecars,
        long seed,
        UnaryOperator<SidecarYaml> change,
        boolean links,
        UnaryOperator<InvalidationBus> bus) {
      this(sidecars, seed, change, links, bus, Proof.PEERS);
    }
  }

  /** As {@link #start(int, boolean, long)} with tracking, where the trackers prove. */
  public static InProcessFleet startWithProofByTrackers(int count, long seed) {
    return start(
        new Setup(
            count,
            seed,
            UnaryOperator.identity(),
            false,
            UnaryOperator.identity(),
            Proof.TRACKERS));
  }

  /**
   * Starts sidecars and waits until they have joined.
   *
   * @param tracking without it, writers that bypass the sidecars are not seen, and must not be
   * @param seed of what happens to the bus's messages
   */
  public static InProcessFleet start(int count, boolean tracking, long seed) {
    UnaryOperator<SidecarYaml> change =
        tracking ? UnaryOperator.identity() : SidecarYaml::withoutTracking;
    return start(new Setup(count, seed, change, false, UnaryOperator.identity()));
  }

  /** Starts sidecars and waits until they have joined. */
  public static InProcessFleet start(Setup setup) {
    InProcessFleet fleet = new InProcessFleet(setup);
    try {
      for (int i = 0; i < setup.sidecars; i++) {
        fleet.ports.add(FreePort.next());
        if (setup.links) {
          fleet.links.add(TamperProxy.inFrontOf(fleet.redis.port()));
        }
        fleet.startAgent(i);
      }
      fleet.awaitJoined();
      return fleet;
    } catch (RuntimeException failed) {
      fleet.close();
      throw failed;
    }
  }

  /**
   * One sidecar more, which is not among those that have a number here; waits for nothing but its
   * listeners. May be called by several threads at once.
   *
   * @param variables of its environment: {@code NEARSIDE_REDIS_WARM_ENABLED=false}
   */
  public Agent join(Map<String, String> variables) {
    String id = "joiner-" + joiners.size() + "-" + System.nanoTime();
    Agent agent = startAgent(id, FreePort.next(), bus(id), variables);
    joiners.add(agent);
    return agent;
  }

  /** The sidecar itself. */
  public Agent agent(int sidecar) {
    return agents.get(sidecar);
  }

  /** The server behind all of them. */
  public RedisServer redis() {
    return redis;
  }

  private void startAgent(int index) {
    String id = name(index);
    SkippingBus bus = bus(id);
    SidecarYaml own =
        links.isEmpty() ? yaml : yaml.withUpstream("redis://127.0.0.1:" + links.get(index).port());
    String text = own.member(id, ports.get(index), 0, List.of()).text();
    Map<String, String> variables = new HashMap<>(SETTINGS);
    variables.put("NEARSIDE_CLUSTER_PROOF", setup.proof.name().toLowerCase(Locale.ROOT));
    Agent agent = Agent.start(ConfigLoader.loadText(text, id, variables), bus);
    if (index < agents.size()) {
      agents.set(index, agent);
      buses.set(index, bus);
    } else {
      agents.add(agent);
      buses.add(bus);
    }
  }

  private Agent startAgent(String id, int port, SkippingBus bus, Map<String, String> variables) {
    String text = yaml.member(id, port, 0, List.of()).text();
    return Agent.start(ConfigLoader.loadText(text, id, variables), bus);
  }

  private SkippingBus bus(String id) {
    BusSettings settings =
        new BusSettings(
            id,
            "test",
            "",
            yaml.maxStalenessMillis(),
            ClusterSecret.of(SECRET),
            QUEUE_KEYS_MAX,
            0,
            LEAVE_MILLIS,
            STRONG_LEASE_MILLIS,
            yaml.unknownOutcomeMillis(),
            setup.proof);
    SkippingBus bus = new SkippingBus(setup.bus.apply(new LocalInvalidationBus(settings, hub)));
    bus.skip(skipEveryNth);
    return bus;
  }

  private void awaitJoined() {
    long deadline = System.nanoTime() + JOINED_WITHIN.toNanos();
    for (SkippingBus bus : buses) {
      while (bus.membership().peers().size() < buses.size() - 1
          || bus.freshUntilNanos() - System.nanoTime() < 0) {
        if (System.nanoTime() - deadline > 0) {
          throw new IllegalStateException(
              "not joined: " + bus.membership() + "; " + bus.freshnessDetail());
        }
        LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
      }
    }
  }

  @Override
  public int size() {
    return agents.size();
  }

  @Override
  public SocketAddress address(int sidecar) {
    return loopback(ports.get(sidecar));
  }

  @Override
  public SocketAddress upstream() {
    return loopback(redis.port());
  }

  private static SocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  @Override
  public void kill(int sidecar) {
    hub.kill(name(sidecar), LOSS_NOTICED_NANOS);
    agents.get(sidecar).close();
  }

  @Override
  public void restart(int sidecar) {
    startAgent(sidecar);
  }

  @Override
  public void pause(int sidecar) {
    hub.pause(name(sidecar));
  }

  @Override
  public void resume(int sidecar) {
    hub.resume(name(sidecar));
  }

  @Override
  public int cutTracking() {
    return TrackingCut.cut(redis);
  }

  @Override
  public void killUpstream() {
    redis.kill();
  }

  @Override
  public void restartUpstream() {
    redis.restart();
  }

  @Override
  public void pauseUpstream() {
    redis.pause();
  }

  @Override
  public void resumeUpstream() {
    redis.resume();
  }

  @Override
  public Optional<BusTampering> bus() {
    return Optional.of(this);
  }

  @Override
  public void apply(BusFaults wanted) {
    faults =
        wanted.equals(BusFaults.NONE)
            ? Faults.none()
            : Faults.seeded(
                setup.seed,
                new Faults.Rates(
                    wanted.dropped(),
                    wanted.duplicated(),
                    wanted.delayed(),
                    Duration.ofMillis(wanted.delayMaxMillis()).toNanos()));
  }

  @Override
  public void skipInvalidations(int everyNth) {
    skipEveryNth = everyNth;
    buses.forEach(bus -> bus.skip(everyNth));
  }

  @Override
  public void split(Set<Integer> sidecars) {
    hub.split(sidecars.stream().map(InProcessFleet::name).collect(Collectors.toSet()));
  }

  @Override
  public void heal() {
    hub.heal();
  }

  @Override
  public void cut(int one, int other) {
    hub.cut(name(one), name(other));
  }

  @Override
  public void mend(int one, int other) {
    hub.mend(name(one), name(other));
  }

  private static String name(int sidecar) {
    return "sidecar-" + sidecar;
  }

  @Override
  public Optional<TamperProxy> link(int sidecar) {
    return links.isEmpty() ? Optional.empty() : Optional.of(links.get(sidecar));
  }

  @Override
  public String metrics(int sidecar) {
    URI uri = URI.create("http://127.0.0.1:" + agents.get(sidecar).adminPort() + "/metrics");
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  @Override
  public void close() {
    joiners.forEach(Agent::close);
    agents.forEach(Agent::close);
    links.forEach(TamperProxy::close);
    redis.close();
  }
}
