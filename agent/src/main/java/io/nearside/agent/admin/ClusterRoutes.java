package io.nearside.agent.admin;

import io.nearside.cluster.BusStatistics;
import io.nearside.cluster.InvalidationBus;
import io.nearside.cluster.Member;
import io.nearside.cluster.Membership;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code /cluster}: membership, its events, leaving; and how consistent this sidecar is. */
final class ClusterRoutes {
  private static final Logger log = LoggerFactory.getLogger(ClusterRoutes.class);
  private static final long LEAVE_SECONDS = 15;

  private final InvalidationBus bus;
  private final ConsistencyView consistency;
  private final EventStreams events;
  private final BooleanSupplier fenceOpen;

  ClusterRoutes(
      InvalidationBus bus,
      ConsistencyView consistency,
      EventStreams events,
      BooleanSupplier fenceOpen) {
    this.bus = bus;
    this.fenceOpen = fenceOpen;
    this.consistency = consistency;
    this.events = events;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get("/cluster", "This sidecar and its peers.", this::members),
        Endpoint.get(
            "/cluster/consistency",
            "Whether the near-cache may answer, and what that rests on.",
            this::consistency),
        Endpoint.get(
            "/cluster/events",
            "Joins, leaves, fences and epochs, as server-sent events.",
            events::open),
        Endpoint.post(
            "/cluster/leave", "Leaves the cluster for good; reads pass through.", this::leave));
  }

  private void members(RoutingContext request) {
    Membership membership = bus.membership();
    var peers = new JsonArray();
    membership.peers().forEach(peer -> peers.add(json(peer)));
    Answers.json(
        request,
        200,
        new JsonObject()
            .put("joined", bus.joined())
            .put("freshness", bus.freshnessDetail())
            // The bus knows its own reason only; the near-cache may be fenced for another.
            .put("self", json(membership.self()).put("fenced", !fenceOpen.getAsBoolean()))
            .put("members", peers));
  }

  private static JsonObject json(Member member) {
    return new JsonObject()
        .put("id", member.id())
        .put("address", member.address())
        .put("incarnation", member.incarnation())
        .put("version", member.version())
        .put("zone", member.zone())
        .put("joinedAt", member.joinedAt().toString())
        .put("lastHeardMillis", member.lastHeardMillis())
        .put("sequence", member.sequence())
        .put("sequenceLag", member.sequenceLag())
        .put("fenced", member.fenced());
  }

  private void consistency(RoutingContext request) {
    Answers.when(request, consistency.report(), this::json);
  }

  private JsonObject json(ConsistencyView.Report report) {
    BusStatistics statistics = bus.statistics();
    long received = statistics.messagesReceived();
    var moves = new JsonObject();
    report.epochMoves().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(move -> moves.put(move.getKey(), move.getValue()));
    return new JsonObject()
        .put("fence", json(report.fence()))
        .put("strong", report.strong() == null ? null : json(report.strong()))
        .put("tracking", report.tracking().name().toLowerCase(Locale.ROOT))
        .put("epoch", report.epoch())
        .put("epochMoves", moves)
        .put("recent", events.history())
        .put(
            "lag",
            new JsonObject()
                .put("worstMillis", statistics.lagNanosMax() / 1e6)
                .put("meanMillis", received == 0 ? 0 : statistics.lagNanosTotal() / 1e6 / received))
        .put("gaps", statistics.gaps())
        .put("duplicates", statistics.duplicates())
        .put("badSeals", statistics.badSeals())
        .put("overflows", statistics.overflows());
  }

  private static JsonObject json(FenceReport fence) {
    var sources = new JsonArray();
    for (FenceReport.Source source : fence.sources()) {
      boolean always = source.freshForMillis() == FenceReport.ALWAYS;
      sources.add(
          new JsonObject()
              .put("name", source.name())
              .put("open", source.open())
              .put("freshForMillis", always ? null : source.freshForMillis())
              .put("detail", source.detail()));
    }
    return new JsonObject()
        .put("open", fence.open())
        .put("reason", fence.reason())
        .put("sources", sources);
  }

  private void leave(RoutingContext request) {
    log.info("leaving the cluster by=admin");
    var context = Vertx.currentContext();
    Future<Void> left =
        context == null
            ? Future.fromCompletionStage(bus.leave())
            : Future.fromCompletionStage(bus.leave(), context);
    Answers.when(
        request,
        left.timeout(LEAVE_SECONDS, TimeUnit.SECONDS),
        done -> new JsonObject().put("left", true));
  }
}
