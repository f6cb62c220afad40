package io.nearside.cluster.hazelcast;

import com.hazelcast.client.config.ClientConfig;
import com.hazelcast.client.config.ClientConnectionStrategyConfig.ReconnectMode;
import com.hazelcast.client.config.ClientNetworkConfig;
import com.hazelcast.client.config.ConnectionRetryConfig;
import com.hazelcast.client.properties.ClientProperty;
import com.hazelcast.spi.properties.ClusterProperty;
import com.hazelcast.spi.properties.HazelcastProperty;

/**
 * The configuration of a client that takes few threads and ends when it has lost the cluster. It is
 * connected to every member: what a member sends goes straight to its receivers.
 */
final class ClientConfigs {
  private static final int CONNECT_MILLIS = 2_000;

  /** How long finding a first member may take; then a new client tries. */
  private static final int CLUSTER_CONNECT_MILLIS = 5_000;

  /** The publisher waits so long at most for a frame that nobody takes. */
  private static final int INVOCATION_SECONDS = 2;

  private static final int RETRY_MILLIS = 250;

  private ClientConfigs() {}

  /** A new one at each start. */
  static ClientConfig of(ClientSettings settings, String nodeId) {
    ClientConfig config = new ClientConfig();
    config.setClusterName(settings.clusterName());
    config.addLabel("nearside");
    config.addLabel(nodeId);
    config.getMetricsConfig().setEnabled(false);
    config.getSerializationConfig().setJavaSerializationFilterConfig(SerializationFilter.config());
    set(config, ClusterProperty.LOGGING_TYPE, "slf4j");
    set(config, ClientProperty.IO_INPUT_THREAD_COUNT, 1);
    set(config, ClientProperty.IO_OUTPUT_THREAD_COUNT, 1);
    set(config, ClientProperty.RESPONSE_THREAD_COUNT, 1);
    // One, so that what a sender sends is heard in the order in which it was sent.
    set(config, ClientProperty.EVENT_THREAD_COUNT, 1);
    set(config, ClientProperty.INVOCATION_TIMEOUT_SECONDS, INVOCATION_SECONDS);
    set(config, ClientProperty.HEARTBEAT_INTERVAL, settings.heartbeatMillis());
    set(config, ClientProperty.HEARTBEAT_TIMEOUT, settings.heartbeatLossMillis());
    ClientNetworkConfig network = config.getNetworkConfig();
    network.setAddresses(settings.members());
    network.setConnectionTimeout(CONNECT_MILLIS);
    // A frame that may have been sent is not sent again: the bus counts, and a gap is a gap.
    network.setRedoOperation(false);
    config
        .getConnectionStrategyConfig()
        .setReconnectMode(ReconnectMode.OFF)
        .setConnectionRetryConfig(
            new ConnectionRetryConfig()
                .setInitialBackoffMillis(RETRY_MILLIS)
                .setMaxBackoffMillis(RETRY_MILLIS)
                .setMultiplier(1)
                .setClusterConnectTimeoutMillis(CLUSTER_CONNECT_MILLIS));
    return config;
  }

  private static void set(ClientConfig config, HazelcastProperty property, Object value) {
    config.setProperty(property.getName(), value.toString());
  }
}
