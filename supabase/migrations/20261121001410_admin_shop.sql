-- The shop, as its people keep it: products, stock, dealers, zones, riders and who is reached where.

create function public.save_product(p_business_id uuid, p_product jsonb) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_currency text;
  v_bad text;
begin
  perform private.require_admin(p_business_id, p_product);
  select currency into strict v_currency from public.businesses where id = p_business_id;
  perform private.check_text(p_product, 'sku', 1, 60);
  perform private.check_text(p_product, 'name', 1, 200);
  perform private.check_text(p_product, 'description', 0, 2000);
  perform private.check_text(p_product, 'category', 0, 100);
  perform private.check_number(p_product, 'price', 0, 99999999, 2);
  if coalesce(p_product ->> 'currency', v_currency) <> v_currency then
    perform private.refuse('currency', 'must be ' || v_currency || ', the currency of the business', 'Leave it out.');
  end if;
  if coalesce(p_product ->> 'image_url', 'https://') !~ '^https://\S*$' then
    perform private.refuse('image_url', 'must be an address that begins with https://', 'Send null for no picture.');
  end if;
  if p_product ? 'attributes' then
    select a.key into v_bad from jsonb_each(case when jsonb_typeof(p_product -> 'attributes') = 'object' then p_product -> 'attributes'
      else '{"attributes": null}'::jsonb end) a
    where jsonb_typeof(a.value) <> 'array' or a.value = '[]'::jsonb
      or exists (select 1 from jsonb_array_elements(case when jsonb_typeof(a.value) = 'array' then a.value else '[]'::jsonb end) e
        where jsonb_typeof(e) <> 'string' or btrim(e #>> '{}') = '');
    if v_bad is not null then
      perform private.refuse('attributes', 'must list texts by name, and ' || v_bad || ' does not', 'Write it such as {"taglia": ["S", "M"]}.');
    end if;
  end if;
  return private.save_row('save_product', 'products', p_business_id, p_product || jsonb_build_object('currency', v_currency), '{sku}');
end
$$;
comment on function public.save_product(uuid, jsonb) is
  'An admin adds a product, or changes the fields given of the one with this id or sku: {id, sku, name, description, category, price, '
  'attributes, image_url, active}. Orders keep the prices they were made with. Returns the product.';

create function public.retire_product(p_product_id uuid) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_business uuid := private.require_row('products', p_product_id, '{admin}');
begin
  return private.save_row('retire_product', 'products', v_business, jsonb_build_object('id', p_product_id, 'active', false), '{sku}');
end
$$;
comment on function public.retire_product(uuid) is 'An admin takes a product out of the catalogue; orders that hold it go on. Returns the product.';

create function public.set_dealer_stock(p_dealer_id uuid, p_product_id uuid, p_on_hand integer) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_business uuid := private.require_row('dealers', p_dealer_id, '{admin,agent}');
  v_before integer;
  s public.dealer_stock;
begin
  if not exists (select 1 from public.products where id = p_product_id and business_id = v_business) then
    perform private.refuse('product_id', 'there is none with this id in the business', 'Choose one of the business''s own.', 'PT404');
  end if;
  if p_on_hand is null or p_on_hand not between 0 and 1000000 then
    perform private.refuse('on_hand', 'must be a number from 0 to 1000000', 'Count the pieces on the shelf.');
  end if;
  insert into public.dealer_stock (dealer_id, product_id, business_id) values (p_dealer_id, p_product_id, v_business)
  on conflict (dealer_id, product_id) do nothing;
  select * into strict s from public.dealer_stock where dealer_id = p_dealer_id and product_id = p_product_id for update;
  if p_on_hand < s.reserved then
    perform private.refuse('on_hand', format('%s pieces are promised to orders', s.reserved), format('Set at least %s, or cancel orders first.', s.reserved), 'PT409');
  end if;
  v_before := s.on_hand;
  if v_before <> p_on_hand then
    update public.dealer_stock set on_hand = p_on_hand, updated_at = now()
    where dealer_id = p_dealer_id and product_id = p_product_id returning * into s;
    perform private.audit(v_business, 'set_stock', 'dealer_stock', p_product_id::text,
      jsonb_build_object('dealer_id', p_dealer_id, 'before', v_before, 'after', s.on_hand));
  end if;
  return jsonb_build_object('dealer_id', s.dealer_id, 'product_id', s.product_id, 'on_hand', s.on_hand, 'reserved', s.reserved,
    'available', s.on_hand - s.reserved);
end
$$;
comment on function public.set_dealer_stock(uuid, uuid, integer) is
  'An agent or admin says what a dealer has: never below what is promised (PT409). Returns {dealer_id, product_id, on_hand, reserved, available}.';

create function public.save_dealer(p_business_id uuid, p_dealer jsonb) returns jsonb
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.require_admin(p_business_id, p_dealer);
  perform private.check_text(p_dealer, 'name', 1, 200);
  perform private.check_number(p_dealer, 'priority', 1, 10000);
  perform private.check_language(p_business_id, p_dealer ->> 'language');
  perform private.check_hours(p_dealer);
  return private.save_row('save_dealer', 'dealers', p_business_id,
    -- Who is put back into service is so at once, whatever end their pause had.
    p_dealer || case when p_dealer ? 'paused' and not p_dealer ? 'paused_until' then '{"paused_until": null}'::jsonb else '{}'::jsonb end, '{name}');
end
$$;
comment on function public.save_dealer(uuid, jsonb) is
  'An admin adds a dealer or changes the one with this id or name: {id, name, language, priority, hours, paused, …}. Returns the dealer.';

create function public.save_delivery_zone(p_business_id uuid, p_zone jsonb) returns jsonb
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.require_admin(p_business_id, p_zone);
  perform private.check_text(p_zone, 'name', 1, 100);
  perform private.check_number(p_zone, 'fee', 0, 100000, 2);
  perform private.check_number(p_zone, 'minimum_order', 0, 100000, 2);
  perform private.check_number(p_zone, 'free_above', 0, 100000, 2);
  perform private.check_number(p_zone, 'minutes_from', 0, 100000);
  perform private.check_number(p_zone, 'minutes_to', 0, 100000);
  perform private.check_number(p_zone, 'latitude', -90, 90, 8);
  perform private.check_number(p_zone, 'longitude', -180, 180, 8);
  perform private.check_number(p_zone, 'radius_km', 0.01, 20000, 2);
  if p_zone ? 'postcodes' and (jsonb_typeof(p_zone -> 'postcodes') <> 'array' or exists (
      select 1 from jsonb_array_elements(case when jsonb_typeof(p_zone -> 'postcodes') = 'array' then p_zone -> 'postcodes' else '[]'::jsonb end) c
      where jsonb_typeof(c) <> 'string' or c #>> '{}' !~ '^[A-Z0-9][A-Z0-9 -]{0,11}$')) then
    perform private.refuse('postcodes', 'must be a list of postcodes in capitals and digits', 'Write it such as ["20121", "20122"].');
  end if;
  return private.save_row('save_delivery_zone', 'delivery_zones', p_business_id, p_zone, '{name}');
end
$$;
comment on function public.save_delivery_zone(uuid, jsonb) is
  'An admin adds a delivery zone or changes the one with this id or name: {id, name, postcodes, latitude, longitude, radius_km, '
  'fee, free_above, minimum_order, minutes_from, minutes_to, active}. Returns the zone.';

create function public.save_rider(p_business_id uuid, p_rider jsonb) returns jsonb
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.require_admin(p_business_id, p_rider);
  perform private.check_text(p_rider, 'name', 1, 200);
  perform private.check_phone(p_rider, 'phone');
  if p_rider ->> 'id' is null and p_rider ->> 'phone' is null then
    perform private.refuse('phone', 'is missing', 'It tells a rider from a namesake.');
  end if;
  return private.save_row('save_rider', 'riders', p_business_id, private.with_user(p_business_id, p_rider), '{name,phone}', '{name,phone,active,paused,user_id}');
end
$$;
comment on function public.save_rider(uuid, jsonb) is
  'An admin adds a rider or changes the one with this id or name and phone: {id, name, phone, active, paused, and email or user_id of a log-in}. Returns the rider.';

create function public.save_rider_contact(p_business_id uuid, p_contact jsonb) returns jsonb
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.require_admin(p_business_id, p_contact);
  perform private.check_text(p_contact, 'name', 0, 200);
  perform private.check_text(p_contact, 'category', 0, 100);
  perform private.check_phone(p_contact, 'contact_value');
  return private.save_row('save_rider_contact', 'rider_contacts', p_business_id, p_contact, '{contact_value,contact_type}');
end
$$;
comment on function public.save_rider_contact(uuid, jsonb) is
  'An admin keeps the address book: {id, contact_type dealer|rider|support|other, contact_value (digits), dealer_id, rider_id, name, category}. '
  'Who writes from a dealer''s number is talked to as that dealer. Returns the entry.';

create function public.remove_rider_contact(p_business_id uuid, p_contact_id uuid) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.require_role(p_business_id, '{admin}');
  return private.remove_row('remove_rider_contact', 'rider_contacts', p_business_id, p_contact_id);
end
$$;
comment on function public.remove_rider_contact(uuid, uuid) is 'An admin takes a number out of the address book. False if it was not there.';

grant execute on function public.save_product(uuid, jsonb), public.retire_product(uuid), public.set_dealer_stock(uuid, uuid, integer),
  public.save_dealer(uuid, jsonb), public.save_delivery_zone(uuid, jsonb), public.save_rider(uuid, jsonb),
  public.save_rider_contact(uuid, jsonb), public.remove_rider_contact(uuid, uuid) to authenticated, service_role;
