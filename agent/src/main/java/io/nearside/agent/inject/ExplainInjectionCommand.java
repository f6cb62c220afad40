package io.nearside.agent.inject;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code nearside explain-injection}: what the injector would do, and why, without a cluster. */
@Command(
    name = "explain-injection",
    mixinStandardHelpOptions = true,
    description = {
      "Says for each pod, and each object with a pod template, whether it would get the sidecar,",
      "and why not. Exit code 0 when all would, 1 when one would not, 2 on wrong usage."
    })
public final class ExplainInjectionCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = {"-f", "--file"},
      required = true,
      paramLabel = "FILE",
      description = "YAML or JSON with one or more objects; - for standard input.")
  private String file = "-";

  @Option(
      names = "--namespace",
      paramLabel = "NAME",
      defaultValue = "default",
      description = "Where objects go that name none (default: ${DEFAULT-VALUE}).")
  private String namespace = "default";

  @Option(
      names = "--namespace-label",
      paramLabel = "KEY=VALUE",
      description = "A label of the namespace; may be given more than once.")
  private Map<String, String> namespaceLabels = new LinkedHashMap<>();

  @Option(
      names = "--defaults",
      paramLabel = "FILE",
      description = "The injector's file of defaults.")
  private @Nullable Path defaults;

  @Option(
      names = "--image",
      defaultValue = "nearside:0.1.0",
      description = "The injector's image for sidecars (default: ${DEFAULT-VALUE}).")
  private String image = "";

  @Option(
      names = "--no-native-sidecars",
      description = "As for a cluster older than Kubernetes 1.29.")
  private boolean noNativeSidecars;

  @Option(names = "--show-pod", description = "Prints the pods that get the sidecar, as YAML.")
  private boolean showPod;

  /** Made by the command line. */
  public ExplainInjectionCommand() {}

  @Override
  public Integer call() throws IOException {
    List<PodTemplate> templates = new ArrayList<>();
    Injection injection;
    try {
      YamlDocuments.read(text()).forEach(document -> templates.addAll(PodTemplate.of(document)));
      injection = new Injection(settings());
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    } catch (NoSuchFileException e) {
      throw new ParameterException(spec.commandLine(), e.getFile() + ": no such file", e);
    }
    if (templates.stream().noneMatch(template -> template.pod().isPresent())) {
      throw new ParameterException(spec.commandLine(), file + ": no pod and no pod template");
    }
    boolean all = true;
    for (PodTemplate template : templates) {
      all &= template.pod().map(pod -> explain(template, pod, injection)).orElse(true);
    }
    spec.commandLine().getOut().flush();
    return all ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
  }

  private String text() throws IOException {
    return file.equals("-")
        ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8)
        : Files.readString(Path.of(file));
  }

  private InjectorSettings settings() throws IOException {
    return new InjectorSettings(
        image,
        InjectorSettings.IMAGE_PULL_POLICY,
        defaults == null ? Map.of() : DefaultsFile.read(defaults),
        InjectorSettings.SYSTEM_NAMESPACES,
        !noNativeSidecars);
  }

  private static String mode(JsonObject pod) {
    String status =
        pod.getJsonObject("metadata").getJsonObject("annotations").getString(Marks.STATUS);
    return new JsonObject(status).getString("mode");
  }

  /** Whether the API server would ask the injector, by the selectors of the manifests' webhook. */
  private boolean isAsked(JsonObject pod) {
    String label =
        pod.getJsonObject("metadata", new JsonObject())
            .getJsonObject("labels", new JsonObject())
            .getString(NamespaceLabels.INJECT, "");
    return switch (label) {
      case "enabled", "true" -> true;
      case "disabled", "false" -> false;
      default -> "enabled".equals(namespaceLabels.get(NamespaceLabels.INJECT));
    };
  }

  private boolean explain(PodTemplate template, JsonObject pod, Injection injection) {
    PrintWriter out = spec.commandLine().getOut();
    String where = template.namespace().isEmpty() ? namespace : template.namespace();
    switch (injection.inject(pod, where, namespaceLabels)) {
      case InjectionResult.Injected _ when !isAsked(pod) ->
          out.println(
              template.object()
                  + ": no sidecar: the API server does not see the annotation and would not ask the"
                  + " injector: the namespace or the pod needs the label "
                  + NamespaceLabels.INJECT
                  + "=enabled");
      case InjectionResult.Injected injected -> {
        out.println(template.object() + ": gets the sidecar, " + mode(injected.pod()));
        injected.notes().forEach(note -> out.println("  note: " + note));
        if (showPod) {
          out.println("---");
          out.print(YamlDocuments.write(injected.pod()));
        }
        return true;
      }
      case InjectionResult.Skipped skipped ->
          out.println(template.object() + ": no sidecar: " + skipped.message());
      case InjectionResult.Refused refused ->
          out.println(template.object() + ": refused: " + refused.message());
    }
    return false;
  }
}
