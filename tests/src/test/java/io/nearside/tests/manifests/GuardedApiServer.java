package io.nearside.tests.manifests;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.client.NamespacedKubernetesClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * fabric8's mock API server with the rights of one account: whoever shows its token may do what its
 * roles say, anything else is answered 403 (the authorization of Kubernetes' documentation, "Using
 * RBAC Authorization"). Without the token everything is allowed, for the test itself.
 */
final class GuardedApiServer implements AutoCloseable {
  private static final Pattern PATH =
      Pattern.compile(
          "/(?:api|apis/(?<group>[^/]+))/v1(?:/namespaces/(?<namespace>[^/]+)(?=/))?"
              + "/(?<resource>[^/?]+)(?:/(?<name>[^/?]+))?(?:\\?(?<query>.*))?");

  /** What any account may ask. */
  private static final String VERSION = "/version";

  private final String token;
  private final List<Manifest> roles;
  private final Set<String> used = new ConcurrentSkipListSet<>();
  private final Set<String> denied = new ConcurrentSkipListSet<>();
  private final KubernetesMockServer server;
  private final NamespacedKubernetesClient client;

  GuardedApiServer(String token, List<Manifest> roles) {
    this.token = token;
    this.roles = roles;
    this.server =
        new KubernetesMockServer(
            new Context(),
            new MockWebServer(),
            new HashMap<>(),
            new KubernetesCrudDispatcher() {
              @Override
              public MockResponse dispatch(RecordedRequest request) {
                return isAllowed(request)
                    ? super.dispatch(request)
                    : new MockResponse().setResponseCode(403).setBody("{}");
              }
            },
            false);
    server.init();
    client = server.createClient();
  }

  NamespacedKubernetesClient client() {
    return client;
  }

  String url() {
    return "http://127.0.0.1:" + server.getPort();
  }

  /** What the account has done of what it may, as {@link #granted} writes it. */
  Set<String> used() {
    return Set.copyOf(used);
  }

  /** What it was refused. */
  Set<String> denied() {
    return Set.copyOf(denied);
  }

  /** All that a role allows: {@code get namespaces}. */
  static Set<String> granted(Manifest role) {
    Set<String> granted = new ConcurrentSkipListSet<>();
    for (JsonNode rule : role.at("/rules")) {
      for (JsonNode verb : rule.path("verbs")) {
        for (JsonNode resource : rule.path("resources")) {
          granted.add(verb.asText() + " " + resource.asText());
        }
      }
    }
    return granted;
  }

  private boolean isAllowed(RecordedRequest request) {
    if (!("Bearer " + token).equals(request.getHeader("Authorization"))
        || request.getPath().equals(VERSION)) {
      return true;
    }
    Matcher path = PATH.matcher(request.getPath());
    if (!path.matches()) {
      denied.add(request.getRequestLine());
      return false;
    }
    String verb = verb(request.getMethod(), path);
    boolean allowed =
        roles.stream()
            .filter(
                role -> role.is("ClusterRole") || role.namespace().equals(part(path, "namespace")))
            .flatMap(role -> Nodes.stream(role.at("/rules")))
            .anyMatch(rule -> allows(rule, verb, path));
    (allowed ? used : denied).add(verb + " " + part(path, "resource"));
    return allowed;
  }

  private static String part(Matcher path, String name) {
    String part = path.group(name);
    return part == null ? "" : part;
  }

  private static String verb(String method, Matcher path) {
    return switch (method) {
      case "GET" ->
          part(path, "query").contains("watch=")
              ? "watch"
              : part(path, "name").isEmpty() ? "list" : "get";
      case "POST" -> "create";
      case "PUT" -> "update";
      default -> method.toLowerCase(Locale.ROOT);
    };
  }

  /** A rule with names says nothing of requests without one, as those that create or list. */
  private static boolean allows(JsonNode rule, String verb, Matcher path) {
    JsonNode names = rule.path("resourceNames");
    return Nodes.strings(rule.path("verbs")).anyMatch(verb::equals)
        && Nodes.strings(rule.path("apiGroups")).anyMatch(part(path, "group")::equals)
        && Nodes.strings(rule.path("resources")).anyMatch(part(path, "resource")::equals)
        && (names.isEmpty() || Nodes.strings(names).anyMatch(part(path, "name")::equals));
  }

  @Override
  public void close() {
    client.close();
    server.destroy();
  }
}
