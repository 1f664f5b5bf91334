-- Availability: which agents are at their desk, who gets a conversation that needs a person, and what is told of it in the thread.

create table public.desk_rules (
  business_id uuid primary key references public.businesses (id) on delete cascade,
  assignment text not null default 'manual' check (assignment in ('manual', 'round_robin')),
  open_per_agent integer not null default 10 check (open_per_agent between 1 and 500),
  silent_minutes integer default 15 check (silent_minutes between 1 and 1440),
  response_minutes integer check (response_minutes between 1 and 10080),
  resolution_minutes integer check (resolution_minutes between 1 and 43200),
  count_open_hours boolean not null default true,
  ask_satisfaction boolean not null default false,
  satisfaction_days integer not null default 14 check (satisfaction_days between 1 and 365),
  updated_at timestamptz not null default now()
);
comment on table public.desk_rules is 'How the desk of a business works. A business without a row keeps to the defaults.';
comment on column public.desk_rules.silent_minutes is 'After how many minutes away what waits for an agent is taken from them; null: it stays theirs.';
comment on column public.desk_rules.response_minutes is 'Within how many minutes a person who is needed should answer; null: no target.';
comment on column public.desk_rules.resolution_minutes is 'Within how many minutes a conversation that needed a person should be done; null: no target.';
comment on column public.desk_rules.count_open_hours is 'Minutes run only while the shop is open, where it keeps hours.';
comment on column public.desk_rules.ask_satisfaction is 'Whether customers are asked how it was, after a person helped and resolved.';
comment on column public.desk_rules.satisfaction_days is 'For so many days nobody is asked again.';
comment on column public.desk_rules.open_per_agent is 'Whoever has as many open conversations is given no further one by itself.';

create table public.staff_availability (
  staff_id uuid primary key references public.staff (id) on delete cascade,
  business_id uuid not null references public.businesses (id) on delete cascade,
  state text not null default 'online' check (state in ('online', 'away')),
  takes_part boolean not null default true,
  seen_until timestamptz not null default '-infinity',
  is_online boolean not null default false,
  changed_at timestamptz not null default now(),
  last_given_at timestamptz
);
create index staff_availability_business_idx on public.staff_availability (business_id);
create index staff_availability_online_idx on public.staff_availability (seen_until) where is_online;
comment on table public.staff_availability is 'What agents chose to be, and until when their desk has vouched for them.';
comment on column public.staff_availability.seen_until is 'A lease that an open desk renews while somebody moves there. Whatever happens to the desk, it runs out.';
comment on column public.staff_availability.is_online is 'What colleagues were last told. Whether somebody is given conversations is asked of state and seen_until.';
comment on column public.staff_availability.takes_part is 'Whether this person is given conversations in turn.';

create table public.conversation_events (
  id uuid primary key default gen_random_uuid(),
  business_id uuid not null references public.businesses (id) on delete cascade,
  conversation_id uuid not null references public.whatsapp_conversations (id) on delete cascade,
  kind text not null check (kind in ('given', 'assigned', 'taken', 'released', 'silent', 'handed_back', 'resolved', 'reopened', 'woken')),
  staff_id uuid references public.staff (id) on delete set null,
  by_id uuid references public.staff (id) on delete set null,
  created_at timestamptz not null default clock_timestamp()
);
create index conversation_events_conversation_idx on public.conversation_events (conversation_id, created_at desc);
create index conversation_events_business_idx on public.conversation_events (business_id);
create index conversation_events_staff_idx on public.conversation_events (staff_id);
create index conversation_events_by_idx on public.conversation_events (by_id);
comment on table public.conversation_events is 'Who got a conversation from whom, and how it ended: shown between the messages of its thread.';
comment on column public.conversation_events.staff_id is 'Who has it from then on, or had it until then (released, silent).';
comment on column public.conversation_events.by_id is 'Who did it; null: the desk itself.';

create index whatsapp_conversations_in_hand_idx on public.whatsapp_conversations (assignee_id)
  where assignee_id is not null and status <> 'resolved';

alter table public.desk_rules enable row level security;
alter table public.staff_availability enable row level security;
alter table public.conversation_events enable row level security;
grant select on public.desk_rules, public.staff_availability, public.conversation_events to authenticated;
grant select, insert, update, delete on public.desk_rules, public.staff_availability, public.conversation_events to service_role;
create policy "staff read" on public.desk_rules for select to authenticated using (business_id in (select private.my_businesses()));
create policy "staff read" on public.staff_availability for select to authenticated using (business_id in (select private.my_businesses()));
create policy "staff read" on public.conversation_events for select to authenticated using (business_id in (select private.my_businesses()));
select private.tell_changes_of('public.conversation_events', 'private.note_rows_of_conversations');

create function private.needs_a_person(c public.whatsapp_conversations) returns boolean
language sql stable set search_path = ''
as $$
  select c.assignee_id is null and (c.owner = 'human' or c.escalated_at is not null)
    and (c.status = 'open' or (c.status = 'snoozed' and c.snoozed_until <= now()))
$$;
comment on function private.needs_a_person(public.whatsapp_conversations) is 'Awake, for a person to answer, and nobody''s.';

create function private.in_hand(p_staff_id uuid) returns integer
language sql stable set search_path = ''
as $$
  select count(*)::integer from public.whatsapp_conversations c
  where c.assignee_id = p_staff_id and c.status <> 'resolved' and not (c.status = 'snoozed' and c.snoozed_until > now())
$$;
comment on function private.in_hand(uuid) is 'How many conversations somebody has that are neither resolved nor asleep.';

create function private.next_in_turn(p_business_id uuid, p_open_per_agent integer) returns uuid
language sql volatile set search_path = ''
as $$
  select a.staff_id from public.staff_availability a
  join public.staff s on s.id = a.staff_id and s.active and s.role in ('admin', 'agent')
  where a.business_id = p_business_id and a.takes_part and a.state = 'online' and a.seen_until > clock_timestamp()
    and private.in_hand(a.staff_id) < p_open_per_agent
  order by a.last_given_at nulls first, a.staff_id limit 1
$$;
comment on function private.next_in_turn(uuid, integer) is 'The agent at the desk who was given nothing for the longest and has room, null when there is none.';

-- The row of the rules is the queue: whoever gives holds it to the end of the transaction, so two never choose the same turn.
-- Conversations are only taken if nobody holds them, so the one lock that is waited for is the last one anybody takes.
create function private.give_waiting(p_business_id uuid) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  r public.desk_rules;
  v_conversation uuid;
  v_staff uuid;
  v_given integer := 0;
begin
  select * into r from public.desk_rules where business_id = p_business_id and assignment = 'round_robin' for update;
  if not found then
    return 0;
  end if;
  loop
    v_staff := private.next_in_turn(p_business_id, r.open_per_agent);
    exit when v_staff is null;
    select c.id into v_conversation from public.whatsapp_conversations c
    join public.channel_accounts a on a.id = c.account_id and not a.simulated
    where c.business_id = p_business_id and c.status <> 'resolved' and (c.owner = 'human' or c.escalated_at is not null)
      and private.needs_a_person(c)
    order by coalesce(c.escalated_at, c.waiting_since, c.updated_at), c.id limit 1 for update of c skip locked;
    exit when not found;
    perform set_config('relaydesk.in_turn', 'on', true);
    update public.whatsapp_conversations set assignee_id = v_staff, updated_at = now() where id = v_conversation;
    perform set_config('relaydesk.in_turn', '', true);
    update public.staff_availability set last_given_at = clock_timestamp() where staff_id = v_staff;
    insert into public.audit_log (business_id, actor, action, entity, entity_id, detail)
    values (p_business_id, 'system', 'assign', 'whatsapp_conversations', v_conversation::text, jsonb_build_object('staff_id', v_staff, 'in_turn', true));
    v_given := v_given + 1;
  end loop;
  return v_given;
end
$$;
comment on function private.give_waiting(uuid) is
  'Gives what needs a person to the agents at their desk, in turn, longest waiting first, until none is left or nobody has room. '
  'Returns how many. Nothing where a business assigns by hand.';

create function private.give_in_turn() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.give_waiting(new.business_id);
  return null;
end
$$;
comment on function private.give_in_turn() is 'At the end of a transaction in which a conversation began to need a person, or an agent got room for one.';

-- At the end, so that the conversations a transaction changes are all locked before the turn is.
create constraint trigger give_in_turn after update of owner, escalated_at, assignee_id, status on public.whatsapp_conversations
  deferrable initially deferred for each row
  when ((new.assignee_id is null and new.status <> 'resolved' and (new.owner = 'human' or new.escalated_at is not null)
      and (old.assignee_id is not null or old.owner <> new.owner or (old.escalated_at is null and new.escalated_at is not null) or old.status <> new.status))
    or (old.assignee_id is not null and (new.assignee_id is distinct from old.assignee_id or (new.status <> 'open' and old.status = 'open'))))
  execute function private.give_in_turn();

create function private.record_event() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_by uuid := (select s.id from public.staff s where s.user_id = (select auth.uid()) and s.business_id = new.business_id and s.active);
  v_in_turn boolean := coalesce(current_setting('relaydesk.in_turn', true), '') = 'on';
begin
  insert into public.conversation_events (business_id, conversation_id, kind, staff_id, by_id)
  select new.business_id, new.id, e.kind, e.staff_id, case when not v_in_turn then v_by end
  from (values
    (case when new.owner = 'bot' and old.owner = 'human' then 'handed_back' end, old.assignee_id),
    (case when new.assignee_id is null or new.assignee_id is not distinct from old.assignee_id then null
      when v_in_turn then 'given' when new.assignee_id = v_by then 'taken' else 'assigned' end, new.assignee_id),
    (case when new.assignee_id is null and old.assignee_id is not null and new.owner = old.owner then
      case when coalesce(current_setting('relaydesk.silent', true), '') = 'on' then 'silent' else 'released' end end, old.assignee_id),
    (case when new.status = 'resolved' and old.status <> 'resolved' then 'resolved'
      when old.status = 'resolved' and new.status <> 'resolved' then 'reopened' end, new.assignee_id)) as e (kind, staff_id)
  where e.kind is not null;
  return null;
end
$$;
comment on function private.record_event() is 'Keeps what the thread tells between its messages.';
create trigger record_event after update of owner, assignee_id, status on public.whatsapp_conversations for each row
  when (new.assignee_id is distinct from old.assignee_id or (new.owner = 'bot' and old.owner = 'human')
    or (new.status = 'resolved') <> (old.status = 'resolved'))
  execute function private.record_event();

create function private.tell_team(p_business_id uuid) returns void
language sql security definer set search_path = ''
as $$
  select realtime.send('{}'::jsonb, 'team', 'business:' || p_business_id || ':inbox', true)
$$;
comment on function private.tell_team(uuid) is 'Desks of a business ask again who is online.';

create function private.see_staff(p_staff_id uuid, p_business_id uuid, p_state text) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  a public.staff_availability;
begin
  insert into public.staff_availability as x (staff_id, business_id, state, seen_until)
  values (p_staff_id, p_business_id, coalesce(p_state, 'online'), now() + interval '3 minutes')
  on conflict (staff_id) do update set state = coalesce(p_state, x.state), seen_until = excluded.seen_until
  returning * into a;
  if (a.state = 'online') = a.is_online then
    return;
  end if;
  update public.staff_availability set is_online = (a.state = 'online'), changed_at = now() where staff_id = a.staff_id;
  perform private.tell_team(p_business_id);
  if a.state = 'online' then
    perform private.give_waiting(p_business_id);
  end if;
end
$$;
comment on function private.see_staff(uuid, uuid, text) is
  'Somebody is at their desk for three more minutes, maybe in another state than before. Who comes online is given what waits.';

create function public.my_team() returns jsonb
language sql stable security definer set search_path = ''
as $$
  with own as (
    select s.id, s.business_id, coalesce(a.state, 'online') as state, coalesce(a.state = 'online' and a.seen_until > now(), false) as online,
      private.in_hand(s.id) as open
    from public.staff s left join public.staff_availability a on a.staff_id = s.id
    where s.user_id = (select auth.uid()) and s.active and s.role in ('admin', 'agent')
  )
  select jsonb_build_object(
    'state', coalesce((select min(o.state) from own o), 'away'), 'online', coalesce((select bool_or(o.online) from own o), false),
    'open', coalesce((select sum(o.open) from own o), 0),
    'people', coalesce((select jsonb_agg(jsonb_build_object('id', s.id, 'business_id', s.business_id, 'name', s.name,
        'online', coalesce(a.state = 'online' and a.seen_until > now(), false), 'takes_part', coalesce(a.takes_part, true),
        'open', private.in_hand(s.id), 'me', s.user_id = (select auth.uid())) order by s.name, s.id)
      from public.staff s left join public.staff_availability a on a.staff_id = s.id
      where s.business_id in (select private.my_businesses()) and s.active and s.role in ('admin', 'agent')), '[]'::jsonb))
$$;
comment on function public.my_team() is
  'Who is online in the caller''s businesses: {state chosen by the caller, online, open conversations, people [{id, business_id, name, online, takes_part, open, me}]}.';

create function public.stay_at_desk() returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  s record;
begin
  for s in select id, business_id from public.staff
    where user_id = (select auth.uid()) and active and role in ('admin', 'agent') order by business_id loop
    perform private.see_staff(s.id, s.business_id, null);
  end loop;
  return public.my_team();
end
$$;
comment on function public.stay_at_desk() is 'The caller''s desk is open and somebody moves there. Returns my_team().';

create function public.show_at_conversation(p_conversation_id uuid, p_desk text, p_state text, p_asks boolean) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_business uuid;
  v_name text;
begin
  if coalesce(p_state, '') not in ('looking', 'typing', 'gone') or coalesce(p_desk, '') !~ '^[0-9a-f]{32}$' then
    raise exception 'state or desk is not understood' using errcode = '22023', detail = 'state', hint = 'Send what the desk sends.';
  end if;
  select c.business_id, coalesce(nullif(s.name, ''), u.email::text) into v_business, v_name from public.whatsapp_conversations c
  join public.staff s on s.business_id = c.business_id and s.user_id = (select auth.uid()) and s.active
  join auth.users u on u.id = s.user_id
  where c.id = p_conversation_id;
  if not found then
    raise exception 'no such conversation' using errcode = 'PT404', detail = 'gone', hint = 'It may belong to another business.';
  end if;
  perform realtime.send(jsonb_build_object('conversation', p_conversation_id, 'desk', p_desk, 'user', (select auth.uid()), 'name', v_name,
    'state', p_state, 'asks', coalesce(p_asks, false)), 'present', 'business:' || v_business || ':inbox', true);
end
$$;
comment on function public.show_at_conversation(uuid, text, text, boolean) is
  'The caller looks at a conversation, types there, or has left, in one desk process; told to the others, who are asked to tell too with p_asks.';

create function public.set_availability(p_state text, p_hand_over boolean, p_client_key text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  s record;
  v_ids uuid[];
begin
  if coalesce(p_state, '') not in ('online', 'away') then
    raise exception 'state: must be online or away' using errcode = '22023', detail = 'state', hint = 'Send one of the two.';
  end if;
  perform private.require_key(p_client_key);
  for s in select id, business_id from public.staff
    where user_id = (select auth.uid()) and active and role in ('admin', 'agent') order by business_id loop
    continue when not private.audit(s.business_id, case p_state when 'online' then 'come_online' else 'go_away' end, 'staff', s.id::text,
      jsonb_build_object('hand_over', p_state = 'away' and coalesce(p_hand_over, false)), p_client_key || ':' || s.business_id);
    v_ids := '{}';
    if p_state = 'away' and p_hand_over then
      -- Locked before the turn is, as everywhere.
      v_ids := array(select c.id from public.whatsapp_conversations c
        where c.assignee_id = s.id and c.status <> 'resolved' and not (c.status = 'snoozed' and c.snoozed_until > now()) order by c.id for update);
    end if;
    perform private.see_staff(s.id, s.business_id, p_state);
    if cardinality(v_ids) > 0 then
      update public.whatsapp_conversations set assignee_id = null, updated_at = now() where id = any (v_ids);
    end if;
  end loop;
  return public.my_team();
end
$$;
comment on function public.set_availability(text, boolean, text) is
  'The caller comes online or goes away; with p_hand_over their open conversations go to whoever is next in turn, or to nobody. Returns my_team().';

create function private.tend_availability() returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  v_business uuid;
  v_given integer := 0;
begin
  for v_business in
    with gone as (
      update public.staff_availability set is_online = false, changed_at = now()
      where staff_id in (select a.staff_id from public.staff_availability a where a.is_online and a.seen_until <= now() order by a.staff_id for update skip locked)
      returning staff_id, business_id
    ), noted as (
      insert into public.audit_log (business_id, actor, action, entity, entity_id, detail)
      select g.business_id, 'system', 'go_away', 'staff', g.staff_id::text, '{"silent": true}'::jsonb from gone g
    )
    select distinct g.business_id from gone g
  loop
    perform private.tell_team(v_business);
  end loop;
  perform private.free_the_waiting();
  -- What was asked for while its conversation was held, and what has woken up since.
  for v_business in
    select r.business_id from public.desk_rules r where r.assignment = 'round_robin' and exists (
      select 1 from public.whatsapp_conversations c where c.business_id = r.business_id and c.status <> 'resolved'
        and (c.owner = 'human' or c.escalated_at is not null) and private.needs_a_person(c)) order by r.business_id
  loop
    v_given := v_given + private.give_waiting(v_business);
  end loop;
  return v_given;
end
$$;
comment on function private.tend_availability() is
  'By the clock: who has been silent is away for their colleagues too, what waits for them too long is free again, and what still waits is given. '
  'Returns how many were given.';

create function public.save_desk_rules(p_business_id uuid, p_rules jsonb) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_field text;
  v_before public.desk_rules;
  v_after public.desk_rules;
begin
  perform private.require_admin(p_business_id, p_rules);
  for v_field in select k from jsonb_object_keys(p_rules) k order by k loop
    if v_field in ('business_id', 'updated_at') or v_field not in (select a.attname from pg_catalog.pg_attribute a
        where a.attrelid = 'public.desk_rules'::regclass and a.attnum > 0 and not a.attisdropped) then
      perform private.refuse(v_field, 'there is no such field', 'The fields are those of desk_rules.');
    end if;
    perform private.check_field('desk_rules', p_business_id, v_field, p_rules -> v_field);
  end loop;
  if p_rules ? 'assignment' and p_rules ->> 'assignment' not in ('manual', 'round_robin') then
    perform private.refuse('assignment', 'must be manual or round_robin', 'Send one of the two.');
  end if;
  perform private.check_number(p_rules, 'open_per_agent', 1, 500);
  perform private.check_number(jsonb_strip_nulls(p_rules), 'silent_minutes', 1, 1440);
  perform private.check_number(jsonb_strip_nulls(p_rules), 'response_minutes', 1, 10080);
  perform private.check_number(jsonb_strip_nulls(p_rules), 'resolution_minutes', 1, 43200);
  perform private.check_number(p_rules, 'satisfaction_days', 1, 365);
  insert into public.desk_rules (business_id) values (p_business_id) on conflict (business_id) do nothing;
  select * into strict v_before from public.desk_rules where business_id = p_business_id for update;
  v_after := jsonb_populate_record(v_before, p_rules);
  if v_after is distinct from v_before then
    update public.desk_rules set assignment = v_after.assignment, open_per_agent = v_after.open_per_agent, silent_minutes = v_after.silent_minutes,
      response_minutes = v_after.response_minutes, resolution_minutes = v_after.resolution_minutes, count_open_hours = v_after.count_open_hours,
      ask_satisfaction = v_after.ask_satisfaction, satisfaction_days = v_after.satisfaction_days,
      updated_at = now()
    where business_id = p_business_id returning * into v_after;
    perform private.set_targets(p_business_id);
    perform private.audit(p_business_id, 'save_desk_rules', 'desk_rules', p_business_id::text, private.changes(to_jsonb(v_before), to_jsonb(v_after)));
    perform private.give_waiting(p_business_id);
  end if;
  return to_jsonb(v_after);
end
$$;
comment on function public.save_desk_rules(uuid, jsonb) is
  'An admin sets how the desk works: any of {assignment manual|round_robin, open_per_agent, silent_minutes, response_minutes, resolution_minutes, '
  'count_open_hours, ask_satisfaction, satisfaction_days}. Targets count for what is open too. Returns the row.';

create function public.set_taking_part(p_staff_id uuid, p_takes_part boolean) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_business uuid := private.require_row('staff', p_staff_id, '{admin}');
begin
  insert into public.staff_availability as x (staff_id, business_id, takes_part) values (p_staff_id, v_business, p_takes_part)
  on conflict (staff_id) do update set takes_part = excluded.takes_part where x.takes_part <> excluded.takes_part;
  if found then
    perform private.audit(v_business, 'set_taking_part', 'staff', p_staff_id::text, jsonb_build_object('takes_part', p_takes_part));
    perform private.tell_team(v_business);
    perform private.give_waiting(v_business);
  end if;
end
$$;
comment on function public.set_taking_part(uuid, boolean) is 'An admin says whether somebody is given conversations in turn.';

grant execute on function private.tend_availability() to service_role;
grant execute on function public.my_team(), public.stay_at_desk(), public.show_at_conversation(uuid, text, text, boolean),
  public.set_availability(text, boolean, text),
  public.save_desk_rules(uuid, jsonb), public.set_taking_part(uuid, boolean) to authenticated, service_role;
