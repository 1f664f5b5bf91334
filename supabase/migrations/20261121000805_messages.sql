-- Messages that come in: each finds its contact and conversation, then all of a batch are written by a few statements.
-- A statement costs more to begin than to run for one row more, as constraints and conditions of triggers are read anew by each:
-- in batches of twenty a message takes less than half the processor time that it takes by itself.

create function private.apply_message_effects(p_account public.channel_accounts, p_conversation public.whatsapp_conversations,
  p_message_id uuid, e jsonb) returns void
language plpgsql set search_path = ''
as $$
declare
  v_target text := nullif(e ->> 'target_id', '');
begin
  if e ->> 'type' = 'edit' and v_target is not null then
    update public.whatsapp_messages set content = e ->> 'content', edited_at = now(),
      payload = payload || jsonb_build_object('original_content', coalesce(payload ->> 'original_content', content))
    where account_id = p_account.id and meta_message_id = v_target and direction = 'inbound';
  elsif e ->> 'type' = 'revoke' and v_target is not null then
    -- What was taken back is no longer asked; the row stays for the record.
    update public.whatsapp_messages set revoked_at = now(), wants_turn = wants_turn and turn_id is not null
    where account_id = p_account.id and meta_message_id = v_target and direction = 'inbound';
  end if;
  if jsonb_typeof(e -> 'identity_change') = 'object' then
    perform private.change_identity(p_account.business_id, e ->> 'channel', private.identity_scope(p_account),
      p_conversation.contact_id, e -> 'identity_change');
  end if;
end
$$;
comment on function private.apply_message_effects(public.channel_accounts, public.whatsapp_conversations, uuid, jsonb) is
  'What a stored message changes besides itself: edits, revokes, a changed number.';

-- A message that knows whose it is, before anything of it is written. `counts`: somebody should read it, so it is unread and waits.
create type private.arrival as (event jsonb, conversation public.whatsapp_conversations, message_id uuid, at timestamptz, is_talk boolean,
  counts boolean, wants_turn boolean, not_before timestamptz, notice text, has_file boolean);
comment on type private.arrival is 'One message on its way into storage: its event, its conversation as locked, and what it will change.';

create function private.is_talk(e jsonb) returns boolean
language plpgsql immutable set search_path = ''
as $$
begin
  return coalesce(e ->> 'type', '') not in ('system', 'reaction', 'edit', 'revoke', 'request_welcome');
end
$$;
comment on function private.is_talk(jsonb) is 'Whether a message is something said, and not a sign about something else.';

create function private.time_of(e jsonb) returns timestamptz
language plpgsql stable set search_path = ''
as $$
begin
  -- A provider's clock ahead of ours must not hold a window open for longer than it is.
  return least(coalesce(to_timestamp((e ->> 'provider_time')::double precision), now()), now() + interval '1 minute');
end
$$;
comment on function private.time_of(jsonb) is 'When a message was sent, by the provider''s clock.';

create function private.arrival_of(e jsonb, c public.whatsapp_conversations, p_blocked boolean, p_options jsonb) returns private.arrival
language plpgsql set search_path = ''
as $$
declare
  r private.arrival;
  v_limit record;
  v_awake boolean;
begin
  r.is_talk := private.is_talk(e);
  r.counts := r.is_talk and not p_blocked;
  v_awake := c.status = 'snoozed' and r.counts;
  if v_awake or (c.owner = 'human' and c.owner_until < now()) then
    update public.whatsapp_conversations set status = case when v_awake then 'open' else status end,
      owner = case when owner_until < now() then 'bot' else owner end, owner_until = case when owner_until < now() then null else owner_until end
    where id = c.id returning * into c;
  end if;
  r.wants_turn := coalesce((e ->> 'wants_turn')::boolean, false) and c.owner = 'bot' and not p_blocked;
  if r.wants_turn and c.conversation_type = 'customer' then
    v_limit := private.count_against_limit(c, p_options);
    c := v_limit.c;
    r.not_before := v_limit.not_before;
    r.notice := v_limit.notice;
  end if;
  r.event := e;
  r.conversation := c;
  r.message_id := gen_random_uuid();
  r.at := private.time_of(e);
  r.has_file := e #>> '{payload,media,id}' is not null;
  return r;
end
$$;
comment on function private.arrival_of(jsonb, public.whatsapp_conversations, boolean, jsonb) is
  'What a message will change in its conversation. A person''s lapsed ownership and a snooze end here.';

create function private.store_arrivals(a public.channel_accounts, p_arrivals private.arrival[], p_options jsonb) returns jsonb[]
language plpgsql set search_path = ''
as $$
declare
  r private.arrival;
  v_count integer;
  v_new private.arrival[] := p_arrivals;
  v_waiting uuid[] := '{}';
  v_not_before timestamptz[] := '{}';
  v_hold_until timestamptz[] := '{}';
  v_has_file boolean;
  v_hold timestamptz;
  v_results jsonb[] := '{}';
begin
  -- A later sender may have shown that two contacts are one person, which closes a conversation. Then each is taken in anew by itself.
  if cardinality(p_arrivals) > 1 and (select bool_or(c.status = 'resolved') from public.whatsapp_conversations c
      where c.id = any (array(select (x.conversation).id from unnest(p_arrivals) x))) then
    foreach r in array p_arrivals loop
      v_results := v_results || private.ingest_messages(array[r.event], p_options);
    end loop;
    return v_results;
  end if;
  insert into public.whatsapp_messages (id, business_id, conversation_id, account_id, phone, direction, author, type, content, payload,
    raw, status, meta_message_id, context_id, group_id, wants_turn, provider_time)
  select x.message_id, a.business_id, (x.conversation).id, a.id, coalesce(x.event #>> '{sender,phone}', (x.conversation).phone), 'inbound',
    (x.conversation).conversation_type, x.event ->> 'type', coalesce(x.event ->> 'content', ''), coalesce(x.event -> 'payload', '{}'::jsonb),
    x.event -> 'raw', 'received', x.event ->> 'external_id',
    -- A reaction, an edit or a deletion speaks of a message, as an answer does.
    coalesce(nullif(x.event ->> 'context_id', ''), nullif(x.event ->> 'target_id', '')), nullif(x.event ->> 'group_id', ''), x.wants_turn, x.at
  from unnest(p_arrivals) x
  on conflict (account_id, meta_message_id) where meta_message_id is not null do nothing;
  get diagnostics v_count = row_count;
  -- Another process may have been faster with the same message; then it has changed everything else too.
  if v_count < cardinality(p_arrivals) then
    v_new := array(select x from unnest(p_arrivals) x where exists (select 1 from public.whatsapp_messages m where m.id = x.message_id));
    v_results := array(select jsonb_build_object('result', 'duplicate', 'external_id', x.event ->> 'external_id') from unnest(p_arrivals) x
      where x.message_id <> all (select n.message_id from unnest(v_new) n));
  end if;
  foreach r in array v_new loop
    v_has_file := false;
    v_hold := null;
    if r.has_file then
      select m.kept, m.hold_until into v_has_file, v_hold from private.keep_media(a, r.message_id, r.event, p_options) m;
    end if;
    if r.wants_turn then
      v_waiting := v_waiting || (r.conversation).id;
      v_not_before := v_not_before || r.not_before;
      v_hold_until := v_hold_until || v_hold;
    end if;
    v_results := v_results || jsonb_build_object('result', 'new', 'external_id', r.event ->> 'external_id', 'message_id', r.message_id,
      'conversation_id', (r.conversation).id, 'wants_turn', r.wants_turn, 'has_file', v_has_file);
  end loop;
  if v_waiting <> '{}' then
    perform private.queue_turns(v_waiting, make_interval(secs => coalesce((p_options ->> 'quiet_ms')::double precision, 1200) / 1000),
      make_interval(secs => coalesce((p_options ->> 'quiet_max_ms')::double precision, 6000) / 1000), v_not_before, v_hold_until);
  end if;
  update public.whatsapp_conversations c set
    message_count = c.message_count + 1,
    unread_count = c.unread_count + x.counts::integer,
    waiting_since = case when x.counts then coalesce(c.waiting_since, now()) else c.waiting_since end,
    preview = case when x.is_talk then left(coalesce(nullif(x.event ->> 'content', ''), '[' || (x.event ->> 'type') || ']'), 160) else c.preview end,
    last_message_at = now(),
    last_inbound_at = case when x.event ->> 'type' = 'system' then c.last_inbound_at else greatest(c.last_inbound_at, x.at) end,
    window_expires_at = case when x.event ->> 'type' = 'system' or x.event ->> 'group_id' is not null then c.window_expires_at
      else greatest(c.window_expires_at, x.at + interval '24 hours') end,
    pending_since = case when x.wants_turn then coalesce(c.pending_since, now()) else c.pending_since end,
    phone = coalesce(nullif(x.event #>> '{sender,phone}', ''), c.phone),
    rate_minute_at = (x.conversation).rate_minute_at, rate_minute_count = (x.conversation).rate_minute_count,
    rate_hour_at = (x.conversation).rate_hour_at, rate_hour_count = (x.conversation).rate_hour_count,
    rate_noticed_at = (x.conversation).rate_noticed_at, updated_at = now()
  from unnest(v_new) x where c.id = (x.conversation).id;
  foreach r in array v_new loop
    if r.notice is not null then
      perform private.queue_message((r.conversation).id, 'system', jsonb_build_object('kind', 'text', 'text', r.notice));
    end if;
    if not r.is_talk or jsonb_typeof(r.event -> 'identity_change') = 'object' then
      perform private.apply_message_effects(a, r.conversation, r.message_id, r.event);
    end if;
  end loop;
  return v_results;
end
$$;
comment on function private.store_arrivals(public.channel_accounts, private.arrival[], jsonb) is
  'Stores messages of as many conversations, with their files, turns, windows and counts. Returns what became of each.';

create function private.ingest_messages(p_events jsonb[], p_options jsonb) returns jsonb[]
language plpgsql set search_path = ''
as $$
declare
  a public.channel_accounts;
  c public.whatsapp_conversations;
  e jsonb;
  v_scope text;
  v_contact uuid;
  v_blocked boolean;
  v_rating record;
  v_arrivals private.arrival[] := '{}';
  v_open uuid[] := '{}';
  v_results jsonb[] := '{}';
begin
  select * into a from public.channel_accounts where channel = p_events[1] ->> 'channel' and external_id = p_events[1] ->> 'account' and active;
  if not found then
    foreach e in array p_events loop
      perform private.store_raw(null, e ->> 'channel', 'messages', e ->> 'external_id', coalesce(e -> 'raw', e),
        'no account with id ' || coalesce(e ->> 'account', '(none)'));
      v_results := v_results || jsonb_build_object('result', 'unknown_account', 'external_id', e ->> 'external_id');
    end loop;
    return v_results;
  end if;
  v_scope := private.identity_scope(a);
  foreach e in array p_events loop
    perform 1 from public.whatsapp_messages where account_id = a.id and meta_message_id = e ->> 'external_id';
    if found then
      v_results := v_results || jsonb_build_object('result', 'duplicate', 'external_id', e ->> 'external_id');
      continue;
    end if;
    v_contact := private.resolve_contact(a.business_id, a.channel, coalesce(e -> 'sender', '{}'::jsonb), v_scope);
    -- Most messages answer no such question, and are spared the call.
    if e #>> '{payload,choice_id}' like 'rate:%' or (e ->> 'type' = 'text' and length(e ->> 'content') <= 40
        and exists (select 1 from public.satisfaction s where s.contact_id = v_contact and s.score is null)) then
      select * into v_rating from private.rating_in(a.id, v_contact, e);
      if v_rating.score is not null then
        v_results := v_results || private.ingest_rating(a, v_rating.request, v_rating.score, e, private.time_of(e));
        continue;
      end if;
    end if;
    c := private.open_conversation(a, v_contact, e #>> '{sender,phone}');
    -- A second message of a conversation begins with what the first has left.
    if c.id = any (v_open) then
      v_results := v_results || private.store_arrivals(a, v_arrivals, p_options);
      v_arrivals := '{}';
      v_open := '{}';
      select * into strict c from public.whatsapp_conversations where id = c.id;
    end if;
    select k.blocked_at is not null into strict v_blocked from public.contacts k where k.id = v_contact;
    v_arrivals := v_arrivals || private.arrival_of(e, c, v_blocked, p_options);
    v_open := v_open || c.id;
  end loop;
  if v_open <> '{}' then
    v_results := v_results || private.store_arrivals(a, v_arrivals, p_options);
  end if;
  return v_results;
end
$$;
comment on function private.ingest_messages(jsonb[], jsonb) is
  'Stores messages to one account with contacts, conversations, windows, unread and turns. Returns what became of each, not in their order.';

-- Helpers of schema private are the engine's own.
grant execute on all functions in schema private to service_role;
