-- Broadcasts: an approved template to many customers. Who is left out is decided twice, when the run begins and again
-- when each message is made; the messages go through the ordinary outbox, in small batches so that answers stay quick.

create function private.broadcast_people(p_business_id uuid, p_audience jsonb, p_marketing boolean, p_contact_id uuid default null)
returns table (contact_id uuid, name text, reason text)
language sql stable set search_path = ''
as $$
  -- One statement for all of them: a function called for each would cost seconds from some ten thousand people on.
  select k.id, k.name, case
    when k.blocked_at is not null then 'blocked'
    when k.opted_out_at is not null then 'opted_out'
    when p_marketing and exists (select 1 from public.contact_preferences f where f.contact_id = k.id
      and f.category = 'marketing_messages' and f.value = 'stop') then 'no_marketing'
    -- Who said yes, or bought here: to them a business may write of its own like goods.
    when p_marketing and not exists (select 1 from public.contact_preferences f where f.contact_id = k.id
        and f.category = 'marketing_messages' and f.value = 'resume')
      and not exists (select 1 from public.whatsapp_order_relays o where o.contact_id = k.id
        and o.status in ('confirmed', 'created') and not o.simulated) then 'no_consent'
    when not exists (select 1 from public.whatsapp_conversations c join public.channel_accounts a on a.id = c.account_id
      where c.contact_id = k.id and a.channel = 'whatsapp' and a.active and not a.simulated) then 'unreachable'
    when p_marketing and exists (select 1 from public.whatsapp_conversations c where c.contact_id = k.id
      and c.status <> 'resolved' and (c.owner = 'human' or c.escalated_at is not null)) then 'with_person'
  end
  from public.contacts k
  where k.business_id = p_business_id and (p_contact_id is null or k.id = p_contact_id)
    -- Dealers, riders and whoever else is in the address book are no customers.
    and not exists (select 1 from public.rider_contacts r where r.business_id = p_business_id and r.contact_value = k.phone)
    and not exists (select 1 from public.contact_identities i join public.rider_contacts r
      on r.business_id = p_business_id and r.contact_value = i.value where i.contact_id = k.id and i.retired_at is null)
    and (p_audience ->> 'language' is null or k.language = p_audience ->> 'language')
    and (p_audience ->> 'ordered_days' is null or exists (select 1 from public.whatsapp_order_relays o
      where o.contact_id = k.id and o.status in ('confirmed', 'created') and not o.simulated
        and o.created_at > now() - make_interval(days => (p_audience ->> 'ordered_days')::integer)))
    and (p_audience ->> 'label' is null or exists (select 1 from public.whatsapp_conversations c
      where c.contact_id = k.id and p_audience ->> 'label' = any (c.labels)))
$$;
comment on function private.broadcast_people(uuid, jsonb, boolean, uuid) is
  'Customers that an audience {language, ordered_days, label} means, or one of them, each with why they get nothing: blocked, opted_out, '
  'unreachable, and for marketing no_marketing, no_consent or with_person; null if they do.';

create function private.broadcast_params(p_params text[], p_name text, p_language text) returns text[]
language sql immutable set search_path = ''
as $$
  -- Providers refuse an empty value, so somebody without a name is greeted by a word.
  select coalesce(array_agg(replace(v.value, '{name}', coalesce(nullif(split_part(btrim(p_name), ' ', 1), ''),
    case left(p_language, 2) when 'en' then 'customer' when 'id' then 'pelanggan' else 'cliente' end)) order by v.place), '{}')
  from unnest(p_params) with ordinality v (value, place)
$$;
comment on function private.broadcast_params(text[], text, text) is 'The values of a template for one customer: {name} is their first name.';

create function private.template_text(p_body text, p_params text[]) returns text
language plpgsql immutable set search_path = ''
as $$
declare
  v_text text := p_body;
begin
  -- From the last to the first, and marked, so that a value that looks like a place stays as it is.
  for i in reverse coalesce(cardinality(p_params), 0) .. 1 loop
    v_text := replace(v_text, '{{' || i || '}}', replace(p_params[i], '{{', '{' || chr(8288) || '{'));
  end loop;
  return replace(v_text, '{' || chr(8288) || '{', '{{');
end
$$;
comment on function private.template_text(text, text[]) is 'A template''s body with its values.';

create function private.check_broadcast(p_business_id uuid, p_broadcast jsonb) returns public.message_templates
language plpgsql stable set search_path = ''
as $$
declare
  t public.message_templates;
  v_audience jsonb := coalesce(p_broadcast -> 'audience', '{}'::jsonb);
  v_bad text;
begin
  perform private.check_text(p_broadcast, 'name', 1, 120);
  select * into t from public.message_templates where business_id = p_business_id and id::text = p_broadcast ->> 'template_id';
  if not found then
    perform private.refuse('template_id', 'there is none with this id in the business', 'Choose one of the business''s own.', 'PT404');
  end if;
  if t.status <> 'APPROVED' or t.category = 'AUTHENTICATION' then
    perform private.refuse('template_id', 'this template can''t be sent to many', 'Choose one that is approved, for service or marketing.', 'PT409');
  end if;
  if jsonb_typeof(coalesce(p_broadcast -> 'params', '[]'::jsonb)) <> 'array'
      or jsonb_array_length(coalesce(p_broadcast -> 'params', '[]'::jsonb)) <> t.params
      or exists (select 1 from jsonb_array_elements(coalesce(p_broadcast -> 'params', '[]'::jsonb)) v
        where jsonb_typeof(v) <> 'string' or btrim(v #>> '{}') = '' or length(v #>> '{}') > 500 or v #>> '{}' ~ '[\n\t]') then
    perform private.refuse('params', format('must be %s texts without line breaks', t.params), 'Fill in every value; {name} is the customer''s.');
  end if;
  if jsonb_typeof(v_audience) <> 'object' then
    perform private.refuse('audience', 'must be an object', 'Write it such as {"language": "it", "ordered_days": 90}.');
  end if;
  select k into v_bad from jsonb_object_keys(v_audience) k where k not in ('language', 'ordered_days', 'label') limit 1;
  if v_bad is not null then
    perform private.refuse('audience', v_bad || ' is not known', 'Use language, ordered_days and label.');
  end if;
  if v_audience ->> 'ordered_days' is not null then
    perform private.check_number(v_audience, 'ordered_days', 1, 3650);
  end if;
  return t;
end
$$;
comment on function private.check_broadcast(uuid, jsonb) is 'Refuses a broadcast {name, template_id, params, audience} that can''t be sent, naming the field; else its template.';

create function public.preview_broadcast(p_business_id uuid, p_broadcast jsonb) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  t public.message_templates;
  v_params text[] := array(select jsonb_array_elements_text(coalesce(p_broadcast -> 'params', '[]'::jsonb)));
begin
  perform private.require_admin(p_business_id, p_broadcast);
  t := private.check_broadcast(p_business_id, p_broadcast);
  return (
    with people as materialized (
      select p.contact_id as id, p.name, p.reason
      from private.broadcast_people(p_business_id, coalesce(p_broadcast -> 'audience', '{}'::jsonb), t.category = 'MARKETING') p
    )
    select jsonb_build_object(
      'recipients', (select count(*) from people where reason is null),
      'left_out', (select coalesce(jsonb_object_agg(x.reason, x.n), '{}'::jsonb)
        from (select reason, count(*) as n from people where reason is not null group by reason) x),
      'sample', (select coalesce(jsonb_agg(jsonb_build_object('name', s.name,
          'text', private.template_text(t.body, private.broadcast_params(v_params, s.name, t.language))) order by s.id), '[]'::jsonb)
        from (select * from people where reason is null order by id limit 3) s)));
end
$$;
comment on function public.preview_broadcast(uuid, jsonb) is
  'What a broadcast {template_id, params, audience} would do: {recipients, left_out: {reason: count}, sample: [{name, text}]}. Writes nothing.';

create function public.create_broadcast(p_business_id uuid, p_broadcast jsonb, p_client_key text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  b public.broadcasts;
  v_staff uuid;
begin
  perform private.require_admin(p_business_id, p_broadcast);
  v_staff := private.require_role(p_business_id, '{admin}');
  if btrim(coalesce(p_client_key, '')) = '' or length(p_client_key) > 200 then
    perform private.refuse('client_key', 'is missing', 'Send a new one for each broadcast.');
  end if;
  perform private.check_broadcast(p_business_id, p_broadcast);
  if btrim(coalesce(p_broadcast ->> 'name', '')) = '' then
    perform private.refuse('name', 'is missing', 'It tells this broadcast from others.');
  end if;
  insert into public.broadcasts (business_id, template_id, name, audience, params, created_by, client_key)
  values (p_business_id, (p_broadcast ->> 'template_id')::uuid, btrim(p_broadcast ->> 'name'),
    jsonb_strip_nulls(coalesce(p_broadcast -> 'audience', '{}'::jsonb)),
    array(select jsonb_array_elements_text(coalesce(p_broadcast -> 'params', '[]'::jsonb))), v_staff, p_client_key)
  on conflict (business_id, client_key) where client_key is not null do nothing returning * into b;
  if b.id is null then
    select * into strict b from public.broadcasts where business_id = p_business_id and client_key = p_client_key;
    return to_jsonb(b);
  end if;
  perform private.audit(p_business_id, 'create_broadcast', 'broadcasts', b.id::text, jsonb_build_object('name', b.name, 'audience', b.audience));
  return to_jsonb(b);
end
$$;
comment on function public.create_broadcast(uuid, jsonb, text) is
  'An admin drafts a broadcast {name, template_id, params, audience {language, ordered_days, label}}; the same client key again returns the first.';

create function public.start_broadcast(p_broadcast_id uuid, p_at timestamptz default null) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_business uuid := private.require_row('broadcasts', p_broadcast_id, '{admin}');
  b public.broadcasts;
begin
  select * into strict b from public.broadcasts where id = p_broadcast_id for update;
  if b.status in ('running', 'done') then
    return to_jsonb(b);
  end if;
  if b.status = 'cancelled' then
    perform private.refuse('status', 'this broadcast was stopped', 'Make a new one.', 'PT409');
  end if;
  if p_at is not null and p_at not between now() - interval '1 day' and now() + interval '1 year' then
    perform private.refuse('scheduled_at', 'must be within the next year', 'Leave it out to begin now.');
  end if;
  perform private.check_broadcast(v_business, jsonb_build_object('template_id', b.template_id, 'params', to_jsonb(b.params), 'audience', b.audience));
  if b.status = 'scheduled' and b.scheduled_at = coalesce(p_at, b.scheduled_at) then
    return to_jsonb(b);
  end if;
  update public.broadcasts set status = 'scheduled', scheduled_at = coalesce(p_at, now()) where id = b.id returning * into b;
  perform private.audit(v_business, 'start_broadcast', 'broadcasts', b.id::text, jsonb_build_object('at', b.scheduled_at));
  return to_jsonb(b);
end
$$;
comment on function public.start_broadcast(uuid, timestamptz) is 'An admin lets a broadcast begin now or later. The same again changes nothing; one that was stopped stays so (PT409).';

create function public.stop_broadcast(p_broadcast_id uuid) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_business uuid := private.require_row('broadcasts', p_broadcast_id, '{admin}');
  b public.broadcasts;
begin
  -- A step that runs now is waited for; whatever it queued is taken back below.
  select * into strict b from public.broadcasts where id = p_broadcast_id for update;
  if b.status in ('done', 'cancelled') then
    return to_jsonb(b);
  end if;
  update public.broadcasts set status = 'cancelled', finished_at = now() where id = b.id returning * into b;
  update public.broadcast_recipients set status = 'skipped', reason = 'stopped' where broadcast_id = b.id and status = 'queued';
  with gone as (
    delete from public.outbox o using public.broadcast_recipients r
    where r.broadcast_id = b.id and r.message_id = o.message_id and o.state = 'ready' returning o.message_id
  ), marked as (
    update public.whatsapp_messages m set status = 'cancelled', error_text = 'the broadcast was stopped'
    from gone where m.id = gone.message_id returning m.id
  )
  update public.broadcast_recipients r set status = 'skipped', reason = 'stopped' from marked
  where r.broadcast_id = b.id and r.message_id = marked.id;
  perform private.audit(v_business, 'stop_broadcast', 'broadcasts', b.id::text);
  return to_jsonb(b);
end
$$;
comment on function public.stop_broadcast(uuid) is 'An admin stops a broadcast: what has not left yet never leaves. The same again changes nothing.';

create function public.broadcast_progress(p_business_id uuid) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
  perform private.require_role(p_business_id, '{admin,agent,viewer}');
  return (select coalesce(jsonb_agg(jsonb_build_object('id', b.id, 'name', b.name, 'status', b.status, 'template', t.name, 'language', t.language,
      'scheduled_at', b.scheduled_at, 'started_at', b.started_at, 'finished_at', b.finished_at, 'created_at', b.created_at, 'audience', b.audience,
      'counts', (select coalesce(jsonb_object_agg(x.what, x.n), '{}'::jsonb) from (
        select case when r.status = 'queued' then 'queued' when r.status = 'skipped' or m.status = 'cancelled' then 'left_out'
            when m.status in ('pending', 'sending', 'unknown') then 'queued' when m.status = 'played' then 'read'
            else coalesce(m.status, 'sent') end as what, count(*) as n
        from public.broadcast_recipients r left join public.whatsapp_messages m on m.id = r.message_id
        where r.broadcast_id = b.id group by 1) x),
      'reasons', (select coalesce(jsonb_object_agg(x.reason, x.n), '{}'::jsonb) from (
        select r.reason, count(*) as n from public.broadcast_recipients r where r.broadcast_id = b.id and r.status = 'skipped' group by 1) x))
    order by b.created_at desc, b.id), '[]'::jsonb)
    from (select * from public.broadcasts where business_id = p_business_id order by created_at desc limit 30) b
    left join public.message_templates t on t.id = b.template_id);
end
$$;
comment on function public.broadcast_progress(uuid) is
  'The last thirty broadcasts with how far each is: counts of queued, sent, delivered, read, failed and left_out, and why people were left out.';

create function private.send_to_recipient(b public.broadcasts, t public.message_templates, p_contact_id uuid) returns boolean
language plpgsql set search_path = ''
as $$
declare
  k public.contacts;
  c public.whatsapp_conversations;
  v_reason text;
  v_params text[];
  v_message uuid;
begin
  select * into strict k from public.contacts where id = p_contact_id;
  -- Nobody is found when they have become a dealer meanwhile.
  select coalesce(max(p.reason), case when count(*) = 0 then 'unreachable' end) into v_reason
  from private.broadcast_people(b.business_id, '{}', t.category = 'MARKETING', k.id) p;
  if v_reason is not null then
    update public.broadcast_recipients set status = 'skipped', reason = v_reason where broadcast_id = b.id and contact_id = k.id;
    return false;
  end if;
  -- Their latest conversation, also a resolved one: a broadcast must not fill the inbox with new ones. One that somebody
  -- holds right now is left for the next step, so that two that hold several never wait for each other.
  select x.* into c from public.whatsapp_conversations x join public.channel_accounts a on a.id = x.account_id
  where x.contact_id = k.id and a.channel = 'whatsapp' and a.active and not a.simulated
  order by x.last_message_at desc nulls last, x.id limit 1 for update of x skip locked;
  if c.id is null then
    return false;
  end if;
  v_params := private.broadcast_params(b.params, k.name, t.language);
  v_message := private.queue_message(c.id, 'system', jsonb_build_object('kind', 'template', 'text', private.template_text(t.body, v_params),
    'template', jsonb_build_object('name', t.name, 'language', t.language, 'params', to_jsonb(v_params))), null, 'broadcast:' || b.id);
  -- Nor does it bring everybody to the top of the inbox.
  update public.whatsapp_conversations set last_message_at = c.last_message_at where id = c.id;
  update public.broadcast_recipients set status = 'sent', message_id = v_message where broadcast_id = b.id and contact_id = k.id;
  return true;
end
$$;
comment on function private.send_to_recipient(public.broadcasts, public.message_templates, uuid) is
  'Queues a broadcast''s message for one recipient, or leaves them out. Returns whether it was queued.';

create function public.send_broadcasts(p_limit integer default 200) returns integer
language plpgsql set search_path = ''
as $$
declare
  b public.broadcasts;
  t public.message_templates;
  v_contact uuid;
  v_room integer;
  v_count integer := 0;
begin
  -- Only so many wait in the outbox at once: an answer to a customer never stands behind a whole campaign.
  v_room := p_limit - (select count(*) from public.outbox o join public.broadcast_recipients r on r.message_id = o.message_id);
  for b in
    select * from public.broadcasts where status = 'running' or (status = 'scheduled' and scheduled_at <= now())
    order by scheduled_at, id for update skip locked
  loop
    select * into t from public.message_templates where id = b.template_id;
    if t.id is null or t.status <> 'APPROVED' then
      -- Paused or refused by the provider meanwhile: sending on would only collect failures.
      update public.broadcast_recipients set status = 'skipped', reason = 'template' where broadcast_id = b.id and status = 'queued';
      update public.broadcasts set status = 'cancelled', finished_at = now() where id = b.id;
      continue;
    end if;
    if b.status = 'scheduled' then
      insert into public.broadcast_recipients (broadcast_id, contact_id, business_id, status, reason)
      select b.id, p.contact_id, b.business_id, case when p.reason is null then 'queued' else 'skipped' end, p.reason
      from private.broadcast_people(b.business_id, b.audience, t.category = 'MARKETING') p
      on conflict do nothing;
      update public.broadcasts set status = 'running', started_at = now() where id = b.id;
    end if;
    for v_contact in
      select contact_id from public.broadcast_recipients where broadcast_id = b.id and status = 'queued'
      order by contact_id limit greatest(v_room, 0) for update skip locked
    loop
      v_count := v_count + private.send_to_recipient(b, t, v_contact)::integer;
      v_room := v_room - 1;
    end loop;
    if not exists (select 1 from public.broadcast_recipients where broadcast_id = b.id and status = 'queued') then
      update public.broadcasts set status = 'done', finished_at = now() where id = b.id;
    end if;
  end loop;
  if v_count > 0 then
    perform private.wake_workers();
  end if;
  return v_count;
end
$$;
comment on function public.send_broadcasts(integer) is
  'A step of the broadcasts that are due: takes their audience once, then queues messages as long as fewer than p_limit wait in the outbox. '
  'Several may run it at once; one that dies leaves nothing half done. Returns how many messages were queued.';

grant execute on all functions in schema private to service_role;
grant execute on function public.send_broadcasts(integer) to service_role;
grant execute on function public.preview_broadcast(uuid, jsonb), public.create_broadcast(uuid, jsonb, text), public.start_broadcast(uuid, timestamptz),
  public.stop_broadcast(uuid), public.broadcast_progress(uuid) to authenticated, service_role;
