@NullMarked
package io.nearside.config;

import org.jspecify.annotations.NullMarked;
