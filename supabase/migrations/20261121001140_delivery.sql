-- Delivery: where an order goes, which zone that is, what bringing it costs, and addresses changed on the way.

create function private.distance_km(p_latitude_1 double precision, p_longitude_1 double precision, p_latitude_2 double precision,
  p_longitude_2 double precision) returns double precision
language sql immutable set search_path = ''
as $$
  select 2 * 6371 * asin(least(1, sqrt(power(sin(radians(p_latitude_2 - p_latitude_1) / 2), 2)
    + cos(radians(p_latitude_1)) * cos(radians(p_latitude_2)) * power(sin(radians(p_longitude_2 - p_longitude_1) / 2), 2))))
$$;
comment on function private.distance_km(double precision, double precision, double precision, double precision) is
  'Kilometres between two points on the globe (haversine).';

create function private.zone_of(p_business_id uuid, p_address jsonb) returns uuid
language sql stable set search_path = ''
as $$
  select z.id from public.delivery_zones z
  cross join lateral (select max(length(p)) as matched from unnest(z.postcodes) p
    where starts_with(upper(replace(p_address ->> 'postcode', ' ', '')), upper(replace(p, ' ', '')))) m
  where z.business_id = p_business_id and z.active
    and (m.matched > 0 or private.distance_km((p_address ->> 'latitude')::double precision, (p_address ->> 'longitude')::double precision,
      z.latitude, z.longitude) <= z.radius_km)
  order by m.matched desc nulls last, z.radius_km nulls last, z.fee, z.id limit 1
$$;
comment on function private.zone_of(uuid, jsonb) is
  'The zone of an address ({postcode, latitude, longitude}): the longest postcode, else the smallest circle. Null outside all.';

create function private.address_json(p_address_id uuid) returns jsonb
language sql stable set search_path = ''
as $$
  select jsonb_strip_nulls(jsonb_build_object('address_id', a.id, 'address', a.text, 'postcode', a.postcode, 'latitude', a.latitude,
    'longitude', a.longitude)) from public.contact_addresses a where a.id = p_address_id
$$;
comment on function private.address_json(uuid) is 'A kept address as quotes and orders carry it.';

-- What goods cost to bring. state: none (no zones, nothing asked), ok, pickup, below_minimum, or why there is no price:
-- missing, no_postcode, no_location, outside.
create function private.quote_delivery(p_business_id uuid, p_goods numeric, p_address jsonb, p_pickup boolean) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
  z public.delivery_zones;
  v_state text;
  v_fee numeric := 0;
  v_minimum numeric;
begin
  select coalesce((limits ->> 'minimum_order')::numeric, 0) into strict v_minimum from public.businesses where id = p_business_id;
  if p_pickup then
    v_state := 'pickup';
  elsif not exists (select 1 from public.delivery_zones where business_id = p_business_id and active) then
    v_state := 'none';
  elsif p_address is null then
    v_state := 'missing';
  else
    select * into z from public.delivery_zones where id = private.zone_of(p_business_id, p_address);
    if z.id is not null then
      v_state := 'ok';
      v_fee := case when p_goods >= z.free_above then 0 else z.fee end;
      v_minimum := greatest(v_minimum, z.minimum_order);
    elsif p_address ->> 'postcode' is null and exists (select 1 from public.delivery_zones x where x.business_id = p_business_id and x.active
      and cardinality(x.postcodes) > 0 and (x.radius_km is null or p_address ->> 'latitude' is null)) then
      v_state := 'no_postcode';
    elsif p_address ->> 'latitude' is null
      and not exists (select 1 from public.delivery_zones x where x.business_id = p_business_id and x.active and cardinality(x.postcodes) > 0) then
      v_state := 'no_location';
    else
      v_state := 'outside';
    end if;
  end if;
  return jsonb_strip_nulls(jsonb_build_object(
    'state', case when v_state in ('ok', 'pickup', 'none') and p_goods < v_minimum then 'below_minimum' else v_state end,
    'way', case when v_state in ('pickup', 'none') then v_state else 'delivery' end,
    'zone_id', z.id, 'zone', z.name, 'fee', v_fee::numeric(12, 2)::text, 'total', (p_goods + v_fee)::numeric(12, 2)::text,
    'minimum', v_minimum::numeric(12, 2)::text, 'missing', greatest(v_minimum - p_goods, 0)::numeric(12, 2)::text,
    'minutes_from', z.minutes_from, 'minutes_to', z.minutes_to)) || coalesce(p_address, '{}'::jsonb);
end
$$;
comment on function private.quote_delivery(uuid, numeric, jsonb, boolean) is
  'What it costs to bring goods of this price to an address, or why they can''t be brought.';

create function private.known_address(p_contact_id uuid) returns uuid
language sql stable set search_path = ''
as $$
  -- Who ordered long ago may have moved, so an old address is offered and not taken for granted.
  select a.id from public.contact_addresses a join public.businesses b on b.id = a.business_id
  where a.contact_id = p_contact_id
    and a.used_at > now() - make_interval(days => coalesce((b.limits ->> 'address_days')::integer, 180))
  order by a.used_at desc limit 1
$$;
comment on function private.known_address(uuid) is 'The address of a contact''s last order, unless that is longer ago than limits.address_days (180).';

-- An id names an address of this contact only; anybody else's is as good as none.
create function private.own_address(c public.whatsapp_conversations, p_address jsonb) returns jsonb
language sql stable set search_path = ''
as $$
  select coalesce((select private.address_json(a.id) from public.contact_addresses a
    where a.id = (p_address ->> 'address_id')::uuid and a.contact_id = c.contact_id),
    case when p_address ? 'address' then p_address - 'address_id' end)
$$;
comment on function private.own_address(public.whatsapp_conversations, jsonb) is 'An address given in words, or one the contact used before, by its id.';

create function private.cart_quote(c public.whatsapp_conversations, p_goods numeric, p_address jsonb default null, p_pickup boolean default null) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
  k public.carts;
  v_given jsonb := private.own_address(c, p_address);
begin
  select * into k from public.carts where conversation_id = c.id;
  return private.quote_delivery(c.business_id, p_goods,
    coalesce(v_given, private.address_json(coalesce(k.address_id, private.known_address(c.contact_id)))),
    v_given is null and coalesce(p_pickup, k.pickup, false));
end
$$;
comment on function private.cart_quote(public.whatsapp_conversations, numeric, jsonb, boolean) is
  'A quote for the basket: to the address given now, else the one chosen for it, else the last one.';

create function public.checkout_quote(p_conversation_id uuid, p_goods numeric, p_address jsonb default null, p_pickup boolean default null) returns jsonb
language sql stable set search_path = ''
as $$
  select private.cart_quote(c, p_goods, p_address, p_pickup) || jsonb_build_object(
    'note', coalesce((select k.note from public.carts k where k.conversation_id = c.id), ''),
    'can_collect', exists (select 1 from public.dealers d where d.business_id = c.business_id and not d.paused and d.address <> ''),
    'saved', (select coalesce(jsonb_agg(private.address_json(s.id) order by s.used_at desc), '[]'::jsonb) from (
      select a.id, a.used_at from public.contact_addresses a where a.contact_id = c.contact_id and a.used_at is not null
      order by a.used_at desc limit 3) s))
  from public.whatsapp_conversations c where c.id = p_conversation_id
$$;
comment on function public.checkout_quote(uuid, numeric, jsonb, boolean) is
  'What a summary needs to know of delivery: the quote of the basket, its note, addresses used before, whether shops let collect.';

create function private.keep_address(p_business_id uuid, p_contact_id uuid, p_address jsonb) returns uuid
language plpgsql set search_path = ''
as $$
declare
  v_id uuid;
begin
  insert into public.contact_addresses as a (id, business_id, contact_id, text, postcode, latitude, longitude)
  values (gen_random_uuid(), p_business_id, p_contact_id, left(p_address ->> 'address', 300),
    p_address ->> 'postcode', (p_address ->> 'latitude')::double precision, (p_address ->> 'longitude')::double precision)
  on conflict (contact_id, lower(text), coalesce(postcode, '')) do update set latitude = coalesce(excluded.latitude, a.latitude),
    longitude = coalesce(excluded.longitude, a.longitude)
  returning id into v_id;
  -- Nobody needs a register of all the places where somebody ever was.
  delete from public.contact_addresses where id in (select id from public.contact_addresses where contact_id = p_contact_id and id <> v_id
    order by coalesce(used_at, created_at) desc offset 9);
  return v_id;
end
$$;
comment on function private.keep_address(uuid, uuid, jsonb) is 'Keeps an address of a contact, at most the ten last ones. The same words again are the same address.';

create function private.set_delivery(c public.whatsapp_conversations, p_args jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  v_address jsonb := private.own_address(c, p_args -> 'address');
  v_id uuid;
begin
  if p_args ? 'note' then
    insert into public.carts (conversation_id, business_id, note) values (c.id, c.business_id, left(p_args ->> 'note', 300))
    on conflict (conversation_id) do update set note = excluded.note;
  end if;
  if coalesce((p_args ->> 'pickup')::boolean, false) then
    insert into public.carts (conversation_id, business_id, pickup) values (c.id, c.business_id, true)
    on conflict (conversation_id) do update set pickup = true;
  elsif v_address is not null then
    v_id := coalesce((v_address ->> 'address_id')::uuid, private.keep_address(c.business_id, c.contact_id, v_address));
    insert into public.carts (conversation_id, business_id, address_id) values (c.id, c.business_id, v_id)
    on conflict (conversation_id) do update set address_id = excluded.address_id, pickup = false;
  end if;
  return jsonb_build_object('outcome', 'set');
end
$$;
comment on function private.set_delivery(public.whatsapp_conversations, jsonb) is
  'Where the basket should go. args: address {address, postcode, latitude, longitude} or one kept {address_id}, or pickup; note. Outcome: set.';

-- The snapshot an order carries; what only helped to find the price stays out.
create function private.promised(p_quote jsonb) returns jsonb
language sql immutable set search_path = ''
as $$
  select case when p_quote ->> 'way' = 'none' then '{}'::jsonb when p_quote ->> 'way' = 'pickup' then '{"way": "pickup"}'::jsonb
    else p_quote - '{state,total,minimum,missing}'::text[] end
$$;
comment on function private.promised(jsonb) is 'What of a quote is promised with an order.';

create function private.tell_route(p_relay public.whatsapp_order_relays, p_kind text) returns void
language plpgsql set search_path = ''
as $$
declare
  m public.market_orders;
begin
  for m in select * from public.market_orders where relay_id = p_relay.id and status not in ('cancelled', 'delivered', 'failed_delivery') order by id loop
    if m.dealer_id is not null then
      perform private.order_event(p_relay, m.id, p_kind, 'dealer', m.dealer_id, null, 'customer');
    end if;
    perform private.tell_rider(p_relay, m, p_kind, 'customer');
    if m.rider_id is not null then
      perform private.push(m.business_id, p_kind, 'rider', m.rider_id, jsonb_build_object('market_order_id', m.id, 'order_code', m.code),
        p_kind || ':' || m.id || ':' || gen_random_uuid(), p_relay.simulated);
    end if;
  end loop;
end
$$;
comment on function private.tell_route(public.whatsapp_order_relays, text) is 'Tells the dealers and riders of an order that its address or note changed.';

create function private.order_under_way(c public.whatsapp_conversations, p_relay_id text) returns public.whatsapp_order_relays
language plpgsql set search_path = ''
as $$
declare
  r public.whatsapp_order_relays;
begin
  select * into r from public.whatsapp_order_relays x
  where x.business_id = c.business_id and x.contact_id = c.contact_id and x.status in ('confirmed', 'created')
    and (p_relay_id is null or x.id = p_relay_id::uuid)
    and exists (select 1 from public.market_orders m where m.relay_id = x.id and m.status not in ('cancelled', 'delivered', 'failed_delivery'))
  order by x.created_at desc limit 1 for no key update;
  perform 1 from public.market_orders where relay_id = r.id order by id for update;
  return r;
end
$$;
comment on function private.order_under_way(public.whatsapp_conversations, text) is
  'The order of this customer that is not over yet (the latest, or the one named), locked with its parts. All null when there is none.';

create function private.change_address(c public.whatsapp_conversations, p_args jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  r public.whatsapp_order_relays;
  v_quote jsonb;
  v_address jsonb := private.own_address(c, p_args -> 'address');
  v_id uuid;
begin
  r := private.order_under_way(c, p_args ->> 'relay_id');
  if r.id is null then
    return jsonb_build_object('outcome', 'too_late');
  end if;
  if not v_address ? 'address_id' then
    v_id := private.keep_address(c.business_id, c.contact_id, v_address);
    v_address := private.address_json(v_id);
  end if;
  v_quote := private.quote_delivery(c.business_id, r.total_price - r.delivery_fee, v_address, false);
  if v_quote ->> 'state' not in ('ok', 'below_minimum') or not v_quote ? 'zone_id' then
    return jsonb_build_object('outcome', 'outside', 'order_code', r.code);
  elsif (v_quote ->> 'total')::numeric <> (p_args ->> 'expected_total')::numeric then
    return jsonb_build_object('outcome', 'price_changed', 'order_code', r.code);
  elsif (v_quote ->> 'total')::numeric <> r.total_price and exists (select 1 from public.payments p
      where p.relay_id = r.id and p.provider = 'stripe' and p.status in ('pending', 'link_sent', 'processing', 'paid', 'refunding')) then
    -- The page to pay at shows the old total, or it was paid: a person finds a way.
    perform private.escalate(c.id, 'order_change', 'Order ' || r.code || ': another address at another price, and it is paid by card');
    return jsonb_build_object('outcome', 'by_card', 'order_code', r.code);
  end if;
  update public.whatsapp_order_relays set delivery = private.promised(v_quote), delivery_fee = (v_quote ->> 'fee')::numeric,
    total_price = (v_quote ->> 'total')::numeric, updated_at = now() where id = r.id returning * into r;
  update public.market_orders set delivery = r.delivery, delivery_fee = case when id = r.market_order_id then r.delivery_fee else 0 end, updated_at = now()
  where relay_id = r.id and status not in ('cancelled', 'delivered', 'failed_delivery');
  update public.payments set amount = r.total_price, updated_at = now() where relay_id = r.id and status = 'due';
  update public.contact_addresses set used_at = now() where id = (v_address ->> 'address_id')::uuid;
  perform private.order_event(r, null, 'address_changed', null, null, null, 'customer', jsonb_build_object('zone', v_quote ->> 'zone'));
  perform private.tell_route(r, 'address_changed');
  return jsonb_build_object('outcome', 'changed', 'order_code', r.code);
end
$$;
comment on function private.change_address(public.whatsapp_conversations, jsonb) is
  'A placed order goes somewhere else; its dealers and riders are told. args: relay_id or none for the latest, address, expected_total. '
  'Outcomes: changed, too_late, outside, price_changed, by_card (the price of an order paid by card stays; a person is asked).';

create function private.change_note(c public.whatsapp_conversations, p_args jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  r public.whatsapp_order_relays;
begin
  r := private.order_under_way(c, p_args ->> 'relay_id');
  if r.id is null then
    return jsonb_build_object('outcome', 'too_late');
  end if;
  update public.whatsapp_order_relays set note = left(p_args ->> 'note', 300), updated_at = now() where id = r.id returning * into r;
  update public.market_orders set note = r.note, updated_at = now()
  where relay_id = r.id and status not in ('cancelled', 'delivered', 'failed_delivery');
  perform private.tell_route(r, 'note_changed');
  return jsonb_build_object('outcome', 'noted', 'order_code', r.code);
end
$$;
comment on function private.change_note(public.whatsapp_conversations, jsonb) is
  'A word for those who bring a placed order. args: note, relay_id or none for the latest. Outcomes: noted, too_late.';

-- Helpers of schema private are the engine's own; what people may call is granted by name.
grant execute on all functions in schema private to service_role;
grant execute on function public.checkout_quote(uuid, numeric, jsonb, boolean) to service_role;
