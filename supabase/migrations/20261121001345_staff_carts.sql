-- What people at the desk do with a customer's cart: change a line, say where it goes, place the order for the customer.
-- Prices, stock, fee and minimum are those of the customer's own way: private.propose_order and private.confirm_order.

create function private.require_cart(p_conversation_id uuid) returns public.whatsapp_conversations
language plpgsql security definer set search_path = ''
as $$
declare
  c public.whatsapp_conversations;
begin
  c := private.require_conversation(p_conversation_id, '{admin,agent}');
  if c.conversation_type <> 'customer' then
    raise exception 'only customers have a cart' using errcode = 'PT409', detail = 'no_cart', hint = 'Dealers and riders order from a number of their own.';
  elsif c.status = 'resolved' then
    raise exception 'the conversation is resolved' using errcode = 'PT409', detail = 'resolved', hint = 'Reopen it first.';
  end if;
  return c;
end
$$;
comment on function private.require_cart(uuid) is 'A customer''s conversation in progress, locked; PT409 when it is another kind or over, else as require_conversation.';

create function private.refuse_cart(p_reason text, p_hint text) returns void
language plpgsql set search_path = ''
as $$
begin
  raise exception 'the cart can''t be changed so' using errcode = 'PT409', detail = p_reason, hint = p_hint;
end
$$;
comment on function private.refuse_cart(text, text) is 'Says no to a change of a cart.';

create function private.delivery_version(k public.carts) returns text
language sql immutable set search_path = ''
as $$
  select md5(jsonb_build_array(k.address_id, coalesce(k.pickup, false), coalesce(k.note, ''))::text)
$$;
comment on function private.delivery_version(public.carts) is 'A sign of where a cart goes: another one once that was changed.';

create function private.cart_version(k public.carts) returns text
language sql immutable set search_path = ''
as $$
  select md5(jsonb_build_array(coalesce(k.lines, '[]'::jsonb), private.delivery_version(k))::text)
$$;
comment on function private.cart_version(public.carts) is 'A sign of all that is in a cart: another one once anything of it was changed.';

create function private.ways_to_pay(c public.whatsapp_conversations) returns text[]
language sql stable set search_path = ''
as $$
  -- Simulated numbers are never offered the card: their orders are not real, and the money would be.
  select case when a.simulated then '{cash_on_delivery}'::text[] else b.payment_methods end
  from public.businesses b join public.channel_accounts a on a.id = c.account_id where b.id = c.business_id
$$;
comment on function private.ways_to_pay(public.whatsapp_conversations) is 'How the customer of a conversation may pay.';

create function private.open_cart(c public.whatsapp_conversations) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
  k public.carts;
  b public.businesses;
  v_lines jsonb;
  v_opens timestamptz := private.next_opening(c.business_id, now());
begin
  select * into k from public.carts where conversation_id = c.id;
  select * into strict b from public.businesses where id = c.business_id;
  v_lines := private.price_lines(c.business_id, coalesce(k.lines, '[]'::jsonb));
  return jsonb_build_object(
    'version', private.cart_version(k), 'delivery_version', private.delivery_version(k), 'currency', b.currency,
    'lines', (select coalesce(jsonb_agg(l.value || jsonb_build_object(
        'name', coalesce(l.value ->> 'name', (select p.name from public.products p where p.id = (l.value ->> 'product_id')::uuid)),
        'total', ((l.value ->> 'unit_price')::numeric * (l.value ->> 'quantity')::integer)::numeric(12, 2)::text,
        'available', private.free_pieces((l.value ->> 'product_id')::uuid)) order by l.n), '[]'::jsonb)
      from jsonb_array_elements(v_lines) with ordinality l (value, n)),
    'goods', private.lines_total(v_lines)::numeric(12, 2)::text,
    'delivers', exists (select 1 from public.delivery_zones z where z.business_id = b.id and z.active),
    'opens_at', case when v_opens > now() then v_opens end,
    'waits_for_yes', exists (select 1 from public.whatsapp_order_relays r where r.conversation_id = c.id and r.status = 'pending'),
    'pickup', coalesce(k.pickup, false), 'ways_to_pay', to_jsonb(private.ways_to_pay(c)),
    'quote', public.checkout_quote(c.id, private.lines_total(v_lines)));
end
$$;
comment on function private.open_cart(public.whatsapp_conversations) is
  'A cart as the desk shows it: lines at today''s prices with the pieces that can be had, the quote of its delivery, and signs of what was seen.';

create function public.staff_cart(p_conversation_id uuid) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  c public.whatsapp_conversations;
begin
  select * into c from public.whatsapp_conversations
  where id = p_conversation_id and business_id in (select private.my_businesses())
    and conversation_type = 'customer' and status <> 'resolved';
  return case when found then private.open_cart(c) end;
end
$$;
comment on function public.staff_cart(uuid) is
  'The cart of a customer''s conversation in progress: {version, delivery_version, currency, lines, goods, delivers, pickup, ways_to_pay, quote, opens_at, '
  'waits_for_yes}; null when there can be none.';

create function public.staff_carts(p_conversation_ids uuid[]) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select coalesce(jsonb_object_agg(c.id, private.open_cart(c)), '{}') from public.whatsapp_conversations c
  where c.id = any (p_conversation_ids) and c.business_id in (select private.my_businesses())
    and c.conversation_type = 'customer' and c.status <> 'resolved'
$$;
comment on function public.staff_carts(uuid[]) is 'What staff_cart tells of each of these conversations that can have a cart, by its id.';

create function private.cart_touched(c public.whatsapp_conversations) returns void
language plpgsql set search_path = ''
as $$
begin
  -- A summary that no longer tells the cart must not be confirmed by its old button, nor a reminder name what is gone.
  update public.whatsapp_order_relays set status = 'failed', failure_reason = 'superseded', updated_at = now()
  where conversation_id = c.id and status = 'pending';
  update public.carts set reminder = null, updated_at = now() where conversation_id = c.id;
  update public.whatsapp_conversations set updated_at = now(), session_version = session_version + 1,
    session = session #- '{customer,proposal}' #- '{customer,awaited}' where id = c.id;
  -- A turn under way has read the cart as it was: its token goes, and it is answered anew with the cart as it is.
  update public.turn_queue set token = null, claimed_at = null, attempts = greatest(attempts - 1, 0), run_at = greatest(now(), hold_until)
  where conversation_id = c.id and token is not null;
  perform private.wake_workers();
end
$$;
comment on function private.cart_touched(public.whatsapp_conversations) is
  'A person changed a cart: what was proposed for it is withdrawn, and a turn that began before is answered anew.';

create function private.check_line(p_business_id uuid, p_product_id uuid, p_variant jsonb, p_pieces integer, p_is_new boolean) returns void
language plpgsql stable set search_path = ''
as $$
declare
  p public.products;
begin
  select * into p from public.products where id = p_product_id and business_id = p_business_id and active;
  if not found then
    perform private.refuse_cart('cart_product', 'It is not sold any more. Choose another product.');
  elsif p_is_new and not private.comes_in(p.attributes, p_variant) then
    perform private.refuse_cart('cart_variant', 'Choose one of the values that the product comes in.');
  elsif p_pieces > private.free_pieces(p.id) then
    perform private.refuse_cart('cart_stock', 'No dealer has so many. Choose fewer pieces.');
  end if;
end
$$;
comment on function private.check_line(uuid, uuid, jsonb, integer, boolean) is
  'PT409 for more of a product than can be had: not sold, without its variant, or more pieces (of all its variants) than one dealer has free.';

create function public.staff_set_line(p_conversation_id uuid, p_product_id uuid, p_variant jsonb, p_quantity integer, p_seen integer, p_client_key text)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  c public.whatsapp_conversations;
  v_lines jsonb;
  v_variant jsonb := coalesce(p_variant, '{}'::jsonb);
  v_place bigint;
  v_before integer;
  v_others integer;
begin
  c := private.require_cart(p_conversation_id);
  perform private.require_key(p_client_key);
  if p_quantity is null or p_quantity not between 0 and 999 or jsonb_typeof(v_variant) <> 'object' then
    raise exception 'quantity must be 0 to 999' using errcode = '22023', detail = 'cart_quantity', hint = 'Write a whole number; 0 takes the line out.';
  end if;
  if not private.audit(c.business_id, 'set_cart_line', 'carts', c.id::text,
    jsonb_build_object('product_id', p_product_id, 'variant', v_variant, 'from', p_seen, 'to', p_quantity), p_client_key) then
    return private.open_cart(c);
  end if;
  v_lines := coalesce((select lines from public.carts where conversation_id = c.id), '[]'::jsonb);
  select l.n, (l.value ->> 'quantity')::integer into v_place, v_before from jsonb_array_elements(v_lines) with ordinality l (value, n)
  where l.value ->> 'product_id' = p_product_id::text and coalesce(l.value -> 'variant', '{}'::jsonb) = v_variant order by l.n limit 1;
  if coalesce(v_before, 0) <> coalesce(p_seen, 0) then
    perform private.refuse_cart('cart_changed', 'Somebody changed this line meanwhile. Look at it again.');
  end if;
  if p_quantity > coalesce(v_before, 0) then
    select coalesce(sum((l.value ->> 'quantity')::integer), 0) into v_others from jsonb_array_elements(v_lines) with ordinality l (value, n)
    where l.value ->> 'product_id' = p_product_id::text and l.n is distinct from v_place;
    perform private.check_line(c.business_id, p_product_id, v_variant, v_others + p_quantity, v_place is null);
    if v_place is null and jsonb_array_length(v_lines) >= 50 then
      perform private.refuse_cart('cart_lines', 'A cart has at most 50 lines. Place this order first.');
    end if;
  end if;
  select coalesce(jsonb_agg(case when l.n = v_place then l.value || jsonb_build_object('quantity', p_quantity) else l.value end order by l.n), '[]'::jsonb)
  into v_lines from jsonb_array_elements(v_lines) with ordinality l (value, n) where l.n is distinct from v_place or p_quantity > 0;
  if v_place is null and p_quantity > 0 then
    v_lines := v_lines || jsonb_build_array(jsonb_build_object('product_id', p_product_id, 'quantity', p_quantity, 'variant', v_variant));
  end if;
  perform private.save_cart(c, v_lines);
  perform private.cart_touched(c);
  return private.open_cart(c);
end
$$;
comment on function public.staff_set_line(uuid, uuid, jsonb, integer, integer, text) is
  'An agent sets the pieces of one line of a customer''s cart, 0 takes it out; p_seen is how many they saw there. Returns the cart as staff_cart. '
  'PT409: cart_changed (somebody was faster: nothing is written), cart_product, cart_variant, cart_stock, cart_lines.';

create function public.staff_set_delivery(p_conversation_id uuid, p_delivery jsonb, p_seen text, p_client_key text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  c public.whatsapp_conversations;
  k public.carts;
  v_text text := btrim(coalesce(p_delivery ->> 'address', ''));
  v_pickup boolean := coalesce(p_delivery ->> 'way' = 'pickup', false);
begin
  c := private.require_cart(p_conversation_id);
  perform private.require_key(p_client_key);
  if length(v_text) > 200 or length(coalesce(p_delivery ->> 'postcode', '')) > 12 then
    raise exception 'address must have at most 200 characters' using errcode = '22023', detail = 'cart_address', hint = 'Write street, number, postcode and town.';
  elsif length(coalesce(p_delivery ->> 'note', '')) > 300 then
    raise exception 'note must have at most 300 characters' using errcode = '22023', detail = 'cart_note', hint = 'Shorten the note.';
  end if;
  if not private.audit(c.business_id, 'set_cart_delivery', 'carts', c.id::text, jsonb_build_object('pickup', v_pickup), p_client_key) then
    return private.open_cart(c);
  end if;
  insert into public.carts (conversation_id, business_id) values (c.id, c.business_id) on conflict (conversation_id) do nothing;
  select * into strict k from public.carts where conversation_id = c.id;
  if p_seen <> private.delivery_version(k) then
    perform private.refuse_cart('cart_changed', 'Somebody changed where it goes meanwhile. Look at it again.');
  elsif v_pickup and not exists (select 1 from public.dealers d where d.business_id = c.business_id and not d.paused and d.address <> '') then
    perform private.refuse_cart('cart_pickup', 'No dealer lets customers collect. Write an address.');
  elsif p_delivery ->> 'address_id' is not null and not exists (select 1 from public.contact_addresses a
      where a.id::text = p_delivery ->> 'address_id' and a.contact_id = c.contact_id) then
    perform private.refuse_cart('cart_address', 'This is no address of the customer. Write it.');
  end if;
  perform private.set_delivery(c, jsonb_strip_nulls(jsonb_build_object('note', btrim(coalesce(p_delivery ->> 'note', '')), 'pickup', v_pickup,
    'address', case when p_delivery ->> 'address_id' is not null then jsonb_build_object('address_id', p_delivery ->> 'address_id')
      when v_text <> '' then jsonb_build_object('address', v_text, 'postcode', nullif(btrim(p_delivery ->> 'postcode'), '')) end)));
  if not v_pickup then
    update public.carts set pickup = false where conversation_id = c.id and pickup;
  end if;
  perform private.cart_touched(c);
  return private.open_cart(c);
end
$$;
comment on function public.staff_set_delivery(uuid, jsonb, text, text) is
  'An agent says where a customer''s cart goes: {way delivery|pickup, address_id or address with postcode, note}; p_seen is the delivery_version '
  'they saw (null: whatever is there). Returns the cart as staff_cart. PT409: cart_changed (nothing is written), cart_pickup, cart_address.';

create function public.staff_place_order(p_conversation_id uuid, p_seen text, p_expected_total numeric, p_client_key text, p_pay text default null)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  c public.whatsapp_conversations;
  k public.carts;
  r public.whatsapp_order_relays;
  v_staff uuid;
  v_relay uuid := gen_random_uuid();
  v_ways text[];
  v_pay text;
  v_result jsonb;
begin
  c := private.require_cart(p_conversation_id);
  v_staff := private.require_role(c.business_id, '{admin,agent}');
  perform private.require_key(p_client_key);
  if not private.audit(c.business_id, 'place_order', 'whatsapp_order_relays', v_relay::text, jsonb_build_object('conversation_id', c.id,
    'total', p_expected_total), p_client_key) then
    return (select jsonb_build_object('order_code', x.code, 'total', x.total_price::text, 'held', x.held_until is not null,
        'by_card', exists (select 1 from public.payments p where p.relay_id = x.id and p.provider = 'stripe'))
      from public.audit_log a join public.whatsapp_order_relays x on x.id::text = a.entity_id
      where a.actor_id = (select auth.uid()) and a.client_key = p_client_key);
  end if;
  perform private.require_writable(c, true);
  v_ways := private.ways_to_pay(c);
  v_pay := coalesce(p_pay, case when 'cash_on_delivery' = any (v_ways) or p_expected_total = 0 then 'cash_on_delivery' else 'stripe' end);
  if p_pay <> all (v_ways) then
    perform private.refuse_cart('pay_way', 'Choose one of the ways to pay that the business offers.');
  end if;
  select * into k from public.carts where conversation_id = c.id;
  if coalesce(k.lines, '[]'::jsonb) = '[]'::jsonb then
    perform private.refuse_cart('cart_empty', 'There is nothing in the cart.');
  elsif p_seen <> private.cart_version(k) then
    perform private.refuse_cart('cart_changed', 'Somebody changed the cart meanwhile. Look at it again.');
  end if;
  v_result := private.propose_order(c, jsonb_build_object('relay_id', v_relay, 'expected_total', p_expected_total,
    'order_data', jsonb_build_object('placed_by', v_staff)));
  if v_result ->> 'outcome' = 'proposed' then
    v_result := private.confirm_order(c, jsonb_strip_nulls(jsonb_build_object('relay_id', v_relay, 'actor', 'staff',
      'pay', case when v_pay = 'stripe' then v_pay end)));
  end if;
  if v_result ->> 'outcome' not in ('created', 'held', 'awaiting_payment') then
    -- Whatever was begun is taken back with this refusal: the cart stays as it is.
    perform private.refuse_cart(case v_result ->> 'outcome' when 'price_changed' then 'price_changed' when 'out_of_stock' then 'out_of_stock' when 'no_card' then 'pay_way'
      when 'unavailable' then 'cart_product' when 'undeliverable' then 'undeliverable' else 'other' end, coalesce(v_result ->> 'missing', v_result ->> 'state', 'Look at the cart again.'));
  end if;
  select * into strict r from public.whatsapp_order_relays where id = v_relay;
  perform private.order_event(r, null, 'placed_by_shop', 'customer', null, null, 'staff', jsonb_build_object('relay_id', r.id,
    'fee', r.delivery_fee::text, 'where', private.where_to(r.delivery, r.note), 'held', v_result ->> 'outcome' = 'held',
    'by_card', v_pay = 'stripe'));
  update public.whatsapp_conversations set session = session #- '{customer,questions}' where id = c.id;
  perform private.cart_touched(c);
  return jsonb_build_object('order_code', r.code, 'total', r.total_price::text, 'held', v_result ->> 'outcome' = 'held',
    'by_card', v_pay = 'stripe');
end
$$;
comment on function public.staff_place_order(uuid, text, numeric, text, text) is
  'An agent places the order for the customer by the customer''s own rules: stock is reserved, dealers are asked (when the shop opens, if it is closed), '
  'the customer is told. p_seen and p_expected_total are what the agent saw (null: whatever is there), p_pay '
  'cash_on_delivery or stripe (null: cash where the business takes it). Returns {order_code, total, held, by_card}; the same key again the same. '
  'PT409, with nothing written: cart_changed, cart_empty, price_changed, out_of_stock, cart_product, undeliverable, pay_way, contact_blocked.';

grant execute on function private.require_cart(uuid), private.refuse_cart(text, text), private.delivery_version(public.carts),
  private.cart_version(public.carts), private.ways_to_pay(public.whatsapp_conversations), private.open_cart(public.whatsapp_conversations), private.cart_touched(public.whatsapp_conversations),
  private.check_line(uuid, uuid, jsonb, integer, boolean) to service_role;
grant execute on function public.staff_cart(uuid), public.staff_carts(uuid[]), public.staff_set_line(uuid, uuid, jsonb, integer, integer, text),
  public.staff_set_delivery(uuid, jsonb, text, text), public.staff_place_order(uuid, text, numeric, text, text) to authenticated, service_role;
