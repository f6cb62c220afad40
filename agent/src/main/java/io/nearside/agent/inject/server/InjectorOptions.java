package io.nearside.agent.inject.server;

import io.nearside.agent.inject.InjectorSettings;
import io.nearside.config.HostPort;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How an injector runs.
 *
 * @param settings what it puts into pods; whether the cluster knows native sidecars is asked of the
 *     cluster when {@code askVersion}
 * @param webhookConfiguration name of the MutatingWebhookConfiguration
 * @param certificates folder with {@code tls.crt} and {@code tls.key}; null: an authority of our
 *     own
 * @param reviewsMax reviews at the same time
 * @param drain how long it still serves after it has stopped being ready
 */
record InjectorOptions(
    HostPort listen,
    HostPort ops,
    InjectorSettings settings,
    boolean askVersion,
    KubeAccess access,
    String webhookConfiguration,
    @Nullable Path certificates,
    OwnCertificates.Settings own,
    int reviewsMax,
    Duration reconcile,
    Duration drain) {}
