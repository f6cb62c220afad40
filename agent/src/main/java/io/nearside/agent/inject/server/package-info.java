/**
 * The injector's process: its listeners, its certificates, and its view of the cluster. Door:
 * {@code InjectorCommand}. Control runs on one context; reviews on the listener's event loops.
 */
@NullMarked
package io.nearside.agent.inject.server;

import org.jspecify.annotations.NullMarked;
