/** Tests. */
@NullMarked
package io.nearside.agent.admin;

import org.jspecify.annotations.NullMarked;
