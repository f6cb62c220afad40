package io.nearside.agent.postgres.sql;

/**
 * The queries that {@link CatalogBuilder} is fed from, for PostgreSQL 14 to 18, each in the
 * database that it is about. All columns are text. They need no privileges beyond those of any
 * role.
 */
public enum CatalogQuery {
  /**
   * One row, one column: a value that changes with everything that the other queries read. If it is
   * what it was, they need not be run again. {@code xmin} is the transaction that wrote a row; it
   * is left alone by VACUUM.
   */
  FINGERPRINT(
      """
      SELECT pg_catalog.concat_ws('/',
        (SELECT pg_catalog.concat(pg_catalog.count(*), ':',
                pg_catalog.sum(xmin::pg_catalog.text::pg_catalog.int8 % 1000000007 * (oid::pg_catalog.int8 % 65537)))
           FROM pg_catalog.pg_proc),
        (SELECT pg_catalog.concat(pg_catalog.count(*), ':',
                pg_catalog.sum(xmin::pg_catalog.text::pg_catalog.int8 % 1000000007 * (aggfnoid::pg_catalog.oid::pg_catalog.int8 % 65537)))
           FROM pg_catalog.pg_aggregate),
        (SELECT pg_catalog.concat(pg_catalog.count(*), ':',
                pg_catalog.sum(xmin::pg_catalog.text::pg_catalog.int8 % 1000000007 * (oid::pg_catalog.int8 % 65537)))
           FROM pg_catalog.pg_operator),
        (SELECT pg_catalog.concat(pg_catalog.count(*), ':',
                pg_catalog.sum(xmin::pg_catalog.text::pg_catalog.int8 % 1000000007 * (oid::pg_catalog.int8 % 65537)))
           FROM pg_catalog.pg_cast),
        (SELECT pg_catalog.concat(pg_catalog.count(*), ':',
                pg_catalog.sum(xmin::pg_catalog.text::pg_catalog.int8 % 1000000007 * (oid::pg_catalog.int8 % 65537)))
           FROM pg_catalog.pg_class
          WHERE relkind IN ('r', 'p', 'f', 'v', 'm', 'S') AND relpersistence <> 't'
            AND (relkind IN ('f', 'v', 'S') OR relpersistence = 'u' OR relrowsecurity)),
        (SELECT pg_catalog.concat(pg_catalog.count(*), ':',
                pg_catalog.sum(xmin::pg_catalog.text::pg_catalog.int8 % 1000000007 * (oid::pg_catalog.int8 % 65537)))
           FROM pg_catalog.pg_rewrite),
        (SELECT pg_catalog.concat(pg_catalog.count(*), ':',
                pg_catalog.sum(xmin::pg_catalog.text::pg_catalog.int8 % 1000000007 * (oid::pg_catalog.int8 % 65537)))
           FROM pg_catalog.pg_policy),
        (SELECT pg_catalog.concat(pg_catalog.count(*), ':',
                pg_catalog.sum(xmin::pg_catalog.text::pg_catalog.int8 % 1000000007 * (oid::pg_catalog.int8 % 65537)))
           FROM pg_catalog.pg_constraint WHERE contypid <> 0),
        (SELECT pg_catalog.concat(pg_catalog.count(*), ':',
                pg_catalog.sum(xmin::pg_catalog.text::pg_catalog.int8 % 1000000007 * (inhrelid::pg_catalog.int8 % 65537)))
           FROM pg_catalog.pg_inherits))
      """),

  /**
   * name, volatile, attribute: per name over all schemas; true and false are {@code t} and {@code
   * f}. An aggregate is volatile if a function that it is made of is. Attribute: some user's
   * volatile function of that name takes a row, so that {@code t.name} calls it.
   */
  FUNCTIONS(
      """
      SELECT p.proname::pg_catalog.text,
             CASE WHEN pg_catalog.bool_or(p.provolatile = 'v' OR s.oid IS NOT NULL) THEN 't' ELSE 'f' END,
             CASE WHEN pg_catalog.bool_or(p.provolatile = 'v' AND p.oid >= 16384 AND p.pronargs >= 1
                         AND p.pronargs - p.pronargdefaults <= 1 AND t.typtype IN ('c', 'd', 'p'))
                  THEN 't' ELSE 'f' END
        FROM pg_catalog.pg_proc p
        LEFT JOIN pg_catalog.pg_type t ON t.oid = p.proargtypes[0]
        LEFT JOIN pg_catalog.pg_aggregate a ON a.aggfnoid = p.oid
        LEFT JOIN pg_catalog.pg_proc s ON s.provolatile = 'v'
             AND s.oid IN (a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggserialfn,
                           a.aggdeserialfn, a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn)
       WHERE p.prokind <> 'p'
       GROUP BY 1
      """),

  /** symbol: operators with a volatile function behind them. */
  OPERATORS(
      """
      SELECT DISTINCT o.oprname::pg_catalog.text
        FROM pg_catalog.pg_operator o JOIN pg_catalog.pg_proc p ON p.oid = o.oprcode
       WHERE p.provolatile = 'v'
      """),

  /** description: the casts with a volatile function behind them. */
  CASTS(
      """
      SELECT pg_catalog.concat(c.castsource::pg_catalog.regtype, ' to ', c.casttarget::pg_catalog.regtype)
        FROM pg_catalog.pg_cast c JOIN pg_catalog.pg_proc p ON p.oid = c.castfunc
       WHERE p.provolatile = 'v'
       ORDER BY 1
      """),

  /**
   * name, what it is: relations whose rows are not on a replica, and the parents that are read
   * together with them; sequences, which there run up to 32 values ahead. Temporary tables are left
   * out: the session that has one is pinned.
   */
  RELATIONS(
      """
      WITH RECURSIVE own (oid, what) AS (
        SELECT c.oid, CASE WHEN c.relkind = 'f' THEN 'a foreign table'
                           WHEN c.relkind = 'S' THEN 'a sequence'
                           ELSE 'an unlogged table' END
          FROM pg_catalog.pg_class c
         WHERE c.relkind IN ('r', 'p', 'm', 'f', 'S')
           AND (c.relkind IN ('f', 'S') OR c.relpersistence = 'u') AND c.relpersistence <> 't'
        UNION
        SELECT i.inhparent,
               CASE WHEN own.what LIKE 'a parent%' THEN own.what ELSE 'a parent of ' || own.what END
          FROM pg_catalog.pg_inherits i JOIN own ON own.oid = i.inhrelid)
      SELECT c.relname::pg_catalog.text, pg_catalog.min(own.what)
        FROM own JOIN pg_catalog.pg_class c ON c.oid = own.oid
       GROUP BY 1
      """),

  /**
   * name, what it is, text: what is run unseen when the name is used: the queries of users' views,
   * the conditions of row-level security, the checks of domains.
   */
  DEFINITIONS(
      """
      SELECT c.relname::pg_catalog.text, 'a view', pg_catalog.pg_get_viewdef(c.oid)
        FROM pg_catalog.pg_class c
       WHERE c.relkind = 'v' AND c.oid >= 16384 AND c.relpersistence <> 't'
         AND c.relnamespace <> 'pg_catalog'::pg_catalog.regnamespace
         AND c.relnamespace <> 'information_schema'::pg_catalog.regnamespace
      UNION ALL
      SELECT c.relname::pg_catalog.text, 'a table with row-level security',
             'SELECT ' || pg_catalog.pg_get_expr(p.polqual, p.polrelid)
        FROM pg_catalog.pg_policy p JOIN pg_catalog.pg_class c ON c.oid = p.polrelid
       WHERE p.polcmd IN ('r', '*') AND p.polqual IS NOT NULL AND c.relrowsecurity
      UNION ALL
      SELECT t.typname::pg_catalog.text, 'a domain',
             'SELECT ' || pg_catalog.pg_get_constraintdef(k.oid)
        FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_type t ON t.oid = k.contypid
       WHERE k.contypid <> 0 AND k.oid >= 16384
      """);

  private final String sql;

  CatalogQuery(String sql) {
    this.sql = sql;
  }

  public String sql() {
    return sql;
  }
}
