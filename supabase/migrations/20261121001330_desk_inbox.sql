-- Finding and counting in the inbox: indexed, so that a hundred thousand conversations feel like a hundred.

create index whatsapp_conversations_escalated_idx on public.whatsapp_conversations (business_id, last_message_at desc) where escalated_at is not null;
create index whatsapp_conversations_failed_idx on public.whatsapp_conversations (business_id, last_message_at desc) where failed_at is not null;
create index whatsapp_conversations_human_idx on public.whatsapp_conversations (business_id, last_message_at desc)
  where owner = 'human' and status <> 'resolved';
create index whatsapp_conversations_dealers_idx on public.whatsapp_conversations (business_id, last_message_at desc) where conversation_type = 'dealer';
create index whatsapp_conversations_riders_idx on public.whatsapp_conversations (business_id, last_message_at desc) where conversation_type = 'rider';
create index whatsapp_conversations_snoozed_idx on public.whatsapp_conversations (business_id, last_message_at desc) where status = 'snoozed';
create index whatsapp_conversations_resolved_idx on public.whatsapp_conversations (business_id, last_message_at desc, id) where status = 'resolved';
create index whatsapp_conversations_mentioned_idx on public.whatsapp_conversations using gin (mentioned) where mentioned <> '{}';

create function private.is_awake(c public.whatsapp_conversations) returns boolean
language sql stable set search_path = ''
as $$
  select c.status = 'open' or (c.status = 'snoozed' and c.snoozed_until <= now())
$$;
comment on function private.is_awake(public.whatsapp_conversations) is 'Neither resolved nor asleep.';

create function public.desk_counts() returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_businesses uuid[] := array(select private.my_businesses());
  v_staff uuid[] := array(select s.id from public.staff s where s.user_id = (select auth.uid()) and s.active);
begin
  return jsonb_build_object(
    'mine', (select count(*) from (select 1 from public.whatsapp_conversations c where c.assignee_id = any (v_staff)
      and private.is_awake(c) limit 100) x),
    'unassigned', (select count(*) from (
      select c.id from public.whatsapp_conversations c where c.business_id = any (v_businesses) and c.owner = 'human' and c.status <> 'resolved'
        and c.assignee_id is null and private.is_awake(c)
      union
      select c.id from public.whatsapp_conversations c where c.business_id = any (v_businesses) and c.escalated_at is not null
        and c.assignee_id is null and private.is_awake(c) limit 100) x),
    'escalated', (select count(*) from (select 1 from public.whatsapp_conversations c where c.business_id = any (v_businesses)
      and c.escalated_at is not null limit 100) x),
    'failed', (select count(*) from (select 1 from public.whatsapp_conversations c where c.business_id = any (v_businesses)
      and c.failed_at is not null limit 100) x),
    'overdue', (select count(*) from (select 1 from public.whatsapp_conversations c where c.business_id = any (v_businesses)
      and c.due_at <= now() limit 100) x),
    'mentioned', (select count(*) from (select 1 from public.whatsapp_conversations c where c.mentioned && v_staff and c.mentioned <> '{}'
      limit 100) x));
end
$$;
comment on function public.desk_counts() is 'How many conversations wait behind each filter of the caller, 100 at most each.';

-- A person is found by the beginnings of their names and by any part of their number: all its ends are kept as words.
create function private.contact_words(p_name text, p_username text, p_phone text) returns tsvector
language sql immutable set search_path = ''
as $$
  select to_tsvector('simple'::regconfig, coalesce(p_name, '') || ' ' || coalesce(p_username, ''))
    || case when length(p_phone) > 2 then array_to_tsvector(array(select substr(p_phone, n) from generate_series(1, length(p_phone) - 2) n))
      else ''::tsvector end
$$;
comment on function private.contact_words(text, text, text) is 'What a contact is found by.';
create index contacts_words_idx on public.contacts using gin (private.contact_words(name, username, phone));

-- Small batches of new words are merged in often: a large one would hold up the webhook that happens to meet it.
create index whatsapp_messages_words_idx on public.whatsapp_messages using gin (to_tsvector('simple'::regconfig, left(content, 2000)))
  with (fastupdate = on, gin_pending_list_limit = 256);

create function private.prefix_query(p_words text) returns tsquery
language plpgsql immutable set search_path = ''
as $$
declare
  v_terms text[];
begin
  -- Every word must be there, each maybe only begun. Quoted as a lexeme, so that no sign means anything.
  v_terms := array(select '''' || replace(replace(l, '\', '\\'), '''', '''''') || ''':*' from unnest(tsvector_to_array(to_tsvector('simple', left(p_words, 80)))) l);
  return case when cardinality(v_terms) > 0 then array_to_string(v_terms, ' & ')::tsquery end;
end
$$;
comment on function private.prefix_query(text) is 'A text search for everything that begins as these words do, null without a word.';

create function private.talks_with_words(p_businesses uuid[], p_query tsquery) returns uuid[]
language plpgsql stable set search_path = '' set plan_cache_mode = force_custom_plan
as $$
declare
  v_found uuid[];
begin
  -- What everybody says is found among the latest messages: its matches in all of them would be tens of thousands.
  v_found := array(
    select m.conversation_id from unnest(p_businesses) b cross join lateral (
      select w.conversation_id, w.content from public.whatsapp_messages w where w.business_id = b order by w.sequence desc limit 1200) m
    where to_tsvector('simple'::regconfig, left(m.content, 2000)) @@ p_query);
  if cardinality(v_found) >= 40 then
    return v_found;
  end if;
  return array(
    select m.conversation_id from (
      select w.conversation_id from public.whatsapp_messages w
      where w.business_id = any (p_businesses) and to_tsvector('simple'::regconfig, left(w.content, 2000)) @@ p_query
      order by w.sequence desc limit 1000) m);
end
$$;
comment on function private.talks_with_words(uuid[], tsquery) is
  'Conversations in which this was said, by the latest messages: for a common word only some, whoever looks for an older one adds a word.';

create function public.search_conversations(p_words text, p_limit integer default 41, p_before timestamptz default null, p_before_id uuid default null)
returns table (id uuid, last_message_at timestamptz)
language plpgsql stable security definer set search_path = '' set plan_cache_mode = force_custom_plan
as $$
declare
  v_businesses uuid[] := array(select private.my_businesses());
  v_words text := trim(left(coalesce(p_words, ''), 80));
  v_query tsquery := private.prefix_query(v_words);
  v_digits text := regexp_replace(v_words, '[^0-9]', '', 'g');
  v_number tsquery := case when v_words ~ '^[0-9+ ()./-]+$' and length(v_digits) >= 3 then (v_digits || ':*')::tsquery end;
begin
  return query
  with people as (
    select k.id from public.contacts k
    where k.business_id = any (v_businesses) and private.contact_words(k.name, k.username, k.phone) @@ coalesce(v_number, v_query)
    order by k.updated_at desc limit 500
  ), talks as (
    select c.id from public.whatsapp_conversations c join people p on p.id = c.contact_id
    union
    select r.conversation_id from public.whatsapp_order_relays r where r.business_id = any (v_businesses) and r.code = upper(v_words)
    union
    select r.conversation_id from public.market_orders o join public.whatsapp_order_relays r on r.id = o.relay_id
    where o.business_id = any (v_businesses) and o.code = upper(v_words)
    union
    select unnest(private.talks_with_words(v_businesses, v_query))
  )
  select c.id, c.last_message_at from public.whatsapp_conversations c join talks t on t.id = c.id
  where c.business_id = any (v_businesses) and c.last_message_at is not null
    and (p_before is null or c.last_message_at < p_before or (c.last_message_at = p_before and c.id > p_before_id))
  order by c.last_message_at desc, c.id limit least(greatest(p_limit, 1), 101);
end
$$;
comment on function public.search_conversations(text, integer, timestamptz, uuid) is
  'Conversations of the caller''s businesses by name, number, order code or words said, latest first; goes on after (p_before, p_before_id).';

grant execute on function private.contact_words(text, text, text) to service_role;
grant execute on function public.desk_counts(), public.search_conversations(text, integer, timestamptz, uuid) to authenticated, service_role;
