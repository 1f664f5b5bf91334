-- Stock: what order lines need, who has it, pieces promised and given back, what a dealer says of the shelf.

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

create function private.comes_in(p_attributes jsonb, p_variant jsonb) returns boolean
language sql immutable set search_path = ''
as $$
  select not exists (select 1 from jsonb_each(p_attributes) a where a.value <> '[]'::jsonb and not coalesce(a.value @> (p_variant -> a.key), false))
    and not exists (select 1 from jsonb_object_keys(p_variant) v where not p_attributes ? v)
$$;
comment on function private.comes_in(jsonb, jsonb) is 'Whether a variant names one value of each attribute that a product has, and nothing else.';

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

create function private.dealer_of(c public.whatsapp_conversations) returns uuid
language sql stable set search_path = ''
as $$
  select private.is_dealer(c.business_id, c.contact_id)
$$;
comment on function private.dealer_of(public.whatsapp_conversations) is 'The dealer who writes in a conversation, or null.';

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

create function public.dealer_stock_of(p_dealer_id uuid, p_product_ids uuid[]) returns jsonb
language sql stable set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('product_id', p.id, 'sku', p.sku, 'name', p.name, 'on_hand', coalesce(s.on_hand, 0),
    'reserved', coalesce(s.reserved, 0), 'available', coalesce(s.on_hand - s.reserved, 0)) order by array_position(p_product_ids, p.id)), '[]'::jsonb)
  from public.products p left join public.dealer_stock s on s.product_id = p.id and s.dealer_id = p_dealer_id
  where p.id = any (p_product_ids)
$$;
comment on function public.dealer_stock_of(uuid, uuid[]) is 'What a dealer has of these products.';

-- Helpers of schema private are the engine's own; what people may call is granted by name.
grant execute on all functions in schema private to service_role;
grant execute on function public.dealer_stock_of(uuid, uuid[]) to service_role;
