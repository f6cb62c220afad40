/** The probes. Door: {@code HealthProbes}. Answers within one second whatever hangs behind. */
@NullMarked
package io.nearside.agent.health;

import org.jspecify.annotations.NullMarked;
