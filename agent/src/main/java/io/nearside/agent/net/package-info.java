/**
 * Listeners and connections; knows no protocol. Everything in it stays on the event loop of its
 * channel.
 */
@NullMarked
package io.nearside.agent.net;

import org.jspecify.annotations.NullMarked;
