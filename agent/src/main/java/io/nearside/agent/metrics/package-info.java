/** The metrics' names and registry. Door: {@code AgentMetrics}. Safe from any thread. */
@NullMarked
package io.nearside.agent.metrics;

import org.jspecify.annotations.NullMarked;
