-- Announcements and pushes: order events told to customers, dealers and riders, notifications delivered to devices.

create function private.announcement_json(e public.order_events) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
  r public.whatsapp_order_relays;
  m public.market_orders;
  c public.whatsapp_conversations;
begin
  select * into strict r from public.whatsapp_order_relays where id = e.relay_id;
  select * into strict c from public.whatsapp_conversations where id = r.conversation_id;
  select * into m from public.market_orders where id = e.market_order_id;
  return jsonb_build_object('id', e.id, 'token', e.token, 'attempts', e.attempts, 'kind', e.kind, 'audience', e.audience, 'data', e.data,
    'relay', jsonb_build_object('id', r.id, 'code', r.code, 'total', r.total_price::text, 'currency', r.currency, 'lines', r.products),
    'order', case when m.id is not null then jsonb_build_object('id', m.id, 'code', m.code, 'status', m.status, 'total', m.total_price::text,
      'currency', m.currency, 'lines', m.lines, 'fee', m.delivery_fee::text, 'accepted_at', m.accepted_at, 'ready_at', m.ready_at, 'minutes_from', m.delivery -> 'minutes_from',
      'minutes_to', m.delivery -> 'minutes_to', 'where', private.where_to(m.delivery, m.note), 'area', private.area_of(m.delivery, m.note),
      'way', coalesce(m.delivery ->> 'way', '')) end,
    'dealer', (select jsonb_build_object('id', d.id, 'name', d.name, 'language', d.language, 'address', d.address) from public.dealers d where d.id = e.dealer_id),
    'rider', (select jsonb_build_object('id', k.id, 'name', k.name, 'language', private.rider_language(k, r.simulated)) from public.riders k where k.id = e.rider_id),
    'ride', case when e.audience = 'rider' and m.id is not null then private.ride_json(m) end,
    'paid', (select p.provider from public.payments p where p.relay_id = r.id order by p.created_at desc limit 1),
    'proposal', (select private.proposal_json(p) from public.order_proposals p where p.id = (e.data ->> 'proposal_id')::uuid),
    'offer', (select jsonb_build_object('id', o.id, 'outcome', o.outcome, 'expires_at', o.expires_at,
      'minutes', greatest(1, round(extract(epoch from o.expires_at - o.created_at) / 60))) from public.order_offers o where o.id = e.offer_id),
    'customer', (select jsonb_build_object('name', k.name, 'language', coalesce(c.language, k.language), 'opted_out', k.opted_out_at is not null)
      from public.contacts k where k.id = r.contact_id),
    'business', (select jsonb_build_object('id', b.id, 'name', b.name, 'default_language', b.default_language,
      'timezone', b.timezone) from public.businesses b where b.id = r.business_id));
end
$$;
comment on function private.announcement_json(public.order_events) is 'An order event with all that its text needs.';

create function public.claim_announcements(p_limit integer, p_lease_seconds integer) returns jsonb
language sql set search_path = ''
as $$
  with due as (
    select d.id from public.order_events d where d.audience is not null and d.announced_at is null and d.run_at <= now()
      -- News of one order reach one reader in order: what another worker is telling comes first.
      and not exists (select 1 from public.order_events e where e.relay_id = d.relay_id and e.audience = d.audience
        and e.dealer_id is not distinct from d.dealer_id and e.rider_id is not distinct from d.rider_id and e.id < d.id and e.announced_at is null and e.run_at > now())
    order by d.id limit p_limit for update of d skip locked
  ), claimed as (
    update public.order_events e set token = gen_random_uuid(), attempts = e.attempts + 1, run_at = now() + make_interval(secs => p_lease_seconds)
    from due where e.id = due.id returning e.*
  )
  select coalesce(jsonb_agg(private.announcement_json(row(c.*)::public.order_events) order by c.id), '[]'::jsonb) from claimed c
$$;
comment on function public.claim_announcements(integer, integer) is 'Order events still to be told, oldest first, leased.';

create function private.audience_conversation(e public.order_events) returns uuid
language plpgsql set search_path = ''
as $$
declare
  r public.whatsapp_order_relays;
  c public.whatsapp_conversations;
  a public.channel_accounts;
  v_phone text;
  v_name text;
begin
  select * into strict r from public.whatsapp_order_relays where id = e.relay_id;
  select * into strict c from public.whatsapp_conversations where id = r.conversation_id;
  select * into strict a from public.channel_accounts where id = c.account_id;
  if e.audience = 'customer' then
    c := private.open_conversation(a, r.contact_id, c.phone);
    return c.id;
  end if;
  -- Dealers and riders live on WhatsApp whatever channel the customer came by; a simulated order stays on its simulated number.
  if not a.simulated and a.channel <> 'whatsapp' then
    select * into strict a from public.channel_accounts
    where business_id = r.business_id and channel = 'whatsapp' and active and not simulated order by created_at limit 1;
  end if;
  if e.audience = 'rider' then
    select private.rider_phone(k), k.name into v_phone, v_name from public.riders k where k.id = e.rider_id;
  else
    select x.contact_value, d.name into v_phone, v_name from public.rider_contacts x join public.dealers d on d.id = x.dealer_id
    where x.business_id = r.business_id and x.contact_type = 'dealer' and x.dealer_id = e.dealer_id order by x.created_at, x.id limit 1;
  end if;
  if v_phone is null then
    return null;
  end if;
  c := private.open_conversation(a, private.resolve_contact(r.business_id, a.channel,
    jsonb_build_object('phone', v_phone, 'name', v_name), private.identity_scope(a)), v_phone);
  return c.id;
end
$$;
comment on function private.audience_conversation(public.order_events) is 'The conversation in which an order event is told, opened when needed.';

create function private.with_known_template(p_business_id uuid, p_reply jsonb) returns jsonb
language sql stable set search_path = ''
as $$
  select case when p_reply -> 'template' ? 'else' then jsonb_set(p_reply, '{template}', case when exists (
      select 1 from public.message_templates t where t.business_id = p_business_id and t.status = 'APPROVED'
        and t.name = p_reply #>> '{template,name}' and t.language = p_reply #>> '{template,language}')
    then (p_reply -> 'template') - 'else' else p_reply #> '{template,else}' end) else p_reply end
$$;
comment on function private.with_known_template(uuid, jsonb) is
  'A reply whose template the business has: what stands under else where the first is not approved.';

create function public.finish_announcement(p_event_id bigint, p_token uuid, p_reply jsonb) returns text
language plpgsql set search_path = ''
as $$
declare
  e public.order_events;
  v_conversation uuid;
begin
  select * into e from public.order_events where id = p_event_id and token = p_token and announced_at is null for update;
  if not found then
    return 'stale';
  end if;
  update public.order_events set announced_at = now(), token = null where id = e.id;
  if coalesce(p_reply, 'null'::jsonb) = 'null'::jsonb then
    return 'nothing';
  end if;
  v_conversation := private.audience_conversation(e);
  if v_conversation is null then
    return 'nobody';
  end if;
  perform private.queue_message(v_conversation, 'system', private.with_known_template(e.business_id, p_reply), null, 'event:' || e.id);
  perform private.wake_workers();
  return 'queued';
end
$$;
comment on function public.finish_announcement(bigint, uuid, jsonb) is
  'Puts the text of an order event into the outbox, once. Returns queued, nothing (no text), nobody (no address) or stale.';

create function public.claim_deliveries(p_limit integer, p_lease_seconds integer) returns jsonb
language sql set search_path = ''
as $$
  with due as (
    select id from public.notification_deliveries where status = 'pending' and run_at <= now() order by run_at limit p_limit for update skip locked
  ), claimed as (
    update public.notification_deliveries d set token = gen_random_uuid(), attempts = d.attempts + 1, run_at = now() + make_interval(secs => p_lease_seconds)
    from due where d.id = due.id returning d.*
  )
  select coalesce(jsonb_agg(jsonb_build_object('delivery_id', c.id, 'token', c.token, 'attempts', c.attempts,
    'device', jsonb_build_object('id', v.id, 'kind', v.kind, 'value', v.value, 'platform', v.platform),
    'notification', jsonb_build_object('id', n.id, 'kind', n.kind, 'audience', n.audience, 'data', n.data),
    'language', coalesce((select private.rider_language(k, n.simulated) from public.riders k where k.id = n.rider_id), b.default_language))), '[]'::jsonb)
  from claimed c join public.devices v on v.id = c.device_id join public.notifications n on n.id = c.notification_id
  join public.businesses b on b.id = c.business_id
$$;
comment on function public.claim_deliveries(integer, integer) is 'Pushes still to be delivered, leased, one per device, each with the language of its rider or business.';

create function public.record_deliveries(p_results jsonb, p_max_attempts integer) returns integer
language plpgsql set search_path = ''
as $$
declare
  x jsonb;
  d public.notification_deliveries;
begin
  for x in select value from jsonb_array_elements(p_results) order by value ->> 'delivery_id' loop
    select * into d from public.notification_deliveries
    where id = (x ->> 'delivery_id')::uuid and token = (x ->> 'token')::uuid and status = 'pending' for update;
    continue when not found;
    update public.notification_deliveries set token = null, error = left(x ->> 'error', 500),
      status = case when x ->> 'outcome' = 'sent' then 'sent' when x ->> 'outcome' = 'retry' and attempts < p_max_attempts then 'pending' else 'failed' end,
      external_id = x ->> 'external_id', sent_at = case when x ->> 'outcome' = 'sent' then now() end,
      run_at = now() + make_interval(secs => coalesce((x ->> 'retry_after_seconds')::double precision, 0))
    where id = d.id;
    if coalesce((x ->> 'dead')::boolean, false) then
      update public.devices set disabled_at = now(), disabled_reason = left(x ->> 'error', 200) where id = d.device_id and disabled_at is null;
    end if;
  end loop;
  return jsonb_array_length(p_results);
end
$$;
comment on function public.record_deliveries(jsonb, integer) is
  'Records pushes: [{delivery_id, token, outcome sent|retry|failed, dead, external_id, error, retry_after_seconds}]. A dead device is disabled.';

create function public.send_notification(p_business_id uuid, p_kind text, p_audience text, p_rider_id uuid, p_data jsonb, p_dedupe_key text) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  v_id uuid;
  v_new boolean;
begin
  v_id := private.push(p_business_id, p_kind, p_audience, p_rider_id, p_data, p_dedupe_key);
  v_new := v_id is not null;
  if not v_new then
    select id into strict v_id from public.notifications where business_id = p_business_id and dedupe_key = p_dedupe_key;
  else
    perform private.wake_workers();
  end if;
  return jsonb_build_object('notification_id', v_id, 'new', v_new,
    'devices', (select count(*) from public.notification_deliveries where notification_id = v_id));
end
$$;
comment on function public.send_notification(uuid, text, text, uuid, jsonb, text) is 'Records a notification now; the same dedupe key again returns the first one.';

create function public.notification_status(p_notification_id uuid) returns jsonb
language sql stable set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('device_id', device_id, 'status', status, 'attempts', attempts, 'error', error) order by created_at), '[]'::jsonb)
  from public.notification_deliveries where notification_id = p_notification_id
$$;
comment on function public.notification_status(uuid) is 'How far each device of a notification got.';

create function public.run_schedules(p_retention_days integer default 30) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  v_released integer;
  v_restocked integer;
  v_reminded integer;
  v_proposals integer;
  v_expired integer;
  v_settled integer;
  v_given integer;
  v_deleted integer;
  v_broadcast integer;
  v_assigned integer;
  v_unpaid integer;
  v_woken integer;
begin
  v_released := public.release_held_orders();
  v_restocked := public.notify_restocked();
  v_reminded := public.remind_of_carts();
  v_proposals := public.run_proposals();
  v_expired := public.expire_offers();
  v_given := private.give_waiting_rides();
  v_settled := public.settle_parked_receipts();
  v_broadcast := public.send_broadcasts();
  v_unpaid := private.lapse_unpaid();
  v_woken := private.wake_snoozed();
  -- Last of all that locks conversations: it keeps the turn of the desk to the end, for which others wait with theirs locked.
  v_assigned := private.tend_availability();
  with old as (
    select id from public.webhook_events where created_at < now() - make_interval(days => p_retention_days) order by id limit 1000
  )
  delete from public.webhook_events e using old where e.id = old.id;
  get diagnostics v_deleted = row_count;
  with old as (
    select provider, event_id from public.payment_events where created_at < now() - make_interval(days => p_retention_days) limit 1000
  )
  delete from public.payment_events e using old where e.provider = old.provider and e.event_id = old.event_id;
  return jsonb_build_object('orders_released', v_released, 'restocks_told', v_restocked, 'carts_reminded', v_reminded, 'proposals_moved', v_proposals,
    'offers_expired', v_expired, 'rides_given', v_given, 'receipts_settled', v_settled, 'events_deleted', v_deleted,
    'broadcast_messages', v_broadcast, 'conversations_assigned', v_assigned, 'unpaid_dropped', v_unpaid, 'conversations_woken', v_woken);
end
$$;
comment on function public.run_schedules(integer) is 'What must happen by the clock: held orders go out, offers expire, customers are reminded, what was put off wakes, parked receipts settle, old raw events go.';

create function public.engine_health() returns jsonb
language sql stable set search_path = ''
as $$
  select jsonb_build_object(
    'turns_waiting', (select count(*) from public.turn_queue),
    'oldest_turn_seconds', (select coalesce(round(extract(epoch from now() - min(first_pending_at)))::integer, 0) from public.turn_queue),
    'outbox_waiting', (select count(*) from public.outbox where state <> 'unknown'),
    'oldest_send_seconds', (select coalesce(greatest(0, round(extract(epoch from now() - min(run_at))))::integer, 0) from public.outbox where state = 'ready'),
    'sends_unknown', (select count(*) from public.outbox where state = 'unknown'),
    'receipts_parked', (select count(*) from public.message_receipts where applied_at is null),
    'resends', (select coalesce(sum(resends), 0) from public.whatsapp_messages where resends > 0),
    'media_waiting', (select count(*) from public.message_media where run_at is not null),
    'oldest_media_seconds', (select coalesce(greatest(0, round(extract(epoch from now() - min(run_at))))::integer, 0)
      from public.message_media where run_at is not null),
    'payments_waiting', (select count(*) from public.payments where task = 'create' and status = 'pending')
      + (select count(*) from public.payment_refunds where state = 'pending'),
    'deliveries_waiting', (select count(*) from public.notification_deliveries where status = 'pending'),
    'escalations_open', (select count(*) from public.escalations where status = 'open'))
$$;
comment on function public.engine_health() is 'Queue lengths and ages for /readyz and /metrics.';
create index whatsapp_messages_resends_idx on public.whatsapp_messages (resends) where resends > 0;

do $$
declare
  f record;
begin
  for f in select p.oid::regprocedure as signature from pg_catalog.pg_proc p
    where (p.pronamespace = 'private'::regnamespace and p.proname in ('announcement_json', 'audience_conversation', 'with_known_template'))
      or (p.pronamespace = 'public'::regnamespace and p.proname in ('claim_announcements', 'finish_announcement', 'claim_deliveries',
        'record_deliveries', 'send_notification', 'notification_status', 'run_schedules', 'engine_health'))
  loop
    execute format('grant execute on function %s to service_role', f.signature);
  end loop;
end
$$;
