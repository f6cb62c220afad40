package io.nearside.agent.postgres.sql;

import java.util.Set;

/** Keywords by what a parenthesis behind them means ("SQL Key Words", versions 14 to 18). */
final class Words {
  /** Reserved in every version: without quotes never the name of a function, table or column. */
  private static final Set<String> RESERVED =
      Set.of(
          "all",
          "analyse",
          "analyze",
          "and",
          "any",
          "array",
          "as",
          "asc",
          "asymmetric",
          "both",
          "case",
          "cast",
          "check",
          "collate",
          "column",
          "constraint",
          "create",
          "current_catalog",
          "current_date",
          "current_role",
          "current_time",
          "current_timestamp",
          "current_user",
          "default",
          "deferrable",
          "desc",
          "distinct",
          "do",
          "else",
          "end",
          "except",
          "false",
          "fetch",
          "for",
          "foreign",
          "from",
          "grant",
          "group",
          "having",
          "in",
          "initially",
          "intersect",
          "into",
          "lateral",
          "leading",
          "limit",
          "localtime",
          "localtimestamp",
          "not",
          "null",
          "offset",
          "on",
          "only",
          "or",
          "order",
          "placing",
          "primary",
          "references",
          "returning",
          "select",
          "session_user",
          "some",
          "symmetric",
          "table",
          "then",
          "to",
          "trailing",
          "true",
          "union",
          "unique",
          "user",
          "using",
          "variadic",
          "when",
          "where",
          "window",
          "with");

  /**
   * Keywords that may stand before a parenthesis without calling what a user could have made, in
   * some version at least. A function of that name that the catalog knows counts for more. Not
   * here, so looked up as functions: TREAT (which calls the function named like a type), SUBSTRING
   * and OVERLAY (which users can overload).
   */
  private static final Set<String> CONSTRUCTS =
      Set.of(
          // types with modifiers
          "bit",
          "char",
          "character",
          "dec",
          "decimal",
          "float",
          "interval",
          "nchar",
          "numeric",
          "second",
          "time",
          "timestamp",
          "varchar",
          "varying",
          // expressions with a syntax of their own
          "between",
          "coalesce",
          "collation",
          "exists",
          "extract",
          "greatest",
          "grouping",
          "least",
          "merge_action",
          "normalize",
          "nullif",
          "operator",
          "position",
          "row",
          "trim",
          "xmlattributes",
          "xmlconcat",
          "xmlelement",
          "xmlexists",
          "xmlforest",
          "xmlnamespaces",
          "xmlparse",
          "xmlpi",
          "xmlroot",
          "xmlserialize",
          "xmltable",
          "json",
          "json_array",
          "json_arrayagg",
          "json_exists",
          "json_object",
          "json_objectagg",
          "json_query",
          "json_scalar",
          "json_serialize",
          "json_table",
          "json_value",
          // clauses
          "by",
          "columns",
          "cube",
          "escape",
          "filter",
          "first",
          "ilike",
          "is",
          "join",
          "like",
          "materialized",
          "next",
          "over",
          "passing",
          "repeatable",
          "rollup",
          "sets",
          "values",
          "within",
          "zone");

  private Words() {}

  static Set<String> reserved() {
    return RESERVED;
  }

  static boolean isReserved(String word) {
    return RESERVED.contains(word);
  }

  static boolean isConstruct(String word) {
    return CONSTRUCTS.contains(word);
  }
}
