-- What signed-in people do. Each function checks the role itself, acts once per client key and records in the audit log.

create function private.require_role(p_business_id uuid, p_roles text[]) returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_staff uuid;
begin
  select id into v_staff from public.staff
  where business_id = p_business_id and user_id = (select auth.uid()) and active and role = any (p_roles);
  if v_staff is null then
    raise exception 'not allowed: this needs one of the roles %', array_to_string(p_roles, ', ') using errcode = '42501';
  end if;
  return v_staff;
end
$$;
comment on function private.require_role(uuid, text[]) is 'The caller''s staff row, or 42501.';

create function private.require_conversation(p_conversation_id uuid, p_roles text[]) returns public.whatsapp_conversations
language plpgsql security definer set search_path = ''
as $$
declare
  c public.whatsapp_conversations;
begin
  select * into c from public.whatsapp_conversations
  where id = p_conversation_id and business_id in (select private.my_businesses()) for update;
  if not found then
    raise exception 'no such conversation' using errcode = 'PT404', detail = 'gone', hint = 'It may belong to another business.';
  end if;
  perform private.require_role(c.business_id, p_roles);
  return c;
end
$$;
comment on function private.require_conversation(uuid, text[]) is 'A conversation of the caller''s business, locked; PT404 when there is none, 42501 without the role.';

create function private.audit(p_business_id uuid, p_action text, p_entity text, p_entity_id text, p_detail jsonb default '{}'::jsonb,
  p_client_key text default null) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
  insert into public.audit_log (business_id, actor_id, actor, action, entity, entity_id, detail, client_key)
  values (p_business_id, (select auth.uid()), 'staff', p_action, p_entity, p_entity_id, p_detail, nullif(p_client_key, ''))
  on conflict (actor_id, client_key) where client_key is not null do nothing;
  return found;
end
$$;
comment on function private.audit(uuid, text, text, text, jsonb, text) is
  'Records what the signed-in person does. False: this client key was here before, so there is nothing to do.';

create function private.reopen(p_conversation public.whatsapp_conversations) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  update public.whatsapp_conversations set status = 'open', snoozed_until = null, updated_at = now()
  where id = p_conversation.id and status <> 'open';
exception when unique_violation then
  raise exception 'this contact has a newer conversation' using errcode = 'PT409', detail = 'newer_conversation',
    hint = 'Answer in the newer one.';
end
$$;
comment on function private.reopen(public.whatsapp_conversations) is 'A resolved or snoozed conversation goes on; PT409 when a newer one is in progress.';

create function private.require_writable(p_conversation public.whatsapp_conversations, p_template boolean default false) returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_simulated boolean;
begin
  if exists (select 1 from public.contacts k where k.id = p_conversation.contact_id and k.blocked_at is not null) then
    raise exception 'the contact is blocked' using errcode = 'PT409', detail = 'contact_blocked', hint = 'Unblock the contact first.';
  end if;
  select a.simulated into v_simulated from public.channel_accounts a where a.id = p_conversation.account_id;
  if not p_template and not v_simulated and coalesce(p_conversation.window_expires_at <= now(), true) then
    raise exception 'the 24 h window is closed' using errcode = 'PT409', detail = 'window_closed',
      hint = 'Only a template can be sent until the customer writes again.';
  end if;
end
$$;
comment on function private.require_writable(public.whatsapp_conversations, boolean) is
  'PT409 when nothing may be written to this contact now: blocked, or outside the window with anything but a template.';

create function private.require_key(p_client_key text) returns void
language plpgsql immutable set search_path = ''
as $$
begin
  if coalesce(p_client_key, '') = '' then
    raise exception 'client_key is missing' using errcode = '22023', hint = 'Send a new random key with each message and the same one with each repeat.';
  end if;
end
$$;
comment on function private.require_key(text) is '22023 without a client key: what is sent to a customer must be repeatable without being doubled.';

create function private.staff_message(p_conversation public.whatsapp_conversations, p_staff_id uuid, p_reply jsonb, p_client_key text,
  p_context_id text default null) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_id uuid;
  v_known boolean;
begin
  v_known := exists (select 1 from public.whatsapp_messages where conversation_id = p_conversation.id and client_key = p_client_key);
  if not v_known then
    perform private.reopen(p_conversation);
    -- A person speaks: the bot is silent from this moment.
    perform private.silence_bot(p_conversation.id, null, 'a person answered');
  end if;
  v_id := private.queue_message(p_conversation.id, 'agent', p_reply, null, p_client_key, p_staff_id);
  if not v_known then
    update public.whatsapp_messages set context_id = p_context_id where id = v_id and p_context_id is not null;
    update public.whatsapp_conversations set unread_count = 0, assignee_id = coalesce(assignee_id, p_staff_id) where id = p_conversation.id;
    perform private.audit(p_conversation.business_id, 'send', 'whatsapp_messages', v_id::text);
    perform private.wake_workers();
  end if;
  return (select jsonb_build_object('message_id', m.id, 'conversation_id', m.conversation_id, 'status', m.status, 'created_at', m.created_at)
    from public.whatsapp_messages m where m.id = v_id);
end
$$;
comment on function private.staff_message(public.whatsapp_conversations, uuid, jsonb, text, text) is
  'Puts what a person says into the outbox, once per client key; the bot is silent from then on.';

create function private.context_of(p_conversation_id uuid, p_message_id uuid) returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_external text;
begin
  if p_message_id is null then
    return null;
  end if;
  select meta_message_id into v_external from public.whatsapp_messages where id = p_message_id and conversation_id = p_conversation_id;
  if v_external is null then
    raise exception 'this message can''t be referred to' using errcode = 'PT409', detail = 'no_target',
      hint = 'It was not sent, or belongs to another conversation.';
  end if;
  return v_external;
end
$$;
comment on function private.context_of(uuid, uuid) is 'The provider''s id of a message that is answered or reacted to; PT409 when it has none.';

create function public.staff_send(p_conversation_id uuid, p_text text, p_client_key text, p_reply_to uuid default null) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  c public.whatsapp_conversations;
  v_staff uuid;
begin
  c := private.require_conversation(p_conversation_id, '{admin,agent}');
  v_staff := private.require_role(c.business_id, '{admin,agent}');
  perform private.require_key(p_client_key);
  if length(coalesce(trim(p_text), '')) = 0 or length(p_text) > 4096 then
    raise exception 'text must have 1 to 4096 characters' using errcode = '22023', detail = 'text_length',
      hint = 'Shorten the text or send it in parts.';
  end if;
  -- A repeat is answered with what was stored, even where sending anew would be refused by now.
  if not exists (select 1 from public.whatsapp_messages where conversation_id = c.id and client_key = 'staff:' || p_client_key) then
    perform private.require_writable(c);
  end if;
  return private.staff_message(c, v_staff, jsonb_build_object('kind', 'text', 'text', p_text), 'staff:' || p_client_key,
    private.context_of(c.id, p_reply_to));
end
$$;
comment on function public.staff_send(uuid, text, text, uuid) is
  'An agent answers, maybe to one message. The bot is silent at once; the same client key again sends nothing new.';

create function public.staff_conversation(p_phone text, p_business_id uuid default null) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  a public.channel_accounts;
  c public.whatsapp_conversations;
  v_phone text := regexp_replace(coalesce(p_phone, ''), '[^0-9]', '', 'g');
begin
  if v_phone !~ '^[0-9]{7,15}$' then
    raise exception 'phone must have 7 to 15 digits' using errcode = '22023', hint = 'Write it with the country code, such as 39 347 1234567.';
  end if;
  -- The same person may be a customer of two businesses: whoever works for both says for which they write.
  if p_business_id is null and (select count(*) from private.my_businesses_as('{admin,agent}')) > 1 then
    raise exception 'business_id is missing' using errcode = '22023', detail = 'business_id', hint = 'You work for several businesses: say for which one you write.';
  end if;
  select * into a from public.channel_accounts
  where business_id in (select private.my_businesses_as('{admin,agent}')) and (p_business_id is null or business_id = p_business_id)
    and channel = 'whatsapp' and active and not simulated
  order by created_at, id limit 1;
  if not found then
    raise exception 'not allowed: this needs one of the roles admin, agent' using errcode = '42501';
  end if;
  c := private.open_conversation(a, private.resolve_contact(a.business_id, 'whatsapp', jsonb_build_object('phone', v_phone)), v_phone);
  return c.id;
end
$$;
comment on function public.staff_conversation(text, uuid) is
  'The conversation in progress with a phone number on the first WhatsApp number of the business; it must be named by who works for several.';

create function public.take_over(p_conversation_id uuid, p_client_key text default null) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  c public.whatsapp_conversations;
  v_staff uuid;
begin
  c := private.require_conversation(p_conversation_id, '{admin,agent}');
  v_staff := private.require_role(c.business_id, '{admin,agent}');
  if not private.audit(c.business_id, 'take_over', 'whatsapp_conversations', c.id::text, '{}'::jsonb, p_client_key) then
    return;
  end if;
  perform private.silence_bot(c.id, null, 'a person took over');
  update public.whatsapp_conversations set assignee_id = v_staff where id = c.id;
end
$$;
comment on function public.take_over(uuid, text) is 'A person takes a conversation; what the bot has not sent yet is taken back.';

create function public.hand_back(p_conversation_id uuid, p_client_key text default null) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  c public.whatsapp_conversations;
  v_staff uuid;
begin
  c := private.require_conversation(p_conversation_id, '{admin,agent}');
  v_staff := private.require_role(c.business_id, '{admin,agent}');
  if not private.audit(c.business_id, 'hand_back', 'whatsapp_conversations', c.id::text, '{}'::jsonb, p_client_key) then
    return;
  end if;
  -- Who gives it back has done what a person was asked for; only a message that failed still waits for its second try.
  update public.escalations set status = 'resolved', resolved_at = now(), resolved_by = v_staff
  where conversation_id = c.id and status = 'open' and (reason <> 'failed_message' or c.failed_at is null);
  update public.whatsapp_conversations set owner = 'bot', owner_until = null, assignee_id = null, updated_at = now(),
    escalated_at = case when exists (select 1 from public.escalations e where e.conversation_id = c.id and e.status = 'open') then escalated_at end
  where id = c.id;
  -- What the customer wrote after the person's last words is still unanswered.
  update public.whatsapp_messages set wants_turn = true
  where conversation_id = c.id and direction = 'inbound' and turn_id is null and revoked_at is null and group_id is null
    and type not in ('system', 'reaction', 'edit', 'revoke', 'request_welcome')
    and not exists (select 1 from public.contacts k where k.id = c.contact_id and k.blocked_at is not null)
    and sequence > coalesce((select max(sequence) from public.whatsapp_messages
      where conversation_id = c.id and direction = 'outbound' and author in ('agent', 'phone')), 0);
  if found then
    perform private.queue_turns(array[c.id], interval '0', interval '0');
  end if;
  perform private.wake_workers();
end
$$;
comment on function public.hand_back(uuid, text) is 'Gives a conversation back to the bot, which answers what is still open; what a person was asked for is done.';

create function public.resolve_conversation(p_conversation_id uuid, p_client_key text default null, p_question jsonb default null) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  c public.whatsapp_conversations;
  v_staff uuid;
begin
  c := private.require_conversation(p_conversation_id, '{admin,agent}');
  v_staff := private.require_role(c.business_id, '{admin,agent}');
  if not private.audit(c.business_id, 'resolve', 'whatsapp_conversations', c.id::text, '{}'::jsonb, p_client_key) then
    return;
  end if;
  update public.whatsapp_conversations set status = 'resolved', snoozed_until = null, escalated_at = null, failed_at = null,
    waiting_since = null, unread_count = 0, updated_at = now() where id = c.id;
  update public.escalations set status = 'resolved', resolved_at = now(), resolved_by = v_staff where conversation_id = c.id and status = 'open';
  if p_question is not null and c.status <> 'resolved' then
    perform private.ask_satisfaction(c, p_question);
  end if;
end
$$;
comment on function public.resolve_conversation(uuid, text, jsonb) is
  'Closes a conversation and its escalations; the next message opens a new one. With the words of p_question the customer may be asked how it was.';

create function public.mark_read(p_conversation_id uuid) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  c public.whatsapp_conversations;
  v_staff uuid;
begin
  c := private.require_conversation(p_conversation_id, '{admin,agent}');
  v_staff := private.require_role(c.business_id, '{admin,agent}');
  update public.whatsapp_conversations set unread_count = 0, mentioned = array_remove(mentioned, v_staff)
  where id = c.id and (unread_count > 0 or v_staff = any (mentioned));
end
$$;
comment on function public.mark_read(uuid) is 'An agent has seen the conversation, and the notes in which they are named.';

-- The engine's own functions called from inside run as their caller here, so the owner needs nothing more.
grant execute on function public.staff_send(uuid, text, text, uuid), public.staff_conversation(text, uuid), public.take_over(uuid, text),
  public.hand_back(uuid, text), public.resolve_conversation(uuid, text, jsonb), public.mark_read(uuid)
  to authenticated, service_role;
