-- # Reading.
-- == basics
;
select;
select 1 as a, 2 as a;
select * from (values (1, 'one'), (2, 'two'), (3, null)) as t(n, s) order by n;
values (1, 2), (3, 4);
table pg_catalog.pg_am limit 0;
select 1 where false;
select 1 union select 2 union all select 2 order by 1;
select 1 intersect select 1 except select 2;
select distinct x % 3 from generate_series(1, 10) x order by 1;
select distinct on (x % 3) x % 3 as k, x from generate_series(1, 10) x order by k, x desc;
select x from generate_series(1, 100) x order by x limit 3 offset 5;
select x from generate_series(1, 10) x order by x fetch first 3 rows only;
select x / 2 as h from generate_series(1, 4) x order by h fetch first 1 rows with ties;
select case when x > 2 then 'big' when x = 2 then 'two' else 'small' end from generate_series(1, 3) x;
select "Quoted" from (select 1 as "Quoted") s;
select 1 as "a""b", 2 as "sp ace", 3 as " ";
select 1 /* comment /* nested */ still */ + 2 -- to the end
;
select 1; select 2; select 3;
select 1;; select 2;
select 1; select 1/0; select 3;
-- == joins-and-groups
create table dept (id int primary key, name text not null);
create table emp (id int primary key, name text, dept int references dept, salary numeric(10, 2), boss int references emp);
insert into dept values (1, 'dev'), (2, 'ops'), (3, 'empty');
insert into emp values (1, 'ada', 1, 100, null), (2, 'bob', 1, 80, 1), (3, 'cyd', 2, 70.5, 1), (4, 'dan', null, 60, 3);
select e.name, d.name from emp e join dept d on d.id = e.dept order by e.id;
select e.name, d.name from emp e left join dept d on d.id = e.dept order by e.id;
select e.name, d.name from emp e full join dept d on d.id = e.dept order by e.id nulls last, d.id;
select count(*) from emp cross join dept;
select e.name from emp e where exists (select from dept d where d.id = e.dept) order by 1;
select name from dept where id not in (select dept from emp where dept is not null);
select d.name, l.top from dept d, lateral (select max(salary) as top from emp e where e.dept = d.id) l order by d.id;
select dept, count(*), sum(salary), avg(salary), min(name), max(name) from emp group by dept order by dept nulls first;
select dept, count(*) from emp group by dept having count(*) > 1;
select dept, name, grouping(dept, name), count(*) from emp group by rollup (dept, name) order by 1 nulls last, 2 nulls last, 3;
select dept, boss, count(*) from emp group by grouping sets ((dept), (boss), ()) order by 1 nulls last, 2 nulls last, 3;
select count(*) filter (where salary > 75), count(distinct dept), every(salary > 0) from emp;
select percentile_cont(0.5) within group (order by salary), mode() within group (order by dept), percentile_disc(0.25) within group (order by salary) from emp;
select stddev_pop(salary), var_samp(salary), corr(id, salary), regr_slope(salary, id) from emp;
select array_agg(name order by salary desc), string_agg(name, '/' order by id) from emp;
select name, (select name from dept where id = emp.dept) from emp order by id;
select e.*, d from emp e join dept d on d.id = e.dept where e.id = 1;
select name from emp natural join (select 1 as id) x;
select name from emp where salary between 65 and 90 and name like '%b%' or boss is null order by 1;
select (dept, boss) from emp order by id;
-- == windows
select x, row_number() over (order by x desc), rank() over (order by x / 2), dense_rank() over (order by x / 2) from generate_series(1, 5) x order by x;
select x, sum(x) over (order by x rows between 1 preceding and 1 following), lag(x) over (order by x), lead(x, 2, -1) over (order by x) from generate_series(1, 5) x order by x;
select x, first_value(x) over w, last_value(x) over w, nth_value(x, 2) over w from generate_series(1, 4) x window w as (order by x) order by x;
select x, ntile(2) over (order by x), percent_rank() over (order by x), cume_dist() over (order by x) from generate_series(1, 4) x order by x;
select x, count(*) over (partition by x % 2 order by x groups between unbounded preceding and current row exclude ties) from generate_series(1, 6) x order by x;
select x, sum(x) filter (where x > 1) over (order by x range between 2 preceding and current row) from generate_series(1, 4) x order by x;
-- == common-table-expressions
with t as (select 1 as a) select a + 1 from t;
with recursive t(n) as (values (1) union all select n + 1 from t where n < 10) select sum(n), max(n) from t;
with recursive t(n, path) as (select 1, array[1] union all select n * 2, path || n * 2 from t where n < 50) select * from t order by n;
with a as materialized (select 1 as x), b as not materialized (select x + 1 as y from a) select * from a, b;
with recursive g(a, b) as (values (1, 2), (2, 3), (3, 1)), r(a, b) as (select a, b from g where a = 1 union all select g.a, g.b from r join g on g.a = r.b) cycle a set looped using way select a, b, looped from r order by 1, 2, 3;
with recursive t(n) as (select 1 union all select n + 1 from t where n < 3) search depth first by n set o select n from t order by o;
-- == set-returning
select * from generate_series(1, 3);
select * from generate_series(timestamp '2024-01-01', '2024-01-03', '1 day');
select generate_series(1, 2), generate_series(1, 3);
select * from rows from (generate_series(1, 2), generate_series(5, 7)) as t(a, b);
select * from generate_subscripts(array[5, 6], 1) with ordinality;
select * from string_to_table('a,b', ',');
select * from regexp_split_to_table('a b', ' ');
select x from generate_series(1, 1000) x where x % 250 = 0;
-- == catalogs
select relname, relkind from pg_class where relname in ('pg_class', 'pg_type') order by 1;
select typname from pg_type where oid in (16, 23, 25) order by oid;
select current_user, session_user, current_database(), current_schema();
select count(*) > 100 from pg_proc;
select table_name from information_schema.tables where table_schema = 'information_schema' and table_name = 'tables';
select has_table_privilege('pg_class', 'select'), pg_get_userbyid(10), obj_description('pg_class'::regclass, 'pg_class') is null;
select version() like 'PostgreSQL 18%', pg_is_in_recovery(), inet_client_port() > 0;
select pg_column_size(1), pg_size_pretty(1048576::bigint), pg_client_encoding();
-- == explain
explain (costs off) select 1;
explain (costs off, verbose) select x from generate_series(1, 3) x where x > 1;
explain (costs off, format json) select 1;
-- ~digits
explain (analyze, timing off, buffers off) select 1;
explain select * from no_such_table;
