/**
 * The same bytes sent to a server directly and through an endpoint in front of another such server;
 * the replies compared byte for byte. The scripts are in {@code src/test/resources/equivalence};
 * their language is described in {@link io.nearside.tests.equivalence.ScriptParser}.
 */
@NullMarked
package io.nearside.tests.equivalence;

import org.jspecify.annotations.NullMarked;
