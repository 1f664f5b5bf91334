-- What people at the desk do with a payment: send money back, try again what the provider refused, take cash instead of a card.

create function public.staff_refund_payment(p_payment_id uuid, p_amount numeric default null, p_client_key text default null) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_business uuid := private.require_row('payments', p_payment_id, '{admin}');
  p public.payments;
  v_left bigint;
  v_minor bigint;
begin
  perform private.require_key(p_client_key);
  p := private.lock_payment(p_payment_id);
  v_left := p.amount_minor - greatest(p.refunded_minor, (select coalesce(sum(f.amount_minor), 0) from public.payment_refunds f where f.payment_id = p.id));
  v_minor := coalesce(private.minor_units(p_amount, p.currency), case when p_amount is null then v_left end);
  -- The same click again finds what the first one asked for.
  if exists (select 1 from public.audit_log a where a.actor_id = (select auth.uid()) and a.client_key = p_client_key) then
    return jsonb_build_object('status', p.status, 'left', private.major_units(v_left, p.currency)::text);
  end if;
  if p.provider <> 'stripe' or p.status not in ('paid', 'refunding') then
    perform private.refuse('payment', 'nothing was paid by card that could go back', 'Cash is given back by hand.', 'PT409');
  end if;
  if v_minor is null or v_minor < 1 or v_minor > v_left then
    perform private.refuse('amount', format('must be from the smallest coin to %s %s', private.major_units(v_left, p.currency), p.currency),
      'Leave it empty to send back all that is left.', case when v_left < 1 then 'PT409' else '22023' end);
  end if;
  perform private.audit(v_business, 'refund_payment', 'payments', p.id::text,
    jsonb_build_object('amount', private.major_units(v_minor, p.currency)::text, 'currency', p.currency), p_client_key);
  perform private.ask_refund(p, v_minor, 'staff');
  perform private.wake_workers();
  return jsonb_build_object('status', 'refunding', 'left', private.major_units(v_left - v_minor, p.currency)::text);
end
$$;
comment on function public.staff_refund_payment(uuid, numeric, text) is
  'An admin sends back what was paid by card, all that is left or an amount; the order itself is not changed and the customer is told. '
  'Returns {status, left}.';

create function public.retry_refund(p_refund_id uuid) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_business uuid := private.require_row('payment_refunds', p_refund_id, '{admin,agent}');
begin
  -- A no would be repeated for its key; where only the answer is missing, another key could send the money twice.
  update public.payment_refunds set key = case when is_refused then gen_random_uuid() else key end, is_refused = false, state = 'pending', error = null,
    attempts = 0, run_at = now(), token = null where id = p_refund_id and state = 'failed' and external_id is null;
  if found then
    perform private.audit(v_business, 'retry_refund', 'payment_refunds', p_refund_id::text);
    perform private.wake_workers();
  end if;
end
$$;
comment on function public.retry_refund(uuid) is 'A refund that failed is asked for again; what a bank has sent back is settled by hand.';

create function public.staff_pay_cash(p_relay_id uuid, p_client_key text default null) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_business uuid := private.require_row('whatsapp_order_relays', p_relay_id, '{admin,agent}');
  c public.whatsapp_conversations;
  r public.whatsapp_order_relays;
  v_outcome text;
begin
  perform private.require_key(p_client_key);
  -- The conversation first, as what the provider reports does: whichever of the two comes second sees what the other made of the order.
  select x.* into strict c from public.whatsapp_conversations x join public.whatsapp_order_relays y on y.conversation_id = x.id
  where y.id = p_relay_id for no key update of x;
  if private.audit(v_business, 'pay_cash', 'whatsapp_order_relays', p_relay_id::text, '{}'::jsonb, p_client_key) then
    v_outcome := private.pay_cash(c, jsonb_build_object('relay_id', p_relay_id, 'actor', 'staff')) ->> 'outcome';
    if v_outcome not in ('created', 'held') then
      perform private.refuse_order(case v_outcome when 'paid' then 'card_paid' when 'not_offered' then 'no_cash' else 'not_awaiting' end,
        'Look at the order again.');
    end if;
    select * into strict r from public.whatsapp_order_relays where id = p_relay_id;
    perform private.order_event(r, null, 'cash_by_shop', 'customer', p_actor => 'staff', p_data => jsonb_build_object('amount', r.total_price::text)
      || case when v_outcome = 'held' then jsonb_build_object('opens', r.held_until) else '{}'::jsonb end);
    perform private.wake_workers();
  end if;
  return (select jsonb_build_object('order_code', x.code, 'held', x.held_until is not null) from public.whatsapp_order_relays x where x.id = p_relay_id);
end
$$;
comment on function public.staff_pay_cash(uuid, text) is
  'An order that waits for a payment by card is paid at the door instead: the page to pay at is closed, the order goes to dealers (when the shop opens, '
  'if it is closed), the customer is told. Money that was on its way meanwhile goes back. Returns {order_code, held}; the same key again the same. '
  'PT409, with nothing written: card_paid (or the bank is at it), no_cash, not_awaiting.';

grant execute on function public.staff_refund_payment(uuid, numeric, text), public.retry_refund(uuid),
  public.staff_pay_cash(uuid, text) to authenticated, service_role;
