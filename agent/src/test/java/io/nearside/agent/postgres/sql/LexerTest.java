package io.nearside.agent.postgres.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class LexerTest {
  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** The tokens that mean something, between bars. */
  private static String tokens(String text, boolean standardStrings) {
    byte[] bytes = bytes(text);
    Lexer lexer = new Lexer(bytes, 0, bytes.length, standardStrings);
    List<String> tokens = new ArrayList<>();
    for (Token t = lexer.next(); t != Token.END; t = lexer.next()) {
      if (t != Token.WHITESPACE) {
        tokens.add(
            new String(bytes, lexer.start(), lexer.end() - lexer.start(), StandardCharsets.UTF_8));
      }
    }
    return tokens.stream().collect(Collectors.joining("|")) + (lexer.exact() ? "" : " (odd)");
  }

  // The mark ⏎ is a newline; columns are divided by §.
  @ParameterizedTest
  @CsvSource(
      delimiter = '§',
      quoteCharacter = '\0',
      ignoreLeadingAndTrailingWhitespace = true,
      value = {
        "select a.b , $1 § select|a|.|b|,|$1",
        "'it''s' 'b' § 'it''s'|'b'",
        "'a'⏎'b' § 'a'⏎'b'",
        "'a' -- x⏎ -- y⏎ 'b' § 'a' -- x⏎ -- y⏎ 'b'",
        "'a' /* x */⏎'b' § 'a'|/* x */|'b'",
        "'a' -- x § 'a'|-- x",
        "e'a\\'b'⏎'c\\'' § e'a\\'b'⏎'c\\''",
        "'a\\' 'b' § 'a\\'|'b'",
        "b'01''01' § b'01'|'01'",
        "x'1f' N'n' nu'x' § x'1f'|N'n'|nu|'x'",
        "U&'\\0061' u&\"a\"\"b\" u&b § U&'\\0061'|u&\"a\"\"b\"|u|&|b",
        "\"a\"\"b\"\"\" § \"a\"\"b\"\"\"",
        "$$a'b$$ $x$ $$ $y$ $x$ § $$a'b$$|$x$ $$ $y$ $x$",
        "$a$ $a $a$ $é$x$é$ § $a$ $a $a$|$é$x$é$",
        "a$b$c $1$$x$$ § a$b$c|$1|$$x$$",
        "/* a /* b */ c */d § /* a /* b */ c */|d",
        "/*/**/*/x /***/y § /*/**/*/|x|/***/|y",
        "a--b⏎c § a|--b|c",
        "a+--b⏎+c § a|+|--b|+|c",
        "a*/*c*/b § a|*|/*c*/|b",
        "a@-b a*-b a<>-b a->>b § a|@-|b|a|*|-|b|a|<>|-|b|a|->>|b",
        "a+-+b a#-+b a=-1 § a|+|-|+|b|a|#-+|b|a|=|-|1",
        "a::int a:=b a:b x=>y § a|::|int|a|:=|b|a|:|b|x|=>|y",
        "1.5 .5 1. 1e3 1e-3 1.e+3 § 1.5|.5|1.|1e3|1e-3|1.e+3",
        "1..2 a.5 § 1|..|2|a|.5",
        "0x1F 0o17 0b01 1_000.000_1 § 0x1F|0o17|0b01|1_000.000_1",
        "é_Ü$1 § é_Ü$1",
        "a?b a?|b ?& § a|?|b|a|?||b|?&",
        "[1:2] (a); § [|1|:|2|]|(|a|)|;",
      })
  void text_lexed_asTheServerDoes(String text, String expected) {
    assertEquals(
        expected.replace('⏎', '\n').strip(), tokens(text.replace('⏎', '\n').strip(), true));
  }

  @Test
  void plainString_standardConformingStringsOff_hasEscapes() {
    assertEquals("'a\\' '|b", tokens("'a\\' 'b", false));
    assertEquals("N'\\''", tokens("N'\\''", false));
    assertEquals("x'\\'|'' (odd)".replace("|''", "|'"), tokens("x'\\''", false));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'a",
        "e'a\\'",
        "b'0",
        "x'",
        "n'a",
        "u&'a",
        "\"a",
        "\"\"",
        "u&\"",
        "$$a",
        "$x$a$y$",
        "/* a",
        "/* /* */",
        "1a",
        "1_",
        "0x",
        "0b2",
        "0xg",
        "1e",
        "1e+",
        "$1a",
        "$",
        "$ a",
        "\0",
        "a\0b",
        "'\0'",
        "{",
        "}",
        "\\",
        "\u0001"
      })
  void text_refusedOrReadDifferentlyByVersion_isNotExact(String text) {
    byte[] bytes = bytes(text);
    Lexer lexer = new Lexer(bytes, 0, bytes.length, true);
    while (lexer.next() != Token.END) {
      // to the end
    }
    assertFalse(lexer.exact());
  }

  @Test
  void unicodeString_standardConformingStringsOff_isNotExact() {
    assertTrue(tokens("U&'a'", false).endsWith("(odd)"));
  }

  @Test
  void tokens_together_areTheText() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 50_000; i++) {
      byte[] text = bytes(Splices.next(random));
      int from = random.nextInt(text.length + 1);
      Lexer lexer = new Lexer(text, from, text.length, random.nextBoolean());
      int behind = from;
      for (Token t = lexer.next(); t != Token.END; t = lexer.next()) {
        int before = behind;
        assertTrue(
            lexer.start() == before && lexer.end() > before && lexer.end() <= text.length,
            () ->
                "seed " + seed + " at " + before + ": " + new String(text, StandardCharsets.UTF_8));
        behind = lexer.end();
      }
      assertEquals(text.length, behind, () -> "seed " + seed);
    }
  }
}
