/** A real injector in front of fabric8's mock API server, asked as API servers ask. */
@NullMarked
package io.nearside.tests.inject.server;

import org.jspecify.annotations.NullMarked;
