-- Common questions: how the model read what many people ask in the same words. The answer itself is always made from the
-- database at the moment it is sent; nothing of it is kept here.

create table public.common_questions (
  id bigint generated always as identity primary key,
  business_id uuid not null references public.businesses (id) on delete cascade,
  language text not null,
  question text not null check (length(question) between 1 and 200),
  prompt_variant text not null,
  knowledge text not null,
  intent text not null,
  confidence real not null,
  hits integer not null default 0,
  used_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  unique (business_id, language, question, prompt_variant)
);
comment on table public.common_questions is 'Questions about the shop (hours, delivery, payment, returns) that a model has read already: the next one who asks costs nothing.';

comment on column public.common_questions.knowledge is 'What the shop said of itself when it was read; once that changes it is read anew.';

alter table public.common_questions enable row level security;
grant select on public.common_questions to authenticated;
grant select, insert, update, delete on public.common_questions to service_role;
create policy "staff read" on public.common_questions for select to authenticated
  using (business_id in (select private.my_businesses()));

create function private.knowledge_of(p_business_id uuid) returns text
language sql stable set search_path = ''
as $$
  select md5(concat_ws('|', b.name, b.persona, b.hours, b.languages, b.default_language, b.payment_methods,
    (select string_agg(z::text, '|' order by z.id) from public.delivery_zones z where z.business_id = b.id),
    (select string_agg(concat_ws('=', y.term, y.expansion), '|' order by y.term, y.expansion) from public.synonyms y where y.business_id = b.id)))
  from public.businesses b where b.id = p_business_id
$$;
comment on function private.knowledge_of(uuid) is 'A digest of what a shop says of itself: settings, zones, words.';

create function private.learn_question(p_business_id uuid, p_learned jsonb) returns void
language plpgsql set search_path = ''
as $$
begin
  if jsonb_typeof(p_learned) is distinct from 'object' then
    return;
  end if;
  insert into public.common_questions as q (business_id, language, question, prompt_variant, knowledge, intent, confidence)
  values (p_business_id, p_learned ->> 'language', left(p_learned ->> 'question', 200), p_learned ->> 'prompt_variant',
    private.knowledge_of(p_business_id), p_learned ->> 'intent', (p_learned ->> 'confidence')::real)
  on conflict (business_id, language, question, prompt_variant) do update set knowledge = excluded.knowledge, intent = excluded.intent,
    confidence = excluded.confidence, hits = case when q.knowledge = excluded.knowledge then q.hits + 1 else 0 end, used_at = now();
  delete from public.common_questions where id in (
    select id from public.common_questions where business_id = p_business_id order by used_at desc, id desc offset 500);
end
$$;
comment on function private.learn_question(uuid, jsonb) is 'Keeps how a common question was read, or counts that it was asked again; five hundred of a business at most.';

create function public.read_question(p_business_id uuid, p_language text, p_question text, p_variant text) returns jsonb
language sql stable set search_path = ''
as $$
  select jsonb_build_object('intent', q.intent, 'confidence', q.confidence) from public.common_questions q
  where q.business_id = p_business_id and q.language = p_language and q.question = p_question and q.prompt_variant = p_variant
    and q.knowledge = private.knowledge_of(p_business_id)
$$;
comment on function public.read_question(uuid, text, text, text) is
  'How a common question was read before: {intent, confidence}; null when nobody asked since the shop changed what it says of itself.';

grant execute on function private.knowledge_of(uuid), private.learn_question(uuid, jsonb), public.read_question(uuid, text, text, text) to service_role;
