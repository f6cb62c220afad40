package io.nearside.agent;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code nearside warm}: asks a running sidecar, by its admin listener, to warm its near-cache. */
@Command(
    name = "warm",
    mixinStandardHelpOptions = true,
    description = {
      "Has a running sidecar read what is named into its near-cache, at once; without a name, what",
      "is hot in the fleet and what the configuration names."
    })
final class WarmCommand implements Callable<Integer> {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--admin",
      paramLabel = "URL",
      defaultValue = "http://127.0.0.1:9091",
      description = "The sidecar's admin listener (default: ${DEFAULT-VALUE}).")
  private URI admin = URI.create("http://127.0.0.1:9091");

  @Option(
      names = "--pattern",
      paramLabel = "GLOB",
      description = "String keys that match; may be given more than once.")
  private List<String> patterns = new ArrayList<>();

  @Option(
      names = "--key",
      paramLabel = "KEY",
      description =
          "A key, read with GET, or a whole read command ('HGETALL user:1'); more than once.")
  private List<String> keys = new ArrayList<>();

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      defaultValue = "${env:NEARSIDE_ADMIN_TOKEN:-}",
      description = "admin.token, where one is set (default: NEARSIDE_ADMIN_TOKEN).")
  private @Nullable String token;

  /** Made by the command line. */
  WarmCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    var body =
        new JsonObject()
            .put("patterns", new JsonArray(List.copyOf(patterns)))
            .put("keys", new JsonArray(List.copyOf(keys)));
    var request =
        HttpRequest.newBuilder(admin.resolve("/cache/warm"))
            .timeout(TIMEOUT)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.encode()));
    if (token != null && !token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    try (HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .build()) {
      HttpResponse<String> answer =
          client.send(request.build(), HttpResponse.BodyHandlers.ofString());
      boolean good = answer.statusCode() == 200;
      (good ? spec.commandLine().getOut() : spec.commandLine().getErr())
          .print(good ? answer.body() : answer.statusCode() + " " + answer.body());
      spec.commandLine().getOut().flush();
      spec.commandLine().getErr().flush();
      return good ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }
  }
}
