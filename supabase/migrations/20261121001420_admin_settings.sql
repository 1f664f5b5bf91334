-- The business itself, as its admins keep it: settings, staff, and the words it uses.

create function private.check_language(p_business_id uuid, p_language text) returns void
language plpgsql stable set search_path = ''
as $$
declare
  v_languages text[];
begin
  select languages into strict v_languages from public.businesses where id = p_business_id;
  if p_language is not null and p_language <> all (v_languages) then
    perform private.refuse('language', 'must be one of ' || array_to_string(v_languages, ', '), 'Add it to the languages of the business first.');
  end if;
end
$$;
comment on function private.check_language(uuid, text) is 'Refuses a language that the business does not speak.';

create function private.check_phone(p_values jsonb, p_field text) returns void
language plpgsql set search_path = ''
as $$
begin
  if p_values ->> p_field is not null and p_values ->> p_field !~ '^[0-9]{7,15}$' then
    perform private.refuse(p_field, 'must have 7 to 15 digits and nothing else', 'Write it with the country code, such as 393471234567.');
  end if;
end
$$;
comment on function private.check_phone(jsonb, text) is 'Refuses a number that is not digits with the country code, as providers give it.';

create function private.are_spans(p_spans jsonb) returns boolean
language sql immutable set search_path = ''
as $$
  select jsonb_array_length(p_spans) between 1 and 4 and bool_and(coalesce(
    case when jsonb_typeof(s.value) = 'array' then s.value - 2 = s.value
      and s.value ->> 0 ~ '^([01]\d|2[0-3]):[0-5]\d$' and s.value ->> 1 ~ '^(([01]\d|2[0-3]):[0-5]\d|24:00)$'
      and s.value ->> 0 < s.value ->> 1
      -- One after the other, none into the next.
      and (s.n = 1 or p_spans -> (s.n::integer - 2) ->> 1 <= s.value ->> 0) end, false))
  from jsonb_array_elements(p_spans) with ordinality s (value, n)
$$;
comment on function private.are_spans(jsonb) is 'Whether these are one to four spans of a day in their order, such as [["09:00", "13:00"], ["15:00", "19:30"]].';

create function private.check_hours(p_values jsonb) returns void
language plpgsql set search_path = ''
as $$
declare
  v_hours jsonb := p_values -> 'hours';
  v_bad text;
begin
  if v_hours is null then
    return;
  end if;
  if jsonb_typeof(v_hours) <> 'object' then
    perform private.refuse('hours', 'must name days', 'Write it such as {"mon": ["09:00", "19:30"], "sun": null}.');
  end if;
  select h.key into v_bad from jsonb_each(v_hours) h
  where case
    when h.key = 'closed' then jsonb_typeof(h.value) <> 'array'
      or not coalesce((select bool_and(d #>> '{}' ~ '^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$')
        from jsonb_array_elements(case when jsonb_typeof(h.value) = 'array' then h.value else '[]'::jsonb end) d), true)
    when h.key <> all ('{mon,tue,wed,thu,fri,sat,sun}') then true
    when jsonb_typeof(h.value) = 'null' then false
    when jsonb_typeof(h.value) <> 'array' then true
    else not private.are_spans(case when jsonb_typeof(h.value -> 0) = 'array' then h.value else jsonb_build_array(h.value) end)
    end
  order by h.key limit 1;
  if v_bad is not null then
    perform private.refuse('hours', v_bad || ' is not understood',
      'Write each of mon to sun as ["09:00", "19:30"], several spans as [["09:00", "13:00"], ["15:00", "19:30"]], null for closed, '
      'and closed as ["2026-12-25"].');
  end if;
end
$$;
comment on function private.check_hours(jsonb) is
  'Refuses opening hours that are not {"mon": ["09:00", "19:30"], "tue": [["09:00", "13:00"], ["15:00", "19:30"]], "sun": null, "closed": ["2026-12-25"]}.';

create function private.with_user(p_business_id uuid, p_values jsonb) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_field text := case when p_values ->> 'email' is not null then 'email' else 'user_id' end;
  v_user uuid;
begin
  if p_values ->> v_field is null then
    return p_values - 'email';
  end if;
  select id into v_user from auth.users u where u.deleted_at is null
    and case v_field when 'email' then lower(u.email) = lower(btrim(p_values ->> 'email')) else u.id::text = lower(p_values ->> 'user_id') end
  limit 1;
  if v_user is null then
    perform private.refuse(v_field, 'nobody signs in with it', 'Invite this person in Supabase Auth first.', 'PT404');
  end if;
  -- Else any admin could pull another business's people over, who would then answer their customers from the wrong number.
  if exists (
    select from (select business_id from public.staff where user_id = v_user and active
      union all select business_id from public.riders where user_id = v_user and active) w
    where w.business_id <> p_business_id and w.business_id not in (select private.my_businesses_as('{admin}'))
  ) then
    perform private.refuse(v_field, 'this log-in works for another business', 'Invite the person with another e-mail address.', 'PT409');
  end if;
  return p_values - 'email' || jsonb_build_object('user_id', v_user);
end
$$;
comment on function private.with_user(uuid, jsonb) is
  'Puts the user_id of a log-in in place of its e-mail; PT404 without one, PT409 if it works for a business the caller does not run.';

create function public.save_business_settings(p_business_id uuid, p_settings jsonb) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  b public.businesses;
  v_settings jsonb := p_settings;
  v_field text;
begin
  perform private.require_admin(p_business_id, p_settings);
  select * into strict b from public.businesses where id = p_business_id for no key update;
  perform private.check_text(p_settings, 'name', 1, 200);
  perform private.check_text(p_settings, 'persona', 0, 4000);
  perform private.check_hours(p_settings);
  if p_settings ? 'timezone' and not exists (select 1 from pg_catalog.pg_timezone_names
      where name = p_settings ->> 'timezone' and name ~ '^[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$') then
    perform private.refuse('timezone', 'there is no such time zone', 'Write it such as Europe/Rome.');
  end if;
  if p_settings ? 'languages' and not coalesce(jsonb_typeof(p_settings -> 'languages') = 'array' and p_settings -> 'languages' <> '[]'::jsonb
      and p_settings -> 'languages' <@ '["it", "en", "id"]'::jsonb, false) then
    perform private.refuse('languages', 'must list some of it, en, id', 'Write it such as ["it", "en"].');
  end if;
  if not coalesce(p_settings -> 'languages', to_jsonb(b.languages)) ? coalesce(p_settings ->> 'default_language', b.default_language) then
    perform private.refuse('default_language', 'must be one of the languages', 'Choose another, or add it to languages.');
  end if;
  if coalesce(p_settings ->> 'currency', b.currency) <> b.currency
      and exists (select 1 from public.products where business_id = b.id and active) then
    perform private.refuse('currency', 'products are priced in ' || b.currency, 'Retire all products first, then save them with new prices.', 'PT409');
  end if;
  if p_settings ? 'payment_methods' and not coalesce(jsonb_typeof(p_settings -> 'payment_methods') = 'array'
      and p_settings -> 'payment_methods' <> '[]'::jsonb and p_settings -> 'payment_methods' <@ '["cash_on_delivery", "stripe"]', false) then
    perform private.refuse('payment_methods', 'must list some of cash_on_delivery, stripe', 'Write it such as ["cash_on_delivery", "stripe"].');
  end if;
  -- The other kinds that the table knows are answered by nobody yet.
  if p_settings ? 'bot_kind' and coalesce(p_settings ->> 'bot_kind', '') not in ('commerce', 'scam_check') then
    perform private.refuse('bot_kind', 'must be commerce or scam_check', 'Choose who sells goods, or who checks job offers.');
  end if;
  if p_settings ? 'limits' then
    if jsonb_typeof(p_settings -> 'limits') <> 'object' then
      perform private.refuse('limits', 'must name numbers', 'Write it such as {"offer_minutes": 10}.');
    end if;
    for v_field in select k from jsonb_object_keys(p_settings -> 'limits') k order by k loop
      if jsonb_typeof(p_settings -> 'limits' -> v_field) <> 'null' then
        perform private.check_number(p_settings -> 'limits', v_field,
          case when v_field in ('offer_minutes', 'offer_fanout', 'proposal_minutes') then 1 when v_field = 'payment_minutes' then 35 else 0 end,
          case when v_field in ('offer_minutes', 'proposal_minutes') then 1440 when v_field = 'offer_fanout' then 50
            when v_field = 'human_hours' then 720 when v_field = 'payment_minutes' then 1435 when v_field in ('rider_phone', 'dealer_summary') then 1
            when v_field = 'prompt_v2_percent' then 100 else 100000 end,
          case when v_field in ('offer_fanout', 'address_days', 'rider_phone', 'dealer_summary', 'model_calls_per_day', 'contact_model_calls_per_day') then 0 else 2 end);
      end if;
    end loop;
    -- Limits that are not named stay; null gives one back to its default.
    v_settings := p_settings || jsonb_build_object('limits', jsonb_strip_nulls(b.limits || (p_settings -> 'limits')));
  end if;
  return private.save_row('save_business_settings', 'businesses', p_business_id, v_settings || jsonb_build_object('id', p_business_id), '{id}',
    '{name,persona,hours,languages,default_language,limits,currency,timezone,payment_methods,bot_kind}');
end
$$;
comment on function public.save_business_settings(uuid, jsonb) is
  'An admin changes the settings given: {name, persona, hours, languages, default_language, limits, currency, timezone, payment_methods, '
  'bot_kind}. Limits are merged. Returns the business.';

create function public.save_staff(p_business_id uuid, p_staff jsonb) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_values jsonb;
  v_row jsonb;
begin
  perform private.require_admin(p_business_id, p_staff);
  -- Two admins who demote each other at the same moment meet here.
  perform 1 from public.businesses where id = p_business_id for no key update;
  perform private.check_text(p_staff, 'name', 0, 200);
  if p_staff ? 'role' and coalesce(p_staff ->> 'role', '') not in ('admin', 'agent', 'viewer') then
    perform private.refuse('role', 'must be admin, agent or viewer', 'Viewers read, agents also answer and set stock, admins change everything.');
  end if;
  v_values := private.with_user(p_business_id, p_staff);
  if v_values ? 'id' and v_values ? 'user_id' then
    perform private.refuse('user_id', 'a row of staff stays with its person', 'Switch this row off and add the other person.');
  end if;
  v_row := private.save_row('save_staff', 'staff', p_business_id, v_values, '{user_id}', '{user_id,role,active,name}');
  if not exists (select 1 from public.staff where business_id = p_business_id and role = 'admin' and active) then
    perform private.refuse('role', 'this is the last admin', 'Make somebody else an admin first.', 'PT409');
  end if;
  return v_row;
end
$$;
comment on function public.save_staff(uuid, jsonb) is
  'An admin adds a member of staff by email or user_id, or changes role, name or active of the one with this id or user. The last admin '
  'stays one (PT409). Returns the row.';

create function public.save_synonym(p_business_id uuid, p_term text, p_expansion text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_values jsonb := jsonb_build_object('term', lower(regexp_replace(btrim(p_term), '\s+', ' ', 'g')),
    'expansion', lower(regexp_replace(btrim(p_expansion), '\s+', ' ', 'g')));
begin
  perform private.require_role(p_business_id, '{admin}');
  perform private.check_text(v_values, 'term', 1, 100);
  perform private.check_text(v_values, 'expansion', 1, 200);
  return private.save_row('save_synonym', 'synonyms', p_business_id, v_values, '{term,expansion}');
end
$$;
comment on function public.save_synonym(uuid, text, text) is
  'An admin teaches the search what customers call something, and the catalogue''s words for it. Kept in lower case. Returns the row.';

create function public.remove_synonym(p_business_id uuid, p_synonym_id uuid) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.require_role(p_business_id, '{admin}');
  return private.remove_row('remove_synonym', 'synonyms', p_business_id, p_synonym_id);
end
$$;
comment on function public.remove_synonym(uuid, uuid) is 'An admin takes an entry out of the glossary. False if it was not there; those of all businesses stay.';

create function public.save_canned_reply(p_business_id uuid, p_reply jsonb) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_values jsonb := p_reply;
begin
  perform private.require_admin(p_business_id, p_reply);
  if p_reply ? 'shortcut' then
    v_values := p_reply || jsonb_build_object('shortcut', lower(btrim(p_reply ->> 'shortcut', ' /')));
    if coalesce(v_values ->> 'shortcut', '') !~ '^[[:alnum:]_-]{1,40}$' then
      perform private.refuse('shortcut', 'must be one word of 1 to 40 letters, digits, - or _', 'Write it such as reso.');
    end if;
  end if;
  perform private.check_text(v_values, 'body', 1, 4096);
  perform private.check_language(p_business_id, v_values ->> 'language');
  return private.save_row('save_canned_reply', 'canned_replies', p_business_id, v_values, '{shortcut,language}');
end
$$;
comment on function public.save_canned_reply(uuid, jsonb) is
  'An admin adds a text that agents send often, or changes the one with this id or shortcut and language: {id, shortcut, language, body}. Returns it.';

create function public.remove_canned_reply(p_business_id uuid, p_reply_id uuid) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.require_role(p_business_id, '{admin}');
  return private.remove_row('remove_canned_reply', 'canned_replies', p_business_id, p_reply_id);
end
$$;
comment on function public.remove_canned_reply(uuid, uuid) is 'An admin removes a canned reply. False if it was not there.';

create function public.save_template(p_business_id uuid, p_template jsonb) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_values jsonb := p_template - 'params';
  v_places integer[];
begin
  perform private.require_admin(p_business_id, p_template);
  if p_template ? 'name' and (coalesce(p_template ->> 'name', '') !~ '^[a-z0-9_]+$' or length(p_template ->> 'name') > 512) then
    perform private.refuse('name', 'must be small letters, digits and _', 'Copy it from the provider''s template manager.');
  end if;
  if p_template ? 'language' and coalesce(p_template ->> 'language', '') !~ '^[a-z]{2,3}(_[A-Z]{2})?$' then
    perform private.refuse('language', 'must be a code of the provider', 'Write it such as it or en_US.');
  end if;
  if p_template ? 'category' and coalesce(p_template ->> 'category', '') not in ('UTILITY', 'MARKETING', 'AUTHENTICATION') then
    perform private.refuse('category', 'must be UTILITY, MARKETING or AUTHENTICATION', 'Copy it from the provider''s template manager.');
  end if;
  if p_template ? 'status' and coalesce(p_template ->> 'status', '') not in ('PENDING', 'APPROVED', 'REJECTED', 'PAUSED', 'DISABLED') then
    perform private.refuse('status', 'must be PENDING, APPROVED, REJECTED, PAUSED or DISABLED', 'Leave it out: the provider tells.');
  end if;
  perform private.check_text(p_template, 'body', 1, 1024);
  if p_template ? 'buttons' and (jsonb_typeof(p_template -> 'buttons') <> 'array' or (p_template -> 'buttons') - 10 <> p_template -> 'buttons') then
    perform private.refuse('buttons', 'must be a list of at most 10', 'Write it such as ["Accetta", "Rifiuta"].');
  end if;
  if p_template ? 'body' then
    select array_agg(distinct p[1]::integer order by p[1]::integer) into v_places
    from regexp_matches(p_template ->> 'body', '\{\{(\d{1,2})\}\}', 'g') p;
    if coalesce(v_places, '{}') <> array(select generate_series(1, coalesce(cardinality(v_places), 0))) then
      perform private.refuse('body', 'its places must be {{1}}, {{2}} and so on without a gap', 'Number them again.');
    end if;
    v_values := v_values || jsonb_build_object('params', coalesce(cardinality(v_places), 0));
  end if;
  -- What nobody has approved yet must not be sent.
  if v_values ->> 'id' is null and not v_values ? 'status' and not exists (select 1 from public.message_templates t
      where t.business_id = p_business_id and t.name = v_values ->> 'name' and t.language = v_values ->> 'language') then
    v_values := v_values || '{"status": "PENDING"}'::jsonb;
  end if;
  return private.save_row('save_template', 'message_templates', p_business_id, v_values, '{name,language}',
    '{name,language,category,status,body,buttons,params}');
end
$$;
comment on function public.save_template(uuid, jsonb) is
  'An admin records a template of the provider, or changes the one with this id or name and language: {id, name, language, category, status, body, '
  'buttons}. A new one is PENDING unless said otherwise; params are counted from the body. Returns it.';

grant execute on function public.save_business_settings(uuid, jsonb), public.save_staff(uuid, jsonb), public.save_synonym(uuid, text, text),
  public.remove_synonym(uuid, uuid), public.save_canned_reply(uuid, jsonb), public.remove_canned_reply(uuid, uuid),
  public.save_template(uuid, jsonb) to authenticated, service_role;
