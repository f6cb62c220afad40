-- # COPY both ways.
-- == in
create table t (a int, b text, c date);
copy t from stdin;
1	one	2024-01-01
2	\N	\N
3	tab\there	2024-02-29
\.
select * from t order by a;
copy t (a, b) from stdin with (format csv, header, delimiter ';', null 'NIL');
a;b
4;"quoted ; ""text"""
5;NIL
\.
copy t (a) from stdin (format csv, force_null (a));
6
\.
copy t from stdin where a > 100;
7	x	\N
101	y	\N
\.
select a, b from t order by a;
copy t (a) from stdin;
notanumber
\.
copy t (a, no_such) from stdin;
1	1
\.
copy t from stdin;
1	2
\.
copy t from stdin;
1	2	2024-01-01	more
\.
copy t (b) from stdin (format csv);
"never closed
\.
copy t (a) from stdin;
\.
copy t (a) from stdin (on_error ignore, log_verbosity verbose);
70
bad
71
\.
copy t (a) from stdin (freeze);
1
\.
copy t (a) from stdin (header match);
wrong
1
\.
begin;
copy t (a) from stdin;
500
\.
rollback;
select count(*) from t where a = 500;
copy no_such from stdin;
1
\.
-- == out
create table t (a int, b text);
insert into t values (1, 'one'), (2, null), (3, E'tab\tnew\nline\\back');
copy t to stdout;
copy (select * from t order by a desc) to stdout (format csv, header);
copy t (b) to stdout (format csv, force_quote *, null 'NIL');
copy t to stdout (delimiter '|');
copy t to stdout (format binary);
copy (select x from generate_series(1, 200) x) to stdout;
copy (select 1 where false) to stdout;
copy (insert into t values (4, 'four') returning a) to stdout;
copy (select 1/a from (values (1), (0)) v(a)) to stdout;
copy t to stdout (format csv, quote '"', escape '\');
copy (select 1, null, '') to stdout (format csv);
begin;
copy t to stdout;
commit;
copy t to stdout; select 'behind';
copy t to stdout (encoding 'LATIN1');
copy t to stdout where a = 1;
