-- # Values of every type, in text and in binary.
-- == numbers
select 1;
select 1::int2, 2::int4, 3::int8;
select (-32768)::int8::int2, 2147483647, 9223372036854775807;
select 1.5, 1e10, .5, 1_000_000, 0xff, 0o17, 0b101;
select 'NaN'::float8, 'Infinity'::float8, '-Infinity'::float4;
select 0.1::float4, 0.1::float8, 1e-300::float8;
select 'NaN'::numeric, 'Infinity'::numeric, 0::numeric;
select 12345678901234567890.123456789012345678901234567890::numeric;
select 1::numeric(10,3), (-0.0001)::numeric(10,3), 99999.99::numeric(7,2);
select 10 / 3, 10.0 / 3, 10 % 3, -10 / 3, 2 ^ 10, |/ 2.0, ||/ 27.0;
select round(2.5), round(-2.5), round(2.567, 2), trunc(2.567, 1), ceil(1.2), floor(-1.2);
select abs(-5), sign(-3.2), mod(7, 3), power(2, 0.5), sqrt(16), exp(0), ln(1), log(100);
select greatest(1, 2, 3), least(3, 2, 1), coalesce(null, 7), nullif(1, 1);
select 1 = 1, 1 <> 2, null = null, 1 is distinct from null, null is null;
select 5 & 3, 5 | 3, 5 # 3, ~5, 1 << 4, 256 >> 2;
select to_char(1234567.891, '9,999,999.99'), to_number('1,234.5', '9,999.9');
select 1::money, '12.34'::money + '1.00'::money;
select width_bucket(5.35, 0.024, 10.06, 5), gcd(12, 18), lcm(4, 6), factorial(20);
select 9223372036854775807::numeric + 1, sum(x) from generate_series(1, 10) x;
-- == texts
select 'a', 'it''s', E'tab\there', E'\u00e9', U&'d\0061t\+000061', $$dollar$$, $q$with $$a$$ inside$q$;
select 'a' || 'b' || null, concat('a', null, 'b'), concat_ws(',', 'a', null, 'b');
select length('äöü'), octet_length('äöü'), char_length('日本語'), bit_length('a');
select upper('straße'), lower('ÄÖ'), initcap('hello world');
select substring('abcdef' from 2 for 3), substr('abcdef', 3), left('abc', 2), right('abc', 2);
select position('c' in 'abc'), strpos('abc', 'z'), overlay('abcdef' placing 'XX' from 3);
select trim('  x  '), ltrim('xxa', 'x'), rtrim('axx', 'x'), btrim('xax', 'x');
select replace('aaa', 'a', 'bb'), translate('abc', 'ab', 'xy'), reverse('abc'), repeat('ab', 3);
select lpad('7', 3, '0'), rpad('7', 3, '.'), split_part('a,b,c', ',', 2), ascii('A'), chr(228);
select 'abc' like 'a%', 'abc' ilike 'A_C', 'abc' similar to '(a|b)%', 'abc' ~ '^a.c$', 'abc' ~* 'B';
select regexp_replace('foobar', 'o+', 'X'), regexp_matches('a1b2', '([a-z])(\d)', 'g');
select regexp_split_to_array('a,b;c', '[,;]'), string_to_array('a|b||c', '|', '');
select 'a'::char(5), 'abc'::varchar(2), 'x'::"char", 'name'::name, length('a'::char(5));
select quote_ident('a b'), quote_literal('it''s'), quote_nullable(null), format('%s %I %L', 'a', 'b c', 'd');
select md5('a'), encode(sha256('a'), 'hex'), encode('abc', 'base64'), decode('YWJj', 'base64');
select '🐘'::text, U&'\+01F418', normalize(U&'a\0308', NFC) = 'ä';
select string_agg(x::text, ',' order by x desc) from generate_series(1, 5) x;
select to_hex(255), unistr('d\0061ta'), starts_with('abc', 'ab'), 'b' between 'a' and 'c';
select '' as empty, null::text as nothing, ' ' as blank;
select parse_ident('a.b'), to_ascii('abc', 'LATIN1');
-- == bytes
select '\x00ff10'::bytea, 'abc'::bytea, E'\\000\\001'::bytea, ''::bytea;
select length('\x0102'::bytea), get_byte('\x0102', 1), set_byte('\x0102', 0, 255), substring('\x010203'::bytea from 2);
select '\x01'::bytea || '\x02'::bytea, position('\x02' in '\x0102'::bytea), encode('\x00ff', 'escape');
select convert_from('\xc3a4', 'UTF8'), convert_to('ä', 'LATIN1'), crc32('abc'), crc32c('abc');
select B'101', X'1F', B'101' & B'110', B'1'::bit(4), B'10101'::varbit(3), bit_count(B'1011');
-- == booleans
select true, false, null::bool, 't'::bool, 'off'::bool, not true, true and null, false or null;
select true is true, null is unknown, bool_and(x > 0), bool_or(x > 2) from (values (1), (2)) v(x) group by ();
-- == times
select date '2024-02-29', time '12:34:56.789', timestamp '2024-02-29 12:34:56.789012';
select timestamptz '2024-02-29 12:34:56+02', timetz '12:00+03', interval '1 year 2 mons 3 days 04:05:06.7';
select date '2024-01-31' + interval '1 month', date '2024-03-01' - date '2024-02-01', age('2024-03-01', '2023-01-15');
select 'infinity'::timestamp, '-infinity'::date, 'epoch'::timestamptz, 'infinity'::interval;
select extract(epoch from timestamp '2000-01-01'), date_part('dow', date '2024-02-29'), extract(week from date '2024-12-30');
select date_trunc('hour', timestamp '2024-02-29 12:34:56'), date_bin('15 minutes', timestamp '2024-02-29 12:34', timestamp '2001-01-01');
select to_char(timestamp '2024-02-29 12:34:56', 'YYYY-MM-DD HH24:MI:SS Day Month TMMon'), to_date('05 Dec 2000', 'DD Mon YYYY');
select make_date(2024, 2, 29), make_interval(days => 10), make_timestamp(2024, 1, 1, 0, 0, 0.5), to_timestamp(0);
select timestamp '2024-01-01' at time zone 'Europe/Berlin', timestamptz '2024-07-01 00:00+00' at time zone 'America/New_York';
select justify_hours(interval '27 hours'), justify_days(interval '35 days'), interval '1 day' * 1.5, -interval '1 day';
select (date '2024-01-01', date '2024-01-10') overlaps (date '2024-01-05', date '2024-01-20'), isfinite(date 'infinity');
select '0044-03-15 BC'::date, date '0001-01-01', timestamp '294276-12-31 23:59:59.999999';
-- == arrays
select array[1, 2, 3], '{a,b,NULL,"c d"}'::text[], array[[1, 2], [3, 4]], '{}'::int[];
select (array[1, 2, 3])[2], (array[1, 2, 3])[2:], (array[[1, 2], [3, 4]])[2][1], ('[0:1]={7,8}'::int[])[0];
select array_length(array[1, 2], 1), array_dims(array[[1, 2], [3, 4]]), cardinality(array[1, 2]), array_ndims(array[1]);
select array_append(array[1], 2), array_prepend(0, array[1]), array[1] || array[2, 3], array_cat(array[1], array[2]);
select array_remove(array[1, 2, 1], 1), array_replace(array[1, 2], 1, 9), array_position(array['a', 'b'], 'b'), array_positions(array[1, 2, 1], 1);
select array[1, 2] @> array[1], array[1] <@ array[1, 2], array[1, 2] && array[2, 3], 2 = any(array[1, 2]), 3 > all(array[1, 2]);
select array_to_string(array[1, null, 3], ',', '*'), array_agg(x order by x) from generate_series(1, 3) x group by ();
select unnest(array[1, 2, 3]), unnest(array['a', 'b']);
select * from unnest(array[1, 2], array['a', 'b', 'c']) with ordinality as t(n, s, o);
select array_fill(7, array[2, 2]), trim_array(array[1, 2, 3], 1), array_sort(array[3, 1, 2]), array_reverse(array[1, 2]);
select '{"(1,2)"}'::point[], array[row(1, 'a')], array[date '2024-01-01'], array['\x01'::bytea], array[1.5, null];
-- == json
select '{"a": 1, "b": [1, 2]}'::json, '{"b": 1, "a": 2, "a": 3}'::jsonb, 'null'::jsonb, '"s"'::json;
select '{"a": {"b": 5}}'::jsonb -> 'a' -> 'b', '{"a": 1}'::json ->> 'a', '[1, 2, 3]'::jsonb -> -1, '{"a": [1, {"b": 2}]}'::jsonb #>> '{a,1,b}';
select '{"a": 1}'::jsonb @> '{"a": 1}', '{"a": 1}'::jsonb ? 'a', '{"a": 1}'::jsonb ?| array['b', 'a'], '[1, 2]'::jsonb <@ '[1, 2, 3]';
select '{"a": 1}'::jsonb || '{"b": 2}', '{"a": 1, "b": 2}'::jsonb - 'a', '[1, 2]'::jsonb - 0, '{"a": {"b": 1}}'::jsonb #- '{a,b}';
select jsonb_set('{"a": 1}', '{a}', '2'), jsonb_insert('[1, 2]', '{1}', '9'), jsonb_strip_nulls('{"a": null}'), jsonb_pretty('{"a": [1]}');
select to_json(row(1, 'a')), to_jsonb(array[1, 2]), json_build_object('a', 1, 'b', null), jsonb_build_array(1, 'x', true);
select row_to_json(t) from (values (1, 'a'), (2, null)) t(n, s);
select * from json_each('{"a": 1, "b": "x"}') order by key;
select * from jsonb_to_recordset('[{"a": 1, "b": "x"}, {"a": 2}]') as t(a int, b text);
select jsonb_path_query('{"a": [1, 2, 3]}', '$.a[*] ? (@ > 1)'), jsonb_path_exists('{"a": 1}', '$.b');
select json_agg(x), jsonb_object_agg(x::text, x) from generate_series(1, 3) x;
select jsonb_typeof('1.5'), json_typeof('[]'), jsonb_array_length('[1, 2]'), json_object_keys('{"z": 1, "y": 2}');
select json_value('{"a": 7}'::jsonb, '$.a'), json_query('{"a": [1]}'::jsonb, '$.a'), json_exists('{"a": 1}'::jsonb, '$.a');
select * from json_table('[{"a": 1}, {"a": 2}]'::jsonb, '$[*]' columns (a int path '$.a', n for ordinality)) t;
select '1'::jsonb::int, 'true'::jsonb::bool, '{"a": 1.50}'::jsonb, '{"u": "\u00e4"}'::jsonb, '{"a":1}'::json is json object;
-- == ranges
select int4range(1, 5), '[1,5]'::int4range, 'empty'::int8range, numrange(null, 3.5, '(]'), daterange('2024-01-01', '2024-02-01');
select int4range(1, 5) @> 3, int4range(1, 5) && int4range(4, 8), int4range(1, 3) -|- int4range(3, 5), int4range(1, 5) * int4range(3, 8);
select lower(int4range(1, 5)), upper(int4range(1, 5)), isempty('empty'::int4range), lower_inc('[1,2]'::numrange), upper_inf('[1,)'::int4range);
select '{[1,3),[5,7)}'::int4multirange, int4multirange(int4range(1, 3), int4range(2, 6)), range_agg(int4range(x, x + 1)) from generate_series(1, 3) x group by ();
select tsrange('2024-01-01', '2024-01-02'), tstzrange('2024-01-01+00', null), unnest('{[1,2),[3,4)}'::int4multirange);
-- == geometry-and-networks
select point(1, 2), '((0,0),(1,1))'::box, '<(0,0),5>'::circle, '[(0,0),(1,1)]'::lseg, '{1,2,3}'::line, '((0,0),(1,0),(1,1))'::polygon, '[(0,0),(1,1)]'::path;
select point(0, 0) <-> point(3, 4), box '((0,0),(2,2))' @> point(1, 1), area(circle '((0,0),2)'), center(box '((0,0),(2,2))');
select '192.168.1.0/24'::cidr, '10.0.0.1'::inet, '::1'::inet, '08:00:2b:01:02:03'::macaddr, '08:00:2b:01:02:03:04:05'::macaddr8;
select inet '192.168.1.5' << cidr '192.168.1.0/24', host(inet '10.0.0.1/8'), masklen(cidr '10.0.0.0/8'), network(inet '10.1.2.3/8'), inet '10.0.0.1' + 5;
-- == others
select 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid, uuid_extract_version('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11');
select to_tsvector('english', 'The quick brown foxes jumped'), to_tsquery('english', 'fox & jump'), plainto_tsquery('english', 'lazy dogs');
select to_tsvector('english', 'foxes jump') @@ to_tsquery('english', 'fox'), ts_headline('english', 'a fox jumps', to_tsquery('fox')), 'a:1 b:2'::tsvector || 'c:1'::tsvector;
select '<a>x</a>'::text, 1::oid, 'pg_class'::regclass, 'int4'::regtype, 'now'::regproc, '0/16B3748'::pg_lsn, '(0,1)'::tid, '10:20:10,14'::pg_snapshot;
select row(1, 'a', null), row(1, 2) = row(1, 2), row(1, null) is null, (row(1, 2)).f1;
select pg_typeof(1), pg_typeof('a'::text), pg_typeof(null), pg_typeof(array[1]), format_type(1043, 14);
select 1::text, '1'::int, cast('2024-01-01' as date), 1.9::int, 't'::text::bool, '{1}'::text::int[];
select '$.a'::jsonpath, '1 2 3'::int2vector, '11 12'::oidvector, '"C"'::regcollation, 'english'::regconfig;
-- == user-types
create type mood as enum ('sad', 'ok', 'happy');
create type pair as (x int, y text);
create domain positive as int check (value > 0);
create type span as range (subtype = float8);
select 'ok'::mood, 'ok'::mood > 'sad', enum_range(null::mood)::text, enum_first(null::mood);
select row(1, 'a')::pair::text, (row(1, 'a')::pair).y, null::pair;
select 5::positive, (-5)::positive;
select span(1.5, 2.5), '[1,2]'::span @> 1.5::float8;
alter type mood add value 'ecstatic' after 'happy';
select 'ecstatic'::mood;
select 'angry'::mood;
create table moods (m mood, p pair, d positive);
insert into moods values ('ok', row(1, 'x'), 3), (null, null, 1) returning m, d;
-- ~values
select * from moods order by d;
select (p).x, m from moods order by d;
alter type mood rename value 'sad' to 'gloomy';
select 'gloomy'::mood, 'sad'::mood;
drop type mood;
drop type mood cascade;
drop type pair, span cascade;
