-- Riding: who brings an order, what they are told, and what they report from the door.

create function private.rider_of(c public.whatsapp_conversations) returns uuid
language sql stable set search_path = ''
as $$
  select private.is_rider(c.business_id, c.contact_id)
$$;
comment on function private.rider_of(public.whatsapp_conversations) is 'The rider who writes in a conversation, or null.';

create function private.rider_phone(k public.riders) returns text
language sql stable set search_path = ''
as $$
  select coalesce((select r.contact_value from public.rider_contacts r
    where r.business_id = k.business_id and r.contact_type = 'rider' and r.rider_id = k.id order by r.created_at, r.id limit 1), k.phone)
$$;
comment on function private.rider_phone(public.riders) is 'The number a rider is written to, or null.';

create function private.rider_language(k public.riders, p_simulated boolean) returns text
language sql stable set search_path = ''
as $$
  select c.language from public.contact_identities i join public.contacts c on c.id = i.contact_id
  where i.business_id = k.business_id and i.channel = 'whatsapp' and i.scope = case when p_simulated then 'simulated' else '' end
    and i.kind = 'phone' and i.value = private.rider_phone(k) and i.retired_at is null
$$;
comment on function private.rider_language(public.riders, boolean) is 'The language a rider has written in; null before the first message.';

-- Who is at the door is known while the order is on its way; a number only where the business lets riders call.
create function private.ride_json(m public.market_orders) returns jsonb
language sql stable set search_path = ''
as $$
  select jsonb_build_object('market_order_id', m.id, 'code', m.code, 'status', m.status, 'lines', m.lines, 'currency', m.currency,
    'goods', m.total_price::text, 'fee', m.delivery_fee::text,
    'collect', (case when exists (select 1 from public.payments p where p.relay_id = m.relay_id and p.status in ('paid', 'refunding', 'refunded'))
        and not exists (select 1 from public.payments p where p.relay_id = m.relay_id and p.status = 'due') then 0
      else m.total_price + m.delivery_fee end)::numeric(12, 2)::text,
    'from', (select concat_ws(', ', d.name, nullif(d.address, '')) from public.dealers d where d.id = m.dealer_id),
    'customer', (select jsonb_strip_nulls(jsonb_build_object('name', nullif(k.name, ''), 'phone',
        case when coalesce((b.limits ->> 'rider_phone')::numeric, 0) > 0 then k.phone end))
      from public.whatsapp_order_relays r join public.contacts k on k.id = r.contact_id join public.businesses b on b.id = r.business_id
      where r.id = m.relay_id and m.status in ('accepted', 'preparing', 'ready', 'out_for_delivery', 'failed_delivery')),
    'timezone', (select b.timezone from public.businesses b where b.id = m.business_id),
    'address', m.delivery -> 'address', 'latitude', m.delivery -> 'latitude', 'longitude', m.delivery -> 'longitude', 'note', m.note, 'ready_at', m.ready_at)
$$;
comment on function private.ride_json(public.market_orders) is 'An order as its rider sees it: where to fetch and bring it, for whom, and what to collect at the door. The number only with limits.rider_phone.';

create function private.tell_rider(p_relay public.whatsapp_order_relays, m public.market_orders, p_kind text, p_actor text) returns void
language plpgsql set search_path = ''
as $$
begin
  if m.rider_id is not null then
    perform private.order_event(p_relay, m.id, p_kind, 'rider', null, null, p_actor, '{}'::jsonb, m.rider_id);
  end if;
end
$$;
comment on function private.tell_rider(public.whatsapp_order_relays, public.market_orders, text, text) is 'News of an order for the rider who has it, if anybody has.';

-- Called with the market order locked.
create function private.give_ride(p_relay public.whatsapp_order_relays, m public.market_orders, p_rider_id uuid, p_actor text) returns void
language plpgsql set search_path = ''
as $$
declare
  v_times bigint;
begin
  if m.rider_id is not null then
    -- Buttons for an order that is somebody else's by now would only mislead.
    update public.order_events set announced_at = now()
    where market_order_id = m.id and rider_id = m.rider_id and kind = 'ride_given' and announced_at is null;
    perform private.tell_rider(p_relay, m, 'ride_taken', p_actor);
  end if;
  update public.market_orders set rider_id = p_rider_id, updated_at = now() where id = m.id returning * into m;
  select count(*) into v_times from public.order_events where market_order_id = m.id and rider_id = p_rider_id and kind = 'ride_given';
  perform private.tell_rider(p_relay, m, 'ride_given', p_actor);
  perform private.push(m.business_id, 'new_order', 'rider', p_rider_id, jsonb_build_object('market_order_id', m.id, 'order_code', m.code),
    concat_ws(':', 'new_order', m.id, p_rider_id, nullif(v_times, 0)), p_relay.simulated);
end
$$;
comment on function private.give_ride(public.whatsapp_order_relays, public.market_orders, uuid, text) is
  'Gives an order to a rider with a message and a push; whoever had it before is told that it is no longer theirs.';

create function private.assign_rider(p_relay public.whatsapp_order_relays, p_order_id uuid) returns boolean
language plpgsql set search_path = ''
as $$
declare
  v_rider uuid;
  m public.market_orders;
begin
  if p_relay.delivery ->> 'way' = 'pickup' then
    return false;
  end if;
  select r.id into v_rider from public.riders r
  where r.business_id = p_relay.business_id and r.active and not r.paused
  order by (select count(*) from public.market_orders x where x.rider_id = r.id and x.status in ('accepted', 'preparing', 'ready', 'out_for_delivery')), r.name, r.id
  limit 1;
  if v_rider is null then
    return false;
  end if;
  select * into strict m from public.market_orders where id = p_order_id for update;
  perform private.give_ride(p_relay, m, v_rider, 'system');
  return true;
end
$$;
comment on function private.assign_rider(public.whatsapp_order_relays, uuid) is
  'Gives an accepted order to the rider on duty with the fewest open ones. False when nobody is on duty, or nobody is needed because it is collected.';

create function private.find_rider(p_relay public.whatsapp_order_relays, m public.market_orders) returns void
language plpgsql set search_path = ''
as $$
begin
  if not private.assign_rider(p_relay, m.id) and coalesce(p_relay.delivery ->> 'way', '') <> 'pickup'
    and exists (select 1 from public.riders r where r.business_id = p_relay.business_id and r.active) then
    -- Shops without riders bring it themselves; where all riders rest somebody should know.
    perform private.escalate(p_relay.conversation_id, 'no_rider', 'Order ' || m.code || ': no rider is on duty');
  end if;
end
$$;
comment on function private.find_rider(public.whatsapp_order_relays, public.market_orders) is
  'A rider for an order just accepted; when all of them are off duty a person is asked.';

create function private.give_waiting_rides(p_business_id uuid default null) returns integer
language plpgsql set search_path = ''
as $$
declare
  w record;
  o public.market_orders;
  r public.whatsapp_order_relays;
  v_count integer := 0;
begin
  for w in
    select m.id from public.market_orders m
    where m.rider_id is null and m.status in ('accepted', 'preparing', 'ready') and m.accepted_at > now() - interval '12 hours'
      and coalesce(m.delivery ->> 'way', '') <> 'pickup' and (p_business_id is null or m.business_id = p_business_id)
      and exists (select 1 from public.riders k where k.business_id = m.business_id and k.active and not k.paused)
    order by m.accepted_at, m.id limit 50
  loop
    o := private.lock_order(w.id);
    -- Somebody else may have found a rider for it meanwhile.
    continue when o.rider_id is not null or o.status not in ('accepted', 'preparing', 'ready');
    select * into strict r from public.whatsapp_order_relays where id = o.relay_id;
    v_count := v_count + private.assign_rider(r, o.id)::integer;
  end loop;
  return v_count;
end
$$;
comment on function private.give_waiting_rides(uuid) is 'Orders that were accepted while nobody was on duty go to who is now. Returns how many.';
create index market_orders_riderless_idx on public.market_orders (accepted_at) where rider_id is null and status in ('accepted', 'preparing', 'ready');

create function private.settle_cash(p_relay public.whatsapp_order_relays) returns void
language plpgsql set search_path = ''
as $$
begin
  -- Parts may arrive at the same moment: who waits for this lock sees the other's delivery.
  perform 1 from public.payments where relay_id = p_relay.id and status = 'due' for update;
  if found and not exists (select 1 from public.market_orders m where m.relay_id = p_relay.id and m.status not in ('delivered', 'cancelled'))
    and exists (select 1 from public.market_orders m where m.relay_id = p_relay.id and m.status = 'delivered') then
    update public.payments set status = 'paid', updated_at = now(),
      amount = (select sum(m.total_price + m.delivery_fee) from public.market_orders m where m.relay_id = p_relay.id and m.status = 'delivered')
    where relay_id = p_relay.id and status = 'due' and provider = 'cash_on_delivery';
  end if;
end
$$;
comment on function private.settle_cash(public.whatsapp_order_relays) is 'Cash was collected for every part that was delivered; once none is open any more the order is paid.';

create function private.fail_delivery(p_order_id uuid, p_reason text, p_actor text) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  m public.market_orders;
  r public.whatsapp_order_relays;
begin
  m := private.lock_order(p_order_id);
  if m.id is null then
    return jsonb_build_object('outcome', 'not_found');
  elsif m.status = 'failed_delivery' then
    return jsonb_build_object('outcome', 'already', 'order_code', m.code, 'status', m.status);
  elsif m.status not in ('accepted', 'preparing', 'ready', 'out_for_delivery') then
    return jsonb_build_object('outcome', 'refused', 'order_code', m.code, 'status', m.status);
  end if;
  select * into strict r from public.whatsapp_order_relays where id = m.relay_id;
  -- The goods stay promised to this customer until a person decides: a second try, or taken back to the shelf.
  update public.market_orders set status = 'failed_delivery', updated_at = now() where id = m.id;
  perform private.void_proposals(m.id);
  perform private.order_event(r, m.id, 'failed_delivery', 'customer', m.dealer_id, null, p_actor, jsonb_build_object('reason', p_reason));
  perform private.order_event(r, m.id, 'failed_delivery', 'dealer', m.dealer_id, null, p_actor, jsonb_build_object('reason', p_reason));
  perform private.escalate(r.conversation_id, 'failed_delivery', 'Order ' || m.code || ': ' || replace(p_reason, '_', ' '));
  return jsonb_build_object('outcome', 'updated', 'order_code', m.code, 'status', 'failed_delivery');
end
$$;
comment on function private.fail_delivery(uuid, text, text) is
  'An order could not be handed over: customer and dealer are told, a person is asked, its stock stays reserved. Outcomes: updated, already, refused, not_found.';

create function private.report_delivery(c public.whatsapp_conversations, p_args jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  o public.market_orders;
  v_order uuid;
  v_reason text := coalesce(p_args ->> 'reason', 'other');
begin
  -- Locked before it is looked at, so that an order given to somebody else in this moment is theirs.
  o := private.lock_order((p_args ->> 'market_order_id')::uuid);
  v_order := case when o.rider_id = private.rider_of(c) then o.id end;
  -- Who plays in the simulator moves no real order.
  if v_order is null or not exists (select 1 from public.market_orders m join public.whatsapp_order_relays r on r.id = m.relay_id
      join public.channel_accounts a on a.id = c.account_id where m.id = v_order and r.simulated = a.simulated) then
    return jsonb_build_object('outcome', 'not_found');
  elsif p_args ->> 'status' = 'failed_delivery' then
    return private.fail_delivery(v_order, case when v_reason in ('nobody_home', 'wrong_address', 'refused') then v_reason else 'other' end, 'rider');
  elsif p_args ->> 'status' in ('out_for_delivery', 'delivered') then
    return private.move_order(v_order, p_args ->> 'status', 'rider');
  end if;
  return jsonb_build_object('outcome', 'refused');
end
$$;
comment on function private.report_delivery(public.whatsapp_conversations, jsonb) is
  'The rider who has an order says what became of it. args: market_order_id, status out_for_delivery|delivered|failed_delivery, '
  'reason nobody_home|wrong_address|refused|other. Outcomes: updated, already, refused, not_found.';

create function private.pause_rider(c public.whatsapp_conversations, p_args jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  v_paused boolean := (p_args ->> 'paused')::boolean;
begin
  update public.riders set paused = v_paused where id = private.rider_of(c);
  if not found then
    return jsonb_build_object('outcome', 'not_found');
  elsif not v_paused then
    perform private.give_waiting_rides(c.business_id);
  end if;
  return jsonb_build_object('outcome', case when v_paused then 'paused' else 'resumed' end);
end
$$;
comment on function private.pause_rider(public.whatsapp_conversations, jsonb) is
  'A rider goes off duty, or comes back and gets what waited for one. args: paused. Outcomes: paused, resumed, not_found.';

create function public.rider_board(p_rider_id uuid, p_simulated boolean default false) returns jsonb
language sql stable set search_path = ''
as $$
  select jsonb_build_object(
    'rides', (select coalesce(jsonb_agg(private.ride_json(m) order by m.accepted_at, m.code), '[]'::jsonb)
      from public.market_orders m join public.whatsapp_order_relays r on r.id = m.relay_id and r.simulated = p_simulated
      where m.rider_id = p_rider_id and m.status in ('accepted', 'preparing', 'ready', 'out_for_delivery')),
    'past', (select coalesce(jsonb_agg(private.ride_json(row(x.*)::public.market_orders) order by x.updated_at desc), '[]'::jsonb)
      from (select m.* from public.market_orders m join public.whatsapp_order_relays r on r.id = m.relay_id and r.simulated = p_simulated
        where m.rider_id = p_rider_id and m.status in ('delivered', 'failed_delivery', 'cancelled') order by m.updated_at desc limit 20) x))
$$;
comment on function public.rider_board(uuid, boolean) is 'Orders a rider has to bring, and the last ones that are over.';

-- Helpers of schema private are the engine's own; what people may call is granted by name.
grant execute on all functions in schema private to service_role;
grant execute on function public.rider_board(uuid, boolean) to service_role;
