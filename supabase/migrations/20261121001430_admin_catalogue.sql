-- The catalogue as people see it at the desk: a page of it, the search tried out, a file of it taken in.

create function public.catalogue_page(p_business_id uuid, p_words text default '', p_shown text default 'active', p_category text default null,
  p_low integer default 3, p_offset integer default 0, p_limit integer default 25) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
  v_pattern text := '%' || replace(replace(replace(btrim(coalesce(p_words, '')), '\', '\\'), '%', '\%'), '_', '\_') || '%';
begin
  return (
    with stock as (
      select s.product_id, sum(s.on_hand - s.reserved) filter (where not d.paused) as free
      from public.dealer_stock s join public.dealers d on d.id = s.dealer_id
      where s.business_id = p_business_id group by s.product_id
    ), found as materialized (
      -- Only what it takes to count and to choose the page: the rest is read for its rows alone.
      select p.id, p.name, p.active, coalesce(k.free, 0) as free
      from public.products p left join stock k on k.product_id = p.id
      where p.business_id = p_business_id
        and (p_category is null or p.category = p_category)
        and (p.name ilike v_pattern or p.sku ilike v_pattern or p.description ilike v_pattern)
    ), shown as (
      select * from found f
      where case p_shown when 'retired' then not f.active when 'low' then f.active and f.free <= p_low when 'all' then true else f.active end
    )
    select jsonb_build_object(
      'total', (select count(*) from shown),
      'low', (select count(*) from found where active and free <= p_low),
      'retired', (select count(*) from found where not active),
      'categories', (select coalesce(jsonb_agg(c.category order by c.category), '[]'::jsonb) from (
        select distinct category from public.products where business_id = p_business_id and category <> '') c),
      'rows', (select coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'sku', p.sku, 'name', p.name, 'description', p.description,
          'category', p.category, 'price', p.price::text, 'currency', p.currency, 'attributes', p.attributes, 'image_url', p.image_url,
          'active', p.active, 'free', r.free, 'stock', k.dealers) order by p.name, p.id), '[]'::jsonb)
        from (select * from shown order by name, id offset greatest(p_offset, 0) limit least(greatest(p_limit, 0), 500)) r
        join public.products p on p.id = r.id
        cross join lateral (
          select coalesce(jsonb_agg(jsonb_build_object('dealer_id', d.id, 'dealer', d.name, 'paused', d.paused, 'on_hand', s.on_hand,
            'reserved', s.reserved) order by d.priority, d.name), '[]'::jsonb) as dealers
          from public.dealer_stock s join public.dealers d on d.id = s.dealer_id where s.product_id = r.id) k)));
end
$$;
comment on function public.catalogue_page(uuid, text, text, text, integer, integer, integer) is
  'One page of the catalogue as the caller may see it, by name: p_shown active, low (at most p_low free pieces at open dealers), retired '
  'or all; at most 500 rows. Returns {total, low, retired, categories, rows: [{…, free, stock: [{dealer, on_hand, reserved, …}]}]}.';

create function public.staff_glossary(p_business_id uuid) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
  perform private.require_role(p_business_id, '{admin,agent,viewer}');
  return public.glossary(p_business_id);
end
$$;
comment on function public.staff_glossary(uuid) is 'The glossary that the search uses, for people who try it out.';

create function public.staff_search(p_business_id uuid, p_embedding jsonb, p_model text, p_terms text[], p_limit integer default 8) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
  perform private.require_role(p_business_id, '{admin,agent,viewer}');
  return public.search_products(p_business_id, p_embedding, p_model, p_terms, least(greatest(p_limit, 1), 50));
end
$$;
comment on function public.staff_search(uuid, jsonb, text, text[], integer) is 'The search exactly as customers get it, for people who try it out.';

create function public.import_products(p_business_id uuid, p_rows jsonb, p_apply boolean default false) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  r record;
  v_before jsonb;
  v_after jsonb;
  v_message text;
  v_field text;
  v_hint text;
  v_results jsonb := '[]'::jsonb;
  v_errors jsonb := '[]'::jsonb;
begin
  perform private.require_role(p_business_id, '{admin}');
  if jsonb_typeof(p_rows) is distinct from 'array' or jsonb_array_length(p_rows) > 500 then
    perform private.refuse('rows', 'must be a list of at most 500', 'Send the rest with the next call.');
  end if;
  -- A preview writes and takes it back, so that it says exactly what the real thing would.
  begin
    for r in select e.value as row, e.ordinality as place from jsonb_array_elements(p_rows) with ordinality e order by 2 loop
      begin
        if jsonb_typeof(r.row) <> 'object' or btrim(coalesce(r.row ->> 'sku', '')) = '' then
          perform private.refuse('sku', 'is missing', 'It tells one product from another.');
        end if;
        select to_jsonb(p) into v_before from public.products p where p.business_id = p_business_id and p.sku = r.row ->> 'sku';
        v_after := public.save_product(p_business_id, r.row - 'id');
        v_results := v_results || jsonb_build_array(jsonb_build_object('place', r.place, 'sku', r.row ->> 'sku',
          'outcome', case when v_before is null then 'new' when v_before = v_after then 'same' else 'changed' end,
          'changes', case when v_before is null then null else private.changes(v_before, v_after) end));
      exception when sqlstate '22023' or sqlstate 'PT404' or sqlstate 'PT409' then
        get stacked diagnostics v_message = message_text, v_field = pg_exception_detail, v_hint = pg_exception_hint;
        v_errors := v_errors || jsonb_build_array(jsonb_build_object('place', r.place, 'field', v_field, 'problem', v_message, 'remedy', v_hint));
      end;
    end loop;
    if not p_apply or v_errors <> '[]'::jsonb then
      raise exception 'taken back' using errcode = 'RD001';
    end if;
  exception when sqlstate 'RD001' then
    null;
  end;
  return jsonb_build_object('applied', p_apply and v_errors = '[]'::jsonb, 'rows', v_results, 'errors', v_errors);
end
$$;
comment on function public.import_products(uuid, jsonb, boolean) is
  'An admin takes in products as save_product does, known by sku, at most 500 at once: with p_apply all of them or, if one is wrong, none; '
  'without it nothing. Returns {applied, rows: [{place, sku, outcome new|changed|same, changes}], errors: [{place, field, problem, remedy}]}.';

grant execute on function public.catalogue_page(uuid, text, text, text, integer, integer, integer), public.staff_glossary(uuid),
  public.staff_search(uuid, jsonb, text, text[], integer), public.import_products(uuid, jsonb, boolean) to authenticated, service_role;
