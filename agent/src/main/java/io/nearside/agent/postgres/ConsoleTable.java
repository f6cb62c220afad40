package io.nearside.agent.postgres;

import io.nearside.agent.postgres.wire.Backend;
import io.nearside.agent.postgres.wire.Column;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An answer of the console: columns and rows. On one thread. */
final class ConsoleTable {
  private final List<Column> columns = new ArrayList<>();
  private final List<List<@Nullable String>> rows = new ArrayList<>();

  /** Adds columns of text. */
  ConsoleTable texts(String... names) {
    for (String name : names) {
      columns.add(new Column(name, Column.TEXT));
    }
    return this;
  }

  /** Adds columns of whole numbers. */
  ConsoleTable numbers(String... names) {
    for (String name : names) {
      columns.add(new Column(name, Column.INT8));
    }
    return this;
  }

  /** Adds columns of numbers with a fraction. */
  ConsoleTable fractions(String... names) {
    for (String name : names) {
      columns.add(new Column(name, Column.NUMERIC));
    }
    return this;
  }

  /**
   * Adds a row.
   *
   * @param values one per column; null is SQL's null, booleans are 1 and 0
   */
  ConsoleTable row(@Nullable Object... values) {
    if (values.length != columns.size()) {
      throw new IllegalArgumentException(
          values.length + " values for " + columns.size() + " columns");
    }
    List<@Nullable String> row = new ArrayList<>();
    for (Object value : values) {
      row.add(
          switch (value) {
            case null -> null;
            case Boolean flag -> flag ? "1" : "0";
            default -> value.toString();
          });
    }
    rows.add(row);
    return this;
  }

  List<String> columns() {
    return columns.stream().map(Column::name).toList();
  }

  List<List<@Nullable String>> rows() {
    return rows;
  }

  /** RowDescription, rows and CommandComplete. */
  List<byte[]> messages() {
    List<byte[]> messages = new ArrayList<>();
    messages.add(Backend.rowDescription(columns));
    rows.forEach(row -> messages.add(Backend.dataRow(row)));
    messages.add(Backend.commandComplete("SHOW"));
    return messages;
  }
}
