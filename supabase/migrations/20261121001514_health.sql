-- Health: whether messages come in, are answered and go out, for one business, as its staff may know it.

create index message_attempts_errors_idx on public.message_attempts (business_id, started_at) where error_code is not null;

create function public.desk_health(p_business_id uuid) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
  if p_business_id is null or p_business_id not in (select private.my_businesses()) then
    perform private.refuse('business', 'there is no such business', 'It may be another''s.', 'PT404');
  end if;
  return jsonb_build_object(
    'now', now(),
    'accounts', coalesce((select jsonb_agg(jsonb_build_object('label', a.label, 'channel', a.channel, 'phone', a.display_phone, 'active', a.active,
        'simulated', a.simulated, 'health', a.health,
        'heard_at', h.at) order by a.simulated, a.label)
      -- One look at the conversations serves all numbers; a silent one would have to look through a week of messages.
      from public.channel_accounts a
      left join (select c.account_id, max(c.last_inbound_at) as at from public.whatsapp_conversations c
        where c.business_id = p_business_id group by 1) h on h.account_id = a.id
      where a.business_id = p_business_id), '[]'::jsonb),
    -- A receipt and an event are signs of life too: a quiet night is no outage while they come.
    'heard_at', (select greatest(
      (select max(c.last_inbound_at) from public.whatsapp_conversations c where c.business_id = p_business_id),
      (select r.created_at from public.message_receipts r where r.business_id = p_business_id order by r.id desc limit 1),
      (select max(e.created_at) from public.webhook_events e where e.business_id = p_business_id))),
    'turns', (select jsonb_build_object('waiting', count(*), 'late', count(*) filter (where q.late > interval '2 minutes'),
        'oldest_seconds', coalesce(ceil(extract(epoch from max(q.late))), 0))
      from (select greatest(now() - greatest(t.first_pending_at, t.not_before, t.hold_until), interval '0') as late
        from public.turn_queue t join public.whatsapp_conversations c on c.id = t.conversation_id where c.business_id = p_business_id) q),
    'sends', (select jsonb_build_object('waiting', count(*) filter (where o.state <> 'unknown'), 'unknown', count(*) filter (where o.state = 'unknown'),
        'late', count(*) filter (where o.state <> 'unknown' and o.run_at < now() - interval '2 minutes'),
        'oldest_seconds', coalesce(ceil(extract(epoch from greatest(now() - min(o.run_at) filter (where o.state <> 'unknown'), interval '0'))), 0))
      from public.outbox o where o.business_id = p_business_id),
    'files', (select jsonb_build_object('waiting', count(*),
        'oldest_seconds', coalesce(ceil(extract(epoch from greatest(now() - min(f.run_at), interval '0'))), 0))
      from public.message_media f where f.business_id = p_business_id and f.run_at is not null),
    'pushes', (select jsonb_build_object('waiting', count(*),
        'oldest_seconds', coalesce(ceil(extract(epoch from greatest(now() - min(d.run_at), interval '0'))), 0))
      from public.notification_deliveries d where d.business_id = p_business_id and d.status = 'pending'),
    'news', (select jsonb_build_object('waiting', count(*),
        'oldest_seconds', coalesce(ceil(extract(epoch from greatest(now() - min(e.run_at), interval '0'))), 0))
      from public.order_events e where e.business_id = p_business_id and e.audience is not null and e.announced_at is null),
    'receipts', (select jsonb_build_object('parked', count(*), 'oldest_seconds', coalesce(ceil(extract(epoch from now() - min(r.created_at))), 0))
      from public.message_receipts r where r.business_id = p_business_id and r.applied_at is null),
    'receipt_seconds', (select percentile_cont(0.5) within group (order by greatest(extract(epoch from r.created_at - r.provider_time), 0))
      from (select x.created_at, x.provider_time from public.message_receipts x where x.business_id = p_business_id order by x.id desc limit 200) r
      where r.provider_time is not null and r.created_at > now() - interval '1 day'),
    'errors', coalesce((select jsonb_agg(to_jsonb(x) order by x.messages desc, x.code) from (
      select y.code, count(distinct y.message_id) as messages, count(distinct y.message_id) filter (where y.failed) as failed, max(y.at) as last_at from (
        select t.error_code as code, t.message_id, t.started_at as at, false as failed from public.message_attempts t
        where t.business_id = p_business_id and t.error_code is not null and t.started_at > now() - interval '1 day'
        union all
        select m.error_code, m.id, m.failed_at, true from public.whatsapp_messages m
        where m.business_id = p_business_id and m.failed_at > now() - interval '1 day' and m.status = 'failed') y
      group by 1) x), '[]'::jsonb),
    'model', coalesce((select jsonb_object_agg(x.error, x.calls) from (select a.error, count(*) as calls from public.ai_calls a
        where a.business_id = p_business_id and a.outcome = 'failed' and a.created_at > now() - interval '1 hour' group by 1) x), '{}'::jsonb),
    'budget', (select jsonb_build_object('calls', m.calls, 'calls_limit', m.calls_limit, 'cost_usd', m.cost_usd, 'usd_limit', m.usd_limit,
        'share', private.used_share(m.calls, m.cost_usd, m.calls_limit, m.usd_limit))
      from public.model_spend m where m.business_id = p_business_id and m.day = private.business_day(p_business_id) and m.contact_id is null
        and m.usd_limit is not null),
    'templates', coalesce((select jsonb_agg(jsonb_build_object('name', t.name, 'language', t.language, 'category', t.category, 'status', t.status,
        'quality', t.quality, 'reason', t.status_reason, 'updated_at', t.updated_at) order by t.status = 'APPROVED', t.name, t.language)
      from public.message_templates t where t.business_id = p_business_id), '[]'::jsonb));
end
$$;
comment on function public.desk_health(uuid) is
  'How a business''s traffic is: numbers and what the provider says of them, when something was last heard, queues with the age of their '
  'oldest in seconds, receipts, errors of the last day by code, how the model failed in the last hour and what it used of today''s budget, templates.';

grant execute on function public.desk_health(uuid) to authenticated, service_role;
