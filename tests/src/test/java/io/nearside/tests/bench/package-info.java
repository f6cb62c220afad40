/** Proves the benchmark's parts on short loads; no figure is a test here. */
@NullMarked
package io.nearside.tests.bench;

import org.jspecify.annotations.NullMarked;
