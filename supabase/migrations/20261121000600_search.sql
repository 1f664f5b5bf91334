-- Search: vectors of products by model, full text with an editable glossary, joined by reciprocal rank.
-- Price and stock live elsewhere, so that a price change never touches an index here.

create table public.product_embeddings (
  product_id uuid not null references public.products (id) on delete cascade,
  model text not null,
  business_id uuid not null references public.businesses (id) on delete cascade,
  embedding extensions.halfvec(512) not null,
  text_hash text not null,
  words tsvector not null,
  updated_at timestamptz not null default now(),
  primary key (product_id, model)
);
-- A row of 512 half floats fits a page; out of line every distance would cost a second read.
-- What stands beside it would be pushed out instead, be it ever so short.
alter table public.product_embeddings alter column embedding set storage plain, alter column model set storage plain,
  alter column text_hash set storage plain, alter column words set storage main;
create index product_embeddings_business_idx on public.product_embeddings (business_id, model);
-- For businesses with more products than can be compared one by one.
create index product_embeddings_nearest_idx on public.product_embeddings using hnsw (embedding extensions.halfvec_cosine_ops);
-- Which products may be found at all is read for every search; the index spares it the table.
create index products_active_idx on public.products (business_id, id) include (price) where active;
create index product_embeddings_words_idx on public.product_embeddings using gin (words);
comment on table public.product_embeddings is 'Vector and words of each product, one row per model. Vectors of two models are never compared.';

create table public.synonyms (
  id uuid primary key default gen_random_uuid(),
  business_id uuid references public.businesses (id) on delete cascade,
  term text not null,
  expansion text not null,
  unique nulls not distinct (business_id, term, expansion)
);
comment on table public.synonyms is 'The glossary merchants edit: a word customers use and the catalogue''s words for it. Without a business it holds for all.';

alter table public.product_embeddings enable row level security;
alter table public.synonyms enable row level security;
grant select on public.product_embeddings, public.synonyms to authenticated;
grant select, insert, update, delete on public.product_embeddings, public.synonyms to service_role;
create policy "staff read" on public.product_embeddings for select to authenticated
  using (business_id in (select private.my_businesses()));
create policy "staff read, the common ones too" on public.synonyms for select to authenticated
  using (business_id is null or business_id in (select private.my_businesses()));

create function public.products_to_embed(p_model text, p_limit integer) returns jsonb
language sql stable set search_path = ''
as $$
  with texts as not materialized (
    select p.id, concat_ws(' . ', p.name, p.category, p.description,
      (select string_agg(a.key || ' ' || a.value, ' ' order by a.key) from jsonb_each_text(p.attributes) a)) as text
    from public.products p where p.active
  )
  select coalesce(jsonb_agg(jsonb_build_object('product_id', f.id, 'text', f.text, 'text_hash', md5(f.text)) order by f.id), '[]'::jsonb)
  from (
    -- Those that have none come first: a catalogue that is new is not hashed as a whole for each of its batches.
    (select t.id, t.text from texts t
      where not exists (select from public.product_embeddings e where e.product_id = t.id and e.model = p_model) limit p_limit)
    union all
    (select t.id, t.text from texts t join public.product_embeddings e on e.product_id = t.id and e.model = p_model
      where e.text_hash <> md5(t.text) limit p_limit)
    limit p_limit) f
$$;
comment on function public.products_to_embed(text, integer) is 'Products whose text has no vector of this model yet, or an old one: [{product_id, text, text_hash}].';

create function public.save_product_embeddings(p_model text, p_rows jsonb) returns integer
language plpgsql set search_path = public, extensions
as $$
declare
  v_count integer;
begin
  insert into public.product_embeddings (product_id, model, business_id, embedding, text_hash, words, updated_at)
  select p.id, p_model, p.business_id, (r.value -> 'embedding')::text::halfvec(512), r.value ->> 'text_hash',
    setweight(to_tsvector('simple', r.value ->> 'title_words'), 'A') || setweight(to_tsvector('simple', r.value ->> 'words'), 'C'), now()
  from jsonb_array_elements(p_rows) r join public.products p on p.id = (r.value ->> 'product_id')::uuid
  on conflict (product_id, model) do update set embedding = excluded.embedding, text_hash = excluded.text_hash,
    words = excluded.words, updated_at = now();
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function public.save_product_embeddings(text, jsonb) is
  'Stores vectors and words: [{product_id, embedding, text_hash, title_words, words}], words already folded and stemmed. Returns how many.';

create function public.glossary(p_business_id uuid) returns jsonb
language sql stable set search_path = ''
as $$
  select coalesce(jsonb_object_agg(g.term, g.expansions), '{}'::jsonb)
  from (select s.term, jsonb_agg(s.expansion order by s.expansion) as expansions from public.synonyms s
    where s.business_id is null or s.business_id = p_business_id group by s.term) g
$$;
comment on function public.glossary(uuid) is 'The glossary of a business: {term: [expansions]}.';

-- The parameters of the index exist once the library is loaded.
do $$ begin perform '[1]'::extensions.halfvec; end $$;

-- Which products may be shown at all: the only place that knows the filters.
create function private.products_offered(p_business_id uuid, p_among uuid[], p_dealer_id uuid, p_in_stock boolean, p_max_price numeric)
returns uuid[]
language plpgsql stable set search_path = '' set plan_cache_mode = force_custom_plan set random_page_cost = 1.1
as $$
begin
  return (select coalesce(array_agg(p.id), '{}') from public.products p
    where p.business_id = p_business_id and p.active and (p_among is null or p.id = any (p_among))
      and (p_max_price is null or p.price <= p_max_price)
      and (p_dealer_id is null or exists (select from public.dealer_stock s where s.dealer_id = p_dealer_id and s.product_id = p.id))
      and (not p_in_stock or exists (select from public.dealer_stock s join public.dealers d on d.id = s.dealer_id
        where s.product_id = p.id and s.on_hand > s.reserved and d.business_id = p_business_id and not d.paused)));
end
$$;
comment on function private.products_offered(uuid, uuid[], uuid, boolean, numeric) is
  'Of the products p_among, or of all where it is null, those that are active and pass the filters.';

-- Vectors of other businesses are never read on the way, however large a part of the table this one's are: hence no sequential scans below.
create function private.nearest_of_all(p_business_id uuid, p_vector extensions.halfvec, p_model text) returns uuid[]
language plpgsql stable set search_path = public, extensions set enable_seqscan = off
as $$
begin
  -- Without its "offset" the planner would take the index, which is not exact.
  return array(select n.product_id from (select e.product_id, e.embedding <=> p_vector as distance from public.product_embeddings e
      where e.business_id = p_business_id and e.model = p_model offset 0) n
    order by n.distance, n.product_id limit 200);
end
$$;
comment on function private.nearest_of_all(uuid, extensions.halfvec, text) is
  'The 200 nearest products of a business, shown or not: all its vectors are compared, and nothing else is read.';

-- The planner knows nothing of what a distance costs, so that the index is the only way left to it here.
create function private.nearest_by_index(p_business_id uuid, p_vector extensions.halfvec, p_model text) returns uuid[]
language sql stable set search_path = public, extensions set hnsw.iterative_scan = relaxed_order set hnsw.ef_search = 200
  set enable_sort = off set enable_seqscan = off set enable_bitmapscan = off
as $$
  select array(select e.product_id from public.product_embeddings e where e.business_id = p_business_id and e.model = p_model
    order by e.embedding <=> p_vector limit 200)
$$;
comment on function private.nearest_by_index(uuid, extensions.halfvec, text) is
  'About the 200 nearest products of a business, by the index, which goes on until enough are of this business.';

create function private.best_by_words(p_business_id uuid, p_vector extensions.halfvec, p_model text, p_words tsquery) returns uuid[]
language plpgsql stable set search_path = public, extensions set plan_cache_mode = force_custom_plan set enable_seqscan = off
as $$
begin
  return array(select e.product_id from public.product_embeddings e
    where e.words @@ p_words and e.business_id = p_business_id and e.model = p_model
    order by ts_rank(e.words, p_words) desc, e.embedding <=> p_vector, e.product_id limit 200);
end
$$;
comment on function private.best_by_words(uuid, extensions.halfvec, text, tsquery) is
  'The 200 products of a business that fit the words best, the nearer first where they fit alike.';

-- Few are looked up, many are met on the way through all; the second is a subplan on purpose ("is true"), for of a join the planner
-- would sort or hash the vectors.
create function private.rank_products(p_business_id uuid, p_among uuid[], p_vector extensions.halfvec, p_model text, p_words tsquery,
  p_rrf_k integer, p_limit integer)
returns table (product_id uuid, cosine double precision, text_rank real, score numeric)
language plpgsql stable rows 10 set search_path = public, extensions set plan_cache_mode = force_generic_plan set enable_seqscan = off
as $$
declare
  v_few boolean := cardinality(p_among) <= 2000;
begin
  return query
  with candidates as materialized (
    select e.product_id, e.embedding <=> p_vector as distance, case when e.words @@ p_words then ts_rank(e.words, p_words) end as text_rank
    from (
      select f.* from public.product_embeddings f where v_few and f.product_id = any (p_among) and f.model = p_model
      union all
      select m.* from public.product_embeddings m where not v_few and m.business_id = p_business_id and m.model = p_model
        and (m.product_id in (select unnest(p_among))) is true
    ) e
  ), near as (
    select c.*, row_number() over (order by c.distance, c.product_id) as place
    from (select * from candidates x order by x.distance, x.product_id limit 50) c
  ), worded as (
    select c.*, row_number() over (order by c.text_rank desc, c.distance, c.product_id) as place
    from (select * from candidates x where x.text_rank is not null order by x.text_rank desc, x.distance, x.product_id limit 50) c
  )
  select coalesce(n.product_id, w.product_id), 1 - coalesce(n.distance, w.distance), coalesce(n.text_rank, w.text_rank, 0),
    coalesce(1.0 / (p_rrf_k + n.place), 0) + coalesce(1.0 / (p_rrf_k + w.place), 0)
  from near n full join worded w on w.product_id = n.product_id
  order by 4 desc, 2 desc, 1 limit p_limit;
end
$$;
comment on function private.rank_products(uuid, uuid[], extensions.halfvec, text, tsquery, integer, integer) is
  'The best of some products: the 50 nearest by meaning and the 50 best by words, fused by reciprocal rank.';

create function private.in_common(p_some uuid[], p_others uuid[]) returns bigint
language sql immutable set search_path = ''
as $$ select count(*) from unnest(p_some) s (id) join unnest(p_others) o (id) on o.id = s.id $$;
comment on function private.in_common(uuid[], uuid[]) is 'How many ids stand in both.';

create function private.products_to_rank(p_business_id uuid, p_vector extensions.halfvec, p_model text, p_words tsquery,
  p_dealer_id uuid, p_in_stock boolean, p_max_price numeric, p_exact_up_to integer) returns uuid[]
language plpgsql stable set search_path = public, extensions
as $$
declare
  v_near uuid[];
  v_worded uuid[];
  v_offered uuid[];
begin
  if p_dealer_id is null or exists (select from public.dealer_stock s where s.dealer_id = p_dealer_id offset p_exact_up_to) then
    v_near := case when exists (select from public.product_embeddings e
        where e.business_id = p_business_id and e.model = p_model offset p_exact_up_to)
      then private.nearest_by_index(p_business_id, p_vector, p_model) else private.nearest_of_all(p_business_id, p_vector, p_model) end;
    v_worded := private.best_by_words(p_business_id, p_vector, p_model, p_words);
    v_offered := private.products_offered(p_business_id, v_near || v_worded, p_dealer_id, p_in_stock, p_max_price);
    if private.in_common(v_near, v_offered) >= 50 and (cardinality(v_worded) < 200 or private.in_common(v_worded, v_offered) >= 50) then
      return v_offered;
    end if;
  end if;
  -- A dealer's list is short enough, or the filters left too few of the best: then whatever passes them is compared.
  return private.products_offered(p_business_id, null, p_dealer_id, p_in_stock, p_max_price);
end
$$;
comment on function private.products_to_rank(uuid, extensions.halfvec, text, tsquery, uuid, boolean, numeric, integer) is
  'Products that pass the filters, among them the 50 nearest by meaning and the 50 best by words: few where few suffice, else all.';

create function public.search_products(p_business_id uuid, p_embedding jsonb, p_model text, p_terms text[], p_limit integer default 8,
  p_dealer_id uuid default null, p_in_stock boolean default false, p_max_price numeric default null, p_rrf_k integer default 10,
  p_exact_up_to integer default 20000)
returns jsonb
language plpgsql stable set search_path = public, extensions set jit = off set max_parallel_workers_per_gather = 0
as $$
declare
  v_vector halfvec(512) := p_embedding::text::halfvec(512);
  v_words tsquery := coalesce((select string_agg(quote_literal(t), ' | ')::tsquery from unnest(p_terms) t where t <> ''), ''::tsquery);
  v_among uuid[] := private.products_to_rank(p_business_id, v_vector, p_model, v_words, p_dealer_id, p_in_stock, p_max_price, p_exact_up_to);
begin
  return (select coalesce(jsonb_agg(jsonb_build_object('product_id', p.id, 'sku', p.sku, 'name', p.name, 'description', p.description,
    'category', p.category, 'price', p.price::text, 'currency', p.currency, 'attributes', p.attributes, 'image_url', p.image_url,
    'available', (select coalesce(max(s.on_hand - s.reserved), 0) from public.dealer_stock s join public.dealers d on d.id = s.dealer_id and not d.paused
      where s.product_id = p.id),
    'score', round(r.score, 6), 'cosine', round(r.cosine::numeric, 4), 'text_rank', round(r.text_rank::numeric, 4))
    order by r.score desc, r.cosine desc, p.id), '[]'::jsonb)
  from private.rank_products(p_business_id, v_among, v_vector, p_model, v_words, p_rrf_k, p_limit) r join public.products p on p.id = r.product_id);
end
$$;
comment on function public.search_products(uuid, jsonb, text, text[], integer, uuid, boolean, numeric, integer, integer) is
  'Products of a business by meaning and words: cosine to p_embedding (of p_model) and any of p_terms, fused by reciprocal rank. '
  'Each hit has price, most pieces one open dealer has, and its scores; a low cosine without text rank means: not in the catalogue. '
  'Exact for businesses and dealers of up to p_exact_up_to products, and wherever filters leave few of the best; else by indexes.';

create function public.search_ready(p_business_id uuid, p_model text) returns boolean
language sql stable set search_path = ''
as $$
  select count(*) filter (where e.product_id is null) * 50 <= count(*)
  from public.products p left join public.product_embeddings e on e.product_id = p.id and e.model = p_model
  where p.business_id = p_business_id and p.active
$$;
comment on function public.search_ready(uuid, text) is
  'Whether a model has vectors of a business''s products, but for one in fifty: until then it would find next to nothing.';

grant execute on function public.products_to_embed(text, integer), public.save_product_embeddings(text, jsonb), public.glossary(uuid),
  public.search_products(uuid, jsonb, text, text[], integer, uuid, boolean, numeric, integer, integer), public.search_ready(uuid, text) to service_role;
grant execute on function private.products_offered(uuid, uuid[], uuid, boolean, numeric),
  private.nearest_of_all(uuid, extensions.halfvec, text), private.nearest_by_index(uuid, extensions.halfvec, text),
  private.best_by_words(uuid, extensions.halfvec, text, tsquery),
  private.rank_products(uuid, uuid[], extensions.halfvec, text, tsquery, integer, integer), private.in_common(uuid[], uuid[]),
  private.products_to_rank(uuid, extensions.halfvec, text, tsquery, uuid, boolean, numeric, integer) to service_role;
