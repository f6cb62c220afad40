package io.nearside.config;

/** The reference of all keys, as Markdown: {@code docs/configuration.md}. */
public final class ConfigDocs {
  private static final String INTRODUCTION =
      """
      # Configuration

      Generated from the configuration records (`sidecar-config/`); a test fails when it is out of
      date. To write it anew: `mvn -pl sidecar-config test -Dnearside.update=true`.

      - **One YAML file**, `nearside.yaml`, and **environment variables** that win over it. What
        neither sets has the default below. An empty file is a valid configuration.
      - **Variables** are called as in the tables: `NEARSIDE_`, then the path in capitals, words
        parted by `_`. Lists are written with commas; a list of maps as YAML on one line:
        `NEARSIDE_REDIS_CACHE_POLICIES="[{match: 'user:*', ttlMaxMillis: 5000}]"`. A variable that
        begins with `NEARSIDE_` and is none of these is an error, but for `NEARSIDE_HOME` and
        `NEARSIDE_JAVA_OPTS`, which the launcher reads, and for the variables that Kubernetes sets
        for services (`NEARSIDE_..._SERVICE_HOST`, `NEARSIDE_..._PORT=tcp://...`), which are ignored.
      - **Mistakes are reported all at once**, each with path, value, expectation and, from a file,
        the line: `redis.listen.port: 70000 (expected 0..65535), line 3 of nearside.yaml`. Unknown
        keys and keys given twice are mistakes. `nearside config check FILE` does it without
        starting anything; `nearside config show FILE` prints what is in force and where each value
        came from.
      - **Secrets** are references: `{ env: NAME }` or `{ file: /path }` (one line's end at the end of
        the file is dropped). `{ value: TEXT }` is possible and better avoided. As a variable:
        `NEARSIDE_ADMIN_TOKEN=...`, or `NEARSIDE_ADMIN_TOKEN_FILE=/path`. Secrets are never printed.
      - **Sizes** are numbers of bytes or have a unit: `64KiB`, `32MiB`, `1GiB` (powers of 1024),
        `10kB`, `10MB`, `1GB` (powers of 1000). **Times** are whole milliseconds; the key says so.
      - **Reload** (SIGHUP, a change of the file, `POST /config/reload`): keys that are *live* change
        at once and drop no connection; limits of clients hold for what comes after. The answer names
        the keys that need a *restart*; those keep their running values. A file with a mistake
        changes nothing.
      - **For editors**: `nearside-config.schema.json` (JSON Schema, draft 2020-12) and a complete
        example, `nearside-example.yaml`, both beside the sources in `sidecar-config/`.
      """;

  private ConfigDocs() {}

  /** The whole document. */
  public static String render() {
    StringBuilder out = new StringBuilder(INTRODUCTION);
    for (RecordType.Field field : RecordType.ROOT.fields()) {
      section(field, field.name(), "", field.setting().live(), out);
    }
    return out.toString();
  }

  private static void section(
      RecordType.Field section, String path, String above, boolean live, StringBuilder out) {
    RecordType type = (RecordType) section.type();
    out.append(above.isEmpty() ? "\n## `" : "\n### `").append(path).append("`\n\n");
    out.append(section.setting().doc()).append('\n');
    boolean leaves = type.fields().stream().anyMatch(f -> !(f.type() instanceof RecordType));
    if (leaves) {
      out.append("\n| key | type | default | reload | variable | what it does |\n");
      out.append("|---|---|---|---|---|---|\n");
    }
    for (RecordType.Field field : type.fields()) {
      if (!(field.type() instanceof RecordType)) {
        boolean fieldLive = live || field.setting().live();
        String variable = "`" + Key.variable(Key.child(path, field.name())) + "`";
        row(out, field, fieldLive ? "live" : "restart", variable);
      }
    }
    for (RecordType.Field field : type.fields()) {
      String fieldPath = Key.child(path, field.name());
      boolean fieldLive = live || field.setting().live();
      if (field.type() instanceof RecordType) {
        section(field, fieldPath, path, fieldLive, out);
      } else if (field.type() instanceof ListType list
          && list.element() instanceof RecordType element) {
        elements(fieldPath, element, fieldLive, out);
      }
    }
  }

  private static void elements(String path, RecordType type, boolean live, StringBuilder out) {
    out.append("\n### `").append(path).append("[]`\n\nThe keys of each element.\n");
    out.append("\n| key | type | default | reload | what it does |\n|---|---|---|---|---|\n");
    for (RecordType.Field field : type.fields()) {
      row(out, field, live ? "live" : "restart", "");
    }
  }

  private static void row(
      StringBuilder out, RecordType.Field field, String reload, String variable) {
    out.append("| `").append(field.name()).append("` | ");
    out.append(type(field.type(), field.setting())).append(" | ");
    out.append(byDefault(field)).append(" | ").append(reload).append(" | ");
    if (!variable.isEmpty()) {
      out.append(variable).append(" | ");
    }
    out.append(field.setting().doc().replace("|", "\\|")).append(" |\n");
  }

  private static String byDefault(RecordType.Field field) {
    String text = field.setting().byDefault();
    if (text.equals(Setting.REQUIRED)) {
      return "(required)";
    }
    if (!text.isEmpty()) {
      return "`" + text.replace("|", "\\|") + "`";
    }
    return field.type() instanceof SecretType ? "none" : "empty";
  }

  private static String type(ValueType type, Setting setting) {
    return switch (type) {
      case ScalarType scalar -> scalar(scalar, setting);
      case ChoiceType choice -> "`" + String.join("`, `", choice.labels()) + "`";
      case SecretType _ -> "secret";
      case ListType list when list.element() instanceof RecordType ->
          "list of maps, " + Limits.text(setting, false);
      case ListType list ->
          "list of " + element(list.element(), setting) + ", " + Limits.text(setting, false);
      case RecordType _ -> "map";
    };
  }

  private static String element(ValueType type, Setting setting) {
    return type == ScalarType.TEXT ? "text: " + setting.expected() : type(type, setting);
  }

  private static String scalar(ScalarType type, Setting setting) {
    return switch (type) {
      case BOOLEAN, URL, ADDRESS -> type.words();
      case INT, LONG -> type.words() + ", " + Limits.text(setting, false);
      case SIZE -> type.words() + ", " + Limits.text(setting, true);
      case TEXT -> setting.expected().isEmpty() ? type.words() : "text: " + setting.expected();
    };
  }
}
