"""The queries that read the database's catalogue for `rest.schema`. $1 is the list of exposed schemas."""

COLUMNS = """
select c.oid, n.nspname as schema, c.relname as name, a.attname as column_name,
  format_type(coalesce(nullif(t.typbasetype, 0), t.oid), -1) as type,
  coalesce(nullif(t.typbasetype, 0), t.oid) in ('json'::regtype, 'jsonb'::regtype) as is_json,
  case when a.attgenerated = '' then coalesce(
    pg_get_expr(d.adbin, d.adrelid),
    case when a.attidentity <> '' then
      format('nextval(%L)', pg_get_serial_sequence(format('%I.%I', n.nspname, c.relname), a.attname)) end
  ) end as default,
  (select array_agg(k.attname order by array_position(i.indkey::int2[], k.attnum))
   from pg_index i join pg_attribute k on k.attrelid = c.oid and k.attnum = any (i.indkey)
   where i.indrelid = c.oid and i.indisprimary) as primary_key
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
join pg_type t on t.oid = a.atttypid
left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
where n.nspname = any ($1::text[]) and c.relkind in ('r', 'v', 'm', 'f', 'p', 'c') and not c.relispartition
order by c.oid, a.attnum
"""

FOREIGN_KEYS = """
select k.conname as name, k.conrelid::int8 as table_oid, k.confrelid::int8 as target_oid,
  (select array_agg(a.attname order by u.n) from unnest(k.conkey) with ordinality u (attnum, n)
   join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.attnum) as columns,
  (select array_agg(a.attname order by u.n) from unnest(k.confkey) with ordinality u (attnum, n)
   join pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.attnum) as target_columns,
  exists (
    select from pg_constraint o
    where o.conrelid = k.conrelid and o.contype in ('p', 'u') and o.conkey <@ k.conkey
  ) as is_unique
from pg_constraint k
join pg_class c on c.oid = k.conrelid
join pg_class target on target.oid = k.confrelid
where k.contype = 'f' and k.conparentid = 0
  and c.relnamespace::regnamespace::text = any (select quote_ident(s) from unnest($1::text[]) s)
  and target.relnamespace::regnamespace::text = any (select quote_ident(s) from unnest($1::text[]) s)
order by k.conname
"""

FUNCTIONS = """
select p.oid::int8 as oid, n.nspname as schema, p.proname as name, p.provolatile in ('i', 's') as is_read_only,
  p.proretset as returns_set, p.provariadic <> 0 as is_variadic, p.pronargdefaults as defaults,
  p.prorettype = 'void'::regtype as is_void, p.prorettype = 'record'::regtype as is_record,
  t.typtype = 'c' as is_composite, coalesce(t.typrelid, 0)::int8 as return_relation,
  arguments.in_names, arguments.in_types, arguments.out_names, arguments.out_types, arguments.out_json,
  (select array_agg(s) from unnest(p.proconfig) s
   where s like 'statement_timeout=%' or s like 'default_transaction_isolation=%' or s like 'plan_filter.%') as settings
from pg_proc p
join pg_namespace n on n.oid = p.pronamespace
join pg_type t on t.oid = p.prorettype
cross join lateral (
  select
    coalesce(array_agg(coalesce(a.name, '') order by a.n) filter (where a.is_in), '{}') as in_names,
    coalesce(array_agg(format_type(a.type, -1) order by a.n) filter (where a.is_in), '{}') as in_types,
    array_agg(coalesce(nullif(a.name, ''), 'column' || a.n) order by a.n) filter (where a.is_out) as out_names,
    array_agg(format_type(a.type, -1) order by a.n) filter (where a.is_out) as out_types,
    array_agg(a.type in ('json'::regtype, 'jsonb'::regtype) order by a.n) filter (where a.is_out) as out_json
  from (
    select u.n, u.type, p.proargnames[u.n] as name,
      coalesce(p.proargmodes[u.n], 'i') in ('i', 'b', 'v') as is_in,
      p.proargmodes[u.n] in ('o', 'b', 't') as is_out
    from unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) with ordinality u (type, n)
  ) a
) arguments
where n.nspname = any ($1::text[]) and p.prokind = 'f'
  and p.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)
order by p.oid
"""

# What `alter role … set` says, for this database before all databases.
ROLE_SETTINGS = """
select r.rolname as role, s.setting
from pg_db_role_setting d
join pg_roles r on r.oid = d.setrole
cross join unnest(d.setconfig) s (setting)
left join pg_settings known on known.name = split_part(s.setting, '=', 1)
where d.setdatabase in (0, (select oid from pg_database where datname = current_database()))
  and coalesce(known.context, 'user') = 'user'
order by d.setdatabase
"""

# What a cast may name: everything that the search_path of a request shows, the first of the same name.
TYPES = """
select distinct on (t.typname) t.typname as name, format_type(t.oid, -1) as type
from pg_type t join pg_namespace n on n.oid = t.typnamespace
where n.nspname = any ('{pg_catalog,public,extensions}'::text[] || $1::text[])
  and t.typtype in ('b', 'e', 'd', 'r', 'm') and t.typname !~ '^_'
order by t.typname, array_position('{pg_catalog}'::text[] || $1::text[], n.nspname::text)
"""

# What functions do, in the languages whose text can be read; those of extensions are not ours.
BODIES = """
select p.oid::int8 as oid, format('%I.%I', n.nspname, p.proname) as name,
  coalesce(pg_get_function_sqlbody(p.oid), p.prosrc) as source
from pg_proc p
join pg_namespace n on n.oid = p.pronamespace
join pg_language l on l.oid = p.prolang
where l.lanname in ('sql', 'plpgsql') and n.nspname not in ('pg_catalog', 'information_schema')
  and not exists (
    select from pg_depend d
    where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
  )
order by p.oid
"""
