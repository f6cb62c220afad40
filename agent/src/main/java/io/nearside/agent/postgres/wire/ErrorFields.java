package io.nearside.agent.postgres.wire;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The fields of an ErrorResponse or NoticeResponse, in their order (PostgreSQL manual, "Error and
 * Notice Message Fields"). Immutable. A field's bytes are kept as they came, for they are in the
 * client's encoding, whatever that is: decoded and encoded again is byte for byte the same.
 */
public record ErrorFields(List<Field> fields) {
  public static final String ERROR = "ERROR";
  public static final String FATAL = "FATAL";
  public static final String WARNING = "WARNING";
  public static final String NOTICE = "NOTICE";

  private static final char SEVERITY_LOCALIZED = 'S';
  private static final char SEVERITY = 'V';
  private static final char CODE = 'C';
  private static final char MESSAGE = 'M';
  private static final char DETAIL = 'D';
  private static final char HINT = 'H';

  /**
   * One field.
   *
   * @param raw its bytes, one in each character (ISO 8859-1)
   */
  public record Field(char type, String raw) {
    public Field {
      if (type == 0 || type > 0xff || raw.chars().anyMatch(c -> c == 0 || c > 0xff)) {
        throw new IllegalArgumentException("not bytes of a field");
      }
    }

    private static Field of(char type, String value) {
      return new Field(
          type, new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
    }

    /** The field as UTF-8; what is not UTF-8 in it becomes U+FFFD. */
    public String value() {
      return new String(raw.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
  }

  public ErrorFields {
    fields = List.copyOf(fields);
  }

  /** Of our own making, with both severity fields as servers since 9.6 send them. */
  public static ErrorFields of(String severity, SqlState state, String message) {
    return new ErrorFields(
        List.of(
            Field.of(SEVERITY_LOCALIZED, severity),
            Field.of(SEVERITY, severity),
            Field.of(CODE, state.code()),
            Field.of(MESSAGE, message)));
  }

  public static ErrorFields error(SqlState state, String message) {
    return of(ERROR, state, message);
  }

  public static ErrorFields fatal(SqlState state, String message) {
    return of(FATAL, state, message);
  }

  /**
   * Reads one whole ErrorResponse or NoticeResponse.
   *
   * @throws WireViolation if the fields do not fill the message exactly
   */
  public static ErrorFields parse(byte[] bytes, int from, int to) {
    var reader = MessageReader.of(bytes, from, to);
    var fields = new ArrayList<Field>();
    for (byte type = reader.int8(); type != 0; type = reader.int8()) {
      fields.add(new Field((char) (type & 0xff), reader.text(StandardCharsets.ISO_8859_1)));
    }
    reader.end();
    return new ErrorFields(fields);
  }

  /** The message of {@code type}, {@link Backend#ERROR} or {@link Backend#NOTICE}. */
  byte[] encode(byte type) {
    int size = 1;
    for (Field field : fields) {
      size += field.raw().length() + 2;
    }
    var writer = MessageWriter.of(type, size);
    for (Field field : fields) {
      writer.int8(field.type()).string(field.raw().getBytes(StandardCharsets.ISO_8859_1));
    }
    return writer.int8(0).finish();
  }

  /** The first field of {@code type}, or null where there is none. */
  public @Nullable String get(char type) {
    for (Field field : fields) {
      if (field.type() == type) {
        return field.value();
      }
    }
    return null;
  }

  /** The severity, not localised where the server says so; empty where it says none at all. */
  public String severity() {
    String plain = get(SEVERITY);
    return plain != null ? plain : orEmpty(get(SEVERITY_LOCALIZED));
  }

  /** Whether the server closes the connection after this: FATAL or PANIC. */
  public boolean isFatal() {
    String severity = severity();
    return severity.equals(FATAL) || severity.equals("PANIC");
  }

  /** The five characters of the code, or an empty string. */
  public String sqlState() {
    return orEmpty(get(CODE));
  }

  /** Whether the code is {@code state}. */
  public boolean is(SqlState state) {
    return state.code().equals(get(CODE));
  }

  /** The primary message, or an empty string. */
  public String message() {
    return orEmpty(get(MESSAGE));
  }

  public ErrorFields withMessage(String message) {
    return with(Field.of(MESSAGE, message));
  }

  public ErrorFields withDetail(String detail) {
    return with(Field.of(DETAIL, detail));
  }

  public ErrorFields withHint(String hint) {
    return with(Field.of(HINT, hint));
  }

  /**
   * The same with {@code with} wherever the message has {@code what}, byte for byte: the rest of
   * the text keeps its encoding. {@code what} is not empty. Of a name, give the quotes around it
   * too, so that no longer name is hit.
   */
  public ErrorFields replaceInMessage(byte[] what, byte[] with) {
    if (what.length == 0) {
      throw new IllegalArgumentException("nothing to replace");
    }
    var replaced = new ArrayList<Field>(fields);
    replaced.replaceAll(
        field ->
            field.type() == MESSAGE
                ? new Field(
                    MESSAGE,
                    field
                        .raw()
                        .replace(
                            new String(what, StandardCharsets.ISO_8859_1),
                            new String(with, StandardCharsets.ISO_8859_1)))
                : field);
    return new ErrorFields(replaced);
  }

  private ErrorFields with(Field field) {
    var changed = new ArrayList<Field>(fields);
    for (int i = 0; i < changed.size(); i++) {
      if (changed.get(i).type() == field.type()) {
        changed.set(i, field);
        return new ErrorFields(changed);
      }
    }
    changed.add(field);
    return new ErrorFields(changed);
  }

  private static String orEmpty(@Nullable String value) {
    return value == null ? "" : value;
  }
}
