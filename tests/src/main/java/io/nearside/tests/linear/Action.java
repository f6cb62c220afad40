package io.nearside.tests.linear;

import org.jspecify.annotations.Nullable;

/** What an operation does to its key, and what it saw of it. Null stands for no value. */
sealed interface Action {
  /** GET, and what it saw. */
  record Read(@Nullable String seen) implements Action {
    @Override
    public String toString() {
      return "read " + seen;
    }
  }

  /** SET, DEL, or one key's part of MSET and EXEC. */
  record Write(@Nullable String written) implements Action {
    @Override
    public String toString() {
      return "write " + written;
    }
  }

  /** INCR; the result is null where it is not known. */
  record Add(@Nullable Long result) implements Action {
    @Override
    public String toString() {
      return result == null ? "add 1" : "add 1, giving " + result;
    }
  }
}
