/** Tests. */
@NullMarked
package io.nearside.agent.health;

import org.jspecify.annotations.NullMarked;
