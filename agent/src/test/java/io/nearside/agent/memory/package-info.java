@NullMarked
package io.nearside.agent.memory;

import org.jspecify.annotations.NullMarked;
