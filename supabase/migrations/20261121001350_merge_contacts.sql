-- People as the desk keeps them: whether they agreed to promotions, and two contacts who are one person.

create function private.require_contact(p_contact_id uuid, p_roles text[]) returns public.contacts
language plpgsql security definer set search_path = ''
as $$
declare
  k public.contacts;
begin
  select * into k from public.contacts where id = p_contact_id and business_id in (select private.my_businesses());
  if not found then
    raise exception 'no such contact' using errcode = 'PT404', detail = 'no_contact', hint = 'It may belong to another business, or be one with another by now.';
  end if;
  perform private.require_role(k.business_id, p_roles);
  return k;
end
$$;
comment on function private.require_contact(uuid, text[]) is 'A contact of the caller''s business; PT404 when there is none, 42501 without the role.';

create function private.note_contact(p_contact_id uuid) returns void
language sql set search_path = ''
as $$
  select private.note_changes(array(select c.id from public.whatsapp_conversations c where c.contact_id = p_contact_id
    order by c.last_message_at desc nulls last limit 20))
$$;
comment on function private.note_contact(uuid) is 'Desks look again at the latest conversations of a contact.';

create function public.record_consent(p_contact_id uuid, p_allowed boolean, p_source text, p_at timestamptz, p_client_key text) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  k public.contacts;
  v_value text := case when p_allowed then 'resume' else 'stop' end;
begin
  k := private.require_contact(p_contact_id, '{admin,agent}');
  perform private.require_key(p_client_key);
  if p_allowed is null or length(btrim(coalesce(p_source, ''))) not between 1 and 200 then
    raise exception 'source must have 1 to 200 characters' using errcode = '22023', detail = 'consent_source', hint = 'Say where they said it, such as: at the counter.';
  elsif p_at is null or p_at > now() + interval '1 day' or p_at < now() - interval '20 years' then
    raise exception 'the day must not be in the future' using errcode = '22023', detail = 'consent_day', hint = 'Choose the day on which they said it.';
  end if;
  if not private.audit(k.business_id, 'record_consent', 'contacts', k.id::text,
    jsonb_build_object('value', v_value, 'source', btrim(p_source), 'at', p_at), p_client_key) then
    return;
  end if;
  if exists (select 1 from public.contact_preferences f where f.contact_id = k.id and f.category = 'marketing_messages'
    and f.changed_at > p_at and f.value <> v_value) then
    raise exception 'they said something else later' using errcode = 'PT409', detail = 'consent_older', hint = 'The later word holds.';
  end if;
  perform private.set_preference(k.business_id, k.id, 'marketing_messages', v_value, btrim(p_source), least(p_at, now()));
  perform private.note_contact(k.id);
end
$$;
comment on function public.record_consent(uuid, boolean, text, timestamptz, text) is
  'An agent records that a contact agreed to promotions, or does not want them: where they said it and when. An older word never beats a later one.';

create function private.is_played(p_contact_id uuid) returns boolean
language sql stable set search_path = ''
as $$
  select exists (select 1 from public.contact_identities i where i.contact_id = p_contact_id and i.scope = 'simulated')
$$;
comment on function private.is_played(uuid) is 'Whether a contact was played in the simulator.';

create function public.merge_contact(p_contact_id uuid, p_other_id uuid, p_client_key text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  k public.contacts;
  d public.contacts;
  v_known jsonb;
begin
  perform private.require_key(p_client_key);
  select l.detail -> 'moved' into v_known from public.audit_log l where l.actor_id = (select auth.uid()) and l.client_key = p_client_key;
  if found then
    return v_known;
  end if;
  -- Conversations before what belongs to them, in order, as everywhere; then both contacts, so that two who merge them wait for each other.
  perform 1 from public.whatsapp_conversations where contact_id in (p_contact_id, p_other_id) order by id for update;
  perform 1 from public.contacts where id in (p_contact_id, p_other_id) order by id for update;
  k := private.require_contact(p_contact_id, '{admin,agent}');
  d := private.require_contact(p_other_id, '{admin,agent}');
  if k.business_id <> d.business_id then
    raise exception 'no such contact' using errcode = 'PT404', detail = 'no_contact', hint = 'Both must be of one business.';
  elsif private.is_dealer(k.business_id, k.id) is distinct from private.is_dealer(d.business_id, d.id)
    or private.is_rider(k.business_id, k.id) is distinct from private.is_rider(d.business_id, d.id) then
    raise exception 'they are not of one kind' using errcode = 'PT409', detail = 'merge_kinds',
      hint = 'A dealer, a rider and a customer stay apart. Correct the numbers of dealers and riders in the settings.';
  elsif private.is_played(k.id) <> private.is_played(d.id) then
    raise exception 'one of them is simulated' using errcode = 'PT409', detail = 'merge_simulated', hint = 'Who is played in the simulator stays apart from real people.';
  end if;
  v_known := jsonb_build_object('conversations', (select count(*) from public.whatsapp_conversations c where c.contact_id = d.id and d.id <> k.id),
    'orders', (select count(*) from public.whatsapp_order_relays r where r.contact_id = d.id and d.id <> k.id));
  if k.id <> d.id then
    perform private.audit(k.business_id, 'merge_contact', 'contacts', k.id::text, jsonb_build_object('moved', v_known, 'dropped', jsonb_build_object('id', d.id,
      'name', d.name, 'phone', d.phone, 'username', d.username, 'identities', (select jsonb_agg(jsonb_build_object('channel', i.channel, 'kind', i.kind, 'value', i.value))
        from public.contact_identities i where i.contact_id = d.id))), p_client_key);
    perform private.merge_contacts(k.id, d.id);
    perform private.note_contact(k.id);
  end if;
  return v_known;
end
$$;
comment on function public.merge_contact(uuid, uuid, text) is
  'Two contacts of a business are one person: all that is p_other_id''s becomes p_contact_id''s. Returns {conversations, orders} moved; the same key '
  'again returns the same. PT409: merge_kinds (dealer, rider, customer), merge_simulated.';

grant execute on function private.require_contact(uuid, text[]), private.note_contact(uuid), private.is_played(uuid) to service_role;
grant execute on function public.record_consent(uuid, boolean, text, timestamptz, text), public.merge_contact(uuid, uuid, text)
  to authenticated, service_role;
