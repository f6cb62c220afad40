package io.nearside.agent.inject.server;

import io.nearside.agent.Logging;
import io.nearside.agent.inject.DefaultsFile;
import io.nearside.agent.inject.InjectorSettings;
import io.nearside.config.HostPort;
import io.nearside.config.LogConfig;
import io.nearside.config.LogFormat;
import io.nearside.config.LogLevel;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code nearside injector}: runs one replica of the admission webhook until SIGTERM. */
@Command(
    name = "injector",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = "Runs the admission webhook that puts the sidecar into pods, until SIGTERM.")
public final class InjectorCommand implements Callable<Integer> {
  private static final String OWN = "own";

  /** How it is told whether the cluster knows native sidecars. */
  private enum Native {
    AUTO,
    YES,
    NO
  }

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--listen", paramLabel = "HOST:PORT", description = "The webhook, with TLS.")
  private String listen = "0.0.0.0:8443";

  @Option(
      names = "--ops",
      paramLabel = "HOST:PORT",
      description = "/livez, /readyz and /metrics, in plaintext.")
  private String ops = "0.0.0.0:9091";

  @Option(names = "--image", required = true, description = "The sidecar's image.")
  private String image = "";

  @Option(names = "--image-pull-policy", description = "Of the sidecar's image.")
  private String imagePullPolicy = "IfNotPresent";

  @Option(
      names = "--defaults",
      paramLabel = "FILE",
      description = "YAML: what holds for pods that say nothing, by annotation.")
  private @Nullable Path defaults;

  @Option(
      names = "--service",
      paramLabel = "NAMESPACE/NAME",
      description = "The Service whose DNS names the certificate has.")
  private String service = "nearside-system/nearside-injector";

  @Option(
      names = "--webhook-configuration",
      paramLabel = "NAME",
      description = "The MutatingWebhookConfiguration whose caBundle is kept.")
  private String webhookConfiguration = "nearside-injector";

  @Option(
      names = "--certificates",
      paramLabel = "own|DIR",
      description = {
        "own: an authority of our own in --ca-secret. DIR: tls.crt and tls.key as of cert-manager,",
        "read again when they change; caBundle is then left alone."
      })
  private String certificates = OWN;

  @Option(
      names = "--ca-secret",
      paramLabel = "NAMESPACE/NAME",
      description = "Where the replicas share their authority.")
  private String caSecret = "nearside-system/nearside-injector-ca";

  @Option(
      names = "--ca-lifetime",
      paramLabel = "DURATION",
      description = "Of an authority of our own; renewed when a third of it is left.")
  private Duration caLifetime = Duration.ofDays(365);

  @Option(
      names = "--certificate-lifetime",
      paramLabel = "DURATION",
      description = "Of a certificate that it signs; renewed likewise.")
  private Duration certificateLifetime = Duration.ofDays(30);

  @Option(
      names = "--system-namespaces",
      split = ",",
      paramLabel = "NAME",
      description = "Namespaces whose pods are never touched.")
  private Set<String> systemNamespaces = InjectorSettings.SYSTEM_NAMESPACES;

  @Option(
      names = "--native-sidecars",
      description = {
        "Whether init containers may have restartPolicy Always: auto (asks the cluster), yes, no."
      })
  private Native nativeSidecars = Native.AUTO;

  @Option(
      names = "--reconcile-seconds",
      paramLabel = "SECONDS",
      description = "Between two looks for pods that were missed.")
  private int reconcileSeconds = 60;

  @Option(names = "--reviews-max", description = "Reviews at once; more are answered 429.")
  private int reviewsMax = 256;

  @Option(
      names = "--drain-seconds",
      paramLabel = "SECONDS",
      description = "It serves for so long after SIGTERM, while API servers learn of its end.")
  private int drainSeconds = 5;

  @Option(
      names = "--log-level",
      defaultValue = "${env:NEARSIDE_LOG_LEVEL:-INFO}",
      description = "Of: ${COMPLETION-CANDIDATES}.")
  private LogLevel logLevel = LogLevel.INFO;

  @Option(
      names = "--log-format",
      defaultValue = "${env:NEARSIDE_LOG_FORMAT:-TEXT}",
      description = "Of: ${COMPLETION-CANDIDATES}.")
  private LogFormat logFormat = LogFormat.TEXT;

  @Option(
      names = "--api-server",
      paramLabel = "URL",
      description = "Instead of the cluster that this is a pod of.")
  private @Nullable URI apiServer;

  @Option(names = "--api-token-file", paramLabel = "FILE", description = "With --api-server.")
  private @Nullable Path apiTokenFile;

  @Option(names = "--api-ca-file", paramLabel = "FILE", description = "With --api-server: PEM.")
  private @Nullable Path apiCaFile;

  /** Made by the command line. */
  public InjectorCommand() {}

  @Override
  public Integer call() throws InterruptedException, IOException {
    InjectorOptions options;
    try {
      options = options(System.getenv());
    } catch (IllegalArgumentException e) {
      spec.commandLine().getErr().println("nearside: " + e.getMessage());
      return CommandLine.ExitCode.USAGE;
    }
    Logging.apply(new LogConfig(logLevel, logFormat));
    Injector injector = Injector.start(options);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  try {
                    injector.close();
                  } catch (IllegalStateException e) {
                    LoggerFactory.getLogger(InjectorCommand.class).warn("end: {}", e.getMessage());
                  }
                  // A JVM that ends on SIGTERM says 143; the end was in good order.
                  Runtime.getRuntime().halt(0);
                },
                "nearside-drain"));
    spec.commandLine()
        .getOut()
        .println(
            "ready webhook="
                + new HostPort(options.listen().host(), injector.webhookPort())
                + " ops="
                + new HostPort(options.ops().host(), injector.opsPort()));
    spec.commandLine().getOut().flush();
    new CountDownLatch(1).await(); // the hook ends the process
    return CommandLine.ExitCode.OK;
  }

  /**
   * @throws IllegalArgumentException naming the flag
   */
  private InjectorOptions options(Map<String, String> environment) throws IOException {
    return new InjectorOptions(
        address("--listen", listen),
        address("--ops", ops),
        new InjectorSettings(
            image,
            imagePullPolicy,
            defaults == null ? Map.of() : DefaultsFile.read(defaults),
            systemNamespaces,
            nativeSidecars != Native.NO),
        nativeSidecars == Native.AUTO,
        apiServer == null
            ? KubeAccess.inCluster(environment)
            : new KubeAccess(apiServer, apiTokenFile, apiCaFile),
        webhookConfiguration,
        certificates.equals(OWN) ? null : Path.of(certificates),
        new OwnCertificates.Settings(
            named("--ca-secret", caSecret),
            named("--service", service),
            positive("--ca-lifetime", caLifetime),
            positive("--certificate-lifetime", certificateLifetime)),
        positive("--reviews-max", reviewsMax),
        Duration.ofSeconds(positive("--reconcile-seconds", reconcileSeconds)),
        Duration.ofSeconds(Math.max(0, drainSeconds)));
  }

  private static HostPort address(String flag, String text) {
    try {
      return HostPort.parse(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(flag + ": " + e.getMessage(), e);
    }
  }

  private static ObjectName named(String flag, String text) {
    try {
      return ObjectName.of(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(flag + ": " + e.getMessage(), e);
    }
  }

  private static int positive(String flag, int value) {
    if (value <= 0) {
      throw new IllegalArgumentException(flag + ": " + value + " (expected a positive number)");
    }
    return value;
  }

  private static Duration positive(String flag, Duration value) {
    if (value.compareTo(Duration.ofSeconds(3)) < 0) {
      throw new IllegalArgumentException(flag + ": " + value + " (expected at least PT3S)");
    }
    return value;
  }
}
