-- Silence: a conversation that waits for an agent who is not there goes on to somebody who is.

create function private.silent_since(c public.whatsapp_conversations) returns timestamptz
language sql stable set search_path = ''
as $$
  -- Who is given something while away has as long for it as who leaves with it.
  select greatest(coalesce(a.changed_at, s.created_at), coalesce((select e.created_at from public.conversation_events e
      where e.conversation_id = c.id and e.staff_id = c.assignee_id and e.kind in ('given', 'assigned', 'taken')
      order by e.created_at desc limit 1), c.created_at))
  from public.staff s left join public.staff_availability a on a.staff_id = s.id
  where s.id = c.assignee_id and not coalesce(a.is_online, false)
$$;
comment on function private.silent_since(public.whatsapp_conversations) is
  'Since when whoever has a conversation is away, while they have it; null when they are there.';

create function private.waits_in_silence(c public.whatsapp_conversations) returns boolean
language sql stable set search_path = ''
as $$
  select coalesce((select now() - x.since >= make_interval(mins => x.minutes)
      and private.seconds_between(c.business_id, x.since, now()) >= x.minutes * 60
    from (select private.silent_since(c) as since, case when r.business_id is null then 15 else r.silent_minutes end as minutes
      from (select c.business_id) b left join public.desk_rules r using (business_id)) x), false)
$$;
comment on function private.waits_in_silence(public.whatsapp_conversations) is
  'Whether its agent has been away for desk_rules.silent_minutes, in opening hours where those count. Never where that is null.';

create function private.free_the_waiting() returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  c public.whatsapp_conversations;
  v_freed integer := 0;
begin
  for c in
    select x.* from public.whatsapp_conversations x join public.channel_accounts a on a.id = x.account_id and not a.simulated
    where x.assignee_id is not null and x.status <> 'resolved' and (x.status = 'open' or x.snoozed_until <= now())
      and (x.needed_since is not null or (x.owner = 'human' and x.waiting_since is not null))
      and private.waits_in_silence(x)
    order by x.id limit 200 for update of x skip locked
  loop
    perform set_config('relaydesk.silent', 'on', true);
    update public.whatsapp_conversations set assignee_id = null, updated_at = now() where id = c.id;
    perform set_config('relaydesk.silent', '', true);
    insert into public.audit_log (business_id, actor, action, entity, entity_id, detail)
    values (c.business_id, 'system', 'release', 'whatsapp_conversations', c.id::text, jsonb_build_object('staff_id', c.assignee_id, 'silent', true));
    v_freed := v_freed + 1;
  end loop;
  return v_freed;
end
$$;
comment on function private.free_the_waiting() is
  'Takes what waits without an answer from agents who have been away too long; where a business assigns in turn it is given on at once. '
  'Returns how many.';

grant execute on function private.free_the_waiting() to service_role;
