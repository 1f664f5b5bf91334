-- Realtime, changed rows: what happens to the tables of the publication supabase_realtime while somebody listens.
-- The platform reads the write-ahead log. Here triggers write the rows down and a notification says, after commit
-- and in commit order, which transaction brought some. A table is given its triggers when it joins the publication;
-- while no client listens to it, a statement on it costs one look into `realtime.listeners`.

create table if not exists realtime.listeners (
  entity oid not null,
  pid int not null,
  primary key (entity, pid)
);
alter table realtime.listeners add column if not exists known text[] not null default '{}';
comment on column realtime.listeners.known is 'The columns that replication knows of a row before it was changed; kept here because asking the catalogue takes longer than the trigger.';
comment on table realtime.listeners is 'Which tables are listened to, and by which gateway: the process id of its connection.';

-- Unlogged: after a crash nobody is connected who could be told.
create unlogged table if not exists realtime.changes (
  id bigint generated always as identity primary key,
  xid bigint not null default pg_current_xact_id()::text::bigint,
  entity oid not null,
  action text not null,
  record jsonb,
  old_record jsonb,
  written_at timestamptz not null default now()
);
create index if not exists changes_xid_idx on realtime.changes (xid, id);
comment on table realtime.changes is 'Changed rows until the gateway has told them; old_record is the replica identity.';
alter table realtime.listeners enable row level security;
alter table realtime.changes enable row level security;

create or replace function realtime.identity_columns(entity oid) returns text[]
language sql stable set search_path = ''
as $$
  select coalesce(array_agg(a.attname::text order by a.attnum), '{}')
  from pg_catalog.pg_class c
  join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  where c.oid = identity_columns.entity
    and (c.relreplident = 'f' or exists (
      select from pg_catalog.pg_index i
      where i.indrelid = c.oid and a.attnum = any (i.indkey)
        and ((c.relreplident = 'd' and i.indisprimary) or (c.relreplident = 'i' and i.indisreplident))
    ))
$$;
comment on function realtime.identity_columns(oid) is 'The columns that replication knows of a row before it was changed: mostly the primary key.';

create or replace function realtime.record_changes() returns trigger
language plpgsql security definer set search_path = '' set timezone = 'UTC'
as $$
declare
  v_known text[];
begin
  select l.known into v_known from realtime.listeners l where l.entity = tg_relid limit 1;
  if not found then
    return null;
  end if;
  if tg_op = 'INSERT' then
    insert into realtime.changes (entity, action, record)
    select tg_relid, tg_op, to_jsonb(n) from new_rows n;
  elsif tg_op = 'UPDATE' then
    -- Old and new rows are kept in the same order.
    insert into realtime.changes (entity, action, record, old_record)
    select tg_relid, tg_op, n.row, (select jsonb_object_agg(k, o.row -> k) from unnest(v_known) k)
    from (select row_number() over () as position, to_jsonb(x) as row from new_rows x) n
    join (select row_number() over () as position, to_jsonb(x) as row from old_rows x) o using (position)
    order by n.position;
  else
    insert into realtime.changes (entity, action, old_record)
    select tg_relid, tg_op, (select jsonb_object_agg(k, to_jsonb(o) -> k) from unnest(v_known) k) from old_rows o;
  end if;
  if found then
    -- The same for every statement, so a transaction sends one notification, however much it changed.
    perform pg_notify('realtime_changes', pg_current_xact_id()::text);
  end if;
  return null;
end
$$;
comment on function realtime.record_changes() is 'Writes down the rows that a statement changed, if anybody listens to the table.';

create or replace function realtime.follow_publication() returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_wanted record;
begin
  update realtime.listeners l set known = realtime.identity_columns(l.entity)
  where l.known is distinct from realtime.identity_columns(l.entity);
  for v_wanted in
    with kinds (event, referencing) as (values
      ('insert', 'referencing new table as new_rows'),
      ('update', 'referencing old table as old_rows new table as new_rows'),
      ('delete', 'referencing old table as old_rows')
    ),
    published as materialized (
      select c.oid, c.relispartition or c.relkind = 'p' as is_partition, k.event, k.referencing
      from pg_catalog.pg_publication p
      join pg_catalog.pg_publication_tables t on t.pubname = p.pubname
      join pg_catalog.pg_class c on c.relname = t.tablename and c.relnamespace = t.schemaname::regnamespace
      join kinds k on case k.event when 'insert' then p.pubinsert when 'update' then p.pubupdate else p.pubdelete end
      where p.pubname = 'supabase_realtime'
    ),
    followed as materialized (
      select t.tgrelid as oid, t.tgname as name from pg_catalog.pg_trigger t
      where t.tgfoid = 'realtime.record_changes'::regproc
    )
    select coalesce(p.oid, f.oid) as oid, p.oid is not null as is_published, f.oid is not null as is_followed,
      p.is_partition, p.event, p.referencing, coalesce(f.name, 'realtime_changes_' || p.event) as name
    from published p full join followed f on f.oid = p.oid and f.name = 'realtime_changes_' || p.event
  loop
    if v_wanted.is_partition then
      raise warning 'table % is partitioned: its changes are not told here, though the platform would tell them',
        v_wanted.oid::regclass;
    elsif v_wanted.is_published and not v_wanted.is_followed then
      execute format('create trigger %I after %s on %s %s for each statement execute function realtime.record_changes()',
        v_wanted.name, v_wanted.event, v_wanted.oid::regclass, v_wanted.referencing);
    elsif v_wanted.is_followed and not v_wanted.is_published then
      execute format('drop trigger %I on %s', v_wanted.name, v_wanted.oid::regclass);
    end if;
  end loop;
end
$$;
comment on function realtime.follow_publication() is 'Gives the tables of the publication their triggers, takes them from those that left it, and looks again at what is known of rows.';

create or replace function realtime.publication_changed() returns event_trigger
language plpgsql set search_path = ''
as $$
begin
  perform realtime.follow_publication();
end
$$;
comment on function realtime.publication_changed() is 'After a change of a publication, and after one of a table: whole schemas may be published.';

-- Whoever changes a publication has it followed; following does only what the publication says.
revoke execute on function realtime.record_changes(), realtime.publication_changed() from public;
grant execute on function realtime.follow_publication() to public;

drop event trigger if exists follow_publication;
create event trigger follow_publication on ddl_command_end
  when tag in ('CREATE PUBLICATION', 'ALTER PUBLICATION', 'DROP PUBLICATION', 'CREATE TABLE', 'ALTER TABLE')
  execute function realtime.publication_changed();
select realtime.follow_publication();
