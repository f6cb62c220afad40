package io.nearside.agent.postgres.sql;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Distinct names in the order of their coming: mostly few, so a list, with a set when many. */
final class Names {
  private static final int FEW = 16;

  private final List<String> names = new ArrayList<>(8);
  private @Nullable Set<String> many;

  void add(String name) {
    if (many != null) {
      if (many.add(name)) {
        names.add(name);
      }
      return;
    }
    if (names.contains(name)) {
      return;
    }
    names.add(name);
    if (names.size() > FEW) {
      many = new HashSet<>(names);
    }
  }

  void clear() {
    names.clear();
    many = null;
  }

  List<String> list() {
    return List.copyOf(names);
  }
}
