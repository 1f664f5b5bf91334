-- Satisfaction: who was helped by a person is asked once how it was. An answer belongs to the conversation it speaks of,
-- whatever goes on meanwhile, and starts no turn.

create table public.satisfaction (
  id uuid primary key default gen_random_uuid(),
  business_id uuid not null references public.businesses (id) on delete cascade,
  conversation_id uuid not null references public.whatsapp_conversations (id) on delete cascade,
  contact_id uuid not null references public.contacts (id) on delete cascade,
  staff_id uuid references public.staff (id) on delete set null,
  texts jsonb not null,
  score smallint check (score between 1 and 5),
  asked_at timestamptz not null default now(),
  answered_at timestamptz,
  check ((score is null) = (answered_at is null))
);
create index satisfaction_business_idx on public.satisfaction (business_id, asked_at);
create index satisfaction_conversation_idx on public.satisfaction (conversation_id);
create index satisfaction_contact_idx on public.satisfaction (contact_id, asked_at desc);
create index satisfaction_staff_idx on public.satisfaction (staff_id);
create index satisfaction_open_idx on public.satisfaction (contact_id) where score is null;
comment on table public.satisfaction is 'Each time a customer was asked how a person helped, and what they said: 1 to 5, 4 and 5 are happy.';
comment on column public.satisfaction.staff_id is 'Who answered the customer last.';
comment on column public.satisfaction.texts is 'What to say to an answer, and which words are one: {thanks, sorry, words: {bene: 5, …}}.';
alter table public.satisfaction enable row level security;
grant select on public.satisfaction to authenticated;
grant select, insert, update, delete on public.satisfaction to service_role;
create policy "staff read" on public.satisfaction for select to authenticated using (business_id in (select private.my_businesses()));
select private.tell_changes_of('public.satisfaction', 'private.note_rows_of_conversations');

create function private.ask_satisfaction(c public.whatsapp_conversations, p_question jsonb) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  r public.desk_rules;
  k public.contacts;
  v_staff uuid;
  v_texts jsonb;
  v_id uuid := gen_random_uuid();
begin
  select * into r from public.desk_rules where business_id = c.business_id and ask_satisfaction;
  if not found or c.conversation_type <> 'customer' then
    return;
  end if;
  -- Only a person's help is asked about, and only where an answer can still be given.
  select m.staff_id into v_staff from public.whatsapp_messages m
  where m.conversation_id = c.id and m.direction = 'outbound' and m.author = 'agent' and m.type <> 'reaction' and m.status not in ('failed', 'cancelled')
  order by m.sequence desc limit 1;
  if not found or coalesce(c.window_expires_at <= now(), true) then
    return;
  end if;
  -- Locked, so that two conversations of one customer that end at once ask only one question.
  select * into strict k from public.contacts where id = c.contact_id for no key update;
  if k.blocked_at is not null or k.opted_out_at is not null
      or exists (select 1 from public.satisfaction s where s.contact_id = k.id and s.asked_at > now() - make_interval(days => r.satisfaction_days)) then
    return;
  end if;
  select coalesce(p_question -> 'languages' -> c.language, p_question -> 'languages' -> b.default_language, p_question #> '{languages,it}') into v_texts
  from public.businesses b where b.id = c.business_id;
  if coalesce(v_texts #>> '{ask,kind}' <> 'buttons' or v_texts #>> '{thanks,kind}' <> 'text' or v_texts #>> '{sorry,kind}' <> 'buttons'
      or jsonb_typeof(p_question -> 'words') <> 'object', true) then
    raise exception 'question: must have ask, thanks and sorry in each language, and words' using errcode = '22023', detail = 'question',
      hint = 'Send what the desk sends.';
  end if;
  -- What is kept here is used while a webhook is taken in, where nothing may fail.
  if exists (select 1 from jsonb_each(p_question -> 'words') w where w.value::text <> all ('{1,2,3,4,5}'::text[]))
      or exists (select 1 from unnest('{ask,thanks,sorry}'::text[]) n (name) where (v_texts -> n.name) - '{kind,text,buttons}'::text[] <> '{}'::jsonb) then
    raise exception 'question: words must count 1 to 5, replies hold kind, text and buttons' using errcode = '22023', detail = 'question',
      hint = 'Send what the desk sends.';
  end if;
  insert into public.satisfaction (id, business_id, conversation_id, contact_id, staff_id, texts)
  values (v_id, c.business_id, c.id, c.contact_id, v_staff, (v_texts - 'ask') || jsonb_build_object('words', p_question -> 'words'));
  perform private.queue_message(c.id, 'system', private.fill_reply(v_texts -> 'ask', jsonb_build_object('request', v_id)), null, 'rate:' || v_id);
  perform private.wake_workers();
end
$$;
comment on function private.ask_satisfaction(public.whatsapp_conversations, jsonb) is
  'Asks a customer how it was, where the business wants it: after a person''s answer, inside the window, not again within some days.';

create function private.rating_in(p_account_id uuid, p_contact_id uuid, e jsonb, out request public.satisfaction, out score smallint)
language plpgsql stable set search_path = ''
as $$
declare
  v_tap text[] := regexp_match(e #>> '{payload,choice_id}', '^rate:([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}):([1-5])$');
begin
  if v_tap is not null then
    -- A button may be tapped however old it is; only by whom it was sent to.
    select * into request from public.satisfaction s where s.id = v_tap[1]::uuid and s.contact_id = p_contact_id;
    score := v_tap[2]::smallint;
  elsif e ->> 'type' = 'text' and length(e ->> 'content') <= 40 then
    select * into request from public.satisfaction s
    where s.contact_id = p_contact_id and s.score is null and s.asked_at > now() - interval '1 day'
      -- Whoever talks about something new already says a word about that.
      and not exists (select 1 from public.whatsapp_conversations c where c.account_id = p_account_id and c.contact_id = p_contact_id and c.status <> 'resolved')
    order by s.asked_at desc limit 1;
    score := (request.texts -> 'words' ->> lower(btrim(replace(e ->> 'content', chr(65039), ''), E' \t\n.,;!')))::smallint;
  end if;
  if request.id is null or score is null then
    request := null;
    score := null;
  end if;
end
$$;
comment on function private.rating_in(uuid, uuid, jsonb) is 'The question that a message answers and how it does: by a tap at any time, in words right after it was asked. Nulls for everything else.';

create function private.ingest_rating(a public.channel_accounts, r public.satisfaction, p_score smallint, e jsonb, p_time timestamptz) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  c public.whatsapp_conversations;
  v_id uuid;
begin
  select * into strict c from public.whatsapp_conversations where id = r.conversation_id for update;
  insert into public.whatsapp_messages (business_id, conversation_id, account_id, phone, direction, author, type, content, payload,
    raw, status, meta_message_id, context_id, wants_turn, provider_time)
  values (a.business_id, c.id, a.id, coalesce(e #>> '{sender,phone}', c.phone), 'inbound', c.conversation_type, e ->> 'type', coalesce(e ->> 'content', ''),
    coalesce(e -> 'payload', '{}'::jsonb), e -> 'raw', 'received', e ->> 'external_id', nullif(e ->> 'context_id', ''), false, p_time)
  on conflict (account_id, meta_message_id) where meta_message_id is not null do nothing
  returning id into v_id;
  if v_id is null then
    return jsonb_build_object('result', 'duplicate', 'external_id', e ->> 'external_id');
  end if;
  -- Every conversation of this person may be answered again; none is opened by it.
  update public.whatsapp_conversations set window_expires_at = greatest(window_expires_at, p_time + interval '24 hours')
  where account_id = a.id and contact_id = c.contact_id and (id = c.id or status <> 'resolved');
  update public.whatsapp_conversations set message_count = message_count + 1, last_message_at = now(),
    last_inbound_at = greatest(last_inbound_at, p_time), preview = left(coalesce(nullif(e ->> 'content', ''), '[' || (e ->> 'type') || ']'), 160), updated_at = now()
  where id = c.id;
  -- The last word counts, but it is thanked for once.
  update public.satisfaction set score = p_score, answered_at = coalesce(answered_at, now()) where id = r.id and score is distinct from p_score;
  if not exists (select 1 from public.contacts k where k.id = c.contact_id and k.blocked_at is not null) then
    perform private.queue_message(c.id, 'system', r.texts -> case when p_score <= 2 then 'sorry' else 'thanks' end, null, 'rated:' || r.id);
  end if;
  perform private.wake_workers();
  return jsonb_build_object('result', 'new', 'external_id', e ->> 'external_id', 'message_id', v_id, 'conversation_id', c.id,
    'wants_turn', false, 'has_file', false);
end
$$;
comment on function private.ingest_rating(public.channel_accounts, public.satisfaction, smallint, jsonb, timestamptz) is
  'Stores an answer with the conversation it speaks of, thanks once, and offers a person to whoever is unhappy. Starts no turn.';

create function public.satisfaction_report(p_business_id uuid, p_from date, p_to date) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_zone text := private.require_zone(p_business_id);
  v_found jsonb;
begin
  with asked as materialized (
    select q.score, s.id as staff_id, s.name from public.satisfaction q
    join public.whatsapp_conversations c on c.id = q.conversation_id
    join public.channel_accounts a on a.id = c.account_id and not a.simulated
    left join public.staff s on s.id = q.staff_id
    where q.business_id = p_business_id and q.asked_at >= p_from::timestamp at time zone v_zone and q.asked_at < (p_to + 1)::timestamp at time zone v_zone
  )
  select jsonb_build_object('asked', (select count(*) from asked), 'answered', (select count(score) from asked),
    'happy', (select count(*) from asked where score >= 4), 'unhappy', (select count(*) from asked where score <= 2),
    'people', (select coalesce(jsonb_agg(to_jsonb(x) order by x.answered desc, x.name), '[]'::jsonb) from (
      select staff_id, name, count(*) as asked, count(score) as answered, count(*) filter (where score >= 4) as happy,
        count(*) filter (where score <= 2) as unhappy from asked where staff_id is not null group by 1, 2) x))
  into v_found;
  return v_found;
end
$$;
comment on function public.satisfaction_report(uuid, date, date) is
  'What customers said of those who helped them, asked from one day to another: {asked, answered, happy, unhappy, people with the same}.';

grant execute on function private.rating_in(uuid, uuid, jsonb), private.ingest_rating(public.channel_accounts, public.satisfaction, smallint, jsonb, timestamptz) to service_role;
grant execute on function public.satisfaction_report(uuid, date, date) to authenticated, service_role;
