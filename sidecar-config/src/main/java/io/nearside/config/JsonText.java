package io.nearside.config;

import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes maps, lists, text, numbers and booleans as JSON (RFC 8259), two blanks a level. */
final class JsonText {
  private final StringBuilder out = new StringBuilder();

  private JsonText() {}

  /** The document, with a line's end. */
  static String document(Object value) {
    JsonText text = new JsonText();
    text.value(value, "\n");
    return text.out.append('\n').toString();
  }

  /** Text in double quotes; a YAML scalar as well. */
  static String quoted(String value) {
    JsonText text = new JsonText();
    text.quote(value);
    return text.out.toString();
  }

  private void value(@Nullable Object value, String newline) {
    switch (value) {
      case Map<?, ?> map -> map(map, newline);
      case List<?> list -> list(list, newline);
      case String string -> quote(string);
      case null -> out.append("null");
      default -> out.append(value);
    }
  }

  private void map(Map<?, ?> map, String newline) {
    if (map.isEmpty()) {
      out.append("{}");
      return;
    }
    String inner = newline + "  ";
    out.append('{');
    for (Iterator<? extends Map.Entry<?, ?>> i = map.entrySet().iterator(); i.hasNext(); ) {
      Map.Entry<?, ?> entry = i.next();
      out.append(inner);
      quote(String.valueOf(entry.getKey()));
      out.append(": ");
      value(entry.getValue(), inner);
      out.append(i.hasNext() ? "," : newline + "}");
    }
  }

  private void list(List<?> list, String newline) {
    String inner = newline + "  ";
    out.append('[');
    boolean nested = list.stream().anyMatch(Map.class::isInstance);
    for (int i = 0; i < list.size(); i++) {
      out.append(nested ? inner : i == 0 ? "" : " ");
      value(list.get(i), inner);
      out.append(i + 1 < list.size() ? "," : "");
    }
    out.append(nested ? newline + "]" : "]");
  }

  private void quote(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> out.append('\\').append(c);
        case '\n' -> out.append("\\n");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < ' ' || c == 0x7f) {
            out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
