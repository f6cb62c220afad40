// What ioredis does against an endpoint: node scenario.js HOST PORT. Prints OK, or the step that failed.
"use strict";
const assert = require("node:assert/strict");
const readline = require("node:readline");
const Redis = require("ioredis");

const [host, port] = process.argv.slice(2);
const open = (options) => new Redis({ host, port: Number(port), ...options });
const lines = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();

async function until(condition) {
  const deadline = Date.now() + 10000;
  while (!(await condition())) {
    assert(Date.now() < deadline, "not within 10 s");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const steps = {
  async strings(redis) {
    assert.equal(await redis.get("s"), null);
    assert.equal(await redis.set("s", "v"), "OK");
    for (let i = 0; i < 3; i++) assert.equal(await redis.get("s"), "v");
    await redis.set("s", "v2", "EX", 1000);
    assert.equal(await redis.get("s"), "v2");
    assert((await redis.ttl("s")) > 900);
    await redis.mset("m1", "1", "m2", "2");
    assert.deepEqual(await redis.mget("m1", "m2", "m3"), ["1", "2", null]);
    const bytes = Buffer.from([0, 13, 10, 255]);
    await redis.set("b", bytes);
    for (let i = 0; i < 2; i++) assert.deepEqual(await redis.getBuffer("b"), bytes);
  },
  async hashes(redis) {
    await redis.hset("h", { a: "1", b: "2" });
    for (let i = 0; i < 2; i++) assert.deepEqual(await redis.hgetall("h"), { a: "1", b: "2" });
    await redis.hincrby("h", "a", 5);
    assert.equal(await redis.hget("h", "a"), "6");
    await assert.rejects(redis.incr("h"), /WRONGTYPE/);
  },
  async pipeline(redis) {
    const pipeline = redis.pipeline();
    for (let i = 0; i < 200; i++) pipeline.set(`p${i % 10}`, `v${i}`).get(`p${i % 10}`);
    const replies = await pipeline.exec();
    for (let i = 0; i < 200; i++) assert.deepEqual(replies[2 * i + 1], [null, `v${i}`]);
  },
  async automaticPipelining() {
    const redis = open({ enableAutoPipelining: true });
    await Promise.all(Array.from({ length: 100 }, (_, i) => redis.set(`a${i}`, i)));
    const read = await Promise.all(Array.from({ length: 100 }, (_, i) => redis.get(`a${i}`)));
    assert.deepEqual(read, Array.from({ length: 100 }, (_, i) => String(i)));
    redis.disconnect();
  },
  async transaction(redis, other) {
    await redis.set("t", "0");
    assert.deepEqual(await redis.multi().incr("t").get("t").exec(), [[null, 1], [null, "1"]]);
    assert.equal(await other.get("t"), "1");
    await redis.watch("t");
    assert.equal(await redis.get("t"), "1");
    await other.set("t", "9");
    assert.equal(await redis.multi().set("t", "lost").exec(), null);
    assert.equal(await redis.get("t"), "9");
  },
  async blocking(redis, other) {
    assert.equal(await redis.blpop("q", 0.05), null);
    const popped = redis.blpop("q", 10);
    await other.rpush("q", "job");
    assert.deepEqual(await popped, ["q", "job"]);
  },
  async publish(redis) {
    const subscriber = open();
    const messages = [];
    subscriber.on("message", (channel, message) => messages.push(`${channel}=${message}`));
    subscriber.on("pmessage", (pattern, channel, message) => messages.push(`${pattern}:${channel}=${message}`));
    assert.equal(await subscriber.subscribe("news"), 1);
    assert.equal(await subscriber.psubscribe("wea*"), 2);
    assert.equal(await redis.publish("news", "hello"), 1);
    assert.equal(await redis.publish("weather", "rain"), 1);
    await until(() => messages.length === 2);
    assert.deepEqual(messages, ["news=hello", "wea*:weather=rain"]);
    await subscriber.unsubscribe("news");
    await subscriber.punsubscribe("wea*");
    assert.equal(await subscriber.get("s"), "v2");
    subscriber.disconnect();
  },
  async scan(redis) {
    await Promise.all(Array.from({ length: 300 }, (_, i) => redis.set(`scan:${i}`, "x")));
    const found = new Set();
    for await (const keys of redis.scanStream({ match: "scan:*", count: 50 })) keys.forEach((key) => found.add(key));
    assert.equal(found.size, 300);
  },
  async scripts(redis) {
    redis.defineCommand("put", {
      numberOfKeys: 1,
      lua: "redis.call('set', KEYS[1], ARGV[1]); return redis.call('get', KEYS[1])",
    });
    assert.equal(await redis.put("script", "x"), "x");
    assert.equal(await redis.put("script", "y"), "y");
    assert.equal(await redis.get("script"), "y");
  },
  async reconnect(redis) {
    const ready = new Promise((resolve) => redis.once("ready", resolve));
    console.log("cut");
    await lines.next();
    await ready;
    assert.equal(await redis.get("s"), "v2");
  },
};

async function main() {
  const redis = open({ retryStrategy: () => 20, connectionName: "scenario" });
  const other = open({ retryStrategy: () => 20 });
  for (const client of [redis, other]) client.on("error", () => {});
  for (const [name, step] of Object.entries(steps)) {
    try {
      await step(redis, other);
    } catch (error) {
      console.log(`step ${name}: ${error.stack}`);
      process.exit(1);
    }
  }
  console.log("OK");
  process.exit(0);
}

main();
