/** Tests. */
@NullMarked
package io.nearside.agent.cache.warm;

import org.jspecify.annotations.NullMarked;
