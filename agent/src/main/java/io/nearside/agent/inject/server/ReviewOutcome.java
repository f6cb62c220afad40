package io.nearside.agent.inject.server;

import io.nearside.agent.inject.InjectionResult;

/**
 * What became of one request to the webhook: for the log, and for metrics' labels.
 *
 * @param decision {@code injected}, {@code skipped}, {@code refused} or {@code rejected}
 * @param reason one of a few words; empty where there is none to say
 */
record ReviewOutcome(String decision, String reason) {
  static final ReviewOutcome GONE = rejected("client_gone");

  static ReviewOutcome of(InjectionResult result) {
    return switch (result) {
      case InjectionResult.Injected _ -> new ReviewOutcome("injected", "");
      case InjectionResult.Skipped skipped ->
          new ReviewOutcome("skipped", skipped.reason().label());
      // Its message may quote an annotation with a password: it goes to the client only.
      case InjectionResult.Refused _ -> new ReviewOutcome("refused", "annotation");
    };
  }

  /** The request could not be answered with a review. */
  static ReviewOutcome rejected(String reason) {
    return new ReviewOutcome("rejected", reason);
  }
}
