"""What redis-py does against an endpoint: scenario.py HOST PORT. Prints OK, or the step that failed."""

import sys
import threading
import time
import traceback

import redis

HOST, PORT = sys.argv[-2], int(sys.argv[-1])


def connect(**options):
    return redis.Redis(HOST, PORT, decode_responses=True, socket_timeout=15, **options)


def strings(client, other):
    assert client.get("s") is None
    assert client.set("s", "v") is True
    for _ in range(3):
        assert client.get("s") == "v"
    client.set("s", "v2", ex=1000)
    assert client.get("s") == "v2"
    assert client.ttl("s") > 900
    client.mset({"m1": "1", "m2": "2"})
    assert client.mget("m1", "m2", "m3") == ["1", "2", None]
    binary = redis.Redis(HOST, PORT)
    binary.set(b"\0\r\n", b"\0\r\n\xff")
    for _ in range(2):
        assert binary.get(b"\0\r\n") == b"\0\r\n\xff"


def hashes(client, other):
    client.hset("h", mapping={"a": "1", "b": "2"})
    for _ in range(2):
        assert client.hgetall("h") == {"a": "1", "b": "2"}
    client.hincrby("h", "a", 5)
    assert client.hget("h", "a") == "6"
    client.zadd("z", {"m": 1.5})
    assert client.zrange("z", 0, -1, withscores=True) == [("m", 1.5)]
    try:
        client.incr("h")
        raise AssertionError("INCR of a hash")
    except redis.ResponseError as error:
        assert "WRONGTYPE" in str(error)


def pipeline(client, other):
    pipe = client.pipeline(transaction=False)
    for i in range(200):
        pipe.set(f"p{i % 10}", f"v{i}").get(f"p{i % 10}")
    replies = pipe.execute()
    assert replies[1::2] == [f"v{i}" for i in range(200)]


def transaction(client, other):
    client.set("t", "0")
    assert client.pipeline().incr("t").get("t").execute() == [1, "1"]
    assert other.get("t") == "1"
    with client.pipeline() as pipe:
        pipe.watch("t")
        assert pipe.get("t") == "1"
        other.set("t", "9")
        pipe.multi()
        pipe.set("t", "lost")
        try:
            pipe.execute()
            raise AssertionError("EXEC after somebody else's write")
        except redis.WatchError:
            pass
    assert client.get("t") == "9"
    client.transaction(lambda pipe: (pipe.multi(), pipe.incr("t")), "t")
    assert client.get("t") == "10"


def blocking(client, other):
    assert client.blpop("q", 0.05) is None
    popped = []
    waiter = threading.Thread(target=lambda: popped.append(client.blpop("q", 10)))
    waiter.start()
    other.rpush("q", "job")
    waiter.join(15)
    assert popped == [("q", "job")]


def publish(client, other):
    subscriber = client.pubsub(ignore_subscribe_messages=False)
    subscriber.subscribe("news")
    assert subscriber.get_message(timeout=10)["type"] == "subscribe"
    assert other.publish("news", "hello") == 1
    assert subscriber.get_message(timeout=10)["data"] == "hello"
    subscriber.psubscribe("wea*")
    assert subscriber.get_message(timeout=10)["type"] == "psubscribe"
    assert other.publish("weather", "rain") == 1
    message = subscriber.get_message(timeout=10)
    assert (message["pattern"], message["channel"], message["data"]) == ("wea*", "weather", "rain")
    subscriber.close()


def scan(client, other):
    for i in range(300):
        client.set(f"scan:{i}", "x")
    assert len(set(client.scan_iter("scan:*", 50))) == 300


def scripts(client, other):
    put = client.register_script("redis.call('set', KEYS[1], ARGV[1]); return redis.call('get', KEYS[1])")
    assert put(keys=["script"], args=["x"]) == "x"
    assert put(keys=["script"], args=["y"]) == "y"
    assert client.get("script") == "y"


def locks(client, other):
    with client.lock("lock", timeout=10):
        assert not other.lock("lock", timeout=10).acquire(blocking=False)
    assert other.lock("lock", timeout=10).acquire(blocking=False)


def reconnect(client, other):
    print("cut", flush=True)
    sys.stdin.readline()
    deadline = time.monotonic() + 10
    while True:
        try:
            assert client.get("s") == "v2"
            return
        except redis.ConnectionError:
            assert time.monotonic() < deadline


def main():
    client, other = connect(), connect(client_name="other")
    for step in (strings, hashes, pipeline, transaction, blocking, publish, scan, scripts, locks, reconnect):
        try:
            step(client, other)
        except Exception:
            print(f"step {step.__name__}: {traceback.format_exc()}")
            return 1
    print("OK")
    return 0


sys.exit(main())
