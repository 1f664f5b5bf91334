-- Ingest: one call stores a batch of webhook events. Repeats have no further effect. Messages: 0805; what is neither message nor receipt: 0810.

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
  v_role record;
  v_type text;
begin
  v_role := private.role_of(p_account.business_id, p_contact_id);
  v_type := case when v_role.dealer_id is not null then 'dealer' when v_role.rider_id is not null then 'rider' else 'customer' end;
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
    coalesce(k.language, (select d.language from public.dealers d where d.id = v_role.dealer_id)),
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

create function private.queue_turns(p_conversation_ids uuid[], p_quiet interval, p_quiet_max interval,
  p_not_before timestamptz[] default '{}', p_hold_until timestamptz[] default '{}') returns void
language plpgsql set search_path = ''
as $$
begin
  insert into public.turn_queue as q (conversation_id, run_at, not_before, quiet_until, hold_until)
  select x.conversation_id, greatest(now() + p_quiet, x.not_before, x.hold_until), x.not_before, now() + p_quiet, x.hold_until
  from unnest(p_conversation_ids, p_not_before, p_hold_until) as x (conversation_id, not_before, hold_until)
  on conflict (conversation_id) do update set
    -- A claimed row keeps its lease; what came meanwhile waits for its own quiet window after it.
    run_at = case when q.token is not null then q.run_at
      else greatest(least(now() + p_quiet, q.first_pending_at + p_quiet_max), q.not_before, q.hold_until, excluded.hold_until) end,
    not_before = case when q.token is not null then greatest(now() + p_quiet, excluded.not_before, q.not_before) else q.not_before end,
    quiet_until = least(now() + p_quiet, q.first_pending_at + p_quiet_max),
    hold_until = greatest(q.hold_until, excluded.hold_until);
end
$$;
comment on function private.queue_turns(uuid[], interval, interval, timestamptz[], timestamptz[]) is
  'Marks conversations as waiting for an answer once each has been quiet for a while, at most p_quiet_max after its first message. For each, '
  'if anything: p_not_before is the end of a rate limit, p_hold_until how long the transcript of a voice note is waited for.';

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
-- and planning anew costs more than these small statements take. A batch finds its rows one by one in an index;
-- as a hash join it would read the whole table, which is what planners like while that is small.
create function public.ingest_events(p_items jsonb, p_options jsonb default '{}'::jsonb) returns jsonb
language plpgsql set search_path = '' set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
  set plan_cache_mode = force_generic_plan
as $$
declare
  e record;
  v_together jsonb[] := '{}';
  v_source text;
  v_alone boolean;
  v_messages jsonb[] := '{}';
  v_counts jsonb := '{}'::jsonb;
  v_work boolean := false;
  r jsonb;
  v_key text;
begin
  -- Rows are locked in the order of the sender, so concurrent batches can't wait for each other in a circle;
  -- within a sender the order of arrival stays.
  for e in
    select ev.value as event, ev.value ->> 'kind' as kind, concat_ws(':', ev.value ->> 'channel', ev.value ->> 'account') as source
    from jsonb_array_elements(p_items) with ordinality as i (item, n)
    cross join lateral jsonb_array_elements(i.item -> 'events') with ordinality as ev (value, m)
    order by case ev.value ->> 'kind' when 'message' then 0 when 'field' then 1 else 2 end,
      case ev.value ->> 'kind' when 'message' then coalesce(ev.value #>> '{sender,phone}', ev.value #>> '{sender,bsuid}', '')
        when 'receipt' then coalesce(ev.value ->> 'callback_data', ev.value ->> 'external_id') else '' end,
      i.n, ev.m
  loop
    -- What may change other messages or who somebody is comes after all before it and before all after it.
    v_alone := e.kind <> 'message' or not private.is_talk(e.event) or jsonb_typeof(e.event -> 'identity_change') = 'object';
    if v_together <> '{}' and (v_alone or e.source is distinct from v_source) then
      v_messages := v_messages || private.ingest_messages(v_together, p_options);
      v_together := '{}';
    end if;
    if e.kind = 'message' then
      v_together := v_together || e.event;
      v_source := case when not v_alone then e.source end;
    else
      r := case e.kind when 'receipt' then private.ingest_receipt(e.event) else private.ingest_field(e.event) end;
      v_key := e.kind || '_' || (r ->> 'result');
      v_counts := jsonb_set(v_counts, array[v_key], to_jsonb(coalesce((v_counts ->> v_key)::integer, 0) + 1));
    end if;
  end loop;
  if v_together <> '{}' then
    v_messages := v_messages || private.ingest_messages(v_together, p_options);
  end if;
  foreach r in array v_messages loop
    v_key := 'message_' || (r ->> 'result');
    v_counts := jsonb_set(v_counts, array[v_key], to_jsonb(coalesce((v_counts ->> v_key)::integer, 0) + 1));
    v_work := v_work or coalesce((r ->> 'wants_turn')::boolean, false) or coalesce((r ->> 'has_file')::boolean, false);
  end loop;
  if v_work then
    perform private.wake_workers();
  end if;
  return jsonb_build_object('counts', v_counts,
    'results', case when (p_options ->> 'detail')::boolean then to_jsonb(v_messages) else '[]'::jsonb end);
end
$$;
comment on function public.ingest_events(jsonb, jsonb) is
  'Stores a batch of webhook posts in one transaction: p_items [{"events": [...]}], p_options limits and quiet window. '
  'Returns counts by kind and result and, with detail, a row per message.';

-- Helpers of schema private are the engine's own; what people may call is granted by name.
grant execute on all functions in schema private to service_role;
grant execute on function public.ingest_events(jsonb, jsonb) to service_role;
