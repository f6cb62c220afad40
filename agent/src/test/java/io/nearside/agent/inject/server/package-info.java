/** Tests. */
@NullMarked
package io.nearside.agent.inject.server;

import org.jspecify.annotations.NullMarked;
