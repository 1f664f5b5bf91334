-- What agents do with a conversation beside answering in words. Each acts once per client key.

create function public.assign_conversation(p_conversation_id uuid, p_staff_id uuid, p_client_key text default null) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  c public.whatsapp_conversations;
begin
  c := private.require_conversation(p_conversation_id, '{admin,agent}');
  if p_staff_id is not null and not exists (select 1 from public.staff s
    where s.id = p_staff_id and s.business_id = c.business_id and s.active and s.role in ('admin', 'agent')) then
    raise exception 'no such colleague' using errcode = 'PT409', detail = 'no_colleague', hint = 'Only active admins and agents answer customers.';
  end if;
  if not private.audit(c.business_id, 'assign', 'whatsapp_conversations', c.id::text, jsonb_build_object('staff_id', p_staff_id), p_client_key) then
    return;
  end if;
  if p_staff_id is not null then
    perform private.silence_bot(c.id, null, 'given to a person');
  end if;
  update public.whatsapp_conversations set assignee_id = p_staff_id, updated_at = now() where id = c.id;
end
$$;
comment on function public.assign_conversation(uuid, uuid, text) is
  'Gives a conversation to a colleague, who answers instead of the bot from now on; null takes it from whoever has it.';

create function public.reopen_conversation(p_conversation_id uuid, p_client_key text default null) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  c public.whatsapp_conversations;
begin
  c := private.require_conversation(p_conversation_id, '{admin,agent}');
  if not private.audit(c.business_id, 'reopen', 'whatsapp_conversations', c.id::text, '{}'::jsonb, p_client_key) then
    return;
  end if;
  perform private.reopen(c);
end
$$;
comment on function public.reopen_conversation(uuid, text) is 'A resolved or snoozed conversation is open again.';

create function public.snooze_conversation(p_conversation_id uuid, p_until timestamptz, p_client_key text default null) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  c public.whatsapp_conversations;
begin
  c := private.require_conversation(p_conversation_id, '{admin,agent}');
  if p_until is null or p_until <= now() or p_until > now() + interval '10 years' then
    raise exception 'until must be a time within the next ten years' using errcode = '22023', detail = 'time_range', hint = 'Choose a later time.';
  end if;
  if c.status = 'resolved' then
    raise exception 'the conversation is resolved' using errcode = 'PT409', detail = 'resolved', hint = 'Reopen it first.';
  end if;
  if not private.audit(c.business_id, 'snooze', 'whatsapp_conversations', c.id::text, jsonb_build_object('until', p_until), p_client_key) then
    return;
  end if;
  update public.whatsapp_conversations set status = 'snoozed', snoozed_until = p_until, updated_at = now() where id = c.id;
end
$$;
comment on function public.snooze_conversation(uuid, timestamptz, text) is 'Puts a conversation out of sight until a time or the next message.';

create index whatsapp_conversations_asleep_idx on public.whatsapp_conversations (snoozed_until) where status = 'snoozed';

create function private.wake_snoozed() returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  -- Who holds one at this moment changes it anyhow; it is looked at again with the next round.
  v_ids uuid[] := array(select c.id from public.whatsapp_conversations c where c.status = 'snoozed' and c.snoozed_until <= now()
    order by c.snoozed_until limit 200 for update skip locked);
begin
  with woken as (
    update public.whatsapp_conversations set status = 'open', snoozed_until = null, updated_at = now()
    where id = any (v_ids) returning id, business_id, assignee_id
  )
  insert into public.conversation_events (business_id, conversation_id, kind, staff_id) select business_id, id, 'woken', assignee_id from woken;
  return cardinality(v_ids);
end
$$;
comment on function private.wake_snoozed() is
  'Conversations whose time has come are open again: desks hear of it, those opened meanwhile too, and the thread tells it.';

create function public.block_contact(p_conversation_id uuid, p_blocked boolean, p_client_key text default null) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  c public.whatsapp_conversations;
  v_ids uuid[];
begin
  c := private.require_conversation(p_conversation_id, '{admin,agent}');
  if not private.audit(c.business_id, case when p_blocked then 'block' else 'unblock' end, 'contacts', c.contact_id::text, '{}'::jsonb, p_client_key) then
    return;
  end if;
  update public.contacts set blocked_at = case when p_blocked then coalesce(blocked_at, now()) end, updated_at = now() where id = c.contact_id;
  v_ids := array(select id from public.whatsapp_conversations where contact_id = c.contact_id and status <> 'resolved' order by id for update);
  if p_blocked then
    -- Nothing more goes out, and what they wrote is answered by nobody.
    with gone as (
      delete from public.outbox where conversation_id = any (v_ids) and state = 'ready' returning message_id
    )
    update public.whatsapp_messages m set status = 'cancelled', error_text = 'the contact is blocked' from gone where m.id = gone.message_id;
    update public.whatsapp_messages set wants_turn = false
    where conversation_id = any (v_ids) and direction = 'inbound' and wants_turn and turn_id is null;
    delete from public.turn_queue where conversation_id = any (v_ids);
    update public.whatsapp_conversations set waiting_since = null, pending_since = null, unread_count = 0, updated_at = now() where id = any (v_ids);
  end if;
  perform private.note_changes(v_ids || c.id);
end
$$;
comment on function public.block_contact(uuid, boolean, text) is 'From now on nothing is sent to a contact and nothing they write is answered; or again, when unblocked.';

create function public.edit_contact(p_conversation_id uuid, p_name text, p_language text, p_client_key text default null) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  c public.whatsapp_conversations;
  v_name text := trim(coalesce(p_name, ''));
begin
  c := private.require_conversation(p_conversation_id, '{admin,agent}');
  if length(v_name) > 200 then
    raise exception 'name must have at most 200 characters' using errcode = '22023', detail = 'name_length', hint = 'Shorten the name.';
  end if;
  if p_language is not null and not exists (select 1 from public.businesses b where b.id = c.business_id and p_language = any (b.languages)) then
    raise exception 'this business does not speak that language' using errcode = '22023', detail = 'language', hint = 'Choose one of the business''s languages.';
  end if;
  if not private.audit(c.business_id, 'edit_contact', 'contacts', c.contact_id::text, '{}'::jsonb, p_client_key) then
    return;
  end if;
  -- An empty name lets the profile's name come back with the next message.
  update public.contacts set name = v_name, named_at = case when v_name <> '' then now() end,
    language = coalesce(p_language, language), updated_at = now()
  where id = c.contact_id;
  update public.whatsapp_conversations set language = coalesce(p_language, language), updated_at = now()
  where contact_id = c.contact_id and status <> 'resolved';
  perform private.note_changes(array[c.id]);
end
$$;
comment on function public.edit_contact(uuid, text, text, text) is 'Staff call a contact by a name of their own and choose the language to speak; null leaves the language.';

create function public.staff_template(p_conversation_id uuid, p_template_id uuid, p_params text[], p_client_key text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  c public.whatsapp_conversations;
  t public.message_templates;
  v_staff uuid;
  v_text text;
begin
  c := private.require_conversation(p_conversation_id, '{admin,agent}');
  v_staff := private.require_role(c.business_id, '{admin,agent}');
  perform private.require_key(p_client_key);
  select * into t from public.message_templates where id = p_template_id and business_id = c.business_id;
  if not found or t.status <> 'APPROVED' then
    raise exception 'this template can''t be sent' using errcode = 'PT409', detail = 'no_template', hint = 'Choose one that is approved.';
  end if;
  if cardinality(coalesce(p_params, '{}')) <> t.params or exists (select 1 from unnest(p_params) v where trim(coalesce(v, '')) = '' or length(v) > 1024) then
    raise exception 'the template needs % values', t.params using errcode = '22023', detail = 'template_values', hint = 'Fill in every value.';
  end if;
  if not exists (select 1 from public.whatsapp_messages where conversation_id = c.id and client_key = 'staff:' || p_client_key) then
    perform private.require_writable(c, true);
  end if;
  -- In one pass, so that a value that looks like a place is not filled itself.
  select string_agg(case when x[1] ~ '^\{\{' then coalesce(p_params[trim(both '{}' from x[1])::integer], x[1]) else x[1] end, '' order by n)
  into v_text from regexp_matches(t.body, '(\{\{[0-9]{1,2}\}\}|[^{]+|\{)', 'g') with ordinality as part (x, n);
  return private.staff_message(c, v_staff, jsonb_build_object('kind', 'template', 'text', coalesce(v_text, ''),
    'template', jsonb_build_object('name', t.name, 'language', t.language, 'params', to_jsonb(p_params))), 'staff:' || p_client_key);
end
$$;
comment on function public.staff_template(uuid, uuid, text[], text) is 'An agent sends an approved template with its values; the only thing that goes out when the window is closed.';

create function public.staff_file(p_conversation_id uuid, p_file jsonb, p_text text, p_client_key text, p_reply_to uuid default null) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  c public.whatsapp_conversations;
  v_staff uuid;
  v_kind text := p_file ->> 'kind';
begin
  c := private.require_conversation(p_conversation_id, '{admin,agent}');
  v_staff := private.require_role(c.business_id, '{admin,agent}');
  perform private.require_key(p_client_key);
  if coalesce(v_kind, '') not in ('image', 'video', 'audio', 'document')
      or coalesce(p_file ->> 'stored', '') !~ '^[0-9a-f]{32}[.][a-z0-9]{2,4}$' then
    raise exception 'the file must be one that was attached here' using errcode = '22023', detail = 'file', hint = 'Attach it again.';
  end if;
  if length(coalesce(p_text, '')) > 1024 then
    raise exception 'the words to a file must have at most 1024 characters' using errcode = '22023', detail = 'text_length', hint = 'Send them as a message of their own.';
  end if;
  if not exists (select 1 from public.whatsapp_messages where conversation_id = c.id and client_key = 'staff:' || p_client_key) then
    perform private.require_writable(c);
  end if;
  return private.staff_message(c, v_staff, jsonb_build_object('kind', v_kind, 'text', coalesce(p_text, ''), 'media',
    jsonb_build_object('path', concat_ws('/', c.business_id, c.id, 'out', p_file ->> 'stored'), 'mime_type', p_file ->> 'mime_type', 'file_name', left(p_file ->> 'file_name', 200),
      'size_bytes', (p_file ->> 'size_bytes')::bigint)), 'staff:' || p_client_key, private.context_of(c.id, p_reply_to));
end
$$;
comment on function public.staff_file(uuid, jsonb, text, text, uuid) is
  'An agent sends a file that was put into the bucket before, in the folder of the conversation: {kind, stored, mime_type, file_name, size_bytes}, '
  'with words to it, maybe as an answer to one message.';

create function public.staff_react(p_conversation_id uuid, p_message_id uuid, p_emoji text, p_client_key text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  c public.whatsapp_conversations;
  v_staff uuid;
  v_target text;
  v_id uuid;
begin
  c := private.require_conversation(p_conversation_id, '{admin,agent}');
  v_staff := private.require_role(c.business_id, '{admin,agent}');
  perform private.require_key(p_client_key);
  if length(coalesce(p_emoji, '')) > 16 then
    raise exception 'a reaction is one emoji' using errcode = '22023', detail = 'emoji', hint = 'Choose one emoji, or none to take it back.';
  end if;
  v_target := private.context_of(c.id, p_message_id);
  if v_target is null then
    raise exception 'message_id is missing' using errcode = '22023', detail = 'no_target', hint = 'Say which message is meant.';
  end if;
  perform private.require_writable(c);
  -- A reaction answers nothing: the bot goes on and the customer still waits.
  v_id := private.queue_message(c.id, 'agent', jsonb_build_object('kind', 'reaction', 'text', coalesce(p_emoji, ''),
    'reaction', jsonb_build_object('emoji', coalesce(p_emoji, ''), 'message_id', v_target)), null, 'staff:' || p_client_key, v_staff);
  update public.whatsapp_messages set context_id = v_target where id = v_id;
  update public.whatsapp_conversations set preview = c.preview, waiting_since = c.waiting_since where id = c.id;
  perform private.audit(c.business_id, 'react', 'whatsapp_messages', v_id::text);
  perform private.wake_workers();
  return jsonb_build_object('message_id', v_id, 'conversation_id', c.id);
end
$$;
comment on function public.staff_react(uuid, uuid, text, text) is 'An agent reacts to a message; an empty emoji takes the reaction back.';

create function public.retry_message(p_conversation_id uuid, p_message_id uuid, p_client_key text default null) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  c public.whatsapp_conversations;
  m public.whatsapp_messages;
  v_staff uuid;
  v_key text := 'retry:' || p_message_id;
  v_result jsonb;
  v_known boolean;
begin
  c := private.require_conversation(p_conversation_id, '{admin,agent}');
  v_staff := private.require_role(c.business_id, '{admin,agent}');
  select * into m from public.whatsapp_messages where id = p_message_id and conversation_id = c.id;
  if not found or m.direction <> 'outbound' or m.status not in ('failed', 'cancelled') then
    raise exception 'only what was not sent can be sent again' using errcode = 'PT409', detail = 'not_failed', hint = 'Look at its state first.';
  end if;
  -- What failed stays as it is for the record; its second try is a message of its own, and there is one at most.
  v_known := exists (select 1 from public.whatsapp_messages where conversation_id = c.id and client_key = v_key);
  if not v_known then
    perform private.require_writable(c, m.type = 'template');
  end if;
  v_result := private.staff_message(c, v_staff, m.payload || jsonb_build_object('retry_of', m.id), v_key, m.context_id);
  if v_known then
    return v_result;
  end if;
  update public.escalations set status = 'resolved', resolved_at = now(), resolved_by = v_staff
  where conversation_id = c.id and status = 'open' and reason = 'failed_message';
  update public.whatsapp_conversations set failed_at = null,
    escalated_at = case when exists (select 1 from public.escalations e where e.conversation_id = c.id and e.status = 'open') then escalated_at end
  where id = c.id;
  return v_result;
end
$$;
comment on function public.retry_message(uuid, uuid, text) is 'Sends again what failed or was taken back, once per message, however often and by how many it is asked.';

grant execute on function public.assign_conversation(uuid, uuid, text), public.reopen_conversation(uuid, text),
  public.snooze_conversation(uuid, timestamptz, text), public.block_contact(uuid, boolean, text), public.edit_contact(uuid, text, text, text),
  public.staff_template(uuid, uuid, text[], text), public.staff_file(uuid, jsonb, text, text, uuid), public.staff_react(uuid, uuid, text, text), public.retry_message(uuid, uuid, text)
  to authenticated, service_role;
grant execute on function private.wake_snoozed() to service_role;
