package io.nearside.agent.postgres.sql;

/** What a piece of SQL text is to PostgreSQL's scanner ({@code scan.l}). */
public enum Token {
  WHITESPACE,
  /** {@code -- to the end of the line} or a nested block comment. */
  COMMENT,
  /** An identifier without quotes: a keyword or a name. */
  WORD,
  /** {@code "name"}. */
  QUOTED,
  /** {@code U&"name"}; its escapes depend on a UESCAPE behind it. */
  UNICODE_QUOTED,
  /** A literal in quotes of any sort, with its prefix and its continuations over newlines. */
  STRING,
  NUMBER,
  /** {@code $1}. */
  PARAMETER,
  OPERATOR,
  /** One of {@code , ( ) [ ] . ; : :: := ..}. */
  SYMBOL,
  /** What the scanner refuses, or what the rest of the text is when something has no end. */
  INVALID,
  /** Behind the last byte. */
  END
}
