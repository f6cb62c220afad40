package io.nearside.agent.inject.server;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.nearside.agent.inject.NamespaceLabels;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Labels of namespaces, asked of the API server and kept for some seconds. What can not be read is
 * what it was when it could, else {@link NamespaceLabels#OPTED_IN}; that too is kept for some
 * seconds, so that an API server that is away is not waited for with every review. Each listener
 * has its own: confined to its context, on which the answers come.
 */
final class ApiNamespaceLabels {
  private static final long FRESH_NANOS = Duration.ofSeconds(5).toNanos();
  private static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(10);
  private static final int NAMESPACES_MAX = 4_096;

  /** No review waits longer for labels; API servers wait 10 s for us. */
  private static final Duration WAIT = Duration.ofSeconds(1);

  private final KubeApi api;
  private final LongSupplier nanoTime;
  private final Cache<String, Asked> known =
      Caffeine.newBuilder().maximumSize(NAMESPACES_MAX).expireAfterWrite(FORGOTTEN_AFTER).build();

  private record Asked(Future<Map<String, String>> labels, long nanos) {}

  ApiNamespaceLabels(KubeApi api, LongSupplier nanoTime) {
    this.api = api;
    this.nanoTime = nanoTime;
  }

  /** Never fails; bounded in time. */
  Future<Map<String, String>> of(String namespace) {
    Asked last = known.getIfPresent(namespace);
    long now = nanoTime.getAsLong();
    if (last != null && now - last.nanos() < FRESH_NANOS) {
      return last.labels();
    }
    Future<Map<String, String>> labels =
        api.get("/api/v1/namespaces/" + namespace, WAIT)
            .map(answer -> answer.isFound() ? labels(answer.body()) : before(last))
            .recover(failure -> Future.succeededFuture(before(last)));
    known.put(namespace, new Asked(labels, now));
    return labels;
  }

  private static Map<String, String> before(@Nullable Asked last) {
    return last != null && last.labels().succeeded()
        ? last.labels().result()
        : NamespaceLabels.OPTED_IN;
  }

  /** Of a namespace, or of any object. */
  static Map<String, String> labels(JsonObject object) {
    Map<String, String> labels = new HashMap<>();
    JsonObject metadata = object.getJsonObject("metadata", new JsonObject());
    for (Map.Entry<String, Object> label : metadata.getJsonObject("labels", new JsonObject())) {
      labels.put(label.getKey(), String.valueOf(label.getValue()));
    }
    return labels;
  }
}
