/** Tests. */
@NullMarked
package io.nearside.agent.metrics;

import org.jspecify.annotations.NullMarked;
