-- Starting a conversation: an agent writes first, with an approved template, to somebody known or to a new number.

create function public.search_contacts(p_business_id uuid, p_words text, p_limit integer default 8) returns jsonb
language plpgsql stable security definer set search_path = '' set plan_cache_mode = force_custom_plan
as $$
declare
  v_words text := btrim(left(coalesce(p_words, ''), 80));
  v_digits text := regexp_replace(regexp_replace(v_words, '^\s*00', ''), '[^0-9]', '', 'g');
  v_query tsquery := case when v_words ~ '^[0-9+ ()./-]+$' and length(v_digits) >= 3 then (v_digits || ':*')::tsquery
    else private.prefix_query(v_words) end;
begin
  perform private.require_role(p_business_id, '{admin,agent,viewer}');
  return (select coalesce(jsonb_agg(jsonb_build_object('id', k.id, 'name', k.name, 'username', k.username, 'phone', k.phone,
      'language', k.language, 'blocked', k.blocked_at is not null, 'opted_out', k.opted_out_at is not null,
      'simulated', not private.is_real(k.id),
      'kind', case when private.is_dealer(p_business_id, k.id) is not null then 'dealer'
        when private.is_rider(p_business_id, k.id) is not null then 'rider' else 'customer' end,
      'last_message_at', (select max(c.last_message_at) from public.whatsapp_conversations c where c.contact_id = k.id)) order by k.updated_at desc, k.id),
    '[]'::jsonb)
    from (select * from public.contacts x where x.business_id = p_business_id
      and private.contact_words(x.name, x.username, x.phone) @@ v_query
      order by x.updated_at desc, x.id limit least(greatest(p_limit, 1), 50)) k);
end
$$;
comment on function public.search_contacts(uuid, text, integer) is
  'People of a business by the beginnings of their names or any part of their number, latest first: [{id, name, username, phone, language, '
  'blocked, opted_out, simulated, kind, last_message_at}].';

create function private.is_real(p_contact_id uuid) returns boolean
language sql stable set search_path = ''
as $$
  select exists (select 1 from public.contact_identities i
    where i.contact_id = p_contact_id and i.channel = 'whatsapp' and i.scope <> 'simulated' and i.retired_at is null)
$$;
comment on function private.is_real(uuid) is 'Whether somebody can be reached on WhatsApp; who was only played in the simulator can''t.';

create function private.people_per_day(p_business_id uuid) returns integer
language sql stable set search_path = ''
as $$
  select case when x.said ~ '^[0-9]+$' then x.said::integer
    when x.said ~ '^TIER_[0-9]+K?$' then substring(x.said from '[0-9]+')::integer * case when x.said like '%K' then 1000 else 1 end end
  from (select coalesce(h.value ->> 'max_daily_conversations_per_business', h.value ->> 'current_limit') as said
    from public.channel_accounts a cross join lateral jsonb_each(a.health) h
    where a.business_id = p_business_id and a.channel = 'whatsapp' and not a.simulated and jsonb_typeof(h.value) = 'object'
      and coalesce(h.value ->> 'max_daily_conversations_per_business', h.value ->> 'current_limit') is not null
    order by h.value ->> 'at' desc nulls last limit 1) x
$$;
comment on function private.people_per_day(uuid) is
  'To how many people the provider lets a business write first within 24 h, by its latest word; null when there is no limit or none is known.';

create function private.people_written_first(p_business_id uuid) returns integer
language sql stable set search_path = ''
as $$
  select count(distinct c.contact_id)::integer
  from public.whatsapp_messages m join public.whatsapp_conversations c on c.id = m.conversation_id
  join public.channel_accounts a on a.id = m.account_id and not a.simulated
  where m.business_id = p_business_id and m.direction = 'outbound' and m.type = 'template' and m.created_at > now() - interval '24 hours'
    and m.status not in ('failed', 'cancelled') and coalesce(c.last_inbound_at < m.created_at - interval '24 hours', true)
$$;
comment on function private.people_written_first(uuid) is 'How many people got a template outside their window in the last 24 h.';

create function private.require_template(p_business_id uuid, p_template_id uuid, p_params text[]) returns public.message_templates
language plpgsql stable set search_path = ''
as $$
declare
  t public.message_templates;
begin
  select * into t from public.message_templates where id = p_template_id and business_id = p_business_id;
  if not found or t.status <> 'APPROVED' or t.category = 'AUTHENTICATION' then
    raise exception 'this template can''t be sent' using errcode = 'PT409', detail = 'no_template', hint = 'Choose one that is approved.';
  end if;
  if cardinality(coalesce(p_params, '{}')) <> t.params
      or exists (select 1 from unnest(p_params) v where btrim(coalesce(v, '')) = '' or length(v) > 1024 or v ~ '[\n\t]| {5,}') then
    raise exception 'the template needs % values', t.params using errcode = '22023', detail = 'template_values',
      hint = 'Fill in every value, in one line.';
  end if;
  return t;
end
$$;
comment on function private.require_template(uuid, uuid, text[]) is 'An approved template of a business, when these values fit into it; PT409 or 22023 otherwise.';

create function private.refuse_writing(p_reason text, p_hint text) returns void
language plpgsql set search_path = ''
as $$
begin
  raise exception 'this person can''t be written to' using errcode = 'PT409', detail = p_reason, hint = p_hint;
end
$$;
comment on function private.refuse_writing(text, text) is 'Says no to writing first.';

create function private.may_be_written(k public.contacts, p_marketing boolean) returns void
language plpgsql stable set search_path = ''
as $$
declare
  v_said text := (select f.value from public.contact_preferences f where f.contact_id = k.id and f.category = 'marketing_messages');
begin
  if k.blocked_at is not null then
    perform private.refuse_writing('contact_blocked', 'Unblock the contact first.');
  elsif k.opted_out_at is not null then
    perform private.refuse_writing('opted_out', 'They said STOP. Wait until they write again.');
  elsif not private.is_real(k.id) then
    perform private.refuse_writing('unreachable', 'There is no WhatsApp number of theirs.');
  elsif p_marketing and v_said = 'stop' then
    perform private.refuse_writing('no_marketing', 'They want no promotions. Choose a service template.');
  elsif p_marketing and v_said is distinct from 'resume' and not exists (select 1 from public.whatsapp_order_relays o
      where o.contact_id = k.id and o.status in ('confirmed', 'created') and not o.simulated) then
    perform private.refuse_writing('no_consent', 'They neither agreed nor bought. Record their consent first, or choose a service template.');
  end if;
end
$$;
comment on function private.may_be_written(public.contacts, boolean) is
  'PT409 for who can''t be written first: blocked, said STOP, not on WhatsApp; with promotions also who said no to them, or neither agreed nor bought.';

create function private.person_of(p_business_id uuid, p_person jsonb) returns public.contacts
language plpgsql set search_path = ''
as $$
declare
  k public.contacts;
  v_id uuid;
  v_phone text := regexp_replace(regexp_replace(coalesce(p_person ->> 'phone', ''), '^\s*00', ''), '[^0-9]', '', 'g');
  v_name text := btrim(coalesce(p_person ->> 'name', ''));
begin
  if p_person ->> 'contact_id' is not null then
    select * into k from public.contacts where id::text = p_person ->> 'contact_id' and business_id = p_business_id;
    if not found then
      raise exception 'no such contact' using errcode = 'PT404', detail = 'no_contact', hint = 'It may belong to another business.';
    end if;
    return k;
  elsif v_phone !~ '^[1-9][0-9]{6,14}$' then
    raise exception 'phone must have 7 to 15 digits' using errcode = '22023', detail = 'phone', hint = 'Write it with the country code, such as +39 347 1234567.';
  elsif length(v_name) > 200 then
    raise exception 'name must have at most 200 characters' using errcode = '22023', detail = 'name_length', hint = 'Shorten the name.';
  end if;
  perform private.check_language(p_business_id, nullif(p_person ->> 'language', ''));
  v_id := private.resolve_contact(p_business_id, 'whatsapp', jsonb_build_object('phone', v_phone));
  -- Who was known before keeps name and language.
  update public.contacts set name = case when name = '' then v_name else name end,
    named_at = case when name = '' and v_name <> '' then now() else named_at end,
    language = coalesce(language, nullif(p_person ->> 'language', '')), updated_at = now()
  where id = v_id returning * into strict k;
  return k;
end
$$;
comment on function private.person_of(uuid, jsonb) is
  'The contact that {contact_id} or {phone, name, language} means, made when the number is new. PT404 for another business''s, 22023 for what is no number.';

create function public.start_conversation(p_business_id uuid, p_person jsonb, p_account_id uuid, p_template_id uuid, p_params text[], p_client_key text)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  a public.channel_accounts;
  t public.message_templates;
  k public.contacts;
  c public.whatsapp_conversations;
  v_staff uuid := private.require_role(p_business_id, '{admin,agent}');
  v_known jsonb;
  v_limit integer;
begin
  perform private.require_key(p_client_key);
  select l.detail - 'name' into v_known from public.audit_log l where l.actor_id = (select auth.uid()) and l.client_key = p_client_key;
  if found then
    return v_known;
  end if;
  select * into a from public.channel_accounts
  where id = p_account_id and business_id = p_business_id and channel = 'whatsapp' and active and not simulated;
  if not found then
    raise exception 'no such number' using errcode = 'PT404', detail = 'no_account', hint = 'Choose an active WhatsApp number of the business.';
  end if;
  t := private.require_template(p_business_id, p_template_id, p_params);
  k := private.person_of(p_business_id, p_person);
  perform private.may_be_written(k, t.category = 'MARKETING');
  c := private.open_conversation(a, k.id, k.phone);
  if c.owner = 'human' and c.assignee_id <> v_staff and private.is_awake(c) then
    perform private.refuse_writing('with_colleague', 'A colleague is talking to them. Open that conversation.');
  end if;
  v_limit := private.people_per_day(p_business_id);
  if v_limit is not null and coalesce(c.window_expires_at <= now(), true) and private.people_written_first(p_business_id) >= v_limit then
    perform private.refuse_writing('daily_limit', 'The provider lets a business write first to ' || v_limit || ' people in 24 hours. Try again tomorrow.');
  end if;
  v_known := private.staff_message(c, v_staff, jsonb_build_object('kind', 'template', 'text', private.template_text(t.body, p_params),
    'template', jsonb_build_object('name', t.name, 'language', t.language, 'params', to_jsonb(p_params))), 'staff:' || p_client_key);
  update public.whatsapp_conversations set assignee_id = v_staff, language = coalesce(language, k.language) where id = c.id;
  v_known := jsonb_build_object('conversation_id', c.id, 'message_id', v_known ->> 'message_id');
  perform private.audit(p_business_id, 'start_conversation', 'whatsapp_conversations', c.id::text, v_known || jsonb_build_object('name', t.name), p_client_key);
  return v_known;
end
$$;
comment on function public.start_conversation(uuid, jsonb, uuid, uuid, text[], text) is
  'An agent writes first: an approved template with its values to {contact_id} or {phone, name, language}, from one of the business''s numbers. '
  'The conversation is theirs. Returns {conversation_id, message_id}; the same key again returns the same. PT409: contact_blocked, opted_out, '
  'unreachable, no_marketing, no_consent, with_colleague, daily_limit, no_template; PT404: no_account, no_contact; 22023: phone, template_values.';

grant execute on function private.is_real(uuid), private.people_per_day(uuid), private.people_written_first(uuid),
  private.require_template(uuid, uuid, text[]), private.refuse_writing(text, text), private.may_be_written(public.contacts, boolean),
  private.person_of(uuid, jsonb) to service_role;
grant execute on function public.search_contacts(uuid, text, integer),
  public.start_conversation(uuid, jsonb, uuid, uuid, text[], text) to authenticated, service_role;
