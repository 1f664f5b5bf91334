-- Suggestions: what an agent asks for beside a conversation: an answer to begin with, and translations.

create table public.message_translations (
  message_id uuid not null references public.whatsapp_messages (id) on delete cascade,
  language text not null check (language in ('it', 'en', 'id')),
  business_id uuid not null references public.businesses (id) on delete cascade,
  text text not null check (length(text) between 1 and 8000),
  numbers_differ boolean not null default false,
  model text not null,
  created_at timestamptz not null default now(),
  primary key (message_id, language)
);
create index message_translations_business_idx on public.message_translations (business_id);
comment on table public.message_translations is 'Machine translations of messages, made once per language. An edit of the message makes a new one.';
comment on column public.message_translations.numbers_differ is 'Not the same figures as in the message: whoever reads it is told to look at the original.';

create table public.assist_uses (
  staff_id uuid primary key references public.staff (id) on delete cascade,
  business_id uuid not null references public.businesses (id) on delete cascade,
  minute_at timestamptz not null,
  count integer not null default 1
);
create index assist_uses_business_idx on public.assist_uses (business_id);
comment on table public.assist_uses is 'How often somebody asked for suggestions and translations in their current minute.';

alter table public.message_translations enable row level security;
alter table public.assist_uses enable row level security;
grant select on public.message_translations, public.assist_uses to authenticated;
grant select, insert, update, delete on public.message_translations, public.assist_uses to service_role;
create policy "staff read" on public.message_translations for select to authenticated using (business_id in (select private.my_businesses()));
create policy "staff read" on public.assist_uses for select to authenticated using (business_id in (select private.my_businesses()));

create function private.require_answerable(p_conversation_id uuid) returns public.whatsapp_conversations
language plpgsql stable security definer set search_path = ''
as $$
declare
  c public.whatsapp_conversations;
begin
  select * into c from public.whatsapp_conversations
  where id = p_conversation_id and business_id in (select private.my_businesses());
  if not found then
    raise exception 'no such conversation' using errcode = 'PT404', detail = 'gone', hint = 'It may belong to another business.';
  end if;
  perform private.require_role(c.business_id, '{admin,agent}');
  return c;
end
$$;
comment on function private.require_answerable(uuid) is 'A conversation that the caller may answer; PT404 when there is none, 42501 without the role. Nothing is locked.';

create function private.count_assist(p_business_id uuid) returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
  v_staff uuid := private.require_role(p_business_id, '{admin,agent}');
  v_count integer;
begin
  insert into public.assist_uses as u (staff_id, business_id, minute_at) values (v_staff, p_business_id, now())
  on conflict (staff_id) do update set
    count = case when u.minute_at > now() - interval '1 minute' then u.count + 1 else 1 end,
    minute_at = case when u.minute_at > now() - interval '1 minute' then u.minute_at else now() end
  returning count into v_count;
  return v_count <= 20;
end
$$;
comment on function private.count_assist(uuid) is 'Counts one request of the caller; false from the 21st of a minute on.';

create function public.assist_context(p_conversation_id uuid) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  c public.whatsapp_conversations := private.require_answerable(p_conversation_id);
  v_answered bigint;
  v_open bigint;
  v_shown jsonb;
begin
  if not private.count_assist(c.business_id) then
    return jsonb_build_object('limited', true);
  end if;
  -- What the service announces by itself is no answer to what was asked.
  select max(m.sequence) into v_answered from public.whatsapp_messages m
  where m.conversation_id = c.id and m.direction = 'outbound' and m.author <> 'system' and m.status <> 'cancelled';
  select coalesce(min(m.sequence) filter (where m.sequence > coalesce(v_answered, 0)), max(m.sequence)) into v_open
  from public.whatsapp_messages m where m.conversation_id = c.id and m.direction = 'inbound' and m.revoked_at is null
    and m.type not in ('system', 'reaction', 'edit', 'revoke', 'request_welcome');
  select jsonb_build_object(
    'messages', coalesce(jsonb_agg(private.message_json(m) order by m.sequence) filter (where m.sequence >= v_open and m.direction = 'inbound'), '[]'::jsonb),
    'history', coalesce(jsonb_agg(private.message_json(m) order by m.sequence) filter (where m.sequence < v_open), '[]'::jsonb)) into v_shown
  from (select x.* from public.whatsapp_messages x where x.conversation_id = c.id and x.status <> 'cancelled' and x.revoked_at is null
    and x.type not in ('system', 'reaction', 'edit', 'revoke', 'request_welcome') order by x.sequence desc limit 40) m;
  return jsonb_build_object('limited', false,
    'turn', private.turn_json(c.id, gen_random_uuid(), 1, 0, 0) || v_shown,
    'agent', (select s.name from public.staff s where s.user_id = (select auth.uid()) and s.business_id = c.business_id and s.active limit 1),
    'canned', coalesce((select jsonb_agg(jsonb_build_object('shortcut', r.shortcut, 'language', r.language, 'body', r.body) order by r.shortcut)
      from public.canned_replies r where r.business_id = c.business_id), '[]'::jsonb));
end
$$;
comment on function public.assist_context(uuid) is
  'What a suggested answer is made of: {limited, turn: as a pipeline gets it, with all that is not answered, agent, canned}. '
  'Needs the role admin or agent; limited when the caller asked too often.';

create function public.assist_texts(p_conversation_id uuid, p_message_ids uuid[], p_language text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  c public.whatsapp_conversations := private.require_answerable(p_conversation_id);
  v_messages jsonb;
  v_limited boolean;
begin
  if coalesce(p_language, '') not in ('it', 'en', 'id') then
    raise exception 'language must be it, en or id' using errcode = '22023', hint = 'Send the language to translate into.';
  end if;
  select coalesce(jsonb_agg(jsonb_build_object('id', m.id, 'text', coalesce(nullif(m.transcript, ''), m.content),
      'translation', (select jsonb_build_object('text', t.text, 'numbers_differ', t.numbers_differ) from public.message_translations t
        where t.message_id = m.id and t.language = p_language and t.created_at > coalesce(m.edited_at, '-infinity'))) order by m.sequence), '[]'::jsonb)
  into v_messages
  from (select x.* from public.whatsapp_messages x where x.conversation_id = c.id and x.id = any (p_message_ids[:50]) and x.revoked_at is null
    and coalesce(nullif(x.transcript, ''), x.content) <> '') m;
  -- What was translated before costs nothing, so it counts as nothing.
  v_limited := (cardinality(p_message_ids) = 0 or v_messages @? '$[*] ? (@.translation == null)') and not private.count_assist(c.business_id);
  return jsonb_build_object('limited', v_limited, 'business_id', c.business_id, 'contact_id', c.contact_id, 'messages', v_messages);
end
$$;
comment on function public.assist_texts(uuid, uuid[], text) is
  'Messages to translate, at most fifty, each with the translation that was made before: {limited, business_id, contact_id, messages}. '
  'Needs the role admin or agent; limited when the caller asked too often for what is not there yet.';

create function public.keep_assistance(p_conversation_id uuid, p_language text, p_translations jsonb, p_calls jsonb) returns void
language plpgsql set search_path = ''
as $$
declare
  v_business uuid := (select c.business_id from public.whatsapp_conversations c where c.id = p_conversation_id);
begin
  insert into public.message_translations (message_id, language, business_id, text, numbers_differ, model)
  select m.id, p_language, v_business, left(y.text, 8000), y.numbers_differ, y.model
  from jsonb_to_recordset(p_translations) as y (message_id uuid, text text, numbers_differ boolean, model text)
  join public.whatsapp_messages m on m.id = y.message_id and m.conversation_id = p_conversation_id
  where y.text <> ''
  on conflict (message_id, language) do update set text = excluded.text, numbers_differ = excluded.numbers_differ,
    model = excluded.model, created_at = now();
  perform private.record_ai_calls(v_business, p_conversation_id, null, p_calls);
end
$$;
comment on function public.keep_assistance(uuid, text, jsonb, jsonb) is
  'Keeps translations [{message_id, text, numbers_differ, model}] and the calls that suggestions and translations took.';

grant execute on function public.assist_context(uuid), public.assist_texts(uuid, uuid[], text) to authenticated, service_role;
grant execute on function public.keep_assistance(uuid, text, jsonb, jsonb) to service_role;
