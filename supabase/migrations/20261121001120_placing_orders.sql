-- Placing: the cart becomes a proposal; the customer's yes reserves stock and asks dealers, all or nothing.

create function private.propose_order(c public.whatsapp_conversations, p_args jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  v_lines jsonb;
  v_goods numeric;
  v_quote jsonb;
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
  v_goods := private.lines_total(v_lines);
  v_quote := private.cart_quote(c, v_goods);
  if v_quote ->> 'state' not in ('ok', 'none', 'pickup') then
    return jsonb_build_object('outcome', 'undeliverable', 'state', v_quote ->> 'state');
  elsif p_args ? 'expected_total' and (p_args ->> 'expected_total')::numeric <> (v_quote ->> 'total')::numeric then
    return jsonb_build_object('outcome', 'price_changed', 'total', v_quote ->> 'total');
  end if;
  select currency into strict v_currency from public.businesses where id = c.business_id;
  update public.whatsapp_order_relays set status = 'failed', failure_reason = 'superseded', updated_at = now()
  where conversation_id = c.id and status = 'pending';
  insert into public.whatsapp_order_relays (id, business_id, conversation_id, contact_id, phone, code, products, total_price, currency,
    simulated, order_data, delivery, delivery_fee, note)
  select (p_args ->> 'relay_id')::uuid, c.business_id, c.id, c.contact_id, c.phone, 'D' || nextval('public.order_code_seq'), v_lines,
    (v_quote ->> 'total')::numeric, v_currency, a.simulated, coalesce(p_args -> 'order_data', '{}'::jsonb), private.promised(v_quote),
    (v_quote ->> 'fee')::numeric, coalesce((select k.note from public.carts k where k.conversation_id = c.id), '')
  from public.channel_accounts a where a.id = c.account_id
  returning code into v_code;
  return jsonb_build_object('outcome', 'proposed', 'order_code', v_code, 'total', v_quote ->> 'total');
end
$$;
comment on function private.propose_order(public.whatsapp_conversations, jsonb) is
  'The cart becomes a relay waiting for the customer''s yes. args: relay_id, expected_total (with delivery). '
  'Outcomes: proposed, empty, unavailable, undeliverable, price_changed.';

-- One dealer for everything if there is one, else the fewest parts found greedily.
create function private.split_over_dealers(p_business_id uuid, p_lines jsonb, p_at timestamptz, p_open_only boolean) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
  v_rest jsonb := p_lines;
  v_parts jsonb := '[]'::jsonb;
  v_dealer uuid;
  v_mine jsonb;
  v_timezone text;
begin
  select timezone into strict v_timezone from public.businesses where id = p_business_id;
  while jsonb_array_length(v_rest) > 0 loop
    select d.id, (select jsonb_agg(l.value order by l.n) from jsonb_array_elements(v_rest) with ordinality l (value, n)
        where private.covers(d.id, jsonb_build_array(l.value)) and private.covers(d.id,
          (select jsonb_agg(o.value) from jsonb_array_elements(v_rest) with ordinality o (value, n)
           where o.n <= l.n and o.value ->> 'product_id' = l.value ->> 'product_id')))
    into v_dealer, v_mine
    from public.dealers d where d.business_id = p_business_id and not d.paused and (not p_open_only or private.dealer_opens(d, v_timezone, p_at) <= p_at)
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
comment on function private.split_over_dealers(uuid, jsonb, timestamptz, boolean) is
  'Which dealer, open at that time or no matter, gets which lines: {parts: [{dealer_id, lines}]}, or {missing: lines nobody has}.';

create function private.place_parts(p_relay public.whatsapp_order_relays, p_parts jsonb, p_held boolean) returns uuid
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
    insert into public.market_orders (business_id, relay_id, code, status, holder_id, lines, total_price, currency, delivery, delivery_fee, note)
    values (p_relay.business_id, p_relay.id,
      p_relay.code || case when jsonb_array_length(p_parts) > 1 then '-' || v_part.n else '' end,
      case when p_held then 'held' else 'offered' end, (v_part.value ->> 'dealer_id')::uuid, v_part.value -> 'lines',
      private.lines_total(v_part.value -> 'lines'), p_relay.currency, p_relay.delivery,
      case when v_first is null then p_relay.delivery_fee else 0 end, p_relay.note)
    returning * into v_order;
    v_first := coalesce(v_first, v_order.id);
    if not p_held then
      perform private.ask_dealers(p_relay, v_order);
    end if;
  end loop;
  return v_first;
exception when sqlstate 'RD001' then
  return null;
end
$$;
comment on function private.place_parts(public.whatsapp_order_relays, jsonb, boolean) is
  'Reserves all parts of an order and offers them, unless held, to dealers; or nothing and returns null.';

create function private.confirm_order(c public.whatsapp_conversations, p_args jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  r public.whatsapp_order_relays;
  v_lines jsonb;
  v_quote jsonb;
  v_split jsonb;
  v_first uuid;
  v_opens timestamptz;
  v_late boolean := false;
  v_card boolean := coalesce(p_args ->> 'pay' = 'stripe', false);
begin
  select * into r from public.whatsapp_order_relays
  where conversation_id = c.id and id = (p_args ->> 'relay_id')::uuid for no key update;
  if not found then
    return jsonb_build_object('outcome', 'not_found');
  elsif r.status in ('confirmed', 'created') then
    return jsonb_build_object('outcome', 'already', 'order_code', r.code, 'total', r.total_price::text);
  elsif r.status = 'failed' then
    return jsonb_build_object('outcome', 'expired', 'order_code', r.code);
  end if;
  v_lines := private.price_lines(r.business_id, r.products);
  v_quote := private.quote_delivery(r.business_id, private.lines_total(v_lines), case when r.delivery ? 'address' then r.delivery end,
    coalesce(r.delivery ->> 'way' = 'pickup', false));
  if exists (select 1 from jsonb_array_elements(v_lines) l where not l.value ? 'unit_price')
    or v_quote ->> 'state' not in ('ok', 'none', 'pickup') or (v_quote ->> 'total')::numeric <> r.total_price then
    update public.whatsapp_order_relays set status = 'failed', failure_reason = 'price_changed', updated_at = now() where id = r.id;
    return jsonb_build_object('outcome', 'price_changed', 'order_code', r.code, 'total', v_quote ->> 'total');
  end if;
  if v_card and (r.simulated or coalesce(private.minor_units(r.total_price, r.currency), 0) = 0
    or not exists (select 1 from public.businesses b where b.id = r.business_id and 'stripe' = any (b.payment_methods))) then
    return jsonb_build_object('outcome', 'no_card', 'order_code', r.code);
  end if;
  v_opens := private.next_opening(r.business_id, now());
  -- Stock may go while we look; after three looks it really is gone.
  for i in 1..3 loop
    v_late := false;
    v_split := private.split_over_dealers(r.business_id, r.products, v_opens, true);
    if v_split ? 'missing' then
      -- Who has it may open later than the others: better wait for them than sell nothing.
      v_split := private.split_over_dealers(r.business_id, r.products, v_opens, false);
      v_late := true;
    end if;
    exit when v_split ? 'missing';
    v_first := private.place_parts(r, v_split -> 'parts', v_card or v_late or v_opens > now());
    exit when v_first is not null;
  end loop;
  if v_late and v_first is not null then
    v_opens := greatest(private.order_opens(r.id), now() + interval '1 second');
  end if;
  if v_first is null then
    update public.whatsapp_order_relays set status = 'failed', failure_reason = 'out_of_stock', updated_at = now() where id = r.id;
    return jsonb_build_object('outcome', 'out_of_stock', 'order_code', r.code, 'missing',
      (select string_agg(l.value ->> 'name', ', ') from jsonb_array_elements(coalesce(v_split -> 'missing', r.products)) l));
  end if;
  update public.whatsapp_order_relays set confirmed_at = now(), market_order_id = v_first, updated_at = now(),
    status = case when v_card or v_opens > now() then 'confirmed' else 'created' end,
    held_until = case when not v_card and v_opens > now() then v_opens end,
    placed_at = case when v_card or v_opens > now() then null else now() end
  where id = r.id;
  if v_card then
    perform private.ask_for_card(r);
    perform private.wake_workers();
  else
    insert into public.payments (business_id, relay_id, amount, currency) values (r.business_id, r.id, r.total_price, r.currency);
  end if;
  perform private.order_event(r, null, 'confirmed', null, null, null, coalesce(p_args ->> 'actor', 'customer'));
  update public.contact_addresses set used_at = now() where id = (r.delivery ->> 'address_id')::uuid;
  update public.carts set lines = '[]'::jsonb, address_id = null, pickup = false, note = '', reminder = null, reminded_at = null, updated_at = now()
  where conversation_id = c.id;
  return jsonb_build_object('outcome', case when v_card then 'awaiting_payment' when v_opens > now() then 'held' else 'created' end, 'order_code', r.code,
    'total', r.total_price::text, 'relay_id', r.id,
    'opens_at', (select to_char(v_opens at time zone b.timezone, 'DD/MM, HH24:MI') from public.businesses b where b.id = r.business_id));
end
$$;
comment on function private.confirm_order(public.whatsapp_conversations, jsonb) is
  'The customer said yes: stock is reserved and dealers are asked, all or nothing; while the shop is closed, or all who have the goods, they are asked when it opens. '
  'What is paid by card waits, reserved, for its payment. args: relay_id, pay stripe or nothing for cash, actor (who said it; the customer unless named). '
  'Outcomes: created, held, awaiting_payment, no_card (it can''t be paid by card), already, expired, not_found, price_changed, out_of_stock.';

-- Helpers of schema private are the engine's own; what people may call is granted by name.
grant execute on all functions in schema private to service_role;
