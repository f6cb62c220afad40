/** Chaos in its short profile, and the proof that it can convict. */
@NullMarked
package io.nearside.tests.chaos;

import org.jspecify.annotations.NullMarked;
