-- Offers: a market order goes to dealers who have the goods; the first acceptance wins, a no or silence passes it on.
-- Every step is a conditional update under the lock of its market order; what lost is told so.

create function private.order_event(p_relay public.whatsapp_order_relays, p_market_order_id uuid, p_kind text, p_audience text default null,
  p_dealer_id uuid default null, p_offer_id uuid default null, p_actor text default 'system', p_data jsonb default '{}'::jsonb,
  p_rider_id uuid default null) returns void
language sql set search_path = ''
as $$
  insert into public.order_events (business_id, relay_id, market_order_id, kind, audience, dealer_id, offer_id, actor, data, rider_id)
  values (p_relay.business_id, p_relay.id, p_market_order_id, p_kind, p_audience, p_dealer_id, p_offer_id, p_actor, p_data, p_rider_id)
$$;
comment on function private.order_event(public.whatsapp_order_relays, uuid, text, text, uuid, uuid, text, jsonb, uuid) is
  'Adds to an order''s timeline; with an audience it will also be told.';

-- For people who prepare and bring an order; signs instead of words, because it stands in texts of three languages.
create function private.where_to(p_delivery jsonb, p_note text) returns text
language sql immutable set search_path = ''
as $$
  select coalesce(E'\n📍 ' || (p_delivery ->> 'address'), case when p_delivery ->> 'way' = 'pickup' then E'\n🚶 → 🏬' else '' end)
    || coalesce(E'\nhttps://maps.google.com/?q=' || (p_delivery ->> 'latitude') || ',' || (p_delivery ->> 'longitude'), '')
    || case when p_note <> '' then E'\n📝 ' || p_note else '' end
$$;
comment on function private.where_to(jsonb, text) is 'Address, map and note of an order as lines for its dealer; nothing for an order without them.';

-- Who has not accepted yet needs to know the way, not the door.
create function private.area_of(p_delivery jsonb, p_note text) returns text
language sql immutable set search_path = ''
as $$
  select case when p_delivery ->> 'way' = 'pickup' then E'\n🚶 → 🏬' when p_delivery ? 'zone' then E'\n📍 ' || concat_ws(', ', p_delivery ->> 'zone',
    p_delivery ->> 'postcode') else '' end || case when p_note <> '' then E'\n📝 ' || p_note else '' end
$$;
comment on function private.area_of(jsonb, text) is 'Zone, postcode and note of an order as lines for those to whom it is offered.';

create function private.paid_before(p_relay_id uuid) returns boolean
language sql stable set search_path = ''
as $$
  select exists (select 1 from public.payments where relay_id = p_relay_id and status in ('paid', 'refunding') and provider <> 'cash_on_delivery')
$$;
comment on function private.paid_before(uuid) is 'Whether an order was paid before its delivery, so that it can''t cost more any longer.';

create function private.offer_to(p_relay public.whatsapp_order_relays, p_order public.market_orders, p_dealer_id uuid, p_minutes numeric) returns void
language plpgsql set search_path = ''
as $$
declare
  v_offer uuid;
begin
  insert into public.order_offers (business_id, market_order_id, dealer_id, expires_at)
  values (p_order.business_id, p_order.id, p_dealer_id, now() + make_interval(secs => (p_minutes * 60)::double precision))
  on conflict (market_order_id, dealer_id) do update set outcome = 'pending', expires_at = excluded.expires_at, resolved_at = null, created_at = now()
    where order_offers.outcome not in ('pending', 'accepted')
  returning id into v_offer;
  if v_offer is not null then
    perform private.order_event(p_relay, p_order.id, 'offer_made', 'dealer', p_dealer_id, v_offer);
  end if;
end
$$;
comment on function private.offer_to(public.whatsapp_order_relays, public.market_orders, uuid, numeric) is 'Offers a market order to a dealer; whoever answered before is asked again, whoever is thinking is left alone.';

create function private.ask_dealers(p_relay public.whatsapp_order_relays, p_order public.market_orders) returns integer
language plpgsql set search_path = ''
as $$
declare
  v_limits jsonb;
  v_fanout integer;
  v_holder uuid := p_order.holder_id;
  d record;
  v_asked integer := 0;
begin
  select limits into strict v_limits from public.businesses where id = p_order.business_id;
  v_fanout := coalesce((v_limits ->> 'offer_fanout')::integer, 3);
  for d in
    select x.id from public.dealers x
    where x.business_id = p_order.business_id and private.is_open(x)
      and not exists (select 1 from public.order_offers o where o.market_order_id = p_order.id and o.dealer_id = x.id
        and o.outcome <> 'lost')
      and (x.id = v_holder or private.covers(x.id, p_order.lines))
    order by (x.id = v_holder) desc nulls last, x.priority, x.name, x.id limit v_fanout
  loop
    if v_holder is null then
      -- Passing the order on moves the reservation to the first dealer asked next.
      if not private.reserve_stock(d.id, p_order.lines) then
        continue;
      end if;
      v_holder := d.id;
      update public.market_orders set holder_id = d.id, updated_at = now() where id = p_order.id;
    end if;
    perform private.offer_to(p_relay, p_order, d.id, coalesce((v_limits ->> 'offer_minutes')::numeric, 10));
    v_asked := v_asked + 1;
  end loop;
  return v_asked;
end
$$;
comment on function private.ask_dealers(public.whatsapp_order_relays, public.market_orders) is
  'Offers an order to the next dealers who have the goods (at most limits.offer_fanout at once). Returns how many were asked.';

create function private.win_order(p_relay public.whatsapp_order_relays, m public.market_orders, p_offer_id uuid, p_dealer_id uuid) returns void
language plpgsql set search_path = ''
as $$
declare
  l record;
begin
  update public.order_offers set outcome = 'accepted', resolved_at = now() where id = p_offer_id;
  update public.market_orders set status = 'accepted', dealer_id = p_dealer_id, holder_id = p_dealer_id, accepted_at = now(), updated_at = now()
  where id = m.id returning * into m;
  for l in update public.order_offers set outcome = 'lost', resolved_at = now()
    where market_order_id = m.id and outcome = 'pending' returning id, dealer_id
  loop
    perform private.order_event(p_relay, m.id, 'offer_lost', 'dealer', l.dealer_id, l.id);
  end loop;
  perform private.order_event(p_relay, m.id, 'accepted', 'customer', p_dealer_id, p_offer_id, 'dealer');
  perform private.find_rider(p_relay, m);
end
$$;
comment on function private.win_order(public.whatsapp_order_relays, public.market_orders, uuid, uuid) is
  'An order is a dealer''s, who has its goods reserved; the others are told, and a rider is looked for. Called with the market order locked.';

-- The order of locks, for everything that changes an order: the conversation of whoever acts (held by their turn), the customer's
-- conversation, the order (relay), its market orders by id, then offers, proposals, shelves, payments. Nobody waits in a circle, because
-- a customer's turn never takes a dealer's conversation. Orders are locked without their key, so that rows which refer to them can be added.
create function private.lock_order(p_order_id uuid) returns public.market_orders
language plpgsql set search_path = ''
as $$
declare
  r record;
  m public.market_orders;
begin
  select y.id, y.conversation_id into r from public.market_orders x join public.whatsapp_order_relays y on y.id = x.relay_id where x.id = p_order_id;
  perform 1 from public.whatsapp_conversations where id = r.conversation_id for no key update;
  perform 1 from public.whatsapp_order_relays where id = r.id for no key update;
  select * into m from public.market_orders where id = p_order_id for update;
  return m;
end
$$;
comment on function private.lock_order(uuid) is
  'A market order, locked after the conversation of its customer and the order it is part of: the one order of locks. All null when there is none.';

create function private.accept_offer(c public.whatsapp_conversations, p_args jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  o public.order_offers;
  m public.market_orders;
  r public.whatsapp_order_relays;
begin
  select x.* into o from public.order_offers x where x.id = (p_args ->> 'offer_id')::uuid and x.dealer_id = private.dealer_of(c);
  if not found then
    return jsonb_build_object('outcome', 'not_found');
  end if;
  m := private.lock_order(o.market_order_id);
  select * into strict o from public.order_offers where id = o.id for update;
  select * into strict r from public.whatsapp_order_relays where id = m.relay_id;
  if o.outcome = 'accepted' then
    return jsonb_build_object('outcome', 'already', 'order_code', m.code);
  elsif m.status = 'cancelled' then
    return jsonb_build_object('outcome', 'cancelled', 'order_code', m.code);
  elsif m.status <> 'offered' or o.outcome = 'lost' then
    update public.order_offers set outcome = 'lost', resolved_at = now() where id = o.id and outcome = 'pending';
    -- The answer to this tap tells it; the announcement would be a second, billed message.
    update public.order_events set announced_at = now() where offer_id = o.id and kind = 'offer_lost' and announced_at is null;
    return jsonb_build_object('outcome', 'lost', 'order_code', m.code);
  elsif o.outcome <> 'pending' or o.expires_at < now() then
    return jsonb_build_object('outcome', 'expired', 'order_code', m.code);
  end if;
  if m.holder_id is distinct from o.dealer_id then
    if not private.reserve_stock(o.dealer_id, m.lines) then
      update public.order_offers set outcome = 'declined', resolved_at = now() where id = o.id;
      perform private.pass_on(m.id);
      return jsonb_build_object('outcome', 'no_stock', 'order_code', m.code);
    end if;
    if m.holder_id is not null then
      perform private.release_order(m, m.holder_id);
    end if;
  end if;
  -- The whole order is done as it was ordered: nothing is left to be agreed on.
  perform private.void_proposals(m.id);
  perform private.win_order(r, m, o.id, o.dealer_id);
  return jsonb_build_object('outcome', 'accepted', 'order_code', m.code, 'total', m.total_price::text, 'market_order_id', m.id,
    'where', private.where_to(m.delivery, m.note) || case when private.paid_before(m.relay_id) then E'\n💳 ✓' else '' end);
end
$$;
comment on function private.accept_offer(public.whatsapp_conversations, jsonb) is
  'A dealer accepts: the first one wins, the others are told. args: offer_id. Outcomes: accepted, already, lost, expired, cancelled, no_stock, not_found.';

-- The next dealers are asked; when there are none a person must help. Called with the market order locked.
create function private.pass_on(p_order_id uuid) returns text
language plpgsql set search_path = ''
as $$
declare
  m public.market_orders;
  r public.whatsapp_order_relays;
begin
  select * into strict m from public.market_orders where id = p_order_id;
  if m.status <> 'offered' then
    return 'closed';
  end if;
  select * into strict r from public.whatsapp_order_relays where id = m.relay_id;
  -- A holder who said no, or nothing, keeps no stock for it.
  if m.holder_id is not null and not exists (select 1 from public.order_offers o
    where o.market_order_id = m.id and o.dealer_id = m.holder_id and o.outcome = 'pending') then
    perform private.release_order(m, m.holder_id);
    update public.market_orders set holder_id = null where id = m.id returning * into m;
    -- Somebody else who is still thinking holds it now.
    update public.market_orders x set holder_id = p.dealer_id from (
      select o.dealer_id from public.order_offers o join public.dealers d on d.id = o.dealer_id
      where o.market_order_id = m.id and o.outcome = 'pending' and private.covers(o.dealer_id, m.lines) order by d.priority limit 1) p
    where x.id = m.id and private.reserve_stock(p.dealer_id, m.lines) returning x.* into m;
    if m.id is null then
      select * into strict m from public.market_orders where id = p_order_id;
    end if;
  end if;
  if exists (select 1 from public.order_offers where market_order_id = m.id and outcome = 'pending') then
    return 'waiting';
  end if;
  if private.ask_dealers(r, m) > 0 then
    return 'asked';
  end if;
  perform private.order_event(r, m.id, 'no_dealer', 'customer');
  perform private.escalate(r.conversation_id, 'no_dealer', 'Order ' || m.code || ': no dealer left to ask');
  return 'nobody';
end
$$;
comment on function private.pass_on(uuid) is 'After a no or an expiry: waiting (others still think), asked (new offers), nobody (a person must help), closed.';

create function private.decline_offer(c public.whatsapp_conversations, p_args jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  o public.order_offers;
  m public.market_orders;
begin
  select x.* into o from public.order_offers x where x.id = (p_args ->> 'offer_id')::uuid and x.dealer_id = private.dealer_of(c);
  if not found then
    return jsonb_build_object('outcome', 'not_found');
  end if;
  m := private.lock_order(o.market_order_id);
  update public.order_offers set outcome = 'declined', resolved_at = now() where id = o.id and outcome = 'pending' returning * into o;
  if not found then
    return jsonb_build_object('outcome', 'too_late', 'order_code', m.code);
  end if;
  perform private.void_proposals(m.id, o.dealer_id);
  perform private.pass_on(m.id);
  return jsonb_build_object('outcome', 'declined', 'order_code', m.code);
end
$$;
comment on function private.decline_offer(public.whatsapp_conversations, jsonb) is
  'A dealer says no; the order goes on to the next. args: offer_id. Outcomes: declined, too_late, not_found.';

create function public.expire_offers() returns integer
language plpgsql set search_path = ''
as $$
declare
  d record;
  r public.whatsapp_order_relays;
  v_count integer := 0;
begin
  for d in
    select distinct m.id, m.relay_id from public.market_orders m join public.order_offers o on o.market_order_id = m.id
    where o.outcome = 'pending' and o.expires_at < now() order by m.id limit 200
  loop
    -- The lock first, then the state again: an acceptance in the same instant wins.
    perform private.lock_order(d.id);
    select * into strict r from public.whatsapp_order_relays where id = d.relay_id;
    insert into public.order_events (business_id, relay_id, market_order_id, kind, audience, dealer_id, offer_id)
    select o.business_id, d.relay_id, d.id, 'offer_expired', 'dealer', o.dealer_id, o.id
    from public.order_offers o where o.market_order_id = d.id and o.outcome = 'pending' and o.expires_at < now();
    update public.order_offers set outcome = 'expired', resolved_at = now()
    where market_order_id = d.id and outcome = 'pending' and expires_at < now();
    if found then
      v_count := v_count + 1;
      perform private.pass_on(d.id);
    end if;
  end loop;
  return v_count;
end
$$;
comment on function public.expire_offers() is 'Offers nobody answered in time go to the next dealers. Returns how many orders moved.';

create function private.pause_dealer(c public.whatsapp_conversations, p_args jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  d public.dealers;
  v_until timestamptz := (p_args ->> 'until')::timestamptz;
  v_paused boolean := coalesce((p_args ->> 'paused')::boolean, false);
begin
  select * into d from public.dealers where id = private.dealer_of(c) for no key update;
  if not found then
    return jsonb_build_object('outcome', 'not_found');
  end if;
  if p_args ? 'closed_on' then
    -- Days that are over are of no use to anybody.
    update public.dealers set hours = case when d.hours = '{}'::jsonb then private.always() else d.hours end || jsonb_build_object('closed',
      (select jsonb_agg(distinct x.day order by x.day) from (select value #>> '{}' as day from jsonb_array_elements(coalesce(d.hours -> 'closed', '[]'::jsonb))
        union select p_args ->> 'closed_on') x where x.day >= (now() - interval '2 days')::date::text)), updated_at = now()
    where id = d.id returning * into d;
  else
    update public.dealers set paused = v_paused and v_until is null, paused_until = case when v_paused and v_until > now() then v_until end, updated_at = now()
    where id = d.id returning * into d;
  end if;
  insert into public.audit_log (business_id, actor, action, entity, entity_id, detail)
  values (c.business_id, 'dealer:' || d.id, 'pause_dealer', 'dealers', d.id::text, p_args || jsonb_build_object('conversation_id', c.id));
  return jsonb_build_object('outcome', case when p_args ? 'closed_on' then 'closed_on' when not v_paused and not private.is_open(d) then 'resumed_closed'
    when not v_paused then 'resumed' when v_until is null then 'paused' else 'paused_until' end);
end
$$;
comment on function private.pause_dealer(public.whatsapp_conversations, jsonb) is
  'A dealer takes a break or comes back, or is closed on one day. args: paused with until or for good; or closed_on (a date). '
  'Outcomes: paused, paused_until, closed_on, resumed, resumed_closed (their hours say closed), not_found.';

create function private.always() returns jsonb
language sql immutable set search_path = ''
as $$
  select jsonb_object_agg(day, '["00:00", "24:00"]'::jsonb) from unnest('{mon,tue,wed,thu,fri,sat,sun}'::text[]) day
$$;
comment on function private.always() is 'Hours that are never closed, for whoever kept none and takes a day off.';

create function public.dealer_board(p_dealer_id uuid) returns jsonb
language sql stable set search_path = ''
as $$
  select jsonb_build_object(
    'offers', (select coalesce(jsonb_agg(jsonb_build_object('offer_id', o.id, 'market_order_id', m.id, 'code', m.code, 'lines', m.lines,
        'total', m.total_price::text, 'currency', m.currency, 'expires_at', o.expires_at, 'prepaid', private.paid_before(m.relay_id), 'where', private.area_of(m.delivery, m.note)) order by o.created_at), '[]'::jsonb)
      from public.order_offers o join public.market_orders m on m.id = o.market_order_id
      where o.dealer_id = p_dealer_id and o.outcome = 'pending' and o.expires_at > now()),
    'orders', (select coalesce(jsonb_agg(jsonb_build_object('market_order_id', m.id, 'code', m.code, 'status', m.status, 'lines', m.lines,
        'total', m.total_price::text, 'currency', m.currency, 'prepaid', private.paid_before(m.relay_id), 'rider', k.name, 'accepted_at', m.accepted_at,
        'ready_at', m.ready_at,
        'where', private.where_to(m.delivery, m.note), 'pickup', m.delivery ->> 'way' = 'pickup') order by m.accepted_at), '[]'::jsonb)
      from public.market_orders m left join public.riders k on k.id = m.rider_id
      where m.dealer_id = p_dealer_id and m.status in ('accepted', 'preparing', 'ready', 'out_for_delivery')),
    'recent_offers', (select coalesce(jsonb_agg(jsonb_build_object('offer_id', x.id, 'code', x.code, 'outcome', x.outcome, 'status', x.status)), '[]'::jsonb)
      from (select o.id, m.code, o.outcome, m.status from public.order_offers o join public.market_orders m on m.id = o.market_order_id
        where o.dealer_id = p_dealer_id order by o.created_at desc limit 20) x))
$$;
comment on function public.dealer_board(uuid) is 'Open offers and orders of a dealer, and the last offers with their outcomes.';

-- Helpers of schema private are the engine's own; what people may call is granted by name.
grant execute on all functions in schema private to service_role;
grant execute on function public.expire_offers() to service_role;
grant execute on function public.dealer_board(uuid) to service_role;
