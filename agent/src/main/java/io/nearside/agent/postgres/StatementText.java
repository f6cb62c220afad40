package io.nearside.agent.postgres;

import io.nearside.agent.postgres.sql.Analysis;
import io.nearside.agent.postgres.sql.Decision;
import io.nearside.agent.postgres.sql.FunctionCatalog;
import io.nearside.agent.postgres.sql.RoutePolicy;
import io.nearside.agent.postgres.sql.Router;
import org.jspecify.annotations.Nullable;

/** What is known of one text: what it does, and where it goes by the catalog seen last. */
final class StatementText {
  private final Analysis analysis;
  private @Nullable Decision decision;
  private @Nullable FunctionCatalog decidedBy;
  private @Nullable RoutePolicy decidedFor;
  private @Nullable String fingerprint;

  StatementText(Analysis analysis) {
    this.analysis = analysis;
  }

  Analysis analysis() {
    return analysis;
  }

  /** Its route outside explicit transactions; remembered until catalog or policy are others. */
  Decision decision(FunctionCatalog catalog, RoutePolicy policy) {
    Decision known = decision;
    if (known == null || !isDecidedBy(catalog, policy)) {
      known = Router.decide(analysis, catalog, policy);
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

  @Nullable String fingerprint() {
    return fingerprint;
  }

  void fingerprint(String text) {
    fingerprint = text;
  }
}
