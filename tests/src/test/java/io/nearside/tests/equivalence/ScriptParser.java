package io.nearside.tests.equivalence;

import io.nearside.tests.stack.RawRedis;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads scripts. A line is a step:
 *
 * <pre>
 * == strings                 a script begins; "resp2" or "resp3" behind its name limits it
 * a: SET k "two words"       connection a sends a command, one reply is read
 * a:: GET k                  the same twice in a row: the second may be a hit
 * a: SMEMBERS s | unordered  with a normaliser
 * b: BLPOP q 0 | 0           with another number of replies
 * b&lt; 1                       reads a reply that another step brings
 * a raw "*1\r\n" "x"*70000 | 1   bytes as they are
 * await-blocked 1            until so many clients block
 * wait 100                   milliseconds
 * a closed                   the peer closes
 * a close                    we close
 * </pre>
 *
 * Arguments in quotes know {@code \r \n \t \0 \" \\ \xHH}; {@code *N} behind the closing quote
 * repeats. A line that begins with # is a comment.
 */
final class ScriptParser {
  private static final Pattern LINE =
      Pattern.compile("(?<connection>[a-z]\\w*)(?<kind>::?| raw|<| closed| close)(?<rest>.*)");

  private final String source;
  private final List<Script> scripts = new ArrayList<>();
  private final List<Step> steps = new ArrayList<>();
  private String name = "";
  private Script.Protocol protocol = Script.Protocol.BOTH;

  private ScriptParser(String source) {
    this.source = source;
  }

  /** The scripts of a resource in {@code equivalence/}. */
  static List<Script> resource(String file) {
    try (InputStream in = ScriptParser.class.getResourceAsStream("/equivalence/" + file)) {
      if (in == null) {
        throw new IllegalArgumentException("no script file " + file);
      }
      return parse(file, new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(file, e);
    }
  }

  /** The scripts of a text. */
  static List<Script> parse(String source, String text) {
    var parser = new ScriptParser(source);
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      try {
        parser.line(line.strip());
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(source + ":" + number + ": " + line, e);
      }
    }
    parser.finish();
    return parser.scripts;
  }

  private void line(String line) {
    if (line.isEmpty() || line.startsWith("#")) {
      return;
    }
    if (line.startsWith("== ")) {
      finish();
      List<Token> words = tokens(line.substring(3));
      name = source.replace(".txt", "") + "/" + words.getFirst().text();
      protocol =
          words.size() > 1
              ? Script.Protocol.valueOf(words.get(1).text().toUpperCase(java.util.Locale.ROOT))
              : Script.Protocol.BOTH;
      return;
    }
    if (line.startsWith("wait ")) {
      steps.add(new Step.Wait(Duration.ofMillis(Long.parseLong(line.substring(5)))));
      return;
    }
    if (line.startsWith("await-blocked ")) {
      steps.add(new Step.AwaitBlocked(Integer.parseInt(line.substring(14))));
      return;
    }
    Matcher matcher = LINE.matcher(line);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("no step");
    }
    connectionStep(matcher.group("connection"), matcher.group("kind"), matcher.group("rest"));
  }

  private void connectionStep(String connection, String kind, String rest) {
    List<Token> words = tokens(rest);
    int bar = words.stream().map(Token::text).toList().indexOf("|");
    boolean hasOptions = bar >= 0 && words.get(bar).bare();
    List<Token> arguments = hasOptions ? words.subList(0, bar) : words;
    int replies = 1;
    var normaliser = Normaliser.EXACT;
    for (Token option : hasOptions ? words.subList(bar + 1, words.size()) : List.<Token>of()) {
      if (option.text().matches("\\d+")) {
        replies = Integer.parseInt(option.text());
      } else {
        normaliser = Normaliser.named(option.text());
      }
    }
    switch (kind) {
      case ":", "::" -> {
        byte[] request = RawRedis.encode(arguments.stream().map(Token::bytes).toList());
        var send = new Step.Send(connection, List.of(new Exchange(request, replies, normaliser)));
        steps.add(send);
        if (kind.equals("::")) {
          steps.add(send);
        }
      }
      case " raw" -> {
        var bytes = new ByteArrayOutputStream();
        arguments.forEach(a -> bytes.writeBytes(a.bytes()));
        var exchange = new Exchange(bytes.toByteArray(), replies, normaliser);
        steps.add(new Step.Send(connection, List.of(exchange)));
      }
      case "<" ->
          steps.add(
              new Step.Read(connection, Integer.parseInt(arguments.getFirst().text()), normaliser));
      case " closed" -> steps.add(new Step.Closed(connection));
      case " close" -> steps.add(new Step.Close(connection));
      default -> throw new IllegalArgumentException(kind);
    }
  }

  private void finish() {
    if (!name.isEmpty()) {
      scripts.add(new Script(name, protocol, steps));
    }
    steps.clear();
  }

  /** An argument: Latin-1 text stands for bytes; a bare one was not quoted. */
  private record Token(String text, boolean bare) {
    byte[] bytes() {
      return text.getBytes(StandardCharsets.ISO_8859_1);
    }
  }

  private static List<Token> tokens(String line) {
    List<Token> tokens = new ArrayList<>();
    int at = 0;
    while (at < line.length()) {
      if (line.charAt(at) == ' ') {
        at++;
      } else if (line.charAt(at) != '"') {
        int end = line.indexOf(' ', at) < 0 ? line.length() : line.indexOf(' ', at);
        tokens.add(new Token(line.substring(at, end), true));
        at = end;
      } else {
        var text = new StringBuilder();
        at = quoted(line, at + 1, text);
        int times = 1;
        if (at < line.length() && line.charAt(at) == '*') {
          int end = line.indexOf(' ', at) < 0 ? line.length() : line.indexOf(' ', at);
          times = Integer.parseInt(line.substring(at + 1, end));
          at = end;
        }
        tokens.add(new Token(text.toString().repeat(times), false));
      }
    }
    return tokens;
  }

  /** Unescapes up to the closing quote; gives the index behind it. */
  private static int quoted(String line, int from, StringBuilder text) {
    int at = from;
    while (true) {
      if (at >= line.length()) {
        throw new IllegalArgumentException("no closing quote");
      }
      char c = line.charAt(at++);
      if (c == '"') {
        return at;
      }
      if (c != '\\') {
        text.append(c);
        continue;
      }
      char escaped = line.charAt(at++);
      switch (escaped) {
        case 'r' -> text.append('\r');
        case 'n' -> text.append('\n');
        case 't' -> text.append('\t');
        case '0' -> text.append('\0');
        case 'x' -> {
          text.append((char) Integer.parseInt(line.substring(at, at + 2), 16));
          at += 2;
        }
        default -> text.append(escaped);
      }
    }
  }
}
