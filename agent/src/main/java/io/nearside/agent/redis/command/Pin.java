package io.nearside.agent.redis.command;

/** Why a command concerns the client's connection, and not only the data set. */
public enum Pin {
  /** It does not: any upstream connection of the same user and database will do. */
  NONE,
  AUTH,
  HELLO,
  SELECT,
  MULTI,
  EXEC,
  DISCARD,
  WATCH,
  UNWATCH,
  /** SUBSCRIBE, PSUBSCRIBE, SSUBSCRIBE. */
  SUBSCRIBE,
  /** UNSUBSCRIBE, PUNSUBSCRIBE, SUNSUBSCRIBE. */
  UNSUBSCRIBE,
  /** May hold its connection until a timeout or another client's write. */
  BLOCKING,
  MONITOR,
  RESET,
  QUIT,
  /** CLIENT REPLY: shifts the number of replies. */
  CLIENT_REPLY,
  /** CLIENT TRACKING, CACHING. */
  CLIENT_TRACKING,
  CLIENT_ID,
  CLIENT_SETNAME,
  CLIENT_GETNAME,
  /** CLIENT SETINFO: the name and version of the client's library. */
  CLIENT_SETINFO,
  /** CLIENT INFO, TRACKINGINFO, GETREDIR: questions about this very connection. */
  CLIENT_INFO,
  /** CLIENT NO-EVICT, NO-TOUCH, CAPA, IMPORT-SOURCE: change how this connection is treated. */
  CLIENT_SETTING,
  SCRIPT_DEBUG,
  /** WAIT, WAITAOF: about the writes of this very connection. */
  WAIT,
  /** READONLY, READWRITE, ASKING. */
  CLUSTER_MODE,
  /** SYNC, PSYNC, REPLCONF. */
  REPLICATION,
  /** {@code POST} and {@code HOST:}: Redis takes them for HTTP and closes the connection. */
  FORBIDDEN_NAME
}
