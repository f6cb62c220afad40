/** Tests. */
@NullMarked
package io.nearside.agent.inject;

import org.jspecify.annotations.NullMarked;
