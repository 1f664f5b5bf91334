-- Attention: everything that needs a person, in one question, and the remedies that a person has at hand.

create index whatsapp_messages_failed_idx on public.whatsapp_messages (business_id, failed_at desc) where failed_at is not null;
create index message_media_failed_idx on public.message_media (business_id, created_at) where state = 'failed';
create index notification_deliveries_failed_idx on public.notification_deliveries (business_id, created_at) where status = 'failed';
alter table public.webhook_events add column seen_at timestamptz;
comment on column public.webhook_events.seen_at is 'When a person looked at what could not be used and put it aside.';
create index webhook_events_errors_idx on public.webhook_events (created_at) where error is not null and seen_at is null;

alter table public.ai_calls add column seen_at timestamptz;
comment on column public.ai_calls.seen_at is 'When a person looked at what the model could not answer and put it aside.';
create index ai_calls_failed_idx on public.ai_calls (business_id, created_at) where outcome = 'failed';

create function private.last_words(p_conversation_id uuid) returns text
language sql stable set search_path = ''
as $$
  select left(coalesce(nullif(m.content, ''), m.transcript, '[' || m.type || ']'), 300) from public.whatsapp_messages m
  where m.conversation_id = p_conversation_id and m.direction = 'inbound' order by m.sequence desc limit 1
$$;
comment on function private.last_words(uuid) is 'What the other side said last.';

-- A hundred of each kind are found at most: whoever has more than that counts "many".
create function private.attention_of(p_businesses uuid[], p_admin_of uuid[])
returns table (kind text, at timestamptz, id text, conversation_id uuid, detail jsonb)
language sql stable set search_path = ''
as $$
  (select 'escalation', e.created_at, e.id::text, e.conversation_id,
    jsonb_build_object('reason', e.reason, 'detail', e.detail, 'preview', w.words, 'assignee', s.name)
  from public.escalations e join public.whatsapp_conversations c on c.id = e.conversation_id left join public.staff s on s.id = c.assignee_id
  cross join lateral private.last_words(c.id) w (words)
  where e.business_id = any (p_businesses) and e.status = 'open'
    -- A message that failed is told as such, with what to do about it.
    and not (e.reason = 'failed_message' and c.failed_at is not null)
    and not (e.reason = 'refund_failed' and private.has_failed_refund(e.conversation_id))
    -- What is late is told as such, with its reason.
    and not coalesce(c.due_at <= now(), false)
  order by e.created_at limit 100)
  union all
  (select 'overdue', c.due_at, c.id::text, c.id,
    jsonb_build_object('which', case when c.response_due_at <= now() then 'response' else 'resolution' end, 'preview', w.words, 'assignee', s.name,
      'reason', (select e.reason from public.escalations e where e.conversation_id = c.id and e.status = 'open' order by e.created_at limit 1))
  from public.whatsapp_conversations c left join public.staff s on s.id = c.assignee_id
  cross join lateral private.last_words(c.id) w (words)
  where c.business_id = any (p_businesses) and c.due_at <= now()
  order by c.due_at limit 100)
  union all
  (select 'message', m.failed_at, m.id::text, m.conversation_id,
    jsonb_build_object('code', m.error_code, 'text', left(m.content, 300), 'type', m.type, 'author', m.author,
      'can_retry', k.blocked_at is null and (m.type = 'template' or a.simulated or coalesce(c.window_expires_at > now(), false)))
  from public.whatsapp_messages m
  join public.whatsapp_conversations c on c.id = m.conversation_id and c.failed_at is not null
  join public.contacts k on k.id = c.contact_id
  join public.channel_accounts a on a.id = m.account_id
  where m.business_id = any (p_businesses) and m.failed_at > now() - interval '30 days' and m.status = 'failed'
    and not exists (select 1 from public.whatsapp_messages r where r.conversation_id = m.conversation_id and r.client_key = 'retry:' || m.id)
  order by m.failed_at desc limit 100)
  union all
  (select 'turn', q.first_pending_at, q.conversation_id::text, q.conversation_id,
    jsonb_build_object('attempts', q.attempts, 'preview', w.words, 'at_work', coalesce(q.token is not null and q.run_at > now(), false))
  from public.turn_queue q join public.whatsapp_conversations c on c.id = q.conversation_id
  cross join lateral private.last_words(c.id) w (words)
  where c.business_id = any (p_businesses)
    -- What waits on purpose (a rate limit, a voice note) is not stuck before that is over.
    and (q.attempts >= 3 or greatest(q.first_pending_at, q.not_before, q.hold_until) < now() - interval '2 minutes')
  order by q.first_pending_at limit 100)
  union all
  (select 'send', m.created_at, m.id::text, o.conversation_id,
    jsonb_build_object('attempts', o.attempts, 'state', o.state, 'text', left(m.content, 300), 'code', m.error_code, 'error', left(m.error_text, 300))
  from public.outbox o join public.whatsapp_messages m on m.id = o.message_id
  where o.business_id = any (p_businesses) and m.created_at < now() - interval '2 minutes'
    and (o.state <> 'sending' or o.run_at < now())
  order by o.run_at limit 100)
  union all
  (select 'refund', f.created_at, f.id::text, r.conversation_id,
    jsonb_build_object('code', r.code, 'amount', private.major_units(f.amount_minor, p.currency)::text, 'currency', p.currency,
      'error', f.error, 'can_retry', f.external_id is null)
  from public.payment_refunds f join public.payments p on p.id = f.payment_id join public.whatsapp_order_relays r on r.id = p.relay_id
  where f.business_id = any (p_businesses) and f.state = 'failed'
  order by f.created_at limit 100)
  union all
  (select 'push', d.created_at, d.id::text, null,
    jsonb_build_object('who', coalesce(r.name, s.name, ''), 'error', left(d.error, 300), 'attempts', d.attempts, 'push', n.kind, 'data', n.data,
      'status', d.status, 'can_retry', d.status = 'failed' and v.disabled_at is null)
  from public.notification_deliveries d
  join public.notifications n on n.id = d.notification_id
  join public.devices v on v.id = d.device_id
  left join public.riders r on r.id = v.rider_id
  left join public.staff s on s.id = v.staff_id
  where d.business_id = any (p_businesses) and d.created_at > now() - interval '1 day'
    and (d.status = 'failed' or (d.status = 'pending' and d.attempts >= 2))
    -- Whose device is dead is told once, below, not with each push.
    and not (d.status = 'failed' and v.disabled_at is not null)
  order by d.created_at limit 100)
  union all
  (select 'device', max(v.disabled_at), coalesce(v.rider_id, v.staff_id)::text, null,
    jsonb_build_object('who', coalesce(min(r.name), min(s.name)), 'is_rider', min(r.name) is not null, 'platform', min(v.platform))
  from public.devices v
  left join public.riders r on r.id = v.rider_id and r.active
  left join public.staff s on s.id = v.staff_id and s.active
  where v.business_id = any (p_businesses) and coalesce(r.id, s.id) is not null
  group by v.rider_id, v.staff_id having count(*) filter (where v.disabled_at is null) = 0
  order by 2 limit 100)
  union all
  (select 'event', min(e.created_at), max(e.id)::text, null,
    jsonb_build_object('channel', e.channel, 'field', e.field, 'error', left(e.error, 300), 'count', count(*), 'last_at', max(e.created_at),
      'is_common', e.business_id is null)
  from public.webhook_events e
  where e.error is not null and e.seen_at is null
    -- What came for a number that nobody set up belongs to no business; admins hear of it, without its content.
    and (e.business_id = any (p_businesses) or (e.business_id is null and cardinality(p_admin_of) > 0))
  group by e.business_id, e.channel, e.field, e.error order by 2 limit 100)
  union all
  (select 'file', f.created_at, f.id::text, m.conversation_id,
    jsonb_build_object('kind', f.kind, 'reason', f.reason, 'file_name', f.file_name, 'can_retry', f.reason in ('unavailable', 'gone', 'digest_mismatch'))
  from public.message_media f join public.whatsapp_messages m on m.id = f.message_id
  join public.whatsapp_conversations c on c.id = m.conversation_id and c.status <> 'resolved'
  where f.business_id = any (p_businesses) and f.state = 'failed' and f.created_at > now() - interval '7 days'
  order by f.created_at limit 100)
  union all
  -- A customer was answered by rules because the model's answer to their words was no use; a person may know better.
  (select 'model', min(a.created_at), max(a.id)::text, a.conversation_id,
    jsonb_build_object('error', a.error, 'count', count(*), 'preview', private.last_words(a.conversation_id))
  from public.ai_calls a
  where a.business_id = any (p_businesses) and a.outcome = 'failed' and a.seen_at is null and a.created_at > now() - interval '2 days'
    and a.purpose = 'turn' and a.error in ('refusal', 'filter', 'length', 'schema', 'empty', 'unreadable') and a.conversation_id is not null
  group by a.conversation_id, a.error order by 2 limit 100)
  union all
  -- Until midnight, or until an admin allows more.
  (select 'budget', coalesce(m.warned_at, now()), m.id::text, null,
    jsonb_build_object('percent', least(floor(x.share * 100), 100)::integer, 'is_spent', x.share >= 1)
  from public.model_spend m cross join lateral (select private.used_share(m.calls, m.cost_usd, m.calls_limit, m.usd_limit)) x (share)
  where m.business_id = any (p_businesses) and m.day = private.business_day(m.business_id) and m.contact_id is null and m.usd_limit is not null
    and x.share >= 0.8)
$$;
comment on function private.attention_of(uuid[], uuid[]) is 'What needs a person in these businesses, each kind oldest first, 100 at most of each.';

create function public.attention(p_limit integer default 25) returns jsonb
language sql stable security definer set search_path = ''
as $$
  with found as materialized (
    select a.*, row_number() over (partition by a.kind order by a.at) as n
    from private.attention_of(array(select private.my_businesses()), array(select private.my_businesses_as('{admin}'))) a
  )
  select jsonb_build_object(
    'counts', (select coalesce(jsonb_object_agg(x.kind, x.count), '{}'::jsonb) from (select f.kind, count(*) from found f group by 1) x),
    'items', coalesce((select jsonb_agg(jsonb_build_object('kind', f.kind, 'at', f.at, 'id', f.id, 'conversation_id', f.conversation_id,
        'name', coalesce(nullif(k.name, ''), '+' || k.phone, k.username, ''), 'detail', f.detail) order by f.at, f.id)
      from found f left join public.whatsapp_conversations c on c.id = f.conversation_id left join public.contacts k on k.id = c.contact_id
      where f.n <= least(greatest(p_limit, 1), 100)), '[]'::jsonb))
$$;
comment on function public.attention(integer) is
  'What needs a person in the caller''s businesses: {counts by kind, items oldest first}; at most p_limit items of each kind.';

create function public.attention_count() returns integer
language sql stable security definer set search_path = ''
as $$
  select count(*)::integer
  from private.attention_of(array(select private.my_businesses()), array(select private.my_businesses_as('{admin}')))
$$;
comment on function public.attention_count() is 'How many things need a person in the caller''s businesses.';

create function public.hurry_turn(p_conversation_id uuid) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  c public.whatsapp_conversations;
begin
  c := private.require_conversation(p_conversation_id, '{admin,agent}');
  -- A worker that is at it right now keeps its lease; its end is the next try anyway.
  update public.turn_queue set run_at = now(), not_before = null, hold_until = null, attempts = 0
  where conversation_id = c.id and (token is null or run_at <= now());
  if found then
    perform private.audit(c.business_id, 'hurry_turn', 'whatsapp_conversations', c.id::text);
    perform private.wake_workers();
  end if;
end
$$;
comment on function public.hurry_turn(uuid) is 'An unanswered conversation is claimed again at once, with all its tries.';

create function public.hurry_send(p_message_id uuid) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_business uuid := private.require_row('whatsapp_messages', p_message_id, '{admin,agent}');
begin
  -- What is of unknown outcome waits for its receipt: sending it sooner could send it twice.
  update public.outbox set run_at = now() where message_id = p_message_id and state = 'ready';
  if found then
    perform private.audit(v_business, 'hurry_send', 'whatsapp_messages', p_message_id::text);
    perform private.wake_workers();
  end if;
end
$$;
comment on function public.hurry_send(uuid) is 'A message that waits for its next try is sent now; the pace of number and recipient still holds.';

create function public.retry_push(p_delivery_id uuid) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_business uuid := private.require_row('notification_deliveries', p_delivery_id, '{admin,agent}');
begin
  update public.notification_deliveries d set status = 'pending', attempts = 0, run_at = now(), token = null
  from public.devices v where d.id = p_delivery_id and d.status = 'failed' and v.id = d.device_id and v.disabled_at is null;
  if found then
    perform private.audit(v_business, 'retry_push', 'notification_deliveries', p_delivery_id::text);
    perform private.wake_workers();
  end if;
end
$$;
comment on function public.retry_push(uuid) is 'A push that failed is tried again, unless its device is gone.';

create function public.retry_file(p_media_id uuid) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_business uuid := private.require_row('message_media', p_media_id, '{admin,agent}');
begin
  update public.message_media set state = 'pending', reason = null, error = null, attempts = 0, run_at = now(), token = null
  where id = p_media_id and state = 'failed' and reason in ('unavailable', 'gone', 'digest_mismatch');
  if found then
    perform private.audit(v_business, 'retry_file', 'message_media', p_media_id::text);
    perform private.wake_workers();
  end if;
end
$$;
comment on function public.retry_file(uuid) is 'A file that could not be fetched is asked for again; what was refused for its size or kind stays refused.';

create function public.put_aside_event(p_event_id bigint) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  e public.webhook_events;
  v_business uuid;
  v_count integer;
begin
  select * into e from public.webhook_events where id = p_event_id
    and (business_id in (select private.my_businesses()) or (business_id is null and exists (select private.my_businesses_as('{admin}'))));
  if not found then
    perform private.refuse('event', 'there is no such event', 'It may belong to another business, or be gone.', 'PT404');
  end if;
  v_business := coalesce(e.business_id, (select min(b::text)::uuid from private.my_businesses_as('{admin}') b));
  perform private.require_role(v_business, '{admin,agent}');
  update public.webhook_events x set seen_at = now()
  where x.seen_at is null and x.error = e.error and x.channel = e.channel and x.field = e.field
    and x.business_id is not distinct from e.business_id and x.id <= e.id;
  get diagnostics v_count = row_count;
  if v_count > 0 then
    perform private.audit(v_business, 'put_aside_event', 'webhook_events', e.id::text, jsonb_build_object('count', v_count, 'error', left(e.error, 200)));
  end if;
  return v_count;
end
$$;
comment on function public.put_aside_event(bigint) is
  'A person has seen this event that could not be used, and all like it before; they stay stored. Returns how many.';

create function public.put_aside_model(p_call_id bigint) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  a public.ai_calls;
  v_count integer;
begin
  select * into a from public.ai_calls where id = p_call_id and business_id in (select private.my_businesses());
  if not found then
    perform private.refuse('call', 'there is no such call', 'It may belong to another business.', 'PT404');
  end if;
  perform private.require_role(a.business_id, '{admin,agent}');
  update public.ai_calls x set seen_at = now()
  where x.business_id = a.business_id and x.conversation_id = a.conversation_id and x.error = a.error and x.outcome = 'failed'
    and x.seen_at is null and x.id <= a.id;
  get diagnostics v_count = row_count;
  if v_count > 0 then
    perform private.audit(a.business_id, 'put_aside_model', 'ai_calls', a.id::text, jsonb_build_object('count', v_count, 'error', a.error));
  end if;
  return v_count;
end
$$;
comment on function public.put_aside_model(bigint) is
  'A person has seen what the model could not answer, and all like it before in the same talk. Returns how many.';

grant execute on function public.put_aside_model(bigint), public.attention(integer), public.attention_count(), public.hurry_turn(uuid), public.hurry_send(uuid),
  public.retry_push(uuid), public.retry_file(uuid), public.put_aside_event(bigint) to authenticated, service_role;
