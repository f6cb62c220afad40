#!/usr/bin/env bash
# Run once by the image's entry point, on the new primary: the replica may stream from it, with the password.
set -euo pipefail
echo "host replication $POSTGRES_USER samenet scram-sha-256" >>"$PGDATA/pg_hba.conf"
