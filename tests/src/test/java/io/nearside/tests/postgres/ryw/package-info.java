/** Read-your-writes in every scope, judged by a checker that knows what was acknowledged when. */
@NullMarked
package io.nearside.tests.postgres.ryw;

import org.jspecify.annotations.NullMarked;
