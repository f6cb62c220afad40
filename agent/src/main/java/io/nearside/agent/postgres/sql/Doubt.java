package io.nearside.agent.postgres.sql;

/**
 * Why a read may not go to a replica.
 *
 * @param reason continues a sentence that begins with the statement or the view: {@code calls
 *     nextval, which is volatile}
 */
record Doubt(String reason, String label) {}
