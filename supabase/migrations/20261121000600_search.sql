-- Search: vectors of products by model, full text with an editable glossary, joined by reciprocal rank.
-- Price and stock live elsewhere, so that a price change never touches an index here.

create table public.product_embeddings (
  product_id uuid not null references public.products (id) on delete cascade,
  model text not null,
  business_id uuid not null references public.businesses (id) on delete cascade,
  embedding extensions.halfvec(512) not null,
  text_hash text not null,
  updated_at timestamptz not null default now(),
  primary key (product_id, model)
);
-- A row of 512 half floats fits a page; out of line every distance would cost a second read.
-- What stands beside it would be pushed out instead, be it ever so short.
alter table public.product_embeddings alter column embedding set storage plain, alter column model set storage plain,
  alter column text_hash set storage plain;
create index product_embeddings_business_idx on public.product_embeddings (business_id, model);
-- For businesses with more products than can be compared one by one.
create index product_embeddings_nearest_idx on public.product_embeddings using hnsw (embedding extensions.halfvec_cosine_ops);
-- Which products may be found at all is read for every search; the index spares it the table.
create index products_active_idx on public.products (business_id, id) include (price) where active;
comment on table public.product_embeddings is 'Vector of each product, one row per model. Vectors of two models are never compared.';

-- Beside the vectors the words would be three times as far apart, and every vector a quarter further from the next.
create table public.product_words (
  product_id uuid primary key references public.products (id) on delete cascade,
  business_id uuid not null references public.businesses (id) on delete cascade,
  words tsvector not null
);
-- A business alone is nothing that a GIN index knows; as a list of one it is, and so no other business's products are read.
-- What was just imported isn't left on a list that each search would have to read through: words are saved in the background.
create index product_words_idx on public.product_words using gin ((array[business_id]), words) with (fastupdate = off);
create index product_words_business_idx on public.product_words (business_id);
comment on table public.product_words is 'Words of each product, folded and stemmed: those of the title weigh more.';

create table public.synonyms (
  id uuid primary key default gen_random_uuid(),
  business_id uuid references public.businesses (id) on delete cascade,
  term text not null,
  expansion text not null,
  unique nulls not distinct (business_id, term, expansion)
);
comment on table public.synonyms is 'The glossary merchants edit: a word customers use and the catalogue''s words for it. Without a business it holds for all.';

alter table public.product_embeddings enable row level security;
alter table public.product_words enable row level security;
alter table public.synonyms enable row level security;
grant select on public.product_embeddings, public.product_words, public.synonyms to authenticated;
grant select, insert, update, delete on public.product_embeddings, public.product_words, public.synonyms to service_role;
create policy "staff read" on public.product_embeddings for select to authenticated
  using (business_id in (select private.my_businesses()));
create policy "staff read" on public.product_words for select to authenticated
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
  insert into public.product_words (product_id, business_id, words)
  select p.id, p.business_id,
    setweight(to_tsvector('simple', r.value ->> 'title_words'), 'A') || setweight(to_tsvector('simple', r.value ->> 'words'), 'C')
  from jsonb_array_elements(p_rows) r join public.products p on p.id = (r.value ->> 'product_id')::uuid
  order by p.id
  -- A second model comes with the same words.
  on conflict (product_id) do update set words = excluded.words where product_words.words <> excluded.words;
  insert into public.product_embeddings (product_id, model, business_id, embedding, text_hash, updated_at)
  select p.id, p_model, p.business_id, (r.value -> 'embedding')::text::halfvec(512), r.value ->> 'text_hash', now()
  from jsonb_array_elements(p_rows) r join public.products p on p.id = (r.value ->> 'product_id')::uuid
  order by p.id
  on conflict (product_id, model) do update set embedding = excluded.embedding, text_hash = excluded.text_hash, updated_at = now();
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function public.save_product_embeddings(text, jsonb) is
  'Stores vectors and words: [{product_id, embedding, text_hash, title_words, words}], words already folded and stemmed. Returns how many.';

create function public.glossary(p_business_id uuid) returns jsonb
language sql stable set search_path = ''
as $$
  select coalesce(jsonb_object_agg(g.term, g.expansions), '{}'::jsonb) || jsonb_build_object('', (select coalesce(jsonb_agg(n.name), '[]'::jsonb)
    from (select p.name from public.products p where p.business_id = p_business_id and p.active order by p.id limit 200) n))
  from (select s.term, jsonb_agg(s.expansion order by s.expansion) as expansions from public.synonyms s
    where s.business_id is null or s.business_id = p_business_id group by s.term) g
$$;
comment on function public.glossary(uuid) is
  'The glossary of a business: {term: [expansions]}. Under the empty term stand names of its products, up to 200, which tell its language.';

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

create type private.found as (product_id uuid, distance double precision, text_rank real);
comment on type private.found is
  'A product that a search came upon: its distance by meaning, null where none was worked out, and its rank by words, null where it was not asked.';

-- Vectors of other businesses are never read on the way, however large a part of the table this one's are: hence no sequential scan.
-- Few are looked up, many are met on the way through all; the second is a subplan on purpose ("is true"), for of a join the planner
-- would sort or hash the vectors. Without "offset 0" it would take the index, which is not exact.
create function private.nearest_exactly(p_business_id uuid, p_among uuid[], p_vector extensions.halfvec, p_model text) returns private.found[]
language plpgsql stable set search_path = public, extensions set plan_cache_mode = force_generic_plan set enable_seqscan = off
as $$
declare
  v_few boolean := coalesce(cardinality(p_among) <= 2000, false);
begin
  return array(select (b.product_id, b.distance, null)::private.found from (
    select n.* from (
      select f.product_id, f.embedding <=> p_vector as distance from public.product_embeddings f
        where v_few and f.product_id = any (p_among) and f.model = p_model
      union all
      select m.product_id, m.embedding <=> p_vector from public.product_embeddings m
        where not v_few and m.business_id = p_business_id and m.model = p_model
          and (p_among is null or (m.product_id in (select unnest(p_among))) is true)
      offset 0) n
    order by n.distance, n.product_id limit 200) b);
end
$$;
comment on function private.nearest_exactly(uuid, uuid[], extensions.halfvec, text) is
  'The 200 nearest products of a business, or of those p_among: all their vectors are compared, and nothing else is read.';

-- The planner knows nothing of what a distance costs, so that the index is the only way left to it here.
create function private.nearest_by_index(p_business_id uuid, p_vector extensions.halfvec, p_model text) returns private.found[]
language sql stable set search_path = public, extensions set hnsw.iterative_scan = relaxed_order set hnsw.ef_search = 200
  set enable_sort = off set enable_seqscan = off set enable_bitmapscan = off
as $$
  select array(select (e.product_id, e.embedding <=> p_vector, null)::private.found from public.product_embeddings e
    where e.business_id = p_business_id and e.model = p_model order by e.embedding <=> p_vector limit 200)
$$;
comment on function private.nearest_by_index(uuid, extensions.halfvec, text) is
  'About the 200 nearest products of a business, by the index, which goes on until enough are of this business.';

-- A common word fits thousands, most of them alike, and to read a vector by its key takes as long as to compare five in a row.
-- So of many that fit as the two hundredth does, only those among the nearest get their distance; they come first of these anyway.
create function private.best_by_words(p_business_id uuid, p_among uuid[], p_vector extensions.halfvec, p_model text, p_words tsquery,
  p_near private.found[], p_placed integer) returns private.found[]
language plpgsql stable set search_path = public, extensions set plan_cache_mode = force_generic_plan set enable_seqscan = off
  set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  v_few boolean := coalesce(cardinality(p_among) <= 2000, false);
begin
  return array(
    with fitting as materialized (
      select f.product_id, ts_rank(f.words, p_words) as text_rank from public.product_words f
      where v_few and f.product_id = any (p_among) and f.words @@ p_words
      union all
      select m.product_id, ts_rank(m.words, p_words) from public.product_words m
      where not v_few and array[m.business_id] && array[p_business_id] and m.words @@ p_words
        and (p_among is null or (m.product_id in (select unnest(p_among))) is true)
    ), last as (
      select coalesce((select f.text_rank from fitting f order by f.text_rank desc offset 199 limit 1), 0) as text_rank
    ), best as materialized (
      select f.*, f.text_rank > (select l.text_rank from last l) or f.product_id in (select n.product_id from unnest(p_near) n) as is_first
      from fitting f where f.text_rank >= (select l.text_rank from last l)
    ), few as (
      select count(*) <= 600 or count(*) filter (where b.is_first) < p_placed as is_true from best b
    )
    select (c.product_id, c.distance, c.text_rank)::private.found from (
      select b.product_id, b.text_rank, (select e.embedding <=> p_vector from public.product_embeddings e
        where (b.is_first or (select f.is_true from few f)) and e.product_id = b.product_id and e.model = p_model) as distance
      from best b order by b.text_rank desc, distance, b.product_id limit 200) c);
end
$$;
comment on function private.best_by_words(uuid, uuid[], extensions.halfvec, text, tsquery, private.found[], integer) is
  'The 200 products of a business, or of those p_among, that fit the words best, the nearer first where they fit alike. Those of p_near, '
  'the nearest of all, and at least p_placed have their place; behind them products without a distance may stand for others that fit alike.';

create function private.only(p_found private.found[], p_offered uuid[]) returns private.found[]
language sql immutable set search_path = ''
as $$ select array(select f from unnest(p_found) f where f.product_id in (select unnest(p_offered))) $$;
comment on function private.only(private.found[], uuid[]) is 'What was found, without what is not offered.';

create function private.fused(p_near private.found[], p_worded private.found[], p_rrf_k integer, p_limit integer)
returns table (product_id uuid, distance double precision, score numeric)
language sql immutable rows 10 set search_path = ''
as $$
  with near as (
    select f.*, row_number() over (order by f.distance, f.product_id) as place from unnest(p_near) f order by place limit 50
  ), worded as (
    select f.*, row_number() over (order by f.text_rank desc, f.distance, f.product_id) as place from unnest(p_worded) f order by place limit 50
  )
  -- Of two that are equal, as 1/12 is to 1/21 + 1/28, the nearer comes first, not the one whose digits were rounded up.
  select coalesce(n.product_id, w.product_id), coalesce(n.distance, w.distance, 1),
    round(coalesce(1.0 / (p_rrf_k + n.place), 0) + coalesce(1.0 / (p_rrf_k + w.place), 0), 12)
  from near n full join worded w on w.product_id = n.product_id
  order by 3 desc, 2, 1 limit p_limit
$$;
comment on function private.fused(private.found[], private.found[], integer, integer) is
  'The best of the 50 nearest by meaning and the 50 best by words, by reciprocal rank.';

create function private.find_products(p_business_id uuid, p_vector extensions.halfvec, p_model text, p_words tsquery, p_dealer_id uuid,
  p_in_stock boolean, p_max_price numeric, p_rrf_k integer, p_limit integer, p_exact_up_to integer)
returns table (product_id uuid, distance double precision, score numeric)
language plpgsql stable rows 10 set search_path = public, extensions
as $$
declare
  v_by_index boolean;
  v_near private.found[];
  v_worded private.found[];
  v_offered uuid[];
  v_is_near_whole boolean;
  v_is_worded_whole boolean;
begin
  if p_dealer_id is null or exists (select from public.dealer_stock s where s.dealer_id = p_dealer_id offset p_exact_up_to) then
    v_by_index := exists (select from public.product_embeddings e where e.business_id = p_business_id and e.model = p_model offset p_exact_up_to);
    v_near := case when v_by_index then private.nearest_by_index(p_business_id, p_vector, p_model)
      else private.nearest_exactly(p_business_id, null, p_vector, p_model) end;
    v_worded := private.best_by_words(p_business_id, null, p_vector, p_model, p_words, v_near, 4 * p_limit);
    v_is_near_whole := cardinality(v_near) < 200 and not v_by_index;
    v_is_worded_whole := cardinality(v_worded) < 200;
    v_offered := private.products_offered(p_business_id, array(select f.product_id from unnest(v_near || v_worded) f), p_dealer_id,
      p_in_stock, p_max_price);
    v_near := private.only(v_near, v_offered);
    v_worded := private.only(v_worded, v_offered);
    -- What has no place among the words is not near either. Behind p_limit that have one it can't be among the best p_limit.
    if (v_is_near_whole or cardinality(v_near) >= 50) and (v_is_worded_whole or cardinality(v_worded) >= 50
        and (select count(f.distance) >= p_limit from unnest(v_worded) f)) then
      return query select * from private.fused(v_near, v_worded, p_rrf_k, p_limit);
      return;
    end if;
  end if;
  -- A dealer's list is short enough, or the filters left too few of the best: then whatever passes them is compared.
  v_offered := private.products_offered(p_business_id, null, p_dealer_id, p_in_stock, p_max_price);
  v_near := private.nearest_exactly(p_business_id, v_offered, p_vector, p_model);
  v_worded := private.best_by_words(p_business_id, v_offered, p_vector, p_model, p_words, v_near, p_limit);
  return query select * from private.fused(v_near, v_worded, p_rrf_k, p_limit);
end
$$;
comment on function private.find_products(uuid, extensions.halfvec, text, tsquery, uuid, boolean, numeric, integer, integer, integer) is
  'The best products that pass the filters: by meaning and words where enough of the best 200 pass, else all that pass are compared.';

create function public.search_products(p_business_id uuid, p_embedding jsonb, p_model text, p_terms text[], p_limit integer default 8,
  p_dealer_id uuid default null, p_in_stock boolean default false, p_max_price numeric default null, p_rrf_k integer default 10,
  p_exact_up_to integer default 20000)
returns jsonb
language plpgsql stable set search_path = public, extensions set jit = off set max_parallel_workers_per_gather = 0
as $$
declare
  v_vector halfvec(512) := p_embedding::text::halfvec(512);
  v_words tsquery := coalesce((select string_agg(quote_literal(t), ' | ')::tsquery from unnest(p_terms) t where t <> ''), ''::tsquery);
begin
  return (select coalesce(jsonb_agg(jsonb_build_object('product_id', p.id, 'sku', p.sku, 'name', p.name, 'description', p.description,
    'category', p.category, 'price', p.price::text, 'currency', p.currency, 'attributes', p.attributes, 'image_url', p.image_url,
    'available', (select coalesce(max(s.on_hand - s.reserved), 0) from public.dealer_stock s join public.dealers d on d.id = s.dealer_id and not d.paused
      where s.product_id = p.id),
    'score', round(r.score, 6), 'cosine', round((1 - r.distance)::numeric, 4),
    'text_rank', round(coalesce((select ts_rank(w.words, v_words) from public.product_words w where w.product_id = p.id), 0)::numeric, 4))
    order by r.score desc, r.distance, p.id), '[]'::jsonb)
  from private.find_products(p_business_id, v_vector, p_model, v_words, p_dealer_id, p_in_stock, p_max_price, p_rrf_k, p_limit, p_exact_up_to) r
    join public.products p on p.id = r.product_id);
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
  private.nearest_exactly(uuid, uuid[], extensions.halfvec, text), private.nearest_by_index(uuid, extensions.halfvec, text),
  private.best_by_words(uuid, uuid[], extensions.halfvec, text, tsquery, private.found[], integer), private.only(private.found[], uuid[]),
  private.fused(private.found[], private.found[], integer, integer),
  private.find_products(uuid, extensions.halfvec, text, tsquery, uuid, boolean, numeric, integer, integer, integer) to service_role;
