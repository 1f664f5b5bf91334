-- Orders: proposal, confirmation with stock reserved, offers to dealers, first acceptance wins, the way to the door.
-- Every step is a conditional update under the lock of its market order; what lost is told so.

create function private.order_event(p_relay public.whatsapp_order_relays, p_market_order_id uuid, p_kind text, p_audience text default null,
  p_dealer_id uuid default null, p_offer_id uuid default null, p_actor text default 'system', p_data jsonb default '{}'::jsonb) returns void
language sql set search_path = ''
as $$
  insert into public.order_events (business_id, relay_id, market_order_id, kind, audience, dealer_id, offer_id, actor, data)
  values (p_relay.business_id, p_relay.id, p_market_order_id, p_kind, p_audience, p_dealer_id, p_offer_id, p_actor, p_data)
$$;
comment on function private.order_event(public.whatsapp_order_relays, uuid, text, text, uuid, uuid, text, jsonb) is
  'Adds to an order''s timeline; with an audience it will also be told.';

create function private.price_lines(p_business_id uuid, p_lines jsonb) returns jsonb
language sql stable set search_path = ''
as $$
  -- Lines whose product is gone or no longer sold come back without a price.
  select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('product_id', l.value ->> 'product_id', 'sku', p.sku, 'name', p.name,
    'quantity', (l.value ->> 'quantity')::integer, 'variant', coalesce(l.value -> 'variant', '{}'::jsonb),
    'unit_price', p.price::text, 'currency', p.currency)) order by l.n), '[]'::jsonb)
  from jsonb_array_elements(p_lines) with ordinality as l (value, n)
  left join public.products p on p.id = (l.value ->> 'product_id')::uuid and p.business_id = p_business_id and p.active
$$;
comment on function private.price_lines(uuid, jsonb) is 'Order lines with the names and prices of now.';

create function private.lines_total(p_lines jsonb) returns numeric
language sql immutable set search_path = ''
as $$
  select coalesce(sum((l.value ->> 'unit_price')::numeric * (l.value ->> 'quantity')::integer), 0) from jsonb_array_elements(p_lines) l
$$;
comment on function private.lines_total(jsonb) is 'Sum of quantity times unit price.';

create function private.line_needs(p_lines jsonb) returns table (product_id uuid, quantity integer)
language sql immutable set search_path = ''
as $$
  select (l.value ->> 'product_id')::uuid, sum((l.value ->> 'quantity')::integer)::integer
  from jsonb_array_elements(p_lines) l group by 1
$$;
comment on function private.line_needs(jsonb) is 'Pieces needed per product, variants of one product together.';

create function private.propose_order(c public.whatsapp_conversations, p_args jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  v_lines jsonb;
  v_total numeric;
  v_currency text;
  v_code text;
begin
  v_lines := private.price_lines(c.business_id, coalesce((select lines from public.carts where conversation_id = c.id), '[]'::jsonb));
  if jsonb_array_length(v_lines) = 0 then
    return jsonb_build_object('outcome', 'empty');
  end if;
  if exists (select 1 from jsonb_array_elements(v_lines) l where not l.value ? 'unit_price') then
    return jsonb_build_object('outcome', 'unavailable');
  end if;
  v_total := private.lines_total(v_lines);
  if p_args ? 'expected_total' and (p_args ->> 'expected_total')::numeric <> v_total then
    return jsonb_build_object('outcome', 'price_changed', 'total', v_total::text);
  end if;
  select currency into strict v_currency from public.businesses where id = c.business_id;
  update public.whatsapp_order_relays set status = 'failed', failure_reason = 'superseded', updated_at = now()
  where conversation_id = c.id and status = 'pending';
  insert into public.whatsapp_order_relays (id, business_id, conversation_id, contact_id, phone, code, products, total_price, currency,
    simulated, order_data)
  select (p_args ->> 'relay_id')::uuid, c.business_id, c.id, c.contact_id, c.phone, 'D' || nextval('public.order_code_seq'), v_lines,
    v_total, v_currency, a.simulated, coalesce(p_args -> 'order_data', '{}'::jsonb)
  from public.channel_accounts a where a.id = c.account_id
  returning code into v_code;
  return jsonb_build_object('outcome', 'proposed', 'order_code', v_code, 'total', v_total::text);
end
$$;
comment on function private.propose_order(public.whatsapp_conversations, jsonb) is
  'The cart becomes a relay waiting for the customer''s yes. args: relay_id, expected_total. Outcomes: proposed, empty, unavailable, price_changed.';

create function private.covers(p_dealer_id uuid, p_lines jsonb) returns boolean
language sql stable set search_path = ''
as $$
  select not exists (
    select 1 from private.line_needs(p_lines) n
    left join public.dealer_stock s on s.dealer_id = p_dealer_id and s.product_id = n.product_id
    where coalesce(s.on_hand - s.reserved, 0) < n.quantity)
$$;
comment on function private.covers(uuid, jsonb) is 'Whether a dealer has all of these lines free.';

create function private.release_stock(p_dealer_id uuid, p_lines jsonb) returns void
language sql set search_path = ''
as $$
  update public.dealer_stock s set reserved = greatest(s.reserved - n.quantity, 0), updated_at = now()
  from private.line_needs(p_lines) n where s.dealer_id = p_dealer_id and s.product_id = n.product_id
$$;
comment on function private.release_stock(uuid, jsonb) is 'Gives reserved pieces back.';

-- True only if every line could be reserved; the caller's savepoint takes a partial reservation back.
create function private.reserve_stock(p_dealer_id uuid, p_lines jsonb) returns boolean
language plpgsql set search_path = ''
as $$
declare
  n record;
begin
  -- In product order, so that two orders can't wait for each other in a circle.
  for n in select * from private.line_needs(p_lines) order by product_id loop
    update public.dealer_stock set reserved = reserved + n.quantity, updated_at = now()
    where dealer_id = p_dealer_id and product_id = n.product_id and on_hand - reserved >= n.quantity;
    if not found then
      raise exception 'not enough stock' using errcode = 'RD001';
    end if;
  end loop;
  return true;
exception when sqlstate 'RD001' then
  return false;
end
$$;
comment on function private.reserve_stock(uuid, jsonb) is 'Reserves all lines at a dealer, or nothing and returns false.';

create function private.is_simulated(p_relay_id uuid) returns boolean
language sql stable set search_path = ''
as $$
  select simulated from public.whatsapp_order_relays where id = p_relay_id
$$;
comment on function private.is_simulated(uuid) is 'Whether an order came from a simulated number.';

-- One dealer for everything if there is one, else the fewest parts found greedily.
create function private.split_over_dealers(p_business_id uuid, p_lines jsonb) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
  v_rest jsonb := p_lines;
  v_parts jsonb := '[]'::jsonb;
  v_dealer uuid;
  v_mine jsonb;
begin
  while jsonb_array_length(v_rest) > 0 loop
    select d.id, (select jsonb_agg(l.value order by l.n) from jsonb_array_elements(v_rest) with ordinality l (value, n)
        where private.covers(d.id, jsonb_build_array(l.value)) and private.covers(d.id,
          (select jsonb_agg(o.value) from jsonb_array_elements(v_rest) with ordinality o (value, n)
           where o.n <= l.n and o.value ->> 'product_id' = l.value ->> 'product_id')))
    into v_dealer, v_mine
    from public.dealers d where d.business_id = p_business_id and not d.paused
    order by (select count(*) from jsonb_array_elements(v_rest) l where private.covers(d.id, jsonb_build_array(l.value))) desc, d.priority, d.name, d.id
    limit 1;
    if v_mine is null then
      return jsonb_build_object('missing', v_rest);
    end if;
    v_parts := v_parts || jsonb_build_array(jsonb_build_object('dealer_id', v_dealer, 'lines', v_mine));
    select coalesce(jsonb_agg(l.value order by l.n), '[]'::jsonb) into v_rest
    from jsonb_array_elements(v_rest) with ordinality l (value, n)
    where not exists (select 1 from jsonb_array_elements(v_mine) t where t.value = l.value);
  end loop;
  return jsonb_build_object('parts', v_parts);
end
$$;
comment on function private.split_over_dealers(uuid, jsonb) is 'Which dealer gets which lines: {parts: [{dealer_id, lines}]}, or {missing: lines nobody has}.';

create function private.offer_to(p_relay public.whatsapp_order_relays, p_order public.market_orders, p_dealer_id uuid, p_minutes numeric) returns void
language plpgsql set search_path = ''
as $$
declare
  v_offer uuid;
begin
  insert into public.order_offers (business_id, market_order_id, dealer_id, expires_at)
  values (p_order.business_id, p_order.id, p_dealer_id, now() + make_interval(secs => (p_minutes * 60)::double precision))
  on conflict (market_order_id, dealer_id) do nothing returning id into v_offer;
  if v_offer is not null then
    perform private.order_event(p_relay, p_order.id, 'offer_made', 'dealer', p_dealer_id, v_offer);
  end if;
end
$$;
comment on function private.offer_to(public.whatsapp_order_relays, public.market_orders, uuid, numeric) is 'Offers a market order to a dealer who was not asked yet.';

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
    where x.business_id = p_order.business_id and not x.paused
      and not exists (select 1 from public.order_offers o where o.market_order_id = p_order.id and o.dealer_id = x.id)
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

create function private.place_parts(p_relay public.whatsapp_order_relays, p_parts jsonb) returns uuid
language plpgsql set search_path = ''
as $$
declare
  v_part record;
  v_order public.market_orders;
  v_first uuid;
begin
  for v_part in select value, n from jsonb_array_elements(p_parts) with ordinality as p (value, n) order by value ->> 'dealer_id' loop
    if not private.reserve_stock((v_part.value ->> 'dealer_id')::uuid, v_part.value -> 'lines') then
      raise exception 'stock went away' using errcode = 'RD001';
    end if;
  end loop;
  for v_part in select value, n from jsonb_array_elements(p_parts) with ordinality as p (value, n) order by n loop
    insert into public.market_orders (business_id, relay_id, code, holder_id, lines, total_price, currency)
    values (p_relay.business_id, p_relay.id,
      p_relay.code || case when jsonb_array_length(p_parts) > 1 then '-' || v_part.n else '' end,
      (v_part.value ->> 'dealer_id')::uuid, v_part.value -> 'lines', private.lines_total(v_part.value -> 'lines'), p_relay.currency)
    returning * into v_order;
    v_first := coalesce(v_first, v_order.id);
    perform private.ask_dealers(p_relay, v_order);
  end loop;
  return v_first;
exception when sqlstate 'RD001' then
  return null;
end
$$;
comment on function private.place_parts(public.whatsapp_order_relays, jsonb) is 'Reserves and offers all parts of an order, or nothing and returns null.';

create function private.confirm_order(c public.whatsapp_conversations, p_args jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  r public.whatsapp_order_relays;
  v_lines jsonb;
  v_total numeric;
  v_split jsonb;
  v_first uuid;
begin
  select * into r from public.whatsapp_order_relays
  where conversation_id = c.id and id = (p_args ->> 'relay_id')::uuid for update;
  if not found then
    return jsonb_build_object('outcome', 'not_found');
  elsif r.status in ('confirmed', 'created') then
    return jsonb_build_object('outcome', 'already', 'order_code', r.code, 'total', r.total_price::text);
  elsif r.status = 'failed' then
    return jsonb_build_object('outcome', 'expired', 'order_code', r.code);
  end if;
  v_lines := private.price_lines(r.business_id, r.products);
  v_total := private.lines_total(v_lines);
  if v_total <> r.total_price or exists (select 1 from jsonb_array_elements(v_lines) l where not l.value ? 'unit_price') then
    update public.whatsapp_order_relays set status = 'failed', failure_reason = 'price_changed', updated_at = now() where id = r.id;
    return jsonb_build_object('outcome', 'price_changed', 'order_code', r.code, 'total', v_total::text);
  end if;
  -- Stock may go while we look; after three looks it really is gone.
  for i in 1..3 loop
    v_split := private.split_over_dealers(r.business_id, r.products);
    exit when v_split ? 'missing';
    v_first := private.place_parts(r, v_split -> 'parts');
    exit when v_first is not null;
  end loop;
  if v_first is null then
    update public.whatsapp_order_relays set status = 'failed', failure_reason = 'out_of_stock', updated_at = now() where id = r.id;
    return jsonb_build_object('outcome', 'out_of_stock', 'order_code', r.code, 'missing',
      (select string_agg(l.value ->> 'name', ', ') from jsonb_array_elements(coalesce(v_split -> 'missing', r.products)) l));
  end if;
  update public.whatsapp_order_relays set status = 'created', confirmed_at = now(), placed_at = now(), market_order_id = v_first, updated_at = now()
  where id = r.id;
  insert into public.payments (business_id, relay_id, amount, currency) values (r.business_id, r.id, r.total_price, r.currency);
  perform private.order_event(r, null, 'confirmed', null, null, null, 'customer');
  perform private.save_cart(c, '[]'::jsonb);
  return jsonb_build_object('outcome', 'created', 'order_code', r.code, 'total', r.total_price::text, 'relay_id', r.id);
end
$$;
comment on function private.confirm_order(public.whatsapp_conversations, jsonb) is
  'The customer said yes: stock is reserved and dealers are asked, all or nothing. args: relay_id. '
  'Outcomes: created, already, expired, not_found, price_changed, out_of_stock.';

create function private.cancel_market_order(p_relay public.whatsapp_order_relays, p_order_id uuid, p_actor text, p_reason text) returns boolean
language plpgsql set search_path = ''
as $$
declare
  m public.market_orders;
  o record;
begin
  select * into m from public.market_orders where id = p_order_id for update;
  if m.status not in ('offered', 'accepted', 'preparing', 'ready') then
    return false;
  end if;
  if coalesce(m.dealer_id, m.holder_id) is not null then
    perform private.release_stock(coalesce(m.dealer_id, m.holder_id), m.lines);
  end if;
  update public.market_orders set status = 'cancelled', cancelled_at = now(), updated_at = now() where id = m.id;
  for o in update public.order_offers set outcome = 'lost', resolved_at = now()
    where market_order_id = m.id and outcome = 'pending' returning id, dealer_id
  loop
    perform private.order_event(p_relay, m.id, 'offer_withdrawn', 'dealer', o.dealer_id, o.id, p_actor, jsonb_build_object('reason', p_reason));
  end loop;
  if m.dealer_id is not null then
    perform private.order_event(p_relay, m.id, 'order_cancelled', 'dealer', m.dealer_id, null, p_actor, jsonb_build_object('reason', p_reason));
  end if;
  perform private.order_event(p_relay, m.id, 'cancelled', null, null, null, p_actor, jsonb_build_object('reason', p_reason));
  return true;
end
$$;
comment on function private.cancel_market_order(public.whatsapp_order_relays, uuid, text, text) is 'Cancels a market order, gives its stock back and tells the dealers.';

create function private.cancel_order(c public.whatsapp_conversations, p_args jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  r public.whatsapp_order_relays;
  m record;
begin
  select * into r from public.whatsapp_order_relays
  where conversation_id = c.id and status in ('pending', 'confirmed', 'created')
    and (p_args ->> 'relay_id' is null or id = (p_args ->> 'relay_id')::uuid)
    and not exists (select 1 from public.market_orders x where x.relay_id = whatsapp_order_relays.id and x.status in ('cancelled', 'delivered'))
  order by created_at desc limit 1 for update;
  if not found then
    return jsonb_build_object('outcome', 'not_found');
  end if;
  perform 1 from public.market_orders where relay_id = r.id order by id for update;
  if exists (select 1 from public.market_orders where relay_id = r.id and status <> 'offered') then
    return jsonb_build_object('outcome', 'too_late', 'order_code', r.code);
  end if;
  for m in select id from public.market_orders where relay_id = r.id order by id loop
    perform private.cancel_market_order(r, m.id, 'customer', 'cancelled by the customer');
  end loop;
  update public.whatsapp_order_relays set status = 'failed', failure_reason = 'cancelled', updated_at = now() where id = r.id;
  return jsonb_build_object('outcome', 'cancelled', 'order_code', r.code);
end
$$;
comment on function private.cancel_order(public.whatsapp_conversations, jsonb) is
  'The customer takes an order back while no dealer has accepted. args: relay_id or none for the latest. Outcomes: cancelled, too_late, not_found.';

create function private.assign_rider(p_relay public.whatsapp_order_relays, p_order_id uuid) returns void
language plpgsql set search_path = ''
as $$
declare
  v_rider uuid;
  v_business uuid;
  v_code text;
begin
  select r.id into v_rider from public.riders r
  where r.business_id = p_relay.business_id and r.active
  order by (select count(*) from public.market_orders m where m.rider_id = r.id and m.status in ('accepted', 'preparing', 'ready', 'out_for_delivery')), r.name, r.id
  limit 1;
  if v_rider is null then
    return;
  end if;
  update public.market_orders set rider_id = v_rider, updated_at = now() where id = p_order_id returning business_id, code into v_business, v_code;
  perform private.push(v_business, 'new_order', 'rider', v_rider, jsonb_build_object('market_order_id', p_order_id, 'order_code', v_code),
    'new_order:' || p_order_id || ':' || v_rider, p_relay.simulated);
end
$$;
comment on function private.assign_rider(public.whatsapp_order_relays, uuid) is 'Gives an accepted order to the active rider with the fewest open ones, and pushes.';

create function private.dealer_of(c public.whatsapp_conversations) returns uuid
language sql stable set search_path = ''
as $$
  select private.is_dealer(c.business_id, c.contact_id)
$$;
comment on function private.dealer_of(public.whatsapp_conversations) is 'The dealer who writes in a conversation, or null.';

create function private.accept_offer(c public.whatsapp_conversations, p_args jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  o public.order_offers;
  m public.market_orders;
  r public.whatsapp_order_relays;
  l record;
begin
  select x.* into o from public.order_offers x where x.id = (p_args ->> 'offer_id')::uuid and x.dealer_id = private.dealer_of(c);
  if not found then
    return jsonb_build_object('outcome', 'not_found');
  end if;
  select * into strict m from public.market_orders where id = o.market_order_id for update;
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
      perform private.release_stock(m.holder_id, m.lines);
    end if;
  end if;
  update public.order_offers set outcome = 'accepted', resolved_at = now() where id = o.id;
  update public.market_orders set status = 'accepted', dealer_id = o.dealer_id, holder_id = o.dealer_id, accepted_at = now(), updated_at = now() where id = m.id;
  for l in update public.order_offers set outcome = 'lost', resolved_at = now()
    where market_order_id = m.id and outcome = 'pending' returning id, dealer_id
  loop
    perform private.order_event(r, m.id, 'offer_lost', 'dealer', l.dealer_id, l.id);
  end loop;
  perform private.order_event(r, m.id, 'accepted', 'customer', o.dealer_id, o.id, 'dealer');
  perform private.assign_rider(r, m.id);
  return jsonb_build_object('outcome', 'accepted', 'order_code', m.code, 'total', m.total_price::text, 'market_order_id', m.id);
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
    perform private.release_stock(m.holder_id, m.lines);
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
  select * into strict m from public.market_orders where id = o.market_order_id for update;
  update public.order_offers set outcome = 'declined', resolved_at = now() where id = o.id and outcome = 'pending' returning * into o;
  if not found then
    return jsonb_build_object('outcome', 'too_late', 'order_code', m.code);
  end if;
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
    perform 1 from public.market_orders where id = d.id for update;
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

create function private.status_rank(p_status text) returns integer
language sql immutable set search_path = ''
as $$
  select array_position(array['offered', 'accepted', 'preparing', 'ready', 'out_for_delivery', 'delivered'], p_status)
$$;
comment on function private.status_rank(text) is 'Order in which a market order moves forward.';

create function private.move_order(p_order_id uuid, p_status text, p_actor text) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  m public.market_orders;
  r public.whatsapp_order_relays;
begin
  select * into m from public.market_orders where id = p_order_id for update;
  if not found then
    return jsonb_build_object('outcome', 'not_found');
  elsif m.status = p_status then
    return jsonb_build_object('outcome', 'already', 'order_code', m.code, 'status', m.status);
  elsif m.status in ('offered', 'cancelled', 'failed_delivery', 'delivered')
    or private.status_rank(p_status) is null or private.status_rank(p_status) < private.status_rank(m.status) then
    return jsonb_build_object('outcome', 'refused', 'order_code', m.code, 'status', m.status);
  end if;
  select * into strict r from public.whatsapp_order_relays where id = m.relay_id;
  update public.market_orders set status = p_status, updated_at = now(),
    delivered_at = case when p_status = 'delivered' then now() end where id = m.id;
  if p_status = 'delivered' then
    -- The promised pieces have left the shop.
    update public.dealer_stock s set on_hand = s.on_hand - least(n.quantity, s.reserved), reserved = s.reserved - least(n.quantity, s.reserved), updated_at = now()
    from private.line_needs(m.lines) n where s.dealer_id = m.dealer_id and s.product_id = n.product_id;
    perform private.push(m.business_id, 'delivered', 'support', null,
      jsonb_build_object('market_order_id', m.id, 'order_code', m.code), 'delivered:' || m.id, r.simulated);
  end if;
  perform private.order_event(r, m.id, p_status, 'customer', m.dealer_id, null, p_actor);
  return jsonb_build_object('outcome', 'updated', 'order_code', m.code, 'status', p_status);
end
$$;
comment on function private.move_order(uuid, text, text) is 'Moves an accepted market order forward and tells the customer. Outcomes: updated, already, refused, not_found.';

create function private.set_order_status(c public.whatsapp_conversations, p_args jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
begin
  if not exists (select 1 from public.market_orders where id = (p_args ->> 'market_order_id')::uuid and dealer_id = private.dealer_of(c)) then
    return jsonb_build_object('outcome', 'not_found');
  end if;
  return private.move_order((p_args ->> 'market_order_id')::uuid, p_args ->> 'status', 'dealer');
end
$$;
comment on function private.set_order_status(public.whatsapp_conversations, jsonb) is
  'A dealer moves one of their orders forward. args: market_order_id, status. Outcomes as move_order.';

create function private.set_stock(c public.whatsapp_conversations, p_args jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  v_dealer uuid := private.dealer_of(c);
  v_product uuid := (p_args ->> 'product_id')::uuid;
  v_before integer;
  s public.dealer_stock;
  v_name text;
begin
  select name into v_name from public.products where id = v_product and business_id = c.business_id;
  if v_dealer is null or not found then
    return jsonb_build_object('outcome', 'not_found');
  end if;
  insert into public.dealer_stock (dealer_id, product_id, business_id) values (v_dealer, v_product, c.business_id)
  on conflict (dealer_id, product_id) do nothing;
  select * into strict s from public.dealer_stock where dealer_id = v_dealer and product_id = v_product for update;
  v_before := s.on_hand;
  -- Pieces already promised stay promised: the shelf can't hold fewer than those.
  update public.dealer_stock set updated_at = now(), on_hand = greatest(reserved, 0,
    case when p_args ? 'add' then on_hand + (p_args ->> 'add')::integer else (p_args ->> 'on_hand')::integer end)
  where dealer_id = v_dealer and product_id = v_product returning * into s;
  insert into public.audit_log (business_id, actor, action, entity, entity_id, detail)
  values (c.business_id, 'dealer:' || v_dealer, 'set_stock', 'dealer_stock', v_product::text,
    jsonb_build_object('before', v_before, 'after', s.on_hand, 'conversation_id', c.id));
  return jsonb_build_object('outcome', case when s.reserved > 0 then 'updated_reserved' else 'updated' end, 'product', v_name,
    'on_hand', s.on_hand, 'reserved', s.reserved, 'available', s.on_hand - s.reserved);
end
$$;
comment on function private.set_stock(public.whatsapp_conversations, jsonb) is
  'A dealer says what is on the shelf. args: product_id with on_hand, or add (may be negative). Outcomes: updated, updated_reserved, not_found.';

create function private.pause_dealer(c public.whatsapp_conversations, p_args jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
begin
  update public.dealers set paused = (p_args ->> 'paused')::boolean, updated_at = now() where id = private.dealer_of(c);
  return jsonb_build_object('outcome', case when not found then 'not_found' when (p_args ->> 'paused')::boolean then 'paused' else 'resumed' end);
end
$$;
comment on function private.pause_dealer(public.whatsapp_conversations, jsonb) is 'A dealer takes a break or comes back. args: paused. Outcomes: paused, resumed, not_found.';

create function private.run_action(c public.whatsapp_conversations, p_kind text, p_args jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
begin
  return case p_kind
    when 'propose_order' then private.propose_order(c, p_args)
    when 'confirm_order' then private.confirm_order(c, p_args)
    when 'cancel_order' then private.cancel_order(c, p_args)
    when 'accept_offer' then private.accept_offer(c, p_args)
    when 'decline_offer' then private.decline_offer(c, p_args)
    when 'set_order_status' then private.set_order_status(c, p_args)
    when 'set_stock' then private.set_stock(c, p_args)
    when 'pause_dealer' then private.pause_dealer(c, p_args)
    else jsonb_build_object('outcome', 'unknown_action')
  end;
end
$$;
comment on function private.run_action(public.whatsapp_conversations, text, jsonb) is 'Does one action of a decision. Returns its outcome with values for the replies.';

-- What pipelines read before they decide.
create function public.customer_orders(p_conversation_id uuid, p_limit integer default 5) returns jsonb
language sql stable set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('relay_id', r.id, 'code', r.code, 'status', r.status, 'failure_reason', r.failure_reason,
    'total', r.total_price::text, 'currency', r.currency, 'lines', r.products, 'created_at', r.created_at,
    'parts', (select coalesce(jsonb_agg(jsonb_build_object('market_order_id', m.id, 'code', m.code, 'status', m.status, 'dealer', d.name, 'rider', k.name) order by m.code), '[]'::jsonb)
      from public.market_orders m left join public.dealers d on d.id = m.dealer_id left join public.riders k on k.id = m.rider_id where m.relay_id = r.id))
    order by r.created_at desc), '[]'::jsonb)
  from (select x.* from public.whatsapp_order_relays x join public.whatsapp_conversations c on c.contact_id = x.contact_id and c.id = p_conversation_id
    where x.business_id = c.business_id order by x.created_at desc limit p_limit) r
$$;
comment on function public.customer_orders(uuid, integer) is 'The latest orders of the customer in a conversation, with the state of each part.';

create function public.dealer_board(p_dealer_id uuid) returns jsonb
language sql stable set search_path = ''
as $$
  select jsonb_build_object(
    'offers', (select coalesce(jsonb_agg(jsonb_build_object('offer_id', o.id, 'market_order_id', m.id, 'code', m.code, 'lines', m.lines,
        'total', m.total_price::text, 'currency', m.currency, 'expires_at', o.expires_at) order by o.created_at), '[]'::jsonb)
      from public.order_offers o join public.market_orders m on m.id = o.market_order_id
      where o.dealer_id = p_dealer_id and o.outcome = 'pending' and o.expires_at > now()),
    'orders', (select coalesce(jsonb_agg(jsonb_build_object('market_order_id', m.id, 'code', m.code, 'status', m.status, 'lines', m.lines,
        'total', m.total_price::text, 'currency', m.currency, 'rider', k.name, 'accepted_at', m.accepted_at) order by m.accepted_at), '[]'::jsonb)
      from public.market_orders m left join public.riders k on k.id = m.rider_id
      where m.dealer_id = p_dealer_id and m.status in ('accepted', 'preparing', 'ready', 'out_for_delivery')),
    'recent_offers', (select coalesce(jsonb_agg(jsonb_build_object('offer_id', x.id, 'code', x.code, 'outcome', x.outcome, 'status', x.status)), '[]'::jsonb)
      from (select o.id, m.code, o.outcome, m.status from public.order_offers o join public.market_orders m on m.id = o.market_order_id
        where o.dealer_id = p_dealer_id order by o.created_at desc limit 20) x))
$$;
comment on function public.dealer_board(uuid) is 'Open offers and orders of a dealer, and the last offers with their outcomes.';

create function public.dealer_stock_of(p_dealer_id uuid, p_product_ids uuid[]) returns jsonb
language sql stable set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('product_id', p.id, 'sku', p.sku, 'name', p.name, 'on_hand', coalesce(s.on_hand, 0),
    'reserved', coalesce(s.reserved, 0), 'available', coalesce(s.on_hand - s.reserved, 0)) order by array_position(p_product_ids, p.id)), '[]'::jsonb)
  from public.products p left join public.dealer_stock s on s.product_id = p.id and s.dealer_id = p_dealer_id
  where p.id = any (p_product_ids)
$$;
comment on function public.dealer_stock_of(uuid, uuid[]) is 'What a dealer has of these products.';

do $$
declare
  f record;
begin
  for f in select p.oid::regprocedure as signature from pg_catalog.pg_proc p
    where (p.pronamespace = 'private'::regnamespace and p.proname in ('order_event', 'price_lines', 'lines_total', 'line_needs', 'propose_order',
      'covers', 'release_stock', 'reserve_stock', 'is_simulated', 'split_over_dealers', 'offer_to', 'ask_dealers', 'place_parts', 'confirm_order',
      'cancel_market_order', 'cancel_order', 'assign_rider', 'dealer_of', 'accept_offer', 'pass_on', 'decline_offer', 'status_rank', 'move_order',
      'set_order_status', 'set_stock', 'pause_dealer', 'run_action'))
      or (p.pronamespace = 'public'::regnamespace and p.proname in ('expire_offers', 'customer_orders', 'dealer_board', 'dealer_stock_of'))
  loop
    execute format('grant execute on function %s to service_role', f.signature);
  end loop;
end
$$;
