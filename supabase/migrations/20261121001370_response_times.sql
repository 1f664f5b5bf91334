-- Response times: since when a person is needed, until when they should have answered and be done, and how long it took.

alter table public.whatsapp_conversations add column needed_since timestamptz, add column response_due_at timestamptz,
  add column handling_since timestamptz, add column resolution_due_at timestamptz;
alter table public.whatsapp_conversations add column due_at timestamptz generated always as (least(response_due_at, resolution_due_at)) stored;
comment on column public.whatsapp_conversations.needed_since is 'When a person was asked for who has not answered yet: by an escalation, by taking over, or by a message to a person.';
comment on column public.whatsapp_conversations.handling_since is 'When the first person was needed in this stretch of talk; null while the bot has it alone.';
comment on column public.whatsapp_conversations.due_at is 'The next of its two targets, null when there is none.';
create index whatsapp_conversations_due_idx on public.whatsapp_conversations (business_id, due_at) where due_at is not null;

create table public.response_times (
  id bigint generated always as identity primary key,
  business_id uuid not null references public.businesses (id) on delete cascade,
  conversation_id uuid not null references public.whatsapp_conversations (id) on delete cascade,
  kind text not null check (kind in ('response', 'resolution')),
  staff_id uuid references public.staff (id) on delete set null,
  started_at timestamptz not null,
  due_at timestamptz,
  done_at timestamptz not null default now(),
  seconds integer not null check (seconds >= 0),
  answered boolean not null default true
);
create index response_times_business_idx on public.response_times (business_id, done_at);
create index response_times_conversation_idx on public.response_times (conversation_id, done_at desc);
create index response_times_staff_idx on public.response_times (staff_id);
comment on table public.response_times is 'One row for each time a person was needed and answered, and each conversation that people brought to its end.';
comment on column public.response_times.seconds is 'How long it took: in opening hours where the business counts those, else by the clock on the wall.';
comment on column public.response_times.answered is 'False: it was over before anybody answered, and too late.';
alter table public.response_times enable row level security;
grant select on public.response_times to authenticated;
grant select, insert, update, delete on public.response_times to service_role;
create policy "staff read" on public.response_times for select to authenticated using (business_id in (select private.my_businesses()));

create function private.open_spans(p_business_id uuid, p_from timestamptz, p_days integer)
returns table (opens timestamptz, closes timestamptz)
language sql stable set search_path = ''
as $$
  select greatest(s.opens at time zone b.timezone, p_from), s.closes at time zone b.timezone
  from public.businesses b
  cross join lateral (select (p_from at time zone b.timezone)::date + n as day from generate_series(0, p_days) n) d
  cross join lateral private.spans_on(b.hours, d.day) s
  where b.id = p_business_id and s.closes at time zone b.timezone > p_from
  order by 1
$$;
comment on function private.open_spans(uuid, timestamptz, integer) is 'From when to when a business is open, from a moment on and for some days.';

create function private.counts_open_hours(p_business_id uuid) returns boolean
language sql stable set search_path = ''
as $$
  select coalesce((select r.count_open_hours from public.desk_rules r where r.business_id = p_business_id), true)
    and exists (select 1 from public.businesses b cross join unnest(array['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']) d
      where b.id = p_business_id and jsonb_typeof(b.hours -> d) = 'array')
$$;
comment on function private.counts_open_hours(uuid) is 'Whether times of a business run only while it is open. Who keeps no hours is always there.';

create function private.after_minutes(p_business_id uuid, p_from timestamptz, p_minutes integer) returns timestamptz
language plpgsql stable set search_path = ''
as $$
declare
  v_left interval := make_interval(mins => p_minutes);
  s record;
begin
  if p_minutes is null or not private.counts_open_hours(p_business_id) then
    return p_from + v_left;
  end if;
  for s in select * from private.open_spans(p_business_id, p_from, 120) loop
    if s.closes - s.opens >= v_left then
      return s.opens + v_left;
    end if;
    v_left := v_left - (s.closes - s.opens);
  end loop;
  return p_from + make_interval(mins => p_minutes);
end
$$;
comment on function private.after_minutes(uuid, timestamptz, integer) is 'The moment at which so many minutes, of opening hours where they count, are over. Null for no minutes.';

create function private.seconds_between(p_business_id uuid, p_from timestamptz, p_to timestamptz) returns integer
language plpgsql stable set search_path = ''
as $$
begin
  if not private.counts_open_hours(p_business_id) then
    return greatest(extract(epoch from p_to - p_from), 0)::integer;
  end if;
  return coalesce((select sum(greatest(extract(epoch from least(s.closes, p_to) - s.opens), 0))
    from private.open_spans(p_business_id, p_from, least(p_to::date - p_from::date + 1, 400)) s where s.opens < p_to), 0)::integer;
end
$$;
comment on function private.seconds_between(uuid, timestamptz, timestamptz) is 'How long it was from one moment to another, in opening hours where they count.';

create function private.keep_time(c public.whatsapp_conversations, p_kind text, p_staff_id uuid, p_answered boolean) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_since timestamptz := case p_kind when 'response' then c.needed_since else c.handling_since end;
begin
  -- Who speaks of their own accord was not waited for.
  if v_since < now() then
    insert into public.response_times (business_id, conversation_id, kind, staff_id, started_at, due_at, seconds, answered)
    values (c.business_id, c.id, p_kind, p_staff_id, v_since, case p_kind when 'response' then c.response_due_at else c.resolution_due_at end,
      private.seconds_between(c.business_id, v_since, now()), p_answered);
  end if;
end
$$;
comment on function private.keep_time(public.whatsapp_conversations, text, uuid, boolean) is 'Keeps how long an answer or a conversation took.';

create function private.run_clocks() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  r public.desk_rules;
begin
  if new.status = 'resolved' or (new.owner = 'bot' and new.escalated_at is null) then
    if old.response_due_at <= now() then
      perform private.keep_time(old, 'response', old.assignee_id, false);
    end if;
    if old.handling_since is not null then
      perform private.keep_time(old, 'resolution', old.assignee_id, true);
    end if;
    new.needed_since := null;
    new.response_due_at := null;
    new.handling_since := null;
    new.resolution_due_at := null;
    return new;
  end if;
  -- An answer from the business's own phone takes over too, without anybody having waited.
  if (old.owner = 'bot' and new.owner = 'human' and new.owner_until is not null and new.escalated_at is null)
      or exists (select 1 from public.channel_accounts a where a.id = new.account_id and a.simulated) then
    return new;
  end if;
  select * into r from public.desk_rules where business_id = new.business_id;
  if new.needed_since is null then
    new.needed_since := now();
    new.response_due_at := private.after_minutes(new.business_id, now(), r.response_minutes);
  end if;
  if new.handling_since is null then
    new.handling_since := now();
    new.resolution_due_at := private.after_minutes(new.business_id, now(), r.resolution_minutes);
  end if;
  return new;
end
$$;
comment on function private.run_clocks() is 'Starts the clocks of a conversation when a person is needed, and stops them when nobody is any more.';
-- Conditions are read anew by every statement that changes such a column. Who begins to wait is changed by each first message of a
-- customer, so that has a short one of its own.
create trigger run_clocks before update of owner, escalated_at, status on public.whatsapp_conversations for each row
  when ((new.handling_since is not null and (new.status = 'resolved' or (new.owner = 'bot' and new.escalated_at is null)))
    or (new.status <> 'resolved' and ((new.escalated_at is not null and old.escalated_at is null) or (new.owner = 'human' and old.owner = 'bot')
      or (old.status = 'resolved' and (new.owner = 'human' or new.escalated_at is not null)))))
  execute function private.run_clocks();
create trigger run_clocks_for_who_waits before update of waiting_since on public.whatsapp_conversations for each row
  when (new.owner = 'human' and new.waiting_since is not null and old.waiting_since is null and new.status <> 'resolved')
  execute function private.run_clocks();

create function private.stop_response_clock() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  c public.whatsapp_conversations;
begin
  select * into c from public.whatsapp_conversations where id = new.conversation_id and needed_since is not null for update;
  if found then
    perform private.keep_time(c, 'response', coalesce(new.staff_id, c.assignee_id), true);
    update public.whatsapp_conversations set needed_since = null, response_due_at = null where id = c.id;
  end if;
  return null;
end
$$;
comment on function private.stop_response_clock() is 'A person has answered, at the desk or from the business''s own phone.';
create trigger stop_response_clock after insert on public.whatsapp_messages for each row
  when (new.direction = 'outbound' and new.author in ('agent', 'phone') and new.type <> 'reaction')
  execute function private.stop_response_clock();

create function private.set_targets(p_business_id uuid) returns void
language sql security definer set search_path = ''
as $$
  update public.whatsapp_conversations c set
    response_due_at = private.after_minutes(c.business_id, c.needed_since, r.response_minutes),
    resolution_due_at = private.after_minutes(c.business_id, c.handling_since, r.resolution_minutes)
  from public.desk_rules r
  where r.business_id = p_business_id and c.business_id = r.business_id and c.handling_since is not null and c.status <> 'resolved'
$$;
comment on function private.set_targets(uuid) is 'New targets count for what is open too.';

create function public.service_times(p_business_id uuid, p_from date, p_to date) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_zone text := private.require_zone(p_business_id);
  v_found jsonb;
begin
  with times as materialized (
    select t.kind, t.seconds, t.answered, t.due_at, t.answered and t.done_at <= t.due_at as in_time, s.id as staff_id, s.name
    from public.response_times t left join public.staff s on s.id = t.staff_id
    where t.business_id = p_business_id and t.done_at >= p_from::timestamp at time zone v_zone and t.done_at < (p_to + 1)::timestamp at time zone v_zone
  )
  select jsonb_build_object(
    'kinds', (select coalesce(jsonb_object_agg(x.kind, to_jsonb(x) - 'kind'), '{}'::jsonb) from (
      select t.kind, count(*) filter (where t.answered) as done, count(*) filter (where not t.answered) as missed,
        percentile_cont(0.5) within group (order by t.seconds) filter (where t.answered) as p50,
        percentile_cont(0.95) within group (order by t.seconds) filter (where t.answered) as p95,
        count(t.due_at) as with_target, count(*) filter (where t.in_time) as in_time
      from times t group by 1) x),
    'people', (select coalesce(jsonb_agg(to_jsonb(x) order by x.done desc, x.name), '[]'::jsonb) from (
      select t.staff_id, t.name, count(*) as done, percentile_cont(0.5) within group (order by t.seconds) as p50,
        percentile_cont(0.95) within group (order by t.seconds) as p95, count(t.due_at) as with_target, count(*) filter (where t.in_time) as in_time
      from times t where t.kind = 'response' and t.answered and t.staff_id is not null group by 1, 2) x),
    'open_hours', private.counts_open_hours(p_business_id))
  into v_found;
  return v_found;
end
$$;
comment on function public.service_times(uuid, date, date) is
  'How fast people were from one day to another: {kinds: {response|resolution: {done, missed, p50, p95 in seconds, with_target, in_time}}, people, open_hours}.';

grant execute on function private.open_spans(uuid, timestamptz, integer), private.counts_open_hours(uuid), private.after_minutes(uuid, timestamptz, integer),
  private.seconds_between(uuid, timestamptz, timestamptz) to service_role;
grant execute on function public.service_times(uuid, date, date) to authenticated, service_role;
