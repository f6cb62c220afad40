/**
 * The text of SQL statements, pure: an exact lexer, what a statement does to its session, where it
 * may run. The door is {@link io.nearside.agent.postgres.sql.StatementAnalyzer}; everything is
 * immutable or belongs to its caller's thread.
 */
@NullMarked
package io.nearside.agent.postgres.sql;

import org.jspecify.annotations.NullMarked;
