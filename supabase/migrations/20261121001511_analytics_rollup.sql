-- Figures kept by day, so that a year is read as fast as a day. Nothing here slows a webhook: a job of the worker counts days that are
-- over and hours that have passed, and what changes later leaves a mark. A day with a mark, a day that was not counted yet and the
-- current hour are counted from the rows when somebody looks: the page is right at every moment, and fast at most.

create table private.figures_days (
  business_id uuid not null references public.businesses (id) on delete cascade,
  section text not null check (section in ('talk', 'trade')),
  day date not null,
  upto timestamptz not null,
  timezone text not null,
  simulated uuid[] not null,
  primary key (business_id, section, day)
);
comment on table private.figures_days is 'Which days of the business''s calendar are kept: whatever happened on them before upto.';
comment on column private.figures_days.timezone is 'The calendar they were counted by; of another one they are counted anew.';
comment on column private.figures_days.simulated is 'The accounts that were left out.';

create table private.figures (
  business_id uuid not null references public.businesses (id) on delete cascade,
  section text not null,
  day date not null,
  kind text collate "C" not null,
  name text collate "C" not null,
  detail text collate "C" not null,
  part integer not null,
  n bigint,
  amount numeric,
  who bit varying,
  steps integer[],
  counts integer[]
);
create index figures_day_idx on private.figures (business_id, section, day);
comment on table private.figures is 'What was counted of the days in figures_days; the columns are those of private.figure.';

create table private.figures_people (
  contact_id uuid primary key references public.contacts (id) on delete cascade,
  business_id uuid not null references public.businesses (id) on delete cascade,
  ordinal integer not null,
  unique (business_id, ordinal)
);
comment on table private.figures_people is 'The place of a contact in the maps of bits in figures.who.';

-- Written by triggers that may run while a whole business is deleted, so without a foreign key; the job drops what is nobody's.
create table private.figures_stale (
  id bigint generated always as identity primary key,
  business_id uuid not null,
  section text not null,
  at timestamptz not null,
  noted_by xid8 not null default pg_current_xact_id()
);
create index figures_stale_at_idx on private.figures_stale (business_id, section, at);
comment on table private.figures_stale is 'Moments of which something changed after they may have been counted. Only added to, so that nobody waits for the job.';

do $$
declare
  t text;
begin
  foreach t in array array['figures_days', 'figures', 'figures_people', 'figures_stale']
  loop
    execute format('alter table private.%I enable row level security', t);
    execute format('grant select, insert, update, delete on private.%I to service_role', t);
  end loop;
end
$$;

-- People of several days are a union, not a sum. A contact that was kept once has an ordinal, and a day is a map of bits over them, cut
-- into pieces of 4096; two days together are the bits of either. Who has no ordinal yet is told by id.
create function private.people_figures(p_day date, p_contacts uuid[], p_steps integer[]) returns setof private.figure
language sql stable set search_path = ''
as $$
  select p_day, case when o.ordinal is null then 'newcomer' else 'person' end, coalesce((o.ordinal / 4096)::text, min(p.contact_id::text)), '', p.step,
    null::bigint, null::numeric, bit_or(set_bit(B'0'::bit(4096), o.ordinal % 4096, 1))::bit varying, null::integer[], null::integer[]
  from (select distinct x.contact_id, x.step from unnest(p_contacts, p_steps) x (contact_id, step)) p
  left join private.figures_people o on o.contact_id = p.contact_id
  group by o.ordinal is null, o.ordinal / 4096, p.step, case when o.ordinal is null then p.contact_id end
$$;
comment on function private.people_figures(date, uuid[], integer[]) is
  'Who came how far on a day (part: 1 wrote, 2 was shown products, 3 filled the cart, 4 confirmed, 5 was accepted, 6 got it): '
  'kind person with a map of ordinals (who) for the piece in name, kind newcomer with an id in name.';

create function private.between_values(p_fraction numeric, p_total numeric, p_low integer, p_high integer) returns numeric
language sql immutable set search_path = ''
as $$
  select p_low + (p_high - p_low) * (p_fraction * (p_total - 1) - floor(p_fraction * (p_total - 1)))
$$;
comment on function private.between_values(numeric, numeric, integer, integer) is 'The value at a fraction of a sorted line, between its two neighbours there.';

create function private.figures_between(b public.businesses, p_from date, p_to date) returns setof private.figure
language plpgsql stable set search_path = '' set plan_cache_mode = force_custom_plan
as $$
declare
  v_simulated uuid[] := private.simulated_accounts(b.id);
begin
  return query
  with days as materialized (
    select g.day, s.section, private.day_begins(g.day, b.timezone) as begins, private.day_begins(g.day + 1, b.timezone) as ends
    from (select p_from + n as day from generate_series(0, p_to - p_from) n) g cross join (values ('talk'), ('trade')) s (section)
  ), kept as materialized (
    select d.*, k.upto from days d
    left join private.figures_days k on k.business_id = b.id and k.section = d.section and k.day = d.day and k.timezone = b.timezone
      and k.simulated = v_simulated and not exists (select 1 from private.figures_stale s
        where s.business_id = b.id and s.section = d.section and s.at >= d.begins and s.at < d.ends)
  ), open as materialized (
    select k.section, k.day, greatest(k.begins, k.upto) as begins, k.ends from kept k where (k.upto is null or k.upto < k.ends) and k.begins <= now()
  )
  select f.day, f.kind, f.name, f.detail, f.part, f.n, f.amount, f.who, f.steps, f.counts from kept k
  join private.figures f on f.business_id = b.id and f.section = k.section and f.day = k.day where k.upto is not null
  union all
  select c.* from open o cross join lateral private.count_talk(b, o.day, o.begins, o.ends) c where o.section = 'talk'
  union all
  select c.* from open o cross join lateral private.count_trade(b, o.day, o.begins, o.ends) c where o.section = 'trade';
end
$$;
comment on function private.figures_between(public.businesses, date, date) is
  'The figures of these days: those that are kept, and from the rows what is not, or what changed since. The same kind of figure may come twice for a day.';

create function private.keep_figures(b public.businesses, p_section text, p_day date, p_upto timestamptz) returns void
language plpgsql set search_path = ''
as $$
declare
  v_begins timestamptz := private.day_begins(p_day, b.timezone);
  v_next integer := coalesce((select max(p.ordinal) + 1 from private.figures_people p where p.business_id = b.id), 0);
begin
  -- Marks first, rows after: a change that comes in between leaves a mark that stays.
  delete from private.figures_stale s where s.business_id = b.id and s.section = p_section and s.at >= v_begins
    and s.at < private.day_begins(p_day + 1, b.timezone);
  delete from private.figures f where f.business_id = b.id and f.section = p_section and f.day = p_day;
  with counted as materialized (
    select c.* from private.count_talk(b, p_day, v_begins, p_upto) c where p_section = 'talk'
    union all
    select c.* from private.count_trade(b, p_day, v_begins, p_upto) c where p_section = 'trade'
  ), people as (
    insert into private.figures_people (contact_id, business_id, ordinal)
    select x.contact_id, b.id, v_next + row_number() over (order by x.contact_id) - 1
    from (select distinct c.name::uuid as contact_id from counted c where c.kind = 'newcomer') x
    returning contact_id, ordinal
  )
  insert into private.figures (business_id, section, day, kind, name, detail, part, n, amount, who, steps, counts)
  select b.id, p_section, c.day, c.kind, c.name, c.detail, c.part, c.n, c.amount, c.who, c.steps, c.counts from counted c where c.kind <> 'newcomer'
  union all
  select b.id, p_section, c.day, 'person', (p.ordinal / 4096)::text, '', c.part, null, null, bit_or(set_bit(B'0'::bit(4096), p.ordinal % 4096, 1)), null, null
  from counted c join people p on p.contact_id = c.name::uuid where c.kind = 'newcomer' group by c.day, p.ordinal / 4096, c.part;
  insert into private.figures_days (business_id, section, day, upto, timezone, simulated)
  values (b.id, p_section, p_day, p_upto, b.timezone, private.simulated_accounts(b.id))
  on conflict (business_id, section, day) do update set upto = excluded.upto, timezone = excluded.timezone, simulated = excluded.simulated;
end
$$;
comment on function private.keep_figures(public.businesses, text, date, timestamptz) is 'Counts a day anew, up to a moment, and keeps it.';

create function private.figures_due(b public.businesses) returns table (section text, day date, upto timestamptz)
language sql stable set search_path = ''
as $$
  with first as materialized (
    select least((select min(m.created_at) from public.whatsapp_messages m where m.business_id = b.id),
      (select min(r.confirmed_at) from public.whatsapp_order_relays r where r.business_id = b.id)) as at, private.simulated_accounts(b.id) as simulated
  ), days as (
    select s.section, g.day::date as day, private.day_begins(g.day::date, b.timezone) as begins, private.day_begins(g.day::date + 1, b.timezone) as ends
    from first f cross join generate_series(greatest((f.at at time zone b.timezone)::date, current_date - 800)::timestamp,
      now() at time zone b.timezone, interval '1 day') g (day)
    cross join (values ('talk'), ('trade')) s (section) where f.at is not null
  ), wanted as (
    -- Ten minutes are longer than any transaction that adds a row. Orders change while their day lasts; talk is over when it is said.
    select d.section, d.day, d.begins, d.ends, case when now() - interval '10 minutes' >= d.ends then d.ends
      when d.section = 'talk' then date_trunc('hour', now() - interval '10 minutes') end as upto
    from days d
  )
  select w.section, w.day, w.upto from wanted w cross join first f
  left join private.figures_days k on k.business_id = b.id and k.section = w.section and k.day = w.day
  where w.upto > w.begins and (k.upto is null or k.upto < w.upto or k.timezone <> b.timezone or k.simulated <> f.simulated
    or exists (select 1 from private.figures_stale s where s.business_id = b.id and s.section = w.section and s.at >= w.begins and s.at < w.ends))
  order by w.day desc
$$;
comment on function private.figures_due(public.businesses) is 'Days to count: new ones, those that went on, changed ones, the latest first.';

create function public.refresh_figures(p_limit integer default 2) returns integer
language plpgsql set search_path = ''
as $$
declare
  b public.businesses;
  d record;
  v_done integer := 0;
begin
  -- One at a time; whoever comes second has nothing to do.
  if not pg_try_advisory_xact_lock(hashtextextended('figures', 0)) then
    return 0;
  end if;
  -- Of days that are not kept, and of businesses that are gone, nothing is stale.
  delete from private.figures_stale s where not exists (
    select 1 from public.businesses o join private.figures_days k on k.business_id = o.id and k.section = s.section
    where o.id = s.business_id and k.day = (s.at at time zone o.timezone)::date);
  for b in select * from public.businesses order by id
  loop
    for d in select * from private.figures_due(b) limit p_limit - v_done
    loop
      perform private.keep_figures(b, d.section, d.day, d.upto);
      v_done := v_done + 1;
    end loop;
    exit when v_done >= p_limit;
  end loop;
  return v_done;
end
$$;
comment on function public.refresh_figures(integer) is 'Counts at most this many days that are due and keeps them; how many it were.';

-- Marks. The conditions are tried for every row and cost it a microsecond; what is behind them runs for late changes only. Five minutes
-- are less than the ten after which something is counted, so that no change slips between.
create function private.mark_stale(p_business_id uuid, p_section text, p_at timestamptz) returns void
language plpgsql set search_path = ''
as $$
declare
  -- Days begin at full quarters everywhere, and one mark in each will do for what a transaction changes. Another's may be gone already.
  v_at timestamptz := date_bin('15 minutes', p_at, '2000-01-01 00:00+00');
begin
  if p_at is not null and not exists (select 1 from private.figures_stale s where s.business_id = p_business_id and s.section = p_section
      and s.at = v_at and s.noted_by = pg_current_xact_id()) then
    insert into private.figures_stale (business_id, section, at) values (p_business_id, p_section, v_at);
  end if;
end
$$;
comment on function private.mark_stale(uuid, text, timestamptz) is 'Marks a moment as changed, for a section.';

create function private.mark_figures() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  r record := case when tg_op = 'DELETE' then old else new end;
begin
  perform private.mark_stale(r.business_id, tg_argv[0], x.at) from (
    select (to_jsonb(r) ->> tg_argv[1])::timestamptz
    union
    select (to_jsonb(old) ->> tg_argv[1])::timestamptz where tg_op = 'UPDATE'
    union
    select t.finished_at from public.turns t where tg_table_name = 'whatsapp_messages' and t.id = (to_jsonb(r) ->> 'turn_id')::uuid
  ) x (at);
  return null;
end
$$;
comment on function private.mark_figures() is 'Marks the moment in the column named second as changed, for the section named first.';

create trigger figures_late_message after insert on public.whatsapp_messages for each row
  when (new.created_at < now() - interval '5 minutes') execute function private.mark_figures('talk', 'created_at');
create trigger figures_sent_late after update of sent_at on public.whatsapp_messages for each row
  when (new.turn_id is not null and new.direction = 'outbound' and old.created_at < now() - interval '5 minutes'
    and new.sent_at is distinct from old.sent_at)
  execute function private.mark_figures('talk', 'created_at');
create trigger figures_message_gone after delete on public.whatsapp_messages for each row
  when (old.created_at < now() - interval '5 minutes') execute function private.mark_figures('talk', 'created_at');
create trigger figures_late_turn after insert on public.turns for each row
  when (new.finished_at < now() - interval '5 minutes') execute function private.mark_figures('talk', 'finished_at');
create trigger figures_turn_gone after delete on public.turns for each row
  when (old.finished_at < now() - interval '5 minutes') execute function private.mark_figures('talk', 'finished_at');
create trigger figures_late_call after insert on public.ai_calls for each row
  when (new.created_at < now() - interval '5 minutes') execute function private.mark_figures('talk', 'created_at');
create trigger figures_order_changed after insert or update of confirmed_at, contact_id, simulated or delete on public.whatsapp_order_relays
  for each row execute function private.mark_figures('trade', 'confirmed_at');
create trigger figures_part_delivered after insert or update of delivered_at, status, total_price, delivery_fee or delete on public.market_orders
  for each row execute function private.mark_figures('trade', 'delivered_at');

create function private.mark_part_of_order() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  m public.market_orders := case when tg_op = 'DELETE' then old else new end;
begin
  perform private.mark_stale(r.business_id, 'trade', r.confirmed_at) from public.whatsapp_order_relays r
  where r.id = m.relay_id and r.confirmed_at < now() - interval '5 minutes';
  return null;
end
$$;
comment on function private.mark_part_of_order() is 'How far an order came is told on the day of its confirmation.';
create trigger figures_part_changed after insert or update of accepted_at, delivered_at or delete on public.market_orders
  for each row execute function private.mark_part_of_order();

create function private.mark_conversation_moved() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.mark_stale(new.business_id, 'talk', x.at) from (
    select m.created_at from public.whatsapp_messages m where m.conversation_id = new.id
    union
    select t.finished_at from public.turns t where t.conversation_id = new.id) x (at);
  return null;
end
$$;
comment on function private.mark_conversation_moved() is 'Two contacts turned out to be one: whoever wrote in their conversations is counted anew.';
create trigger figures_conversation_moved after update of contact_id, account_id, conversation_type on public.whatsapp_conversations for each row
  when (new.contact_id <> old.contact_id or new.account_id <> old.account_id or new.conversation_type <> old.conversation_type)
  execute function private.mark_conversation_moved();

do $$
declare
  f record;
begin
  for f in select p.oid::regprocedure as signature from pg_catalog.pg_proc p
    where (p.pronamespace = 'private'::regnamespace and p.proname in ('day_begins', 'rounded_ms', 'simulated_accounts', 'people_figures', 'count_talk',
        'count_trade', 'between_values', 'keep_figures', 'figures_due'))
      or (p.pronamespace = 'public'::regnamespace and p.proname = 'refresh_figures')
  loop
    execute format('grant execute on function %s to service_role', f.signature);
  end loop;
end
$$;
