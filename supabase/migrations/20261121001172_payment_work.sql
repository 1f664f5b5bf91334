-- What the worker asks the provider of payments, and what the provider reports by itself.

create function public.claim_payments(p_limit integer, p_lease_seconds integer) returns jsonb
language sql set search_path = ''
as $$
  with due as (
    select id from public.payments where task is not null and run_at <= now() and (task <> 'create' or status = 'pending')
    order by run_at limit p_limit for update skip locked
  ), claimed as (
    update public.payments p set token = gen_random_uuid(), attempts = p.attempts + 1, run_at = now() + make_interval(secs => p_lease_seconds)
    from due where p.id = due.id returning p.*
  ), due_refunds as (
    select id, asked_at is not null as asked_before from public.payment_refunds where state = 'pending' and run_at <= now() order by run_at limit p_limit for update skip locked
  ), claimed_refunds as (
    update public.payment_refunds f set token = gen_random_uuid(), attempts = f.attempts + 1, run_at = now() + make_interval(secs => p_lease_seconds),
      asked_at = coalesce(f.asked_at, now())
    from due_refunds d where f.id = d.id returning f.*, d.asked_before
  ), jobs as (
    select jsonb_build_object('job', c.task, 'id', c.id, 'token', c.token, 'attempts', c.attempts, 'session_id', c.session_id,
      'amount_minor', c.amount_minor, 'currency', c.currency, 'expires_at', c.expires_at, 'business_id', c.business_id) || coalesce(c.request, '{}'::jsonb) as job
    from claimed c
    union all
    select jsonb_build_object('job', 'refund', 'id', f.id, 'token', f.token, 'attempts', f.attempts, 'key', f.key, 'asked_before', f.asked_before, 'amount_minor', f.amount_minor,
      'currency', p.currency, 'intent_id', p.intent_id, 'payment_id', p.id, 'business_id', f.business_id)
    from claimed_refunds f join public.payments p on p.id = f.payment_id
  )
  select coalesce(jsonb_agg(job), '[]'::jsonb) from jobs
$$;
comment on function public.claim_payments(integer, integer) is
  'What has to be asked of the provider now, leased: a page to pay at (create), how a page stands (check), that it closes (expire), a refund.';

create function public.record_payment(p_payment_id uuid, p_token uuid, p_session jsonb, p_poll_seconds integer) returns text
language plpgsql set search_path = ''
as $$
declare
  p public.payments := private.lock_payment(p_payment_id);
  v_next timestamptz;
begin
  if p.token is distinct from p_token then
    return 'stale';
  end if;
  v_next := now() + make_interval(secs => p_poll_seconds);
  -- The end of the page is worth a look of its own, so that goods are not kept for longer.
  if p.expires_at > now() and p.expires_at + interval '5 seconds' < v_next then
    v_next := p.expires_at + interval '5 seconds';
  end if;
  update public.payments set token = null, attempts = 0, run_at = v_next, updated_at = now() where id = p.id;
  if p.task <> 'create' then
    return private.apply_session(p, p_session);
  elsif p.status = 'cancelled' then
    update public.payments set session_id = p_session ->> 'id', task = 'expire', run_at = now() where id = p.id;
    return 'cancelled';
  end if;
  update public.payments set status = 'link_sent', session_id = p_session ->> 'id', url = p_session ->> 'url', task = 'check'
  where id = p.id and status = 'pending' returning * into p;
  if found then
    perform private.tell_payment(p, 'pay_link', jsonb_build_object('url', p.url, 'expires_at', p.expires_at, 'amount', p.amount::text));
  end if;
  return 'link_sent';
end
$$;
comment on function public.record_payment(uuid, uuid, jsonb, integer) is
  'The provider''s answer to create, check or expire: {id, url, status, paid, failed, intent_id, amount_minor, currency}. A new page is sent to the '
  'customer; it is looked at again every p_poll_seconds. Returns link_sent, cancelled, stale, or what apply_session says.';

create function public.record_payment_trouble(p_payment_id uuid, p_token uuid, p_kind text, p_error text, p_retry_after_seconds numeric default null,
  p_max_attempts integer default 7) returns text
language plpgsql set search_path = ''
as $$
declare
  p public.payments := private.lock_payment(p_payment_id);
  v_pause numeric;
begin
  if p.token is distinct from p_token then
    return 'stale';
  end if;
  v_pause := greatest(coalesce(p_retry_after_seconds, 0), least(power(2, least(p.attempts, 12)), case when p.task = 'create' then 60 else 600 end));
  if p.task = 'create' and p.status = 'cancelled' then
    update public.payments set task = null, token = null where id = p.id;
    return 'cancelled';
  elsif p.task = 'create' and (p_kind <> 'retry' or p.attempts >= p_max_attempts) then
    update public.payments set status = 'failed', failure = left(p_error, 300), task = null, token = null, updated_at = now() where id = p.id;
    perform private.payment_concern(p, 'card_unavailable', 'no page to pay at: ' || left(p_error, 300));
    perform private.tell_payment(p, 'card_unavailable', jsonb_build_object('cash',
      (select 'cash_on_delivery' = any (b.payment_methods) from public.businesses b where b.id = p.business_id)));
    return 'failed';
  end if;
  update public.payments set token = null, run_at = now() + make_interval(secs => v_pause::double precision), failure = left(p_error, 300),
    updated_at = now() where id = p.id;
  if p.task <> 'create' and p_kind <> 'retry' and p.attempts = 3 then
    perform private.payment_concern(p, 'card_unavailable', 'the provider does not say how its payment stands: ' || left(p_error, 300));
  end if;
  return 'later';
end
$$;
comment on function public.record_payment_trouble(uuid, uuid, text, text, numeric, integer) is
  'The provider gave no answer (p_kind retry), refused (refused) or did not know us (configuration). A page that can''t be had after so many tries '
  'is given up: pending → failed, a person is asked, the customer is offered cash. Returns later, failed, cancelled or stale.';

create function private.refund_stands(p_payment_id uuid) returns void
language sql set search_path = ''
as $$
  update public.payments p set updated_at = now(), refunded_minor = x.sent, status = case when x.sent >= p.amount_minor then 'refunded'
    when exists (select 1 from public.payment_refunds f where f.payment_id = p.id and f.state <> 'done') then 'refunding' else 'paid' end
  from (select greatest(y.refunded_minor, (select coalesce(sum(f.amount_minor), 0) from public.payment_refunds f
      where f.payment_id = y.id and f.state = 'done')) as sent from public.payments y where y.id = p_payment_id) x
  where p.id = p_payment_id
$$;
comment on function private.refund_stands(uuid) is 'refunding → refunded once all has gone back, → paid when only a part should.';

create function public.record_refund(p_refund_id uuid, p_token uuid, p_result jsonb, p_max_attempts integer default 12) returns text
language plpgsql set search_path = ''
as $$
declare
  f public.payment_refunds;
  p public.payments;
begin
  p := private.lock_payment((select payment_id from public.payment_refunds where id = p_refund_id));
  select * into f from public.payment_refunds where id = p_refund_id and token = p_token and state = 'pending' for update;
  if not found then
    return 'stale';
  elsif p_result ->> 'outcome' = 'sent' then
    update public.payment_refunds set state = 'done', external_id = p_result ->> 'external_id', error = null, token = null, done_at = now() where id = f.id;
    perform private.refund_stands(p.id);
    perform private.tell_payment(p, 'refund_sent', jsonb_build_object('amount', private.major_units(f.amount_minor, p.currency)::text));
    update public.escalations e set status = 'resolved', resolved_at = now() from public.whatsapp_order_relays r
    where r.id = p.relay_id and e.conversation_id = r.conversation_id and e.reason = 'refund_failed' and e.status = 'open'
      and not private.has_failed_refund(r.conversation_id);
    return 'done';
  elsif p_result ->> 'outcome' = 'retry' and f.attempts < p_max_attempts then
    update public.payment_refunds set token = null, error = left(p_result ->> 'error', 300), run_at = now() + make_interval(secs =>
      greatest(coalesce((p_result ->> 'retry_after_seconds')::double precision, 0), least(power(2, f.attempts), 600))) where id = f.id;
    return 'later';
  end if;
  update public.payment_refunds set state = 'failed', token = null, error = left(p_result ->> 'error', 300),
    is_refused = p_result ->> 'outcome' <> 'retry' where id = f.id;
  perform private.payment_concern(p, 'refund_failed', 'the refund failed: ' || left(coalesce(p_result ->> 'error', ''), 300));
  return 'failed';
end
$$;
comment on function public.record_refund(uuid, uuid, jsonb, integer) is
  'What became of a refund: {outcome sent|retry|failed, external_id, error, retry_after_seconds}. Sent: the customer is told. Failed: a person is asked. '
  'Returns done, later, failed or stale.';

create function private.payment_of_event(p_event jsonb) returns uuid
language sql stable set search_path = ''
as $$
  select coalesce(
    (select id from public.payments where id = case when p_event ->> 'payment_id' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then (p_event ->> 'payment_id')::uuid end),
    (select id from public.payments where session_id = p_event #>> '{session,id}'),
    (select id from public.payments where intent_id = p_event ->> 'intent_id'),
    (select payment_id from public.payment_refunds where external_id = p_event ->> 'refund_id'))
$$;
comment on function private.payment_of_event(jsonb) is 'The payment that a provider''s event is about; null when it is none of ours.';

create function private.apply_refund_event(p public.payments, p_event jsonb) returns text
language plpgsql set search_path = ''
as $$
declare
  r public.whatsapp_order_relays;
  v_sent bigint := (p_event ->> 'refunded_minor')::bigint;
begin
  if v_sent <= p.refunded_minor then
    return 'already';
  end if;
  update public.payments set refunded_minor = v_sent, intent_id = coalesce(intent_id, p_event ->> 'intent_id') where id = p.id;
  if exists (select 1 from public.payment_refunds f where f.payment_id = p.id and f.state = 'pending') then
    -- One of ours, reported before its own answer was recorded: that tells the customer.
    return 'ours';
  end if;
  update public.payment_refunds set state = 'done', done_at = now() where payment_id = p.id and state = 'failed'
    and (select sum(f.amount_minor) from public.payment_refunds f where f.payment_id = p.id) <= v_sent;
  perform private.refund_stands(p.id);
  perform private.tell_payment(p, 'refund_sent', jsonb_build_object('amount', private.major_units(v_sent - p.refunded_minor, p.currency)::text));
  select * into strict r from public.whatsapp_order_relays where id = p.relay_id;
  if v_sent >= p.amount_minor and exists (select 1 from public.market_orders m where m.relay_id = r.id and m.status not in ('cancelled', 'delivered')) then
    if private.awaits_payment(r) then
      perform private.drop_unpaid(p, 'payment_failed');
    else
      perform private.payment_concern(p, 'refunded_outside', 'refunded at the provider while it is still under way');
    end if;
  end if;
  return 'refunded';
end
$$;
comment on function private.apply_refund_event(public.payments, jsonb) is
  'The provider has sent money back: ours, or asked for on its own pages; then the customer is told, and a person if the order goes on.';

create function private.apply_payment_event(p public.payments, p_event jsonb) returns text
language plpgsql set search_path = ''
as $$
begin
  if p_event ? 'session' then
    return private.apply_session(p, p_event -> 'session');
  elsif p_event ? 'refunded_minor' then
    return private.apply_refund_event(p, p_event);
  elsif p_event ? 'disputed' then
    update public.payments set disputed_at = coalesce(disputed_at, now()), updated_at = now() where id = p.id;
    perform private.payment_concern(p, 'payment_disputed', 'the customer''s bank took the payment back; answer it at the provider in time');
    return 'disputed';
  elsif p_event ? 'refund_failed' then
    update public.payment_refunds set state = 'failed', error = left(p_event ->> 'refund_failed', 300)
    where payment_id = p.id and external_id = p_event ->> 'refund_id' and state = 'done';
    if found then
      update public.payments set refunded_minor = greatest(0, refunded_minor - (select amount_minor from public.payment_refunds
        where external_id = p_event ->> 'refund_id')) where id = p.id;
      perform private.refund_stands(p.id);
      perform private.payment_concern(p, 'refund_failed', 'the bank refused the refund: ' || left(p_event ->> 'refund_failed', 300));
      return 'refund_failed';
    end if;
  end if;
  return 'ignored';
end
$$;
comment on function private.apply_payment_event(public.payments, jsonb) is 'One report of the provider about a payment, locked.';

create function public.store_payment_event(p_event jsonb) returns text
language plpgsql set search_path = ''
as $$
declare
  p public.payments;
  v_outcome text := 'ignored';
  v_payment uuid;
begin
  insert into public.payment_events (provider, event_id, type, facts)
  values (p_event ->> 'provider', p_event ->> 'event_id', p_event ->> 'type', p_event - '{provider,event_id,type}'::text[])
  on conflict (provider, event_id) do nothing;
  if not found then
    return 'seen';
  end if;
  v_payment := private.payment_of_event(p_event);
  if v_payment is not null then
    p := private.lock_payment(v_payment);
    v_outcome := private.apply_payment_event(p, p_event);
  end if;
  update public.payment_events set outcome = v_outcome, payment_id = p.id, business_id = p.business_id
  where provider = p_event ->> 'provider' and event_id = p_event ->> 'event_id';
  return v_outcome;
end
$$;
comment on function public.store_payment_event(jsonb) is
  'Stores what the provider reports and does what follows from it, in one transaction and once for each event id: {provider, event_id, type, payment_id, '
  'intent_id, and session, refunded_minor, disputed or refund_id with refund_failed}. Returns seen, ignored, or what came of it.';

create function private.lapse_unpaid() returns integer
language plpgsql set search_path = ''
as $$
declare
  d record;
  p public.payments;
  v_count integer := 0;
begin
  for d in
    select x.id from public.payments x join public.whatsapp_order_relays r on r.id = x.relay_id
    where x.status in ('pending', 'failed') and x.provider = 'stripe' and x.expires_at < now() and (x.status = 'failed' or x.run_at <= now())
      and r.status = 'confirmed' and r.held_until is null
    order by x.expires_at limit 50
  loop
    p := private.lock_payment(d.id);
    -- Whoever is asking for its page right now records what came of it.
    continue when p.status not in ('pending', 'failed') or (p.status = 'pending' and p.run_at > now());
    update public.payments set status = 'expired', task = null, token = null, updated_at = now() where id = p.id and status = 'pending';
    v_count := v_count + private.drop_unpaid(p, 'payment_expired')::integer;
  end loop;
  return v_count;
end
$$;
comment on function private.lapse_unpaid() is
  'Orders for which no page to pay at could be had, or nobody asked for one (no worker has the provider''s key), and whose customer chose nothing '
  'else in time, give their goods back. Returns how many.';
create index payments_without_page_idx on public.payments (expires_at) where status in ('pending', 'failed') and provider = 'stripe';

-- Helpers of schema private are the engine's own; what people may call is granted by name.
grant execute on all functions in schema private to service_role;
grant execute on function public.claim_payments(integer, integer), public.record_payment(uuid, uuid, jsonb, integer),
  public.record_payment_trouble(uuid, uuid, text, text, numeric, integer), public.record_refund(uuid, uuid, jsonb, integer),
  public.store_payment_event(jsonb) to service_role;
