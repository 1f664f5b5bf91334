-- Ingest: one call stores a batch of webhook events. Repeats have no further effect.

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

create function private.identity_scope(p_account public.channel_accounts) returns text
language plpgsql immutable set search_path = ''
as $$
begin
  return case when p_account.simulated then 'simulated' else '' end;
end
$$;
comment on function private.identity_scope(public.channel_accounts) is 'Whose ids count: a number played in the simulator is not the real person.';

create function private.merge_contacts(p_keep uuid, p_drop uuid) returns void
language plpgsql set search_path = ''
as $$
declare
  c record;
begin
  update public.contact_identities set contact_id = p_keep where contact_id = p_drop;
  -- Two conversations in progress on one number can't both go on: the dropped contact's one is closed.
  for c in
    select d.id from public.whatsapp_conversations d join public.whatsapp_conversations k
      on k.contact_id = p_keep and k.account_id = d.account_id and k.status <> 'resolved'
    where d.contact_id = p_drop and d.status <> 'resolved'
  loop
    update public.whatsapp_conversations set status = 'resolved' where id = c.id;
  end loop;
  update public.whatsapp_conversations set contact_id = p_keep where contact_id = p_drop;
  update public.whatsapp_order_relays set contact_id = p_keep where contact_id = p_drop;
  update public.broadcast_recipients r set contact_id = p_keep where contact_id = p_drop
    and not exists (select 1 from public.broadcast_recipients k where k.broadcast_id = r.broadcast_id and k.contact_id = p_keep);
  update public.contacts k set
    phone = coalesce(k.phone, d.phone), username = coalesce(k.username, d.username),
    name = case when k.name = '' then d.name else k.name end, language = coalesce(k.language, d.language),
    opted_out_at = coalesce(k.opted_out_at, d.opted_out_at), blocked_at = coalesce(k.blocked_at, d.blocked_at),
    privacy_noticed_at = coalesce(k.privacy_noticed_at, d.privacy_noticed_at), updated_at = now()
  from public.contacts d where k.id = p_keep and d.id = p_drop;
  delete from public.contacts where id = p_drop;
end
$$;
comment on function private.merge_contacts(uuid, uuid) is 'Two contacts turned out to be one person: everything moves to p_keep.';

-- What runs for every message is PL/pgSQL, whose plans are kept; a function in SQL is planned at each call.
create function private.find_contact(p_business_id uuid, p_channel text, p_scope text, p_kind text, p_value text) returns uuid
language plpgsql stable set search_path = ''
as $$
begin
  if p_value is null then
    return null;
  end if;
  return (select i.contact_id from public.contact_identities i
    where i.business_id = p_business_id and i.channel = p_channel and i.scope = p_scope and i.kind = p_kind and i.value = p_value
      and i.retired_at is null);
end
$$;
comment on function private.find_contact(uuid, text, text, text, text) is 'The contact with this live id in a scope, or null.';

create function private.add_identity(p_business_id uuid, p_contact_id uuid, p_channel text, p_scope text, p_kind text, p_value text) returns void
language plpgsql set search_path = ''
as $$
begin
  if coalesce(p_value, '') <> '' then
    insert into public.contact_identities (business_id, contact_id, channel, scope, kind, value)
    values (p_business_id, p_contact_id, p_channel, p_scope, p_kind, p_value)
    on conflict (business_id, channel, scope, kind, value) where retired_at is null do nothing;
  end if;
end
$$;
comment on function private.add_identity(uuid, uuid, text, text, text, text) is 'Adds an id to a contact unless somebody has it.';

-- People are found by business-scoped id first, phone second; both may be new, either may be missing.
create function private.resolve_contact(p_business_id uuid, p_channel text, p_sender jsonb, p_scope text default '') returns uuid
language plpgsql set search_path = ''
as $$
declare
  v_phone text := nullif(p_sender ->> 'phone', '');
  v_id_kind text := case p_channel when 'telegram' then 'chat' when 'webchat' then 'session' else 'bsuid' end;
  v_other text := nullif(coalesce(p_sender ->> 'bsuid', p_sender ->> 'chat', p_sender ->> 'session'), '');
  v_name text := left(coalesce(p_sender ->> 'name', ''), 200);
  v_by_other uuid;
  v_by_phone uuid;
  v_id uuid;
  v_new boolean := false;
begin
  v_by_other := private.find_contact(p_business_id, p_channel, p_scope, v_id_kind, v_other);
  v_by_phone := private.find_contact(p_business_id, p_channel, p_scope, 'phone', v_phone);
  if v_by_other is null and v_by_phone is null then
    -- Two first messages of one person may arrive at once: the second waits here and then finds the first.
    perform pg_advisory_xact_lock(hashtextextended(concat_ws('|', p_business_id, p_channel, p_scope, coalesce(v_other, v_phone)), 0));
    v_by_other := private.find_contact(p_business_id, p_channel, p_scope, v_id_kind, v_other);
    v_by_phone := private.find_contact(p_business_id, p_channel, p_scope, 'phone', v_phone);
  end if;
  if v_by_other is not null and v_by_phone is not null and v_by_other <> v_by_phone then
    perform private.merge_contacts(v_by_other, v_by_phone);
    v_by_phone := v_by_other;
  end if;
  v_id := coalesce(v_by_other, v_by_phone);
  if v_id is null then
    insert into public.contacts (business_id, name, username, phone)
    values (p_business_id, v_name, nullif(p_sender ->> 'username', ''), v_phone) returning id into v_id;
    v_new := true;
  end if;
  if v_by_other is null then
    perform private.add_identity(p_business_id, v_id, p_channel, p_scope, v_id_kind, v_other);
  end if;
  if v_by_phone is null then
    perform private.add_identity(p_business_id, v_id, p_channel, p_scope, 'phone', v_phone);
  end if;
  if not v_new then
    update public.contacts c set
      name = case when v_name <> '' then v_name else c.name end,
      username = coalesce(nullif(p_sender ->> 'username', ''), c.username),
      phone = coalesce(v_phone, c.phone), updated_at = now()
    where c.id = v_id and ((v_name <> '' and c.name <> v_name)
      or (v_phone is not null and c.phone is distinct from v_phone)
      or (coalesce(p_sender ->> 'username', '') <> '' and c.username is distinct from p_sender ->> 'username'));
  end if;
  return v_id;
end
$$;
comment on function private.resolve_contact(uuid, text, jsonb, text) is
  'The contact behind a sender, made or merged when needed. Scope `simulated` keeps played people apart from real ones.';

create function private.change_identity(p_business_id uuid, p_channel text, p_scope text, p_contact_id uuid, p_change jsonb) returns void
language plpgsql set search_path = ''
as $$
declare
  v_old_phone text := nullif(p_change ->> 'old_phone', '');
  v_new_phone text := nullif(p_change ->> 'new_phone', '');
  v_old_bsuid text := nullif(p_change ->> 'old_bsuid', '');
  v_new_bsuid text := nullif(p_change ->> 'new_bsuid', '');
  v_other uuid;
begin
  -- The old number may be given to somebody else, so it stops leading here.
  update public.contact_identities set retired_at = now()
  where contact_id = p_contact_id and channel = p_channel and retired_at is null
    and ((kind = 'phone' and value = v_old_phone and v_new_phone is not null and v_new_phone <> v_old_phone)
      or (kind = 'bsuid' and value = v_old_bsuid and v_new_bsuid is not null and v_new_bsuid <> v_old_bsuid));
  v_other := private.find_contact(p_business_id, p_channel, p_scope, 'phone', v_new_phone);
  if v_other is not null and v_other <> p_contact_id then
    perform private.merge_contacts(p_contact_id, v_other);
  end if;
  v_other := private.find_contact(p_business_id, p_channel, p_scope, 'bsuid', v_new_bsuid);
  if v_other is not null and v_other <> p_contact_id then
    perform private.merge_contacts(p_contact_id, v_other);
  end if;
  perform private.add_identity(p_business_id, p_contact_id, p_channel, p_scope, 'phone', v_new_phone);
  perform private.add_identity(p_business_id, p_contact_id, p_channel, p_scope, 'bsuid', v_new_bsuid);
  if v_new_phone is not null then
    update public.contacts set phone = v_new_phone, updated_at = now() where id = p_contact_id;
    update public.whatsapp_conversations set phone = v_new_phone where contact_id = p_contact_id and status <> 'resolved';
  end if;
end
$$;
comment on function private.change_identity(uuid, text, text, uuid, jsonb) is 'A person changed number or shared it: ids move, the old ones retire.';

create function private.is_dealer(p_business_id uuid, p_contact_id uuid) returns uuid
language plpgsql stable set search_path = ''
as $$
declare
  v_values text[];
begin
  -- Worded so that the partial index of live ids can't be chosen: on a table without statistics it looks as good as
  -- the one by contact, and is read whole.
  v_values := array(select i.value from public.contact_identities i
    where i.contact_id = p_contact_id and coalesce(i.retired_at, 'infinity') = 'infinity');
  return (select r.dealer_id from public.rider_contacts r
    where r.business_id = p_business_id and r.contact_type = 'dealer' and r.contact_value = any (v_values) limit 1);
end
$$;
comment on function private.is_dealer(uuid, uuid) is 'The dealer this contact speaks for, or null.';

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
  v_type := case when v_dealer is not null then 'dealer' else 'customer' end;
  select * into c from public.whatsapp_conversations
  where account_id = p_account.id and contact_id = p_contact_id and status <> 'resolved' for update;
  if found then
    if c.conversation_type <> v_type and c.conversation_type <> 'rider' then
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

create function private.queue_turn(p_conversation_id uuid, p_quiet interval, p_quiet_max interval, p_not_before timestamptz) returns void
language plpgsql set search_path = ''
as $$
begin
  insert into public.turn_queue as q (conversation_id, run_at, not_before)
  values (p_conversation_id, greatest(now() + p_quiet, p_not_before), p_not_before)
  on conflict (conversation_id) do update set
    version = q.version + 1,
    -- A claimed row keeps its lease; what came meanwhile waits for its own quiet window after it.
    run_at = case when q.token is not null then q.run_at
      else greatest(least(now() + p_quiet, q.first_pending_at + p_quiet_max), q.not_before) end,
    not_before = case when q.token is not null then greatest(now() + p_quiet, p_not_before, q.not_before) else q.not_before end;
end
$$;
comment on function private.queue_turn(uuid, interval, interval, timestamptz) is
  'Marks a conversation as waiting for an answer once it has been quiet for a while, at most p_quiet_max after the first message.';

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
  if e #>> '{payload,media,id}' is not null then
    insert into public.message_media (business_id, message_id, external_id, mime_type, file_name, sha256)
    values (p_account.business_id, p_message_id, e #>> '{payload,media,id}', coalesce(e #>> '{payload,media,mime_type}', ''),
      e #>> '{payload,media,filename}', e #>> '{payload,media,sha256}')
    on conflict (message_id, external_id) do nothing;
  end if;
  if jsonb_typeof(e -> 'identity_change') = 'object' then
    perform private.change_identity(p_account.business_id, e ->> 'channel', private.identity_scope(p_account),
      p_conversation.contact_id, e -> 'identity_change');
  end if;
end
$$;
comment on function private.apply_message_effects(public.channel_accounts, public.whatsapp_conversations, uuid, jsonb) is
  'What a stored message changes besides itself: edits, revokes, media to fetch, a changed number.';

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
  c := private.open_conversation(a, v_contact, e #>> '{sender,phone}');
  if c.owner = 'human' and c.owner_until < v_now then
    update public.whatsapp_conversations set owner = 'bot', owner_until = null where id = c.id returning * into c;
  end if;
  v_wants := v_wants and c.owner = 'bot';
  insert into public.whatsapp_messages (business_id, conversation_id, account_id, phone, direction, author, type, content, payload,
    raw, status, meta_message_id, context_id, group_id, wants_turn, provider_time)
  values (a.business_id, c.id, a.id, coalesce(e #>> '{sender,phone}', c.phone), 'inbound', c.conversation_type, e ->> 'type',
    coalesce(e ->> 'content', ''), coalesce(e -> 'payload', '{}'::jsonb), e -> 'raw', 'received', e ->> 'external_id',
    nullif(e ->> 'context_id', ''), nullif(e ->> 'group_id', ''), v_wants, v_time)
  on conflict (account_id, meta_message_id) where meta_message_id is not null do nothing
  returning id into v_id;
  if v_id is null then
    return jsonb_build_object('result', 'duplicate');
  end if;
  if v_wants then
    if c.conversation_type = 'customer' then
      select * into v_limit from private.count_against_limit(c, p_options);
      c := v_limit.c;
      v_until := v_limit.not_before;
      v_notice := v_limit.notice;
    end if;
    perform private.queue_turn(c.id, make_interval(secs => coalesce((p_options ->> 'quiet_ms')::double precision, 1200) / 1000),
      make_interval(secs => coalesce((p_options ->> 'quiet_max_ms')::double precision, 6000) / 1000), v_until);
  end if;
  update public.whatsapp_conversations set
    message_count = message_count + 1,
    unread_count = unread_count + v_is_talk::integer,
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
  perform private.apply_message_effects(a, c, v_id, e);
  return jsonb_build_object('result', 'new', 'message_id', v_id, 'conversation_id', c.id, 'wants_turn', v_wants);
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
  v_conversation uuid;
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
    v_conversation := private.apply_receipt(v_id, v_message);
  end if;
  return jsonb_build_object('result', 'new', 'conversation_id', v_conversation);
end
$$;
comment on function private.ingest_receipt(jsonb) is 'Stores one provider status; applied when its message is known, parked otherwise.';

create function private.apply_echo(p_account public.channel_accounts, x jsonb) returns uuid
language plpgsql set search_path = ''
as $$
declare
  v_contact uuid;
  c public.whatsapp_conversations;
  v_time timestamptz := coalesce(to_timestamp((x ->> 'provider_time')::double precision), now());
  v_hours numeric;
  v_new boolean;
begin
  if coalesce(x #>> '{recipient,phone}', x #>> '{recipient,bsuid}') is null then
    return null;
  end if;
  v_contact := private.resolve_contact(p_account.business_id, p_account.channel, x -> 'recipient');
  c := private.open_conversation(p_account, v_contact, x #>> '{recipient,phone}');
  insert into public.whatsapp_messages (business_id, conversation_id, account_id, phone, direction, author, type, content, payload,
    status, meta_message_id, provider_time, sent_at)
  values (p_account.business_id, c.id, p_account.id, c.phone, 'outbound', 'phone', x ->> 'type', coalesce(x ->> 'content', ''),
    coalesce(x -> 'payload', '{}'::jsonb), 'sent', x ->> 'external_id', v_time, v_time)
  on conflict (account_id, meta_message_id) where meta_message_id is not null do nothing;
  v_new := found;
  if v_new then
    select coalesce((limits ->> 'human_hours')::numeric, 12) into v_hours from public.businesses where id = p_account.business_id;
    perform private.silence_bot(c.id, now() + make_interval(secs => (v_hours * 3600)::double precision), 'answered from the phone');
    update public.whatsapp_conversations set message_count = message_count + 1, last_message_at = now(), unread_count = 0,
      preview = left(coalesce(x ->> 'content', ''), 160) where id = c.id;
  end if;
  return c.id;
end
$$;
comment on function private.apply_echo(public.channel_accounts, jsonb) is 'Somebody answered from the business''s own phone: stored, and the bot is silent.';

create function private.set_preference(p_business_id uuid, p_contact_id uuid, p_category text, p_value text, p_source text,
  p_at timestamptz) returns void
language plpgsql set search_path = ''
as $$
begin
  insert into public.contact_preferences as p (business_id, contact_id, category, value, source, changed_at)
  values (p_business_id, p_contact_id, p_category, p_value, p_source, p_at)
  on conflict (contact_id, category) do update set value = excluded.value, source = excluded.source, changed_at = excluded.changed_at
  where p.changed_at <= excluded.changed_at;
  if found and p_category = 'all' then
    update public.contacts set opted_out_at = case when p_value = 'stop' then p_at end, updated_at = now() where id = p_contact_id;
  end if;
end
$$;
comment on function private.set_preference(uuid, uuid, text, text, text, timestamptz) is 'Records an opt-out or opt-in; an older one never overrides a newer.';

create function private.apply_effect(p_account public.channel_accounts, p_business_id uuid, x jsonb) returns uuid
language plpgsql set search_path = ''
as $$
begin
  if x ->> 'effect' = 'echo' and p_account.id is not null then
    return private.apply_echo(p_account, x);
  elsif x ->> 'effect' = 'preference' then
    perform private.set_preference(p_business_id, private.resolve_contact(p_business_id, 'whatsapp', x),
      coalesce(x ->> 'category', 'marketing_messages'), x ->> 'value', 'provider',
      coalesce(to_timestamp((x ->> 'provider_time')::double precision), now()));
  elsif x ->> 'effect' = 'template' then
    update public.message_templates set
      status = coalesce(x ->> 'event', status), quality = coalesce(x ->> 'quality', quality),
      category = coalesce(x ->> 'category', category), status_reason = coalesce(x ->> 'reason', status_reason), updated_at = now()
    where business_id = p_business_id and name = x ->> 'name' and language = coalesce(x ->> 'language', language);
  elsif x ->> 'effect' = 'account_health' then
    update public.channel_accounts set updated_at = now(),
      health = health || jsonb_build_object(coalesce(x ->> 'event', 'event'), coalesce(x -> 'details', '{}'::jsonb) || jsonb_build_object('at', now()))
    where business_id = p_business_id and channel = 'whatsapp' and (p_account.id is null or id = p_account.id);
  end if;
  return null;
end
$$;
comment on function private.apply_effect(public.channel_accounts, uuid, jsonb) is 'What a webhook field changes: echoes, preferences, template states, account health.';

create function private.ingest_field(e jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  a public.channel_accounts;
  v_business uuid;
  v_conversations uuid[] := '{}';
  x jsonb;
begin
  select * into a from public.channel_accounts where channel = e ->> 'channel' and external_id = e ->> 'account';
  v_business := a.business_id;
  if v_business is null then
    select business_id into v_business from public.channel_accounts where channel = e ->> 'channel' and waba_id = e ->> 'waba_id' limit 1;
  end if;
  if not private.store_raw(v_business, e ->> 'channel', e ->> 'field', e ->> 'external_id', coalesce(e -> 'payload', 'null'::jsonb), e ->> 'error',
    e ->> 'occurred_at') then
    return jsonb_build_object('result', 'duplicate');
  end if;
  if v_business is not null then
    for x in select value from jsonb_array_elements(coalesce(e -> 'effects', '[]'::jsonb)) loop
      v_conversations := v_conversations || private.apply_effect(a, v_business, x);
    end loop;
  end if;
  return jsonb_build_object('result', 'new', 'conversations', to_jsonb(array_remove(v_conversations, null)));
end
$$;
comment on function private.ingest_field(jsonb) is 'Stores any other webhook field raw, once, and applies what it means.';

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
  v_changed uuid[] := '{}';
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
    if r ? 'conversation_id' then
      v_changed := v_changed || (r ->> 'conversation_id')::uuid;
    end if;
    if r ? 'conversations' then
      v_changed := v_changed || array(select value::uuid from jsonb_array_elements_text(r -> 'conversations'));
    end if;
    v_work := v_work or coalesce((r ->> 'wants_turn')::boolean, false);
    if e.kind = 'message' and coalesce((p_options ->> 'detail')::boolean, false) then
      v_results := v_results || jsonb_build_array(r || jsonb_build_object('external_id', e.event ->> 'external_id'));
    end if;
  end loop;
  v_changed := array_remove(v_changed, null);
  if cardinality(v_changed) > 0 or v_work then
    perform private.hint_changes(v_changed, v_work);
  end if;
  return jsonb_build_object('counts', v_counts, 'results', v_results);
end
$$;
comment on function public.ingest_events(jsonb, jsonb) is
  'Stores a batch of webhook posts in one transaction: p_items [{"events": [...]}], p_options limits and quiet window. '
  'Returns counts by kind and result and, with detail, a row per message.';

do $$
declare
  f record;
begin
  for f in select p.oid::regprocedure as signature from pg_catalog.pg_proc p
    where (p.pronamespace = 'private'::regnamespace and p.proname in ('store_raw', 'identity_scope', 'merge_contacts', 'find_contact', 'add_identity',
      'resolve_contact', 'change_identity', 'is_dealer', 'open_conversation', 'queue_turn', 'count_against_limit',
      'apply_message_effects', 'ingest_message', 'ingest_receipt', 'apply_echo', 'set_preference', 'apply_effect', 'ingest_field'))
      or (p.pronamespace = 'public'::regnamespace and p.proname = 'ingest_events')
  loop
    execute format('grant execute on function %s to service_role', f.signature);
  end loop;
end
$$;
