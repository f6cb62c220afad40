package io.nearside.agent.postgres;

import io.nearside.agent.postgres.sql.Analysis;
import io.nearside.agent.postgres.sql.Decision;
import io.nearside.agent.postgres.sql.FunctionCatalog;
import io.nearside.agent.postgres.sql.RoutePolicy;
import io.nearside.agent.postgres.sql.Router;
import io.nearside.agent.postgres.sql.StatementKind;
import org.jspecify.annotations.Nullable;

/** What is known of one text: what it does, and where it goes by the catalog seen last. */
final class StatementText {
  private static final Decision LEARNED =
      new Decision(
          Decision.Target.PRIMARY, "a replica has refused it as a write before", "learned");

  private final Analysis analysis;
  private @Nullable Decision decision;
  private @Nullable FunctionCatalog decidedBy;
  private @Nullable RoutePolicy decidedFor;
  private @Nullable QueryFigures figures;
  private final boolean writes;
  private boolean learned;

  StatementText(Analysis analysis) {
    this.analysis = analysis;
    this.writes = !analysis.exact() || analysis.kinds().stream().anyMatch(StatementText::isWrite);
  }

  private static boolean isWrite(StatementKind kind) {
    return switch (kind) {
      case WRITE, DDL, COPY_FROM, CALL, DO, LOCK, TWO_PHASE -> true;
      default -> false;
    };
  }

  Analysis analysis() {
    return analysis;
  }

  /** Its route outside explicit transactions; remembered until catalog or policy are others. */
  Decision decision(FunctionCatalog catalog, RoutePolicy policy) {
    Decision known = decision;
    if (known == null || !isDecidedBy(catalog, policy)) {
      known = learned ? LEARNED : Router.decide(analysis, catalog, policy);
      decision = known;
      decidedBy = catalog;
      decidedFor = policy;
    }
    return known;
  }

  @SuppressWarnings("ReferenceEquality") // another catalog object may hold anything
  private boolean isDecidedBy(FunctionCatalog catalog, RoutePolicy policy) {
    return decidedBy == catalog && decidedFor == policy;
  }

  /** A replica has refused it: the primary's, from now on. */
  void writes() {
    learned = true;
    decision = null;
  }

  /** Whether it writes or locks rows, as far as its text shows, or can not be read. */
  boolean isWriting() {
    return writes;
  }

  /** Where it is counted; null until it was seen by the statistics. */
  @Nullable QueryFigures figures() {
    return figures;
  }

  void figures(QueryFigures now) {
    figures = now;
  }
}
