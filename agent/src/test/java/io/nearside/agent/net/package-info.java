/** Tests. */
@NullMarked
package io.nearside.agent.net;

import org.jspecify.annotations.NullMarked;
