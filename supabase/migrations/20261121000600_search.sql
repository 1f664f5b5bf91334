-- Search: vectors of products by model, full text with an editable glossary, joined by reciprocal rank.
-- Price and stock live elsewhere, so that a price change never touches an index here.

create table public.product_embeddings (
  product_id uuid not null references public.products (id) on delete cascade,
  model text not null,
  business_id uuid not null references public.businesses (id) on delete cascade,
  embedding extensions.halfvec(1536) not null,
  text_hash text not null,
  words tsvector not null,
  updated_at timestamptz not null default now(),
  primary key (product_id, model)
);
-- A row of 1536 half floats fits a page; out of line every distance would cost a second read.
alter table public.product_embeddings alter column embedding set storage plain;
create index product_embeddings_business_idx on public.product_embeddings (business_id, model);
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
  select coalesce(jsonb_agg(jsonb_build_object('product_id', p.id, 'text', p.text, 'text_hash', md5(p.text)) order by p.id), '[]'::jsonb)
  from (
    select x.id, x.text from (
      select q.id, concat_ws(' . ', q.name, q.category, q.description,
        (select string_agg(a.key || ' ' || a.value, ' ' order by a.key) from jsonb_each_text(q.attributes) a)) as text
      from public.products q where q.active) x
    left join public.product_embeddings e on e.product_id = x.id and e.model = p_model
    where e.product_id is null or e.text_hash <> md5(x.text)
    order by x.id limit p_limit) p
$$;
comment on function public.products_to_embed(text, integer) is 'Products whose text has no vector of this model yet, or an old one: [{product_id, text, text_hash}].';

create function public.save_product_embeddings(p_model text, p_rows jsonb) returns integer
language plpgsql set search_path = public, extensions
as $$
declare
  v_count integer;
begin
  insert into public.product_embeddings (product_id, model, business_id, embedding, text_hash, words, updated_at)
  select p.id, p_model, p.business_id, (r.value -> 'embedding')::text::halfvec(1536), r.value ->> 'text_hash',
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

-- Both legs run over one business exactly: up to about 20,000 products that is faster than an index and loses nothing.
create function public.search_products(p_business_id uuid, p_embedding jsonb, p_model text, p_terms text[], p_limit integer default 8,
  p_dealer_id uuid default null, p_in_stock boolean default false, p_max_price numeric default null, p_rrf_k integer default 10)
returns jsonb
language sql stable set search_path = public, extensions
as $$
  with asked as (
    select (p_embedding)::text::halfvec(1536) as vector,
      (select string_agg(quote_literal(t), ' | ')::tsquery from unnest(p_terms) t where t <> '') as words
  ), candidates as (
    select e.product_id, 1 - (e.embedding <=> a.vector) as cosine,
      case when a.words is null then 0 else ts_rank(e.words, a.words) end as text_rank
    from public.product_embeddings e
    join public.products p on p.id = e.product_id and p.active
    cross join asked a
    where e.business_id = p_business_id and e.model = p_model
      and (p_max_price is null or p.price <= p_max_price)
      and (p_dealer_id is null or exists (select 1 from public.dealer_stock s where s.product_id = e.product_id and s.dealer_id = p_dealer_id))
      and (not p_in_stock or exists (select 1 from public.dealer_stock s join public.dealers d on d.id = s.dealer_id and not d.paused
        where s.product_id = e.product_id and s.on_hand > s.reserved))
  ), ranked as (
    select product_id, cosine, text_rank,
      row_number() over (order by cosine desc, product_id) as vector_place,
      case when text_rank > 0 then row_number() over (order by text_rank desc, cosine desc, product_id) end as text_place
    from candidates
  ), fused as (
    select product_id, cosine, text_rank,
      case when vector_place <= 50 then 1.0 / (p_rrf_k + vector_place) else 0 end
        + case when text_place <= 50 then 1.0 / (p_rrf_k + text_place) else 0 end as score
    from ranked order by score desc, cosine desc, product_id limit p_limit
  )
  select coalesce(jsonb_agg(jsonb_build_object('product_id', p.id, 'sku', p.sku, 'name', p.name, 'description', p.description,
    'category', p.category, 'price', p.price::text, 'currency', p.currency, 'attributes', p.attributes, 'image_url', p.image_url,
    'available', (select coalesce(max(s.on_hand - s.reserved), 0) from public.dealer_stock s join public.dealers d on d.id = s.dealer_id and not d.paused
      where s.product_id = p.id),
    'score', round(f.score::numeric, 6), 'cosine', round(f.cosine::numeric, 4), 'text_rank', round(f.text_rank::numeric, 4))
    order by f.score desc, f.cosine desc, p.id), '[]'::jsonb)
  from fused f join public.products p on p.id = f.product_id
$$;
comment on function public.search_products(uuid, jsonb, text, text[], integer, uuid, boolean, numeric, integer) is
  'Products of a business by meaning and words: cosine to p_embedding (of p_model) and any of p_terms, fused by reciprocal rank. '
  'Each hit has price, most pieces one open dealer has, and its scores; a low cosine without text rank means: not in the catalogue.';

grant execute on function public.products_to_embed(text, integer), public.save_product_embeddings(text, jsonb), public.glossary(uuid),
  public.search_products(uuid, jsonb, text, text[], integer, uuid, boolean, numeric, integer) to service_role;
