"""An app that knows nothing of Nearside: it talks to 127.0.0.1 with the usual drivers."""

import os
import pathlib
import sys
import time

HEARTBEAT = pathlib.Path("/tmp/heartbeat")
PATIENCE_SECONDS = 10


def healthy() -> bool:
    """Whether the other process, the app, has gone round lately."""
    return HEARTBEAT.exists() and time.time() - HEARTBEAT.stat().st_mtime < PATIENCE_SECONDS


def main() -> None:
    import psycopg
    import redis

    cache = redis.Redis.from_url(os.environ["REDIS_URL"], protocol=3, decode_responses=True)
    # Where and as whom: the PG* variables.
    with psycopg.connect(autocommit=True) as database:
        database.execute("CREATE TABLE IF NOT EXISTS rounds (app text PRIMARY KEY, count bigint NOT NULL)")
        while True:
            database.execute(
                "INSERT INTO rounds VALUES ('python', 1)"
                " ON CONFLICT (app) DO UPDATE SET count = rounds.count + 1"
            )
            (count,) = database.execute("SELECT count FROM rounds WHERE app = 'python'").fetchone()
            cache.set("rounds:python", count)
            started = time.perf_counter()
            other = cache.get("rounds:java")
            micros = (time.perf_counter() - started) * 1e6
            print(f"python: round {count}; java is at {other}, read in {micros:.0f} microseconds")
            HEARTBEAT.touch()
            time.sleep(1)


if __name__ == "__main__":
    if "--healthy" in sys.argv:
        sys.exit(0 if healthy() else 1)
    main()
