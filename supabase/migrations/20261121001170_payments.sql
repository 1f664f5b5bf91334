-- Payments: how an order is paid, and every state of a payment by card. Each transition is one function.
-- Locks are taken in the order conversation, order, payment, as a turn takes them.

create table public.payment_refunds (
  id uuid primary key default gen_random_uuid(),
  business_id uuid not null references public.businesses (id) on delete cascade,
  payment_id uuid not null references public.payments (id) on delete cascade,
  amount_minor bigint not null check (amount_minor > 0),
  reason text not null check (reason in ('cancelled', 'late', 'staff')),
  state text not null default 'pending' check (state in ('pending', 'done', 'failed')),
  key uuid not null default gen_random_uuid(),
  external_id text unique,
  error text,
  is_refused boolean not null default false,
  run_at timestamptz not null default now(),
  token uuid,
  attempts integer not null default 0,
  asked_at timestamptz,
  created_at timestamptz not null default now(),
  done_at timestamptz
);
create index payment_refunds_payment_idx on public.payment_refunds (payment_id);
create index payment_refunds_business_idx on public.payment_refunds (business_id, state);
create index payment_refunds_due_idx on public.payment_refunds (run_at) where state = 'pending';
comment on table public.payment_refunds is 'Money that goes back to a customer.';
comment on column public.payment_refunds.key is 'The provider''s idempotency key. It forgets keys after a day, so who asks again first looks for the refund that names this row.';
comment on column public.payment_refunds.asked_at is 'When the provider was first asked: from then on the money may be on its way.';
comment on column public.payment_refunds.is_refused is 'The provider said no, which it would repeat for the same key; false while an answer is missing.';

create table public.payment_events (
  provider text not null,
  event_id text not null,
  type text not null,
  business_id uuid references public.businesses (id) on delete cascade,
  payment_id uuid references public.payments (id) on delete cascade,
  outcome text not null default 'ignored',
  facts jsonb not null default '{}'::jsonb,
  created_at timestamptz not null default now(),
  primary key (provider, event_id)
);
create index payment_events_business_idx on public.payment_events (business_id);
create index payment_events_payment_idx on public.payment_events (payment_id);
create index payment_events_age_idx on public.payment_events (created_at);
comment on table public.payment_events is 'What the provider reported, each event once; of its content only ids, states and amounts.';

do $$
declare
  t text;
begin
  foreach t in array array['payment_refunds', 'payment_events'] loop
    execute format('alter table public.%I enable row level security', t);
    execute format('grant select on public.%I to authenticated', t);
    execute format('grant select, insert, update, delete on public.%I to service_role', t);
    execute format('create policy "staff read" on public.%I for select to authenticated '
      'using (business_id in (select private.my_businesses()))', t);
  end loop;
end
$$;

-- https://docs.stripe.com/currencies: some currencies have no smaller unit, some have thousandths, and two are
-- counted in hundredths of which only whole ones exist.
create function private.minor_units(p_amount numeric, p_currency text) returns bigint
language sql immutable set search_path = ''
as $$
  select case when x.units = trunc(x.units) and (p_currency not in ('ISK', 'UGX') or p_amount = trunc(p_amount)) then x.units::bigint end
  from (select p_amount * case
    when p_currency in ('BIF', 'CLP', 'DJF', 'GNF', 'JPY', 'KMF', 'KRW', 'MGA', 'PYG', 'RWF', 'VND', 'VUV', 'XAF', 'XOF', 'XPF') then 1
    when p_currency in ('BHD', 'JOD', 'KWD', 'OMR', 'TND') then 1000 else 100 end) as x (units)
$$;
comment on function private.minor_units(numeric, text) is 'An amount in the smallest unit of its currency; null when it can''t be written in it exactly.';

create function private.major_units(p_minor bigint, p_currency text) returns numeric
language sql immutable set search_path = ''
as $$
  select (p_minor / private.minor_units(1, p_currency)::numeric)::numeric(12, 2)
$$;
comment on function private.major_units(bigint, text) is 'An amount in the smallest unit of its currency as prices are written.';

create function private.awaits_payment(r public.whatsapp_order_relays) returns boolean
language sql stable set search_path = ''
as $$
  select r.status = 'confirmed' and r.held_until is null
$$;
comment on function private.awaits_payment(public.whatsapp_order_relays) is 'Whether an order is confirmed and goes nowhere before it is paid.';

create function private.ask_for_card(p_relay public.whatsapp_order_relays) returns public.payments
language plpgsql set search_path = ''
as $$
declare
  p public.payments;
begin
  insert into public.payments (business_id, relay_id, provider, amount, currency, status, amount_minor, expires_at, task, request)
  select b.id, p_relay.id, 'stripe', p_relay.total_price, p_relay.currency, 'pending', private.minor_units(p_relay.total_price, p_relay.currency),
    now() + make_interval(secs => (coalesce((b.limits ->> 'payment_minutes')::numeric, 45) * 60)::double precision), 'create',
    jsonb_build_object('order_code', p_relay.code, 'business', b.name, 'language', coalesce(c.language, b.default_language), 'chat', coalesce(a.display_phone, ''))
  from public.businesses b join public.whatsapp_conversations c on c.id = p_relay.conversation_id join public.channel_accounts a on a.id = c.account_id
  where b.id = p_relay.business_id returning * into p;
  return p;
end
$$;
comment on function private.ask_for_card(public.whatsapp_order_relays) is
  'A payment by card begins: the worker asks the provider for a page to pay at, open for limits.payment_minutes.';

create function private.lock_payment(p_payment_id uuid) returns public.payments
language plpgsql set search_path = ''
as $$
declare
  p public.payments;
  r public.whatsapp_order_relays;
begin
  select x.* into r from public.whatsapp_order_relays x join public.payments y on y.relay_id = x.id where y.id = p_payment_id;
  perform 1 from public.whatsapp_conversations where id = r.conversation_id for update;
  perform 1 from public.whatsapp_order_relays where id = r.id for no key update;
  select * into p from public.payments where id = p_payment_id for update;
  return p;
end
$$;
comment on function private.lock_payment(uuid) is 'A payment, locked after its conversation and order; all null when there is none.';

create function private.tell_payment(p public.payments, p_kind text, p_data jsonb default '{}'::jsonb) returns void
language plpgsql set search_path = ''
as $$
declare
  r public.whatsapp_order_relays;
begin
  select * into strict r from public.whatsapp_order_relays where id = p.relay_id;
  perform private.order_event(r, null, p_kind, 'customer', p_data => p_data);
  perform private.wake_workers();
end
$$;
comment on function private.tell_payment(public.payments, text, jsonb) is 'News of a payment: in the order''s timeline, and to the customer.';

create function private.payment_concern(p public.payments, p_reason text, p_detail text) returns void
language sql set search_path = ''
as $$
  select private.escalate(r.conversation_id, p_reason, 'Order ' || r.code || ': ' || p_detail) from public.whatsapp_order_relays r where r.id = p.relay_id
$$;
comment on function private.payment_concern(public.payments, text, text) is 'Asks for a person because of a payment.';

create function private.has_failed_refund(p_conversation_id uuid) returns boolean
language sql stable set search_path = ''
as $$
  select exists (select 1 from public.payment_refunds f join public.payments p on p.id = f.payment_id
    join public.whatsapp_order_relays r on r.id = p.relay_id where r.conversation_id = p_conversation_id and f.state = 'failed')
$$;
comment on function private.has_failed_refund(uuid) is 'Whether money for the customer of a conversation is stuck.';

create function private.ask_refund(p public.payments, p_amount_minor bigint, p_reason text) returns uuid
language plpgsql set search_path = ''
as $$
declare
  v_id uuid;
begin
  insert into public.payment_refunds (business_id, payment_id, amount_minor, reason)
  values (p.business_id, p.id, p_amount_minor, p_reason) returning id into v_id;
  update public.payments set status = 'refunding', updated_at = now() where id = p.id;
  perform private.order_event(r, null, 'refund_asked', p_data => jsonb_build_object('amount', private.major_units(p_amount_minor, p.currency)::text,
    'reason', p_reason)) from public.whatsapp_order_relays r where r.id = p.relay_id;
  return v_id;
end
$$;
comment on function private.ask_refund(public.payments, bigint, text) is 'paid → refunding: the worker sends the money back, once for each row.';

create function private.refund_what_is_gone(p public.payments) returns bigint
language plpgsql set search_path = ''
as $$
declare
  v_costs bigint;
  v_asked bigint;
  v_asked_for_gone bigint;
  v_owed bigint;
begin
  -- The total of an order is that of its living parts.
  select coalesce(private.minor_units(r.total_price, p.currency), 0) into v_costs from public.whatsapp_order_relays r
  where r.id = p.relay_id and exists (select 1 from public.market_orders m where m.relay_id = r.id and m.status <> 'cancelled');
  select coalesce(sum(f.amount_minor), 0), coalesce(sum(f.amount_minor) filter (where f.reason = 'cancelled'), 0)
  into v_asked, v_asked_for_gone from public.payment_refunds f where f.payment_id = p.id;
  -- What somebody sent back as a courtesy beside it is not counted against what is gone.
  v_owed := least(p.amount_minor - greatest(v_asked, p.refunded_minor), p.amount_minor - coalesce(v_costs, 0) - v_asked_for_gone);
  if v_owed > 0 then
    perform private.ask_refund(p, v_owed, 'cancelled');
  end if;
  return greatest(v_owed, 0);
end
$$;
comment on function private.refund_what_is_gone(public.payments) is
  'Sends back what was paid for more than the order costs by now, as parts were cancelled or it became cheaper, and was not asked for yet. '
  'Returns it in the smallest unit.';

-- Called when an order has become less, with the order locked.
create function private.unwind_payment(p_relay_id uuid) returns void
language plpgsql set search_path = ''
as $$
declare
  p public.payments;
begin
  for p in select * from public.payments where relay_id = p_relay_id and provider = 'stripe' order by created_at for update loop
    if p.status in ('paid', 'refunding') then
      perform private.refund_what_is_gone(p);
    elsif p.status in ('pending', 'link_sent', 'processing')
        and not exists (select 1 from public.market_orders m where m.relay_id = p_relay_id and m.status <> 'cancelled') then
      perform private.cancel_payment(p);
    end if;
  end loop;
end
$$;
comment on function private.unwind_payment(uuid) is 'What is not delivered is not paid for: the page to pay at is closed, or the money goes back.';

create function private.cancel_payment(p public.payments) returns void
language sql set search_path = ''
as $$
  -- A request for a page that is under way keeps its token: its answer brings the page that must be closed.
  -- What a bank is working on can't be stopped; it is watched and goes back when it arrives.
  update public.payments set status = 'cancelled', updated_at = now(), run_at = now(), attempts = 0,
    task = case when p.status = 'processing' then 'check' when session_id is not null then 'expire' when token is not null then 'create' end,
    token = case when session_id is null then token end
  where id = p.id;
  -- Nor is anybody sent there any more.
  update public.order_events set announced_at = now() where relay_id = p.relay_id and kind = 'pay_link' and announced_at is null
$$;
comment on function private.cancel_payment(public.payments) is
  'pending, link_sent, processing → cancelled: nobody should pay this any more; a page that is open is closed by the worker.';

create function private.drop_unpaid(p public.payments, p_kind text) returns boolean
language plpgsql set search_path = ''
as $$
declare
  r public.whatsapp_order_relays;
  v_part uuid;
begin
  select * into strict r from public.whatsapp_order_relays where id = p.relay_id for no key update;
  if not private.awaits_payment(r) then
    return false;
  end if;
  for v_part in select id from public.market_orders where relay_id = r.id order by id loop
    perform private.cancel_market_order(r, v_part, 'system', 'not paid');
  end loop;
  update public.whatsapp_order_relays set status = 'failed', failure_reason = 'unpaid', updated_at = now() where id = r.id;
  perform private.basket_again(r);
  perform private.tell_payment(p, p_kind);
  return true;
end
$$;
comment on function private.drop_unpaid(public.payments, text) is
  'An order that nobody paid gives its goods back and becomes the basket again; the customer is told. False when it was not waiting.';

create function private.settle_payment(p public.payments, p_session jsonb) returns text
language plpgsql set search_path = ''
as $$
declare
  r public.whatsapp_order_relays;
  v_opens timestamptz;
begin
  if p.status in ('paid', 'refunding', 'refunded') then
    return 'already';
  end if;
  select * into strict r from public.whatsapp_order_relays where id = p.relay_id;
  update public.payments set status = case when p.status in ('expired', 'failed', 'cancelled') then 'refunding' else 'paid' end,
    session_id = coalesce(session_id, p_session ->> 'id'), intent_id = p_session ->> 'intent_id', paid_at = now(), failure = null,
    task = null, token = null, attempts = 0, updated_at = now() where id = p.id;
  if p.status in ('expired', 'failed', 'cancelled') then
    -- The order went on without this money, or not at all.
    perform private.ask_refund(p, p.amount_minor, 'late');
    perform private.tell_payment(p, 'paid_late');
    return 'late';
  elsif (p_session ->> 'amount_minor')::bigint is distinct from p.amount_minor or upper(p_session ->> 'currency') is distinct from p.currency then
    perform private.payment_concern(p, 'payment_mismatch', format('%s %s (smallest unit) were paid instead of %s %s; it was not passed on',
      p_session ->> 'amount_minor', upper(p_session ->> 'currency'), p.amount_minor, p.currency));
    return 'mismatch';
  end if;
  v_opens := private.order_opens(r.id);
  if not private.awaits_payment(r) then
    null;
  elsif v_opens > now() then
    update public.whatsapp_order_relays set held_until = v_opens, updated_at = now() where id = r.id;
    perform private.tell_payment(p, 'paid', jsonb_build_object('opens', v_opens));
  else
    perform private.pass_to_dealers(r);
    perform private.tell_payment(p, 'paid');
  end if;
  select * into strict p from public.payments where id = p.id;
  perform private.refund_what_is_gone(p);
  return 'paid';
end
$$;
comment on function private.settle_payment(public.payments, jsonb) is
  'pending, link_sent, processing → paid: the order goes to dealers, or waits for the shop to open. expired, failed, cancelled → refunding: '
  'money that came too late goes back. Returns paid, late, mismatch (a person is asked) or already.';

create function private.apply_session(p public.payments, p_session jsonb) returns text
language plpgsql set search_path = ''
as $$
declare
  v_state text := p_session ->> 'status';
  v_open boolean := p.status in ('pending', 'link_sent', 'processing');
begin
  if p.session_id is not null and p.session_id <> p_session ->> 'id' then
    if (p_session ->> 'paid')::boolean then
      perform private.payment_concern(p, 'payment_twice', 'a second page of the provider was paid for it: ' || (p_session ->> 'id'));
    end if;
    return 'other_page';
  elsif (p_session ->> 'paid')::boolean then
    return private.settle_payment(p, p_session);
  elsif v_state = 'complete' and coalesce((p_session ->> 'failed')::boolean, false) and p.status <> 'failed' then
    update public.payments set status = case when v_open then 'failed' else status end, failure = 'declined by the bank', task = null, token = null,
      updated_at = now() where id = p.id;
    if v_open then
      perform private.drop_unpaid(p, 'payment_failed');
    end if;
    return 'failed';
  elsif v_state = 'complete' and p.status in ('pending', 'link_sent') then
    update public.payments set status = 'processing', session_id = coalesce(session_id, p_session ->> 'id'),
      intent_id = p_session ->> 'intent_id', task = 'check', updated_at = now() where id = p.id;
    perform private.tell_payment(p, 'payment_processing');
    return 'processing';
  elsif v_state = 'expired' then
    update public.payments set status = case when v_open then 'expired' else status end, task = null, token = null, updated_at = now() where id = p.id;
    if v_open then
      perform private.drop_unpaid(p, 'payment_expired');
    end if;
    return 'expired';
  end if;
  return 'waiting';
end
$$;
comment on function private.apply_session(public.payments, jsonb) is
  'What the provider says of the page {id, status open|complete|expired, paid, failed, intent_id, amount_minor, currency} moves the payment; '
  'only forwards, so order and repetition of reports don''t matter. Returns paid, late, mismatch, already, failed, processing, expired, '
  'waiting or other_page.';

create function private.pay_cash(c public.whatsapp_conversations, p_args jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  r public.whatsapp_order_relays;
  p public.payments;
  v_opens timestamptz;
begin
  select * into r from public.whatsapp_order_relays x where x.business_id = c.business_id and x.contact_id = c.contact_id
    and x.id = (p_args ->> 'relay_id')::uuid for no key update;
  if not found then
    return jsonb_build_object('outcome', 'not_found');
  end if;
  select * into p from public.payments where relay_id = r.id and provider = 'stripe' order by created_at desc limit 1 for update;
  if p.status in ('paid', 'refunding', 'refunded', 'processing') then
    return jsonb_build_object('outcome', 'paid', 'order_code', r.code);
  elsif p.id is null or not private.awaits_payment(r) then
    return jsonb_build_object('outcome', 'too_late', 'order_code', r.code);
  elsif not exists (select 1 from public.businesses where id = r.business_id and 'cash_on_delivery' = any (payment_methods)) then
    return jsonb_build_object('outcome', 'not_offered', 'order_code', r.code);
  end if;
  if p.status in ('pending', 'link_sent') then
    perform private.cancel_payment(p);
  end if;
  insert into public.payments (business_id, relay_id, amount, currency) values (r.business_id, r.id, r.total_price, r.currency);
  perform private.order_event(r, null, 'pays_cash', p_actor => coalesce(p_args ->> 'actor', 'customer'));
  v_opens := private.order_opens(r.id);
  if v_opens > now() then
    update public.whatsapp_order_relays set held_until = v_opens, updated_at = now() where id = r.id;
    return jsonb_build_object('outcome', 'held', 'order_code', r.code);
  end if;
  perform private.pass_to_dealers(r);
  return jsonb_build_object('outcome', 'created', 'order_code', r.code);
end
$$;
comment on function private.pay_cash(public.whatsapp_conversations, jsonb) is
  'An order that waits for a payment by card is paid at the door instead and goes on. args: relay_id, actor (who said it; the customer unless named). '
  'Outcomes: created, held, paid (by card, or being so), too_late, not_offered, not_found.';

-- Helpers of schema private are the engine's own; what people may call is granted by name.
grant execute on all functions in schema private to service_role;
