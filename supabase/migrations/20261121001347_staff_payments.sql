-- What people at the desk do with a payment: send money back, and try again what the provider refused.

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

grant execute on function public.staff_refund_payment(uuid, numeric, text), public.retry_refund(uuid) to authenticated, service_role;
