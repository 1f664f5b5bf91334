-- Ingest: one call stores a batch of webhook events. Repeats have no further effect. What is neither message nor receipt: 0810.

create function private.store_raw(p_business_id uuid, p_channel text, p_field text, p_external_id text, p_payload jsonb,
  p_error text, p_occurred_at text default null) returns boolean
language plpgsql set search_path = ''
as $$
begin
  insert into public.webhook_events (business_id, channel, field, external_id, dedupe_key, payload, error)
  values (p_business_id, p_channel, p_field, coalesce(p_external_id, ''),
    md5(concat_ws('|', p_channel, p_field, p_external_id, p_payload::text, p_occurred_at)), p_payload, p_error)
  on conflict (dedupe_key) do nothing;
  return found;
end
$$;
comment on function private.store_raw(uuid, text, text, text, jsonb, text, text) is
  'Keeps an event as it came. False when it was there already. p_occurred_at is the provider''s time of an event without an id: the same thing '
  'at another time is another event.';

create function private.open_conversation(p_account public.channel_accounts, p_contact_id uuid, p_phone text)
returns public.whatsapp_conversations
language plpgsql set search_path = ''
as $$
declare
  c public.whatsapp_conversations;
  v_dealer uuid;
  v_type text;
begin
  v_dealer := private.is_dealer(p_account.business_id, p_contact_id);
  v_type := case when v_dealer is not null then 'dealer' when private.is_rider(p_account.business_id, p_contact_id) is not null then 'rider' else 'customer' end;
  select * into c from public.whatsapp_conversations
  where account_id = p_account.id and contact_id = p_contact_id and status <> 'resolved' for update;
  if found then
    if c.conversation_type <> v_type then
      update public.whatsapp_conversations set conversation_type = v_type where id = c.id returning * into c;
    end if;
    return c;
  end if;
  insert into public.whatsapp_conversations (business_id, account_id, contact_id, phone, conversation_type, language, window_expires_at)
  select p_account.business_id, p_account.id, p_contact_id, coalesce(p_phone, k.phone), v_type,
    coalesce(k.language, (select d.language from public.dealers d where d.id = v_dealer)),
    (select max(o.window_expires_at) from public.whatsapp_conversations o
     where o.account_id = p_account.id and o.contact_id = p_contact_id)
  from public.contacts k where k.id = p_contact_id
  on conflict (account_id, contact_id) where status <> 'resolved' do nothing
  returning * into c;
  if c.id is null then
    select * into strict c from public.whatsapp_conversations
    where account_id = p_account.id and contact_id = p_contact_id and status <> 'resolved' for update;
  end if;
  return c;
end
$$;
comment on function private.open_conversation(public.channel_accounts, uuid, text) is
  'The conversation in progress with a contact on a number, locked; a new one when the last was resolved.';

create function private.queue_turn(p_conversation_id uuid, p_quiet interval, p_quiet_max interval, p_not_before timestamptz,
  p_hold_until timestamptz default null) returns void
language plpgsql set search_path = ''
as $$
begin
  insert into public.turn_queue as q (conversation_id, run_at, not_before, quiet_until, hold_until)
  values (p_conversation_id, greatest(now() + p_quiet, p_not_before, p_hold_until), p_not_before, now() + p_quiet, p_hold_until)
  on conflict (conversation_id) do update set
    -- A claimed row keeps its lease; what came meanwhile waits for its own quiet window after it.
    run_at = case when q.token is not null then q.run_at
      else greatest(least(now() + p_quiet, q.first_pending_at + p_quiet_max), q.not_before, q.hold_until, p_hold_until) end,
    not_before = case when q.token is not null then greatest(now() + p_quiet, p_not_before, q.not_before) else q.not_before end,
    quiet_until = least(now() + p_quiet, q.first_pending_at + p_quiet_max),
    hold_until = greatest(q.hold_until, p_hold_until);
end
$$;
comment on function private.queue_turn(uuid, interval, interval, timestamptz, timestamptz) is
  'Marks a conversation as waiting for an answer once it has been quiet for a while, at most p_quiet_max after the first message; '
  'with p_hold_until not before the transcript of a voice note or that time.';

-- Counts in fixed windows on the conversation's own row, which the caller writes anyway.
create function private.count_against_limit(inout c public.whatsapp_conversations, p_options jsonb, out not_before timestamptz, out notice text)
language plpgsql set search_path = ''
as $$
declare
  v_window timestamptz;
begin
  if c.rate_minute_at is null or c.rate_minute_at < now() - interval '1 minute' then
    c.rate_minute_at := now();
    c.rate_minute_count := 0;
  end if;
  if c.rate_hour_at is null or c.rate_hour_at < now() - interval '1 hour' then
    c.rate_hour_at := now();
    c.rate_hour_count := 0;
  end if;
  c.rate_minute_count := c.rate_minute_count + 1;
  c.rate_hour_count := c.rate_hour_count + 1;
  if c.rate_minute_count > coalesce((p_options ->> 'per_minute')::integer, 10) then
    v_window := c.rate_minute_at;
    not_before := c.rate_minute_at + interval '1 minute';
  end if;
  if c.rate_hour_count > coalesce((p_options ->> 'per_hour')::integer, 100) then
    v_window := c.rate_hour_at;
    not_before := greatest(not_before, c.rate_hour_at + interval '1 hour');
  end if;
  if not_before is not null and coalesce(c.rate_noticed_at < v_window, true) then
    c.rate_noticed_at := now();
    notice := coalesce(p_options #>> array['rate_notice', coalesce(c.language, p_options ->> 'default_language', 'it')],
      p_options #>> '{rate_notice,it}');
  end if;
end
$$;
comment on function private.count_against_limit(public.whatsapp_conversations, jsonb) is
  'Counts a message against the contact''s limit. Over it: the time from which the next turn may run and, once a window, a notice.';

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

create function private.ingest_message(e jsonb, p_options jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  a public.channel_accounts;
  c public.whatsapp_conversations;
  v_contact uuid;
  v_id uuid;
  v_now timestamptz := now();
  v_time timestamptz;
  v_wants boolean := coalesce((e ->> 'wants_turn')::boolean, false);
  v_is_talk boolean := coalesce(e ->> 'type', '') not in ('system', 'reaction', 'edit', 'revoke', 'request_welcome');
  v_limit record;
  v_until timestamptz;
  v_notice text;
  v_has_file boolean := false;
  v_hold timestamptz;
  v_blocked boolean;
  v_rating record;
begin
  select * into a from public.channel_accounts where channel = e ->> 'channel' and external_id = e ->> 'account' and active;
  if not found then
    perform private.store_raw(null, e ->> 'channel', 'messages', e ->> 'external_id', coalesce(e -> 'raw', e), 'no account with id ' || coalesce(e ->> 'account', '(none)'));
    return jsonb_build_object('result', 'unknown_account');
  end if;
  perform 1 from public.whatsapp_messages where account_id = a.id and meta_message_id = e ->> 'external_id';
  if found then
    return jsonb_build_object('result', 'duplicate');
  end if;
  -- A provider's clock ahead of ours must not hold a window open for longer than it is.
  v_time := least(coalesce(to_timestamp((e ->> 'provider_time')::double precision), v_now), v_now + interval '1 minute');
  v_contact := private.resolve_contact(a.business_id, e ->> 'channel', coalesce(e -> 'sender', '{}'::jsonb), private.identity_scope(a));
  -- Most messages answer no such question, and are spared the call.
  if e #>> '{payload,choice_id}' like 'rate:%' or (e ->> 'type' = 'text' and length(e ->> 'content') <= 40
      and exists (select 1 from public.satisfaction s where s.contact_id = v_contact and s.score is null)) then
    select * into v_rating from private.rating_in(a.id, v_contact, e);
    if v_rating.score is not null then
      return private.ingest_rating(a, v_rating.request, v_rating.score, e, v_time);
    end if;
  end if;
  c := private.open_conversation(a, v_contact, e #>> '{sender,phone}');
  if c.owner = 'human' and c.owner_until < v_now then
    update public.whatsapp_conversations set owner = 'bot', owner_until = null where id = c.id returning * into c;
  end if;
  v_blocked := coalesce((select k.blocked_at is not null from public.contacts k where k.id = v_contact), false);
  v_wants := v_wants and c.owner = 'bot' and not v_blocked;
  insert into public.whatsapp_messages (business_id, conversation_id, account_id, phone, direction, author, type, content, payload,
    raw, status, meta_message_id, context_id, group_id, wants_turn, provider_time)
  values (a.business_id, c.id, a.id, coalesce(e #>> '{sender,phone}', c.phone), 'inbound', c.conversation_type, e ->> 'type',
    coalesce(e ->> 'content', ''), coalesce(e -> 'payload', '{}'::jsonb), e -> 'raw', 'received', e ->> 'external_id',
    -- A reaction, an edit or a deletion speaks of a message, as an answer does.
    coalesce(nullif(e ->> 'context_id', ''), nullif(e ->> 'target_id', '')), nullif(e ->> 'group_id', ''), v_wants, v_time)
  on conflict (account_id, meta_message_id) where meta_message_id is not null do nothing
  returning id into v_id;
  if v_id is null then
    return jsonb_build_object('result', 'duplicate');
  end if;
  -- Most messages hold no file and change nothing else: they are spared the calls.
  if e #>> '{payload,media,id}' is not null then
    select m.kept, m.hold_until into v_has_file, v_hold from private.keep_media(a, v_id, e, p_options) m;
  end if;
  if v_wants then
    if c.conversation_type = 'customer' then
      select * into v_limit from private.count_against_limit(c, p_options);
      c := v_limit.c;
      v_until := v_limit.not_before;
      v_notice := v_limit.notice;
    end if;
    perform private.queue_turn(c.id, make_interval(secs => coalesce((p_options ->> 'quiet_ms')::double precision, 1200) / 1000),
      make_interval(secs => coalesce((p_options ->> 'quiet_max_ms')::double precision, 6000) / 1000), v_until, v_hold);
  end if;
  update public.whatsapp_conversations set
    message_count = message_count + 1,
    unread_count = unread_count + (v_is_talk and not v_blocked)::integer,
    waiting_since = case when v_is_talk and not v_blocked then coalesce(waiting_since, v_now) else waiting_since end,
    status = case when status = 'snoozed' and v_is_talk and not v_blocked then 'open' else status end,
    preview = case when v_is_talk then left(coalesce(nullif(e ->> 'content', ''), '[' || (e ->> 'type') || ']'), 160) else preview end,
    last_message_at = v_now,
    last_inbound_at = case when e ->> 'type' = 'system' then last_inbound_at else greatest(last_inbound_at, v_time) end,
    window_expires_at = case when e ->> 'type' = 'system' or e ->> 'group_id' is not null then window_expires_at
      else greatest(window_expires_at, v_time + interval '24 hours') end,
    pending_since = case when v_wants then coalesce(pending_since, v_now) else pending_since end,
    phone = coalesce(nullif(e #>> '{sender,phone}', ''), phone),
    rate_minute_at = c.rate_minute_at, rate_minute_count = c.rate_minute_count,
    rate_hour_at = c.rate_hour_at, rate_hour_count = c.rate_hour_count, rate_noticed_at = c.rate_noticed_at,
    updated_at = v_now
  where id = c.id;
  if v_notice is not null then
    perform private.queue_message(c.id, 'system', jsonb_build_object('kind', 'text', 'text', v_notice));
  end if;
  if not v_is_talk or jsonb_typeof(e -> 'identity_change') = 'object' then
    perform private.apply_message_effects(a, c, v_id, e);
  end if;
  return jsonb_build_object('result', 'new', 'message_id', v_id, 'conversation_id', c.id, 'wants_turn', v_wants, 'has_file', v_has_file);
end
$$;
comment on function private.ingest_message(jsonb, jsonb) is 'Stores one inbound message with contact, conversation, window, unread and turn.';

create function private.ingest_receipt(e jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  a public.channel_accounts;
  v_id bigint;
  v_message uuid;
begin
  select * into a from public.channel_accounts where channel = e ->> 'channel' and external_id = e ->> 'account' and active;
  if not found then
    perform private.store_raw(null, e ->> 'channel', 'statuses', e ->> 'external_id', coalesce(e -> 'raw', e), 'no account with id ' || coalesce(e ->> 'account', '(none)'));
    return jsonb_build_object('result', 'unknown_account');
  end if;
  insert into public.message_receipts (business_id, account_id, external_id, status, participant, callback_data, provider_time, errors, pricing, raw)
  values (a.business_id, a.id, e ->> 'external_id', e ->> 'status', coalesce(e ->> 'participant', ''), e ->> 'callback_data',
    to_timestamp((e ->> 'provider_time')::double precision), coalesce(nullif(e -> 'errors', 'null'::jsonb), '[]'::jsonb),
    nullif(e -> 'pricing', 'null'::jsonb), e -> 'raw')
  on conflict (account_id, external_id, status, participant) do nothing
  returning id into v_id;
  if v_id is null then
    return jsonb_build_object('result', 'duplicate');
  end if;
  -- Our row id travels with every send, so a receipt finds its message even before the send's answer does.
  if e ->> 'callback_data' ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' then
    select id into v_message from public.whatsapp_messages
    where id = (e ->> 'callback_data')::uuid and account_id = a.id
      and (meta_message_id is null or meta_message_id = e ->> 'external_id');
  end if;
  if v_message is null then
    select id into v_message from public.whatsapp_messages where account_id = a.id and meta_message_id = e ->> 'external_id';
  end if;
  if v_message is not null then
    perform private.apply_receipt(v_id, v_message);
  end if;
  return jsonb_build_object('result', 'new');
end
$$;
comment on function private.ingest_receipt(jsonb) is 'Stores one provider status; applied when its message is known, parked otherwise.';

-- Plans are kept for as long as a connection lives: one made while a table was nearly empty would scan it for ever,
-- and planning anew costs more than these small statements take.
create function public.ingest_events(p_items jsonb, p_options jsonb default '{}'::jsonb) returns jsonb
language plpgsql set search_path = '' set enable_seqscan = off set plan_cache_mode = force_generic_plan
as $$
declare
  e record;
  r jsonb;
  v_results jsonb := '[]'::jsonb;
  v_counts jsonb := '{}'::jsonb;
  v_work boolean := false;
  v_key text;
begin
  -- Rows are locked in the order of the sender, so concurrent batches can't wait for each other in a circle;
  -- within a sender the order of arrival stays.
  for e in
    select ev.value as event, ev.value ->> 'kind' as kind
    from jsonb_array_elements(p_items) with ordinality as i (item, n)
    cross join lateral jsonb_array_elements(i.item -> 'events') with ordinality as ev (value, m)
    order by case ev.value ->> 'kind' when 'message' then 0 when 'field' then 1 else 2 end,
      case ev.value ->> 'kind' when 'message' then coalesce(ev.value #>> '{sender,phone}', ev.value #>> '{sender,bsuid}', '')
        when 'receipt' then coalesce(ev.value ->> 'callback_data', ev.value ->> 'external_id') else '' end,
      i.n, ev.m
  loop
    r := case e.kind when 'message' then private.ingest_message(e.event, p_options)
      when 'receipt' then private.ingest_receipt(e.event) else private.ingest_field(e.event) end;
    v_key := e.kind || '_' || (r ->> 'result');
    v_counts := jsonb_set(v_counts, array[v_key], to_jsonb(coalesce((v_counts ->> v_key)::integer, 0) + 1));
    v_work := v_work or coalesce((r ->> 'wants_turn')::boolean, false) or coalesce((r ->> 'has_file')::boolean, false);
    if e.kind = 'message' and coalesce((p_options ->> 'detail')::boolean, false) then
      v_results := v_results || jsonb_build_array(r || jsonb_build_object('external_id', e.event ->> 'external_id'));
    end if;
  end loop;
  if v_work then
    perform private.wake_workers();
  end if;
  return jsonb_build_object('counts', v_counts, 'results', v_results);
end
$$;
comment on function public.ingest_events(jsonb, jsonb) is
  'Stores a batch of webhook posts in one transaction: p_items [{"events": [...]}], p_options limits and quiet window. '
  'Returns counts by kind and result and, with detail, a row per message.';

-- Helpers of schema private are the engine's own; what people may call is granted by name.
grant execute on all functions in schema private to service_role;
grant execute on function public.ingest_events(jsonb, jsonb) to service_role;
