@NullMarked
package io.nearside.agent.postgres.auth;

import org.jspecify.annotations.NullMarked;
