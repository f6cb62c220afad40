/** Tests. */
@NullMarked
package io.nearside.agent.postgres;

import org.jspecify.annotations.NullMarked;
