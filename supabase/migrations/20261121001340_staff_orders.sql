-- What people at the desk do with an order: move it on, take it back, ask one more dealer, choose the rider, say that it came back.
-- Each checks the role itself, acts once per client key and records in the audit log.

create function private.require_order(p_market_order_id uuid, p_roles text[]) returns public.market_orders
language plpgsql security definer set search_path = ''
as $$
declare
  m public.market_orders;
begin
  m := private.lock_order((select x.id from public.market_orders x where x.id = p_market_order_id and x.business_id in (select private.my_businesses())));
  if m.id is null then
    raise exception 'no such order' using errcode = 'PT404', detail = 'no_market_order', hint = 'It may belong to another business.';
  end if;
  perform private.require_role(m.business_id, p_roles);
  return m;
end
$$;
comment on function private.require_order(uuid, text[]) is 'A market order of the caller''s business, locked; PT404 when there is none, 42501 without the role.';

create function private.refuse_order(p_reason text, p_hint text) returns void
language plpgsql set search_path = ''
as $$
begin
  raise exception 'the order can''t do that now' using errcode = 'PT409', detail = p_reason, hint = p_hint;
end
$$;
comment on function private.refuse_order(text, text) is 'Says no to a change of an order that is past it.';

create function public.staff_move_order(p_market_order_id uuid, p_status text, p_client_key text default null) returns text
language plpgsql security definer set search_path = ''
as $$
declare
  m public.market_orders;
  v_result jsonb;
begin
  m := private.require_order(p_market_order_id, '{admin,agent}');
  if not private.audit(m.business_id, 'move_order', 'market_orders', m.id::text, jsonb_build_object('from', m.status, 'to', p_status), p_client_key) then
    return m.status;
  end if;
  v_result := private.move_order(m.id, p_status, 'staff');
  if v_result ->> 'outcome' = 'refused' then
    perform private.refuse_order('order_order', 'Orders only move forward, from accepted on.');
  end if;
  perform private.wake_workers();
  return v_result ->> 'status';
end
$$;
comment on function public.staff_move_order(uuid, text, text) is 'An agent moves an accepted order forward; the customer hears of it. Returns its status.';

create function public.staff_cancel_order(p_market_order_id uuid, p_reason text, p_client_key text default null) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  m public.market_orders;
  r public.whatsapp_order_relays;
begin
  m := private.require_order(p_market_order_id, '{admin,agent}');
  if length(btrim(coalesce(p_reason, ''))) not between 1 and 300 then
    raise exception 'reason must have 1 to 300 characters' using errcode = '22023', detail = 'order_reason', hint = 'Say why, in a few words.';
  end if;
  if not private.audit(m.business_id, 'cancel_order', 'market_orders', m.id::text, jsonb_build_object('from', m.status, 'reason', p_reason), p_client_key) then
    return;
  end if;
  select * into strict r from public.whatsapp_order_relays where id = m.relay_id;
  if not private.cancel_market_order(r, m.id, 'staff', btrim(p_reason)) then
    perform private.refuse_order('order_gone', 'It is on its way, delivered or cancelled already.');
  end if;
  perform private.order_event(r, m.id, 'cancelled_by_shop', 'customer', m.dealer_id, null, 'staff');
  perform private.close_order(r.id);
  perform private.wake_workers();
end
$$;
comment on function public.staff_cancel_order(uuid, text, text) is 'An agent takes an order back before it leaves: stock returns, dealers and the customer are told.';

create function public.staff_offer_order(p_market_order_id uuid, p_dealer_id uuid, p_client_key text default null) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  m public.market_orders;
  r public.whatsapp_order_relays;
  v_minutes numeric;
begin
  m := private.require_order(p_market_order_id, '{admin,agent}');
  if m.status <> 'offered' then
    perform private.refuse_order('order_taken', 'Only an order that nobody has accepted can be offered.');
  end if;
  if not exists (select 1 from public.dealers d where d.id = p_dealer_id and d.business_id = m.business_id) then
    raise exception 'no such dealer' using errcode = 'PT404', detail = 'no_dealer', hint = 'Choose one of the business''s own.';
  end if;
  if not private.audit(m.business_id, 'offer_order', 'market_orders', m.id::text, jsonb_build_object('dealer_id', p_dealer_id), p_client_key) then
    return;
  end if;
  select * into strict r from public.whatsapp_order_relays where id = m.relay_id;
  select coalesce((limits ->> 'offer_minutes')::numeric, 10) into strict v_minutes from public.businesses where id = m.business_id;
  if m.holder_id is null then
    if not private.reserve_stock(p_dealer_id, m.lines) then
      perform private.refuse_order('dealer_stock', 'This dealer has not all of it. Correct the stock first, or choose another.');
    end if;
    update public.market_orders set holder_id = p_dealer_id, updated_at = now() where id = m.id returning * into m;
  elsif m.holder_id <> p_dealer_id and not private.covers(p_dealer_id, m.lines) then
    perform private.refuse_order('dealer_stock', 'This dealer has not all of it. Correct the stock first, or choose another.');
  end if;
  -- Whoever said no or nothing may be asked again by a person who has just spoken to them.
  perform private.offer_to(r, m, p_dealer_id, v_minutes);
  perform private.wake_workers();
end
$$;
comment on function public.staff_offer_order(uuid, uuid, text) is 'An agent asks one more dealer, or the same one again, while nobody has accepted.';

create function public.staff_assign_rider(p_market_order_id uuid, p_rider_id uuid, p_client_key text default null) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  m public.market_orders;
  r public.whatsapp_order_relays;
begin
  m := private.require_order(p_market_order_id, '{admin,agent}');
  if m.rider_id = p_rider_id then
    return;
  end if;
  if m.status not in ('accepted', 'preparing', 'ready', 'out_for_delivery', 'failed_delivery') then
    perform private.refuse_order('order_no_rider', 'A rider is chosen from acceptance until delivery.');
  end if;
  if not exists (select 1 from public.riders k where k.id = p_rider_id and k.business_id = m.business_id and k.active) then
    raise exception 'no such rider' using errcode = 'PT404', detail = 'no_rider', hint = 'Choose an active rider of the business.';
  end if;
  if not private.audit(m.business_id, 'assign_rider', 'market_orders', m.id::text, jsonb_build_object('from', m.rider_id, 'to', p_rider_id),
    p_client_key) then
    return;
  end if;
  select * into strict r from public.whatsapp_order_relays where id = m.relay_id;
  perform private.give_ride(r, m, p_rider_id, 'staff');
  perform private.wake_workers();
end
$$;
comment on function public.staff_assign_rider(uuid, uuid, text) is 'An agent gives an order to a rider, who gets a push and a message; the one who had it is told.';

create function public.staff_fail_delivery(p_market_order_id uuid, p_reason text, p_client_key text default null) returns text
language plpgsql security definer set search_path = ''
as $$
declare
  m public.market_orders;
  v_result jsonb;
begin
  m := private.require_order(p_market_order_id, '{admin,agent}');
  if p_reason is null or p_reason not in ('nobody_home', 'wrong_address', 'refused', 'other') then
    raise exception 'reason must be one of nobody_home, wrong_address, refused, other' using errcode = '22023', detail = 'delivery_reason',
      hint = 'Say what happened at the door.';
  end if;
  if not private.audit(m.business_id, 'fail_delivery', 'market_orders', m.id::text, jsonb_build_object('from', m.status, 'reason', p_reason), p_client_key) then
    return m.status;
  end if;
  v_result := private.fail_delivery(m.id, p_reason, 'staff');
  if v_result ->> 'outcome' = 'refused' then
    perform private.refuse_order('order_not_out', 'Only an order that a dealer has accepted can come back.');
  end if;
  perform private.wake_workers();
  return v_result ->> 'status';
end
$$;
comment on function public.staff_fail_delivery(uuid, text, text) is
  'An agent says that an order could not be handed over and why: nobody_home, wrong_address, refused, other. Customer and dealer are told, its '
  'stock stays reserved until it goes out again or is taken back. Returns its status.';

create function private.duty_conversation(k public.riders, p_may_be_shut boolean) returns uuid
language plpgsql set search_path = ''
as $$
declare
  v_phone text := private.rider_phone(k);
  a public.channel_accounts;
  v_contact uuid;
  c public.whatsapp_conversations;
begin
  select x.* into a from public.channel_accounts x
  left join lateral (select max(o.window_expires_at) as until from public.whatsapp_conversations o
    where o.account_id = x.id and o.phone = v_phone) o on true
  where x.business_id = k.business_id and x.channel = 'whatsapp' and x.active and not x.simulated and (p_may_be_shut or o.until > now())
  order by o.until desc nulls last, x.created_at, x.id limit 1;
  if not found or v_phone is null then
    return null;
  end if;
  v_contact := private.resolve_contact(k.business_id, a.channel, jsonb_build_object('phone', v_phone, 'name', k.name), private.identity_scope(a));
  c := private.open_conversation(a, v_contact, v_phone);
  return case when p_may_be_shut or c.window_expires_at > now() then c.id end;
end
$$;
comment on function private.duty_conversation(public.riders, boolean) is
  'Where a rider is written to, locked: where their 24 h window is open. Without one null, or with p_may_be_shut where they wrote last.';

create function public.staff_pause_rider(p_rider_id uuid, p_paused boolean, p_client_key text default null, p_told jsonb default null) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  k public.riders;
  v_conversation uuid;
  v_given integer := 0;
  v_reply jsonb;
begin
  select * into k from public.riders where id = p_rider_id and business_id in (select private.my_businesses());
  if not found then
    raise exception 'no such rider' using errcode = 'PT404', detail = 'no_rider', hint = 'Choose a rider of the business.';
  end if;
  perform private.require_role(k.business_id, '{admin,agent}');
  if p_paused is null then
    raise exception 'paused must be true or false' using errcode = '22023', detail = 'rider_duty', hint = 'Say whether the rider is off duty.';
  end if;
  v_reply := coalesce(p_told -> private.rider_language(k, false), p_told -> (select b.default_language from public.businesses b where b.id = k.business_id));
  v_reply := private.with_known_template(k.business_id, v_reply);
  -- The conversation before the rider, as a rider's own word for it locks them.
  v_conversation := private.duty_conversation(k, v_reply #>> '{template,name}' is not null);
  select * into strict k from public.riders where id = p_rider_id for no key update;
  if k.paused = p_paused or not private.audit(k.business_id, 'pause_rider', 'riders', k.id::text, jsonb_build_object('paused', p_paused), p_client_key) then
    return 0;
  end if;
  update public.riders set paused = p_paused where id = k.id;
  if v_conversation is not null and jsonb_typeof(v_reply) = 'object' then
    perform private.queue_message(v_conversation, 'system', v_reply, null, 'duty:' || gen_random_uuid());
  end if;
  perform private.push(k.business_id, case when p_paused then 'off_duty' else 'on_duty' end, 'rider', k.id, jsonb_build_object('rider_id', k.id),
    'duty:' || gen_random_uuid());
  if not p_paused then
    v_given := private.give_waiting_rides(k.business_id);
  end if;
  perform private.note_changes(array(select c.id from public.whatsapp_conversations c
    where c.business_id = k.business_id and c.conversation_type = 'rider' and c.phone = private.rider_phone(k)));
  perform private.wake_workers();
  return v_given;
end
$$;
comment on function public.staff_pause_rider(uuid, boolean, text, jsonb) is
  'An agent takes a rider off duty, who keeps what is theirs and gets nothing new, or puts them on duty again. The rider hears of it by a push '
  'and by the message of p_told ({it: reply, en: reply, …}) in their language, outside their 24 h window only where its template is approved. Returns how many waiting orders found a rider by it.';

grant execute on function private.require_order(uuid, text[]), private.refuse_order(text, text), private.duty_conversation(public.riders, boolean) to service_role;
grant execute on function public.staff_move_order(uuid, text, text), public.staff_cancel_order(uuid, text, text),
  public.staff_offer_order(uuid, uuid, text), public.staff_assign_rider(uuid, uuid, text),
  public.staff_fail_delivery(uuid, text, text), public.staff_pause_rider(uuid, boolean, text, jsonb) to authenticated, service_role;
