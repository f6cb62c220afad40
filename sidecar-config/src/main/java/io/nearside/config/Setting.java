package io.nearside.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What there is to know of one key of the configuration. The only place where a key's text, default
 * and limits stand: loader, schema, documentation and reload diff all read it from here.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
@interface Setting {
  /** Stands for "has no default": the key must be given. */
  String REQUIRED = "\0";

  /** What it does, in one or two sentences, Markdown. */
  String doc();

  /** The default, written as in an environment variable. Sections need none. */
  String byDefault() default REQUIRED;

  /** Smallest allowed number, size in bytes, or count of list elements. */
  long min() default Long.MIN_VALUE;

  /** Largest allowed number, size in bytes, or count of list elements. */
  long max() default Long.MAX_VALUE;

  /**
   * What a text, or each text of a list, must match as a whole; a regular expression that Java and
   * ECMAScript read alike.
   */
  String pattern() default "";

  /** The pattern in words, for people: what is expected. */
  String expected() default "";

  /** Words that are reserved for a later capability, and refused as such. */
  String[] later() default {};

  /** Whether a reload changes it without a restart; for a section, everything below it. */
  boolean live() default false;
}
