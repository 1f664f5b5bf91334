-- Steps that several functions share: messages into the outbox, escalations, pushes.

create function private.push(p_business_id uuid, p_kind text, p_audience text, p_rider_id uuid, p_data jsonb,
  p_dedupe_key text, p_simulated boolean default false) returns uuid
language plpgsql set search_path = ''
as $$
declare
  v_id uuid;
begin
  insert into public.notifications (business_id, kind, audience, rider_id, data, dedupe_key, simulated)
  values (p_business_id, p_kind, p_audience, p_rider_id, p_data, p_dedupe_key, p_simulated)
  on conflict (business_id, dedupe_key) do nothing
  returning id into v_id;
  if v_id is null or p_simulated then
    return v_id;
  end if;
  insert into public.notification_deliveries (business_id, notification_id, device_id)
  select p_business_id, v_id, d.id
  from public.devices d left join public.staff s on s.id = d.staff_id
  where d.business_id = p_business_id and d.disabled_at is null
    and ((p_audience = 'rider' and d.rider_id = p_rider_id)
      or (p_audience = 'support' and s.active and s.role in ('admin', 'agent')));
  return v_id;
end
$$;
comment on function private.push(uuid, text, text, uuid, jsonb, text, boolean) is
  'Records a notification once per dedupe key, with a delivery for each device of its audience. A simulated one reaches no device.';

create function private.escalate(p_conversation_id uuid, p_reason text, p_detail text default '') returns void
language plpgsql set search_path = ''
as $$
declare
  v_id uuid;
  v_business uuid;
  v_simulated boolean;
begin
  update public.whatsapp_conversations c set escalated_at = coalesce(c.escalated_at, now()), updated_at = now()
  from public.channel_accounts a
  where c.id = p_conversation_id and a.id = c.account_id
  returning c.business_id, a.simulated into v_business, v_simulated;
  insert into public.escalations (business_id, conversation_id, reason, detail)
  values (v_business, p_conversation_id, p_reason, p_detail)
  on conflict (conversation_id, reason) where status = 'open' do nothing
  returning id into v_id;
  if v_id is not null then
    perform private.push(v_business, case when p_reason = 'failed_message' then 'failed_message' else 'escalation' end,
      'support', null, jsonb_build_object('conversation_id', p_conversation_id, 'reason', p_reason),
      'escalation:' || v_id, v_simulated);
  end if;
end
$$;
comment on function private.escalate(uuid, text, text) is 'Asks for a person once per conversation and reason, and pushes to support.';

create function private.message_type(p_reply jsonb) returns text
language sql immutable set search_path = ''
as $$
  select case p_reply ->> 'kind' when 'buttons' then 'interactive' when 'list' then 'interactive' when 'cta_url' then 'interactive'
    else coalesce(p_reply ->> 'kind', 'text') end
$$;
comment on function private.message_type(jsonb) is 'The message type stored for a reply.';

create function private.queue_message(p_conversation_id uuid, p_author text, p_reply jsonb, p_turn_id uuid default null,
  p_client_key text default null, p_staff_id uuid default null, p_cancelled_because text default null) returns uuid
language plpgsql set search_path = ''
as $$
declare
  c public.whatsapp_conversations;
  v_simulated boolean;
  v_id uuid;
  v_sequence bigint;
  v_path text := p_reply #>> '{media,path}';
begin
  select * into strict c from public.whatsapp_conversations where id = p_conversation_id for update;
  -- A file goes out with the service's rights, so whose it is is checked here and nowhere later.
  if v_path is not null and not starts_with(v_path, c.business_id || '/') then
    raise exception 'the file belongs to another business' using errcode = '42501';
  end if;
  select a.simulated into strict v_simulated from public.channel_accounts a where a.id = c.account_id;
  insert into public.whatsapp_messages (business_id, conversation_id, account_id, phone, direction, author, type, content,
    payload, status, turn_id, client_key, staff_id, provider_time, sent_at, error_text)
  values (c.business_id, c.id, c.account_id, c.phone, 'outbound', p_author, private.message_type(p_reply),
    coalesce(p_reply ->> 'text', ''), p_reply,
    case when p_cancelled_because is not null then 'cancelled' when v_simulated then 'sent' else 'pending' end,
    p_turn_id, p_client_key, p_staff_id, now(), case when v_simulated and p_cancelled_because is null then now() end,
    p_cancelled_because)
  on conflict (conversation_id, client_key) where client_key is not null do nothing
  returning id, sequence into v_id, v_sequence;
  if v_id is null then
    select m.id into v_id from public.whatsapp_messages m where m.conversation_id = c.id and m.client_key = p_client_key;
    return v_id;
  end if;
  if v_path is not null then
    insert into public.message_media (business_id, message_id, external_id, kind, mime_type, file_name, size_bytes, storage_path,
      state, stored_at, run_at)
    values (c.business_id, v_id, '', p_reply ->> 'kind', coalesce(p_reply #>> '{media,mime_type}', ''),
      p_reply #>> '{media,file_name}', (p_reply #>> '{media,size_bytes}')::bigint, v_path, 'stored', now(), null);
  end if;
  if p_cancelled_because is not null then
    return v_id;
  end if;
  if not v_simulated then
    insert into public.outbox (message_id, business_id, account_id, conversation_id, sequence)
    values (v_id, c.business_id, c.account_id, c.id, v_sequence);
  end if;
  update public.whatsapp_conversations set message_count = message_count + 1, last_message_at = now(), updated_at = now(),
    waiting_since = case when p_author in ('bot', 'agent') then null else waiting_since end,
    preview = left(coalesce(nullif(p_reply ->> 'text', ''), '[' || private.message_type(p_reply) || ']'), 160)
  where id = c.id;
  return v_id;
end
$$;
comment on function private.queue_message(uuid, text, jsonb, uuid, text, uuid, text) is
  'Stores an outgoing message and puts it into the outbox. The same client key again returns the first message.';

create function private.cancel_unsent(p_conversation_id uuid, p_because text) returns integer
language plpgsql set search_path = ''
as $$
declare
  v_count integer;
begin
  with gone as (
    delete from public.outbox o using public.whatsapp_messages m
    where o.conversation_id = p_conversation_id and o.state = 'ready' and m.id = o.message_id
      and m.author = 'bot'
    returning o.message_id
  )
  update public.whatsapp_messages m set status = 'cancelled', error_text = p_because
  from gone where m.id = gone.message_id;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function private.cancel_unsent(uuid, text) is 'Takes back what the bot has not sent yet. Returns how many messages.';

create function private.silence_bot(p_conversation_id uuid, p_until timestamptz, p_because text) returns void
language plpgsql set search_path = ''
as $$
begin
  update public.whatsapp_conversations set owner = 'human', owner_until = p_until, pending_since = null, updated_at = now()
  where id = p_conversation_id;
  perform private.cancel_unsent(p_conversation_id, p_because);
  -- The person answers what was waiting; a turn under way finds its token gone or the owner changed.
  update public.whatsapp_messages set wants_turn = false
  where conversation_id = p_conversation_id and direction = 'inbound' and wants_turn and turn_id is null;
  delete from public.turn_queue where conversation_id = p_conversation_id;
end
$$;
comment on function private.silence_bot(uuid, timestamptz, text) is 'Makes a person the owner of a conversation at once.';

create function private.fail_message(p_message_id uuid, p_code integer, p_text text) returns void
language plpgsql set search_path = ''
as $$
declare
  v_conversation uuid;
  m public.whatsapp_messages;
begin
  delete from public.outbox where message_id = p_message_id;
  update public.whatsapp_messages set status = 'failed', failed_at = coalesce(failed_at, now()),
    error_code = p_code, error_text = left(p_text, 1000)
  where id = p_message_id and status in ('pending', 'sending', 'unknown', 'sent')
  returning conversation_id into v_conversation;
  if v_conversation is not null then
    -- A picture that can't be fetched takes its words down with it: they go again without it. Codes: 100, 131008 and 131009 refuse
    -- the request, 131051 to 131053 the file; all of them may be said at once or by a receipt.
    select * into strict m from public.whatsapp_messages where id = p_message_id;
    if m.payload ? 'link' and m.content <> '' and p_code in (100, 131008, 131009, 131051, 131052, 131053) then
      -- A button that opens a page is nothing without it: its address goes below the words.
      perform private.queue_message(m.conversation_id, m.author, case m.payload ->> 'kind'
          when 'cta_url' then m.payload - '{link,list_button}'::text[] || jsonb_build_object('kind', 'text', 'text',
            m.content || E'\n' || (m.payload ->> 'link'))
          when 'buttons' then m.payload - 'link'
          else m.payload - 'link' || '{"kind": "text"}'::jsonb end, m.turn_id, 'plain:' || m.id, m.staff_id);
      perform private.wake_workers();
      return;
    end if;
    -- A number that a broadcast can't reach is counted there; a person has nothing to do about it.
    if exists (select 1 from public.broadcast_recipients r where r.message_id = p_message_id) then
      return;
    end if;
    update public.whatsapp_conversations set failed_at = now() where id = v_conversation;
    perform private.escalate(v_conversation, 'failed_message', left(coalesce(p_text, ''), 500));
  end if;
end
$$;
comment on function private.fail_message(uuid, integer, text) is 'A message can''t be sent: stored as failed, escalated, support is pushed; one of a broadcast is only stored, one with a bad picture goes again without it, a page with its address in words.';

create function private.receipt_rank(p_status text) returns integer
language sql immutable set search_path = ''
as $$
  -- failed ranks between sent and delivered: it may follow sent, and proof of delivery beats it.
  select case p_status when 'sent' then 1 when 'failed' then 2 when 'delivered' then 3 when 'read' then 4
    when 'played' then 5 else 0 end
$$;
comment on function private.receipt_rank(text) is 'Order in which receipts may move a message forward.';

create function private.apply_receipt(p_receipt_id bigint, p_message_id uuid) returns boolean
language plpgsql set search_path = ''
as $$
declare
  r public.message_receipts;
  m public.whatsapp_messages;
  v_error jsonb;
begin
  select * into strict r from public.message_receipts where id = p_receipt_id;
  select * into m from public.whatsapp_messages where id = p_message_id for update;
  if not found or m.direction <> 'outbound' then
    return false;
  end if;
  update public.message_receipts set applied_at = now(), message_id = m.id where id = r.id;
  if r.status = 'failed' then
    v_error := coalesce(r.errors -> 0, '{}'::jsonb);
    if private.receipt_rank(m.status) < 2 then
      perform private.fail_message(m.id, (v_error ->> 'code')::integer,
        coalesce(v_error #>> '{error_data,details}', v_error ->> 'title', 'failed'));
    end if;
    update public.whatsapp_messages set meta_message_id = coalesce(meta_message_id, r.external_id) where id = m.id;
    return true;
  end if;
  if private.receipt_rank(r.status) = 0 then
    return false;
  end if;
  delete from public.outbox where message_id = m.id;
  -- Times only ever go back to the earliest report; a read message was also delivered and sent.
  update public.whatsapp_messages set
    status = case when private.receipt_rank(r.status) > private.receipt_rank(status) then r.status else status end,
    meta_message_id = coalesce(meta_message_id, r.external_id),
    sent_at = least(sent_at, r.provider_time),
    delivered_at = case when private.receipt_rank(r.status) >= 3 then least(delivered_at, r.provider_time) else delivered_at end,
    read_at = case when private.receipt_rank(r.status) >= 4 then least(read_at, r.provider_time) else read_at end,
    played_at = case when r.status = 'played' then least(played_at, r.provider_time) else played_at end
  where id = m.id;
  return true;
end
$$;
comment on function private.apply_receipt(bigint, uuid) is
  'Moves a message forward by one receipt, settles its outbox row. Returns whether it says anything of a message of ours.';

create function private.fill_reply(p_reply jsonb, p_values jsonb) returns jsonb
language plpgsql immutable set search_path = ''
as $$
declare
  v text := p_reply::text;
  kv record;
begin
  for kv in select key, value from jsonb_each_text(p_values) loop
    -- to_json escapes the value for the JSON string that holds the placeholder.
    v := replace(v, '{' || kv.key || '}', substr(to_json(kv.value)::text, 2, length(to_json(kv.value)::text) - 2));
  end loop;
  return v::jsonb;
end
$$;
comment on function private.fill_reply(jsonb, jsonb) is 'Fills {name} in a reply''s texts from the result of an action.';

do $$
declare
  f record;
begin
  for f in select p.oid::regprocedure as signature from pg_catalog.pg_proc p
    where p.pronamespace = 'private'::regnamespace and p.proname in ('push', 'escalate', 'message_type',
      'queue_message', 'cancel_unsent', 'silence_bot', 'fail_message', 'receipt_rank', 'apply_receipt', 'fill_reply')
  loop
    execute format('grant execute on function %s to service_role', f.signature);
  end loop;
end
$$;
