-- What webhooks say besides messages and receipts: kept as it came, once, and applied.

create function private.apply_echo(p_account public.channel_accounts, x jsonb) returns void
language plpgsql set search_path = ''
as $$
declare
  v_contact uuid;
  c public.whatsapp_conversations;
  v_time timestamptz := coalesce(to_timestamp((x ->> 'provider_time')::double precision), now());
  v_hours numeric;
  v_id uuid;
begin
  if coalesce(x #>> '{recipient,phone}', x #>> '{recipient,bsuid}') is null then
    return;
  end if;
  v_contact := private.resolve_contact(p_account.business_id, p_account.channel, x -> 'recipient');
  c := private.open_conversation(p_account, v_contact, x #>> '{recipient,phone}');
  insert into public.whatsapp_messages (business_id, conversation_id, account_id, phone, direction, author, type, content, payload,
    status, meta_message_id, provider_time, sent_at)
  values (p_account.business_id, c.id, p_account.id, c.phone, 'outbound', 'phone', x ->> 'type', coalesce(x ->> 'content', ''),
    coalesce(x -> 'payload', '{}'::jsonb), 'sent', x ->> 'external_id', v_time, v_time)
  on conflict (account_id, meta_message_id) where meta_message_id is not null do nothing
  returning id into v_id;
  if v_id is not null then
    perform private.keep_media(p_account, v_id, x, '{}'::jsonb);
    select coalesce((limits ->> 'human_hours')::numeric, 12) into v_hours from public.businesses where id = p_account.business_id;
    perform private.silence_bot(c.id, now() + make_interval(secs => (v_hours * 3600)::double precision), 'answered from the phone');
    update public.whatsapp_conversations set message_count = message_count + 1, last_message_at = now(), unread_count = 0,
      waiting_since = null, preview = left(coalesce(x ->> 'content', ''), 160) where id = c.id;
  end if;
end
$$;
comment on function private.apply_echo(public.channel_accounts, jsonb) is 'Somebody answered from the business''s own phone: stored, and the bot is silent.';

create function private.apply_effect(p_account public.channel_accounts, p_business_id uuid, x jsonb) returns void
language plpgsql set search_path = ''
as $$
begin
  if x ->> 'effect' = 'echo' and p_account.id is not null then
    perform private.apply_echo(p_account, x);
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
end
$$;
comment on function private.apply_effect(public.channel_accounts, uuid, jsonb) is 'What a webhook field changes: echoes, preferences, template states, account health.';

create function private.ingest_field(e jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  a public.channel_accounts;
  v_business uuid;
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
      perform private.apply_effect(a, v_business, x);
    end loop;
  end if;
  return jsonb_build_object('result', 'new');
end
$$;
comment on function private.ingest_field(jsonb) is 'Stores any other webhook field raw, once, and applies what it means.';

-- Helpers of schema private are the engine's own; what people may call is granted by name.
grant execute on all functions in schema private to service_role;
