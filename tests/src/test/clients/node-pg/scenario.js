'use strict';
// Values, prepared statements, transactions, cursors, COPY, errors, notifications, many clients.
const assert = require('node:assert');
const { pipeline } = require('node:stream/promises');
const { Readable } = require('node:stream');
const { once } = require('node:events');
const { Client, Pool } = require('pg');
const Cursor = require('pg-cursor');
const copy = require('pg-copy-streams');

async function values(client) {
  await client.query('create table n (id serial primary key, t text, j jsonb, a int[], d timestamptz)');
  for (let i = 1; i <= 5; i++) {
    const { rows } = await client.query(
      'insert into n (t, j, a, d) values ($1, $2, $3, $4) returning id',
      [`ü ${i}`, { i }, [i, i + 1], new Date(0)]);
    assert.strictEqual(rows[0].id, i);
  }
  for (let i = 1; i <= 5; i++) {
    const { rows } = await client.query({ name: 'by-id', text: 'select * from n where id = $1', values: [i] });
    assert.deepStrictEqual(rows, [{ id: i, t: `ü ${i}`, j: { i }, a: [i, i + 1], d: new Date(0) }]);
  }
  const several = await client.query('select 1 as a; select 2 as b');
  assert.deepStrictEqual(several.map((r) => r.rows[0]), [{ a: 1 }, { b: 2 }]);
}

async function transactions(one, two) {
  await one.query('begin');
  await one.query('delete from n');
  assert.strictEqual((await two.query('select count(*)::int as c from n')).rows[0].c, 5);
  await one.query('rollback');
  await one.query('begin');
  await assert.rejects(one.query('insert into n (id) values (1)'), { code: '23505' });
  await assert.rejects(one.query('select 1'), { code: '25P02' });
  await one.query('rollback');
  assert.strictEqual((await one.query('select count(*)::int as c from n')).rows[0].c, 5);
}

async function cursors(client) {
  const cursor = client.query(new Cursor('select x from generate_series(1, $1::int) x', [95]));
  let sum = 0;
  for (let rows = await cursor.read(20); rows.length > 0; rows = await cursor.read(20)) {
    rows.forEach((row) => { sum += row.x; });
  }
  await cursor.close();
  assert.strictEqual(sum, 95 * 96 / 2);
  const left = client.query(new Cursor('select x from generate_series(1, 1000) x'));
  assert.strictEqual((await left.read(3)).length, 3);
  await left.close();
  assert.strictEqual((await client.query('select 7 as x')).rows[0].x, 7);
}

async function copies(client) {
  await client.query('create table c (a int, b text)');
  const lines = Array.from({ length: 5000 }, (_, i) => `${i}\tline ${i}\n`);
  await pipeline(Readable.from(lines), client.query(copy.from('copy c from stdin')));
  assert.strictEqual((await client.query('select count(*)::int as c from c')).rows[0].c, 5000);
  let out = '';
  for await (const chunk of client.query(copy.to('copy (select a from c order by a limit 3) to stdout'))) {
    out += chunk;
  }
  assert.strictEqual(out, '0\n1\n2\n');
  await assert.rejects(pipeline(Readable.from(['x\ty\n']), client.query(copy.from('copy c from stdin'))));
  assert.strictEqual((await client.query('select 1 as x')).rows[0].x, 1);
}

async function errors(client) {
  await assert.rejects(client.query('select 1/0'), { code: '22012' });
  await assert.rejects(client.query('select $1::int', ['x']), { code: '22P02' });
  await assert.rejects(client.query({ name: 'broken', text: 'select * from no_such' }), { code: '42P01' });
  await client.query('create table no_such (a int)');
  assert.strictEqual((await client.query({ name: 'broken', text: 'select * from no_such' })).rowCount, 0);
}

async function notifications(one, two) {
  await one.query('listen node');
  const heard = once(one, 'notification');
  await two.query("notify node, 'hello'");
  assert.strictEqual((await heard)[0].payload, 'hello');
  await one.query('unlisten *');
}

async function many() {
  const pool = new Pool({ max: 12 });
  const answers = await Promise.all(Array.from({ length: 200 }, (_, i) =>
    pool.query({ name: `q${i % 5}`, text: `select $1::int + ${i % 5} as x`, values: [i] })));
  answers.forEach((answer, i) => assert.strictEqual(answer.rows[0].x, i + i % 5));
  await pool.end();
}

async function main() {
  const one = new Client();
  const two = new Client();
  await one.connect();
  await two.connect();
  await values(one);
  await transactions(one, two);
  await cursors(one);
  await copies(one);
  await errors(one);
  await notifications(one, two);
  await many();
  await one.end();
  await two.end();
  console.log('OK');
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
