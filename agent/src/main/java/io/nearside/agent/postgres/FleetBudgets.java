package io.nearside.agent.postgres;

import io.nearside.agent.postgres.upstream.Budget;
import io.nearside.agent.postgres.upstream.BudgetSettings;
import io.nearside.agent.postgres.upstream.BudgetState;
import io.nearside.agent.postgres.upstream.BudgetUser;
import io.nearside.agent.postgres.upstream.Server;
import io.nearside.config.PostgresBudgetConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The fleet's budgets of connections that this sidecar takes part in: one for each server and
 * database that is used. On the event loop.
 */
final class FleetBudgets {
  private final PostgresLoop loop;
  private final PostgresFace face;
  private final Map<Server, Map<String, Part>> parts = new LinkedHashMap<>();

  FleetBudgets(PostgresLoop loop, PostgresFace face) {
    this.loop = loop;
    this.face = face;
  }

  /** What the pools of a server and database may have; they share it. */
  Allowance allowance(Server server, String database) {
    PostgresBudgetConfig config = loop.config().budget();
    if (config.maxServerConnections() == 0) {
      return Allowance.unlimited();
    }
    return parts
        .computeIfAbsent(server, s -> new LinkedHashMap<>())
        .computeIfAbsent(database, d -> new Part(server, d, config))
        .allowance;
  }

  List<BudgetState> states() {
    List<BudgetState> states = new ArrayList<>();
    parts.values().forEach(byName -> byName.values().forEach(p -> states.add(p.budget.state())));
    return states;
  }

  /** Where each stands. */
  List<PostgresStatistics.BudgetShare> shares() {
    List<PostgresStatistics.BudgetShare> shares = new ArrayList<>();
    parts
        .values()
        .forEach(byName -> byName.values().forEach(part -> shares.add(part.statistics())));
    return shares;
  }

  void close() {
    parts
        .values()
        .forEach(
            byName ->
                byName
                    .values()
                    .forEach(
                        part -> {
                          var _ = part.budget.close();
                        }));
  }

  private final class Part implements BudgetUser {
    private final Server server;
    private final String database;
    private final Allowance allowance;
    private final Budget budget;

    Part(Server server, String database, PostgresBudgetConfig config) {
      this.server = server;
      this.database = database;
      this.budget =
          Budget.start(
              face.vertx(),
              face.upstreamSettings(loop.config()),
              server.address(),
              database,
              new BudgetSettings(
                  config.maxServerConnections(),
                  config.guaranteed(),
                  config.sidecarsMax(),
                  config.graceMillis()),
              face.bus(),
              this);
      this.allowance = new Allowance(budget::allowed, budget::changed);
    }

    @Override
    public int open() {
      return allowance.taken();
    }

    @Override
    public int wanted() {
      int wanted = 0;
      for (Pool pool : pools()) {
        wanted += Math.min(pool.max(), pool.inUse() + pool.waiting());
      }
      return wanted;
    }

    @Override
    public void allowed(int connections, boolean atOnce) {
      loop.tick();
      for (Pool pool : pools()) {
        if (atOnce) {
          pool.cut();
        } else {
          pool.trim();
        }
        pool.serve();
      }
      loop.flushDirty();
    }

    PostgresStatistics.BudgetShare statistics() {
      BudgetState state = budget.state();
      return new PostgresStatistics.BudgetShare(
          server.toString(),
          database,
          state.allowed(),
          state.open(),
          state.wanted(),
          state.due(),
          state.slots(),
          state.held(),
          state.ledger(),
          state.joined(),
          state.detail());
    }

    private List<Pool> pools() {
      return loop.poolsOf(server).stream()
          .filter(pool -> pool.key().database().equals(database))
          .toList();
    }
  }
}
