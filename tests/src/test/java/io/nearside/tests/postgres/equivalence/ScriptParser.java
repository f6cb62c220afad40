package io.nearside.tests.postgres.equivalence;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.nearside.tests.stack.PostgresRequest;
import io.nearside.tests.stack.PostgresServer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads protocol scripts. A line is a step; {@code word:} in front of it names the connection,
 * which is {@code a} otherwise and logs in at its first use.
 *
 * <pre>
 * == name session user=postgres     a script begins, with its options
 * Q select 1                        Query; the rest of the line, with \n, \t, \\ and {{x*9}}
 * q select 1                        the same, and everything up to ReadyForQuery is read
 * P s1 23 25 :: select $1, $2       Parse: name, type oids, text; _ is the empty name
 * B p1 s1 "a b" NULL x01ff f=0,1 r=1  Bind: portal, statement, values (x for hex), formats
 * D S s1 / C P p1 / E p1 5          Describe, Close, Execute with a row limit
 * S / H / X / c                     Sync, Flush, Terminate, CopyDone
 * d 1\t2\n / f reason               CopyData, CopyFail
 * F 1598 "a" NULL                   FunctionCall by oid
 * raw x51000000 "text" zeros=1000   bytes as they are
 * &lt; Z / &lt; Z*3 / &lt; Z digits         read to the first (third) message of a type; with a mask
 * &lt; end                             read until the peer closes
 * connect version=3.2 options=...   log in with a version and parameters
 * open / ssl / gss                  connect only; ask for encryption
 * close / cancel                    leave without a word; cancel what the connection runs
 * await pg_sleep / await-idle       until the server runs it; until nobody is in a transaction
 * admin create role x               as superuser, at the server
 * </pre>
 */
final class ScriptParser {
  private static final Pattern CONNECTION = Pattern.compile("([a-z][a-z0-9]*): (.*)");
  private static final Pattern READ = Pattern.compile("< (\\w+)(?:\\*(\\d+))?(?: (\\w+))?");
  private static final Pattern REPEATED = Pattern.compile("\\{\\{(\\w)\\*(\\d+)}}");
  private static final Pattern TOKEN = Pattern.compile("\"([^\"]*)\"(?:\\*(\\d+))?|(\\S+)");

  private final String source;
  private final List<Script> scripts = new ArrayList<>();
  private final List<Step> steps = new ArrayList<>();
  private String name = "";
  private boolean sessionOnly;
  private String user = PostgresServer.USER;

  private ScriptParser(String source) {
    this.source = source;
  }

  /** The scripts of a text. */
  static List<Script> parse(String source, String text) {
    var parser = new ScriptParser(source);
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      try {
        if (!line.isBlank() && !line.startsWith("#")) {
          parser.line(line.strip());
        }
      } catch (RuntimeException e) {
        throw new IllegalArgumentException(source + ":" + number + ": " + line, e);
      }
    }
    parser.finish();
    return parser.scripts;
  }

  private void line(String line) {
    if (line.startsWith("== ")) {
      finish();
      String[] words = line.substring(3).split(" ", -1);
      name = source + "/" + words[0];
      sessionOnly = List.of(words).contains("session");
      user = options(List.of(words)).getOrDefault("user", PostgresServer.USER);
      return;
    }
    Matcher prefixed = CONNECTION.matcher(line);
    String connection = prefixed.matches() ? prefixed.group(1) : "a";
    String rest = prefixed.matches() ? prefixed.group(2) : line;
    int space = rest.indexOf(' ');
    String word = space < 0 ? rest : rest.substring(0, space);
    String arguments = space < 0 ? "" : rest.substring(space + 1);
    if (word.equals("q")) {
      steps.add(step(line, connection, "Q", arguments));
      steps.add(read(line, connection, "< Z"));
    } else {
      steps.add(step(line, connection, word, arguments));
    }
  }

  private static Step step(String line, String connection, String word, String arguments) {
    return switch (word) {
      case "<" -> read(line, connection, "< " + arguments);
      case "connect" -> connect(line, connection, arguments);
      case "open" -> new Step.Open(line, connection);
      case "ssl" -> new Step.Encryption(line, connection, PostgresRequest.SSL_REQUEST);
      case "gss" -> new Step.Encryption(line, connection, PostgresRequest.GSS_REQUEST);
      case "close" -> new Step.Close(line, connection);
      case "cancel" -> new Step.Cancel(line, connection);
      case "await" -> new Step.AwaitActive(line, arguments);
      case "await-idle" -> new Step.AwaitIdle(line);
      case "admin" -> new Step.Administer(line, arguments);
      default -> new Step.Send(line, connection, message(word, arguments));
    };
  }

  private static Step read(String line, String connection, String read) {
    Matcher matcher = READ.matcher(read);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("no read: " + read);
    }
    Mask mask =
        matcher.group(3) == null
            ? Mask.NONE
            : Mask.valueOf(matcher.group(3).toUpperCase(Locale.ROOT));
    if (matcher.group(1).equals("end")) {
      return new Step.End(line, connection, mask);
    }
    int times = matcher.group(2) == null ? 1 : Integer.parseInt(matcher.group(2));
    return new Step.Read(line, connection, matcher.group(1).charAt(0), times, mask);
  }

  private static Step connect(String line, String connection, String arguments) {
    Map<String, String> parameters = new HashMap<>();
    for (Token token : tokens(arguments)) {
      String[] pair = token.text().split("=", 2);
      parameters.put(pair[0], pair[1].replace('+', ' '));
    }
    String version = parameters.remove("version");
    int code = PostgresRequest.VERSION_3_0;
    if (version != null) {
      String[] parts = version.split("\\.", 2);
      code = Integer.parseInt(parts[0]) << 16 | Integer.parseInt(parts[1]);
    }
    return new Step.Connect(line, connection, code, parameters);
  }

  private static byte[] message(String type, String arguments) {
    List<Token> words = tokens(arguments);
    return switch (type) {
      case "Q" -> PostgresRequest.query(unescape(arguments));
      case "P" -> parse(arguments);
      case "B" -> bind(words);
      case "D" -> PostgresRequest.describe(words.get(0).text().charAt(0), words.get(1).name());
      case "C" -> PostgresRequest.close(words.get(0).text().charAt(0), words.get(1).name());
      case "E" ->
          PostgresRequest.execute(
              words.get(0).name(), words.size() > 1 ? Integer.parseInt(words.get(1).text()) : 0);
      case "S" -> PostgresRequest.sync();
      case "H" -> PostgresRequest.flush();
      case "X" -> PostgresRequest.terminate();
      case "c" -> PostgresRequest.copyDone();
      case "d" -> PostgresRequest.copyData(copyData(arguments, words));
      case "f" -> PostgresRequest.copyFail(arguments);
      case "F" -> {
        List<@Nullable String> values = new ArrayList<>();
        words.subList(1, words.size()).forEach(w -> values.add(w.isNull() ? null : w.text()));
        yield PostgresRequest.functionCall(Integer.parseInt(words.get(0).text()), values);
      }
      case "raw" -> raw(words);
      default -> throw new IllegalArgumentException("no message " + type);
    };
  }

  private static byte[] copyData(String arguments, List<Token> words) {
    return arguments.startsWith("\"")
        ? words.getFirst().bytes()
        : unescape(arguments).getBytes(UTF_8);
  }

  private static byte[] raw(List<Token> words) {
    var out = new java.io.ByteArrayOutputStream();
    words.forEach(word -> out.writeBytes(word.bytes()));
    return out.toByteArray();
  }

  private static byte[] parse(String arguments) {
    String[] parts = arguments.split(" ?:: ?", 2);
    List<Token> words = tokens(parts[0]);
    List<Integer> types =
        words.subList(1, words.size()).stream().map(w -> Integer.parseInt(w.text())).toList();
    return PostgresRequest.parse(words.getFirst().name(), unescape(parts[1]), types);
  }

  private static byte[] bind(List<Token> words) {
    List<byte @Nullable []> values = new ArrayList<>();
    List<Integer> formats = List.of();
    List<Integer> resultFormats = List.of();
    for (Token word : words.subList(2, words.size())) {
      if (word.bare() && word.text().startsWith("f=")) {
        formats = numbers(word.text().substring(2));
      } else if (word.bare() && word.text().startsWith("r=")) {
        resultFormats = numbers(word.text().substring(2));
      } else {
        values.add(word.isNull() ? null : word.bytes());
      }
    }
    return PostgresRequest.bind(
        words.get(0).name(), words.get(1).name(), formats, values, resultFormats);
  }

  private static List<Integer> numbers(String list) {
    return Pattern.compile(",").splitAsStream(list).map(Integer::parseInt).toList();
  }

  private void finish() {
    if (!name.isEmpty()) {
      scripts.add(new Script(name, sessionOnly, user, steps));
    }
    steps.clear();
  }

  private static Map<String, String> options(List<String> words) {
    Map<String, String> options = new HashMap<>();
    for (String word : words) {
      int equals = word.indexOf('=');
      if (equals > 0) {
        options.put(word.substring(0, equals), word.substring(equals + 1));
      }
    }
    return options;
  }

  /** A word: quoted text, or a bare word that may stand for bytes in hex. */
  private record Token(String text, boolean bare) {
    boolean isNull() {
      return bare && text.equals("NULL");
    }

    String name() {
      return bare && text.equals("_") ? "" : text;
    }

    byte[] bytes() {
      if (bare && text.matches("x([0-9a-f]{2})+")) {
        return HexFormat.of().parseHex(text.substring(1));
      }
      if (bare && text.startsWith("zeros=")) {
        return new byte[Integer.parseInt(text.substring(6))];
      }
      return text.getBytes(UTF_8);
    }
  }

  private static List<Token> tokens(String text) {
    List<Token> tokens = new ArrayList<>();
    Matcher matcher = TOKEN.matcher(text);
    while (matcher.find()) {
      if (matcher.group(3) != null) {
        tokens.add(new Token(matcher.group(3), true));
      } else {
        int times = matcher.group(2) == null ? 1 : Integer.parseInt(matcher.group(2));
        tokens.add(new Token(matcher.group(1).repeat(times), false));
      }
    }
    return tokens;
  }

  private static String unescape(String text) {
    String repeated =
        REPEATED.matcher(text).replaceAll(m -> m.group(1).repeat(Integer.parseInt(m.group(2))));
    return repeated
        .replace("\\\\", "\0")
        .replace("\\n", "\n")
        .replace("\\t", "\t")
        .replace('\0', '\\');
  }
}
