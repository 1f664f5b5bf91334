-- Placing: the cart becomes a proposal; the customer's yes reserves stock and asks dealers, all or nothing.

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

-- Helpers of schema private are the engine's own; what people may call is granted by name.
grant execute on all functions in schema private to service_role;
