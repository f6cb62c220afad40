#!/usr/bin/env bash
# The replica of the compose stack: copies the primary at its first start, then follows it.
set -euo pipefail
if [[ "$(id -u)" == 0 ]]; then
  mkdir -p "$PGDATA"
  chown -R postgres:postgres /var/lib/postgresql
  chmod 700 "$PGDATA"
  exec gosu postgres bash "$0"
fi
if [[ ! -s "$PGDATA/PG_VERSION" ]]; then
  pg_basebackup --host=postgres-primary --username=app --pgdata="$PGDATA" --wal-method=stream --write-recovery-conf
fi
exec postgres
