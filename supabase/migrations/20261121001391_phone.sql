-- The phone of the desk: admins play customers, dealers and riders on the simulated account.

create function public.phone_people() returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  a public.channel_accounts;
  v_people jsonb;
begin
  if not exists (select 1 from private.my_businesses_as('{admin}')) then
    raise exception 'not allowed: this needs the role admin' using errcode = '42501';
  end if;
  select * into a from public.channel_accounts
  where business_id in (select private.my_businesses_as('{admin}')) and channel = 'whatsapp' and external_id = 'simulator' and simulated and active;
  if not found then
    return jsonb_build_object('business_id', null, 'account_id', null, 'people', '[]'::jsonb);
  end if;
  with known as (
    select distinct on (x.phone) x.* from (
      select r.contact_value as phone, 'dealer' as kind, d.name, d.language, 1 as rank
      from public.rider_contacts r join public.dealers d on d.id = r.dealer_id
      where r.business_id = a.business_id and r.contact_type = 'dealer'
      union all
      select coalesce(r.contact_value, k.phone), 'rider', k.name, null, 2
      from public.riders k left join public.rider_contacts r on r.rider_id = k.id and r.contact_type = 'rider'
      where k.business_id = a.business_id and k.active
    ) x where x.phone is not null order by x.phone, x.rank
  ), played as (
    select i.value as phone, 'customer' as kind, k.name, k.language, k.id as contact_id
    from public.contact_identities i join public.contacts k on k.id = i.contact_id
    where i.business_id = a.business_id and i.channel = 'whatsapp' and i.scope = 'simulated' and i.kind = 'phone' and i.retired_at is null
    order by k.updated_at desc limit 40
  ), people as (
    select k.phone, k.kind, k.name, coalesce(c.language, k.language) as language, c.id as contact_id
    from known k left join lateral (select q.id, q.language from public.contact_identities i join public.contacts q on q.id = i.contact_id
      where i.business_id = a.business_id and i.channel = 'whatsapp' and i.scope = 'simulated' and i.kind = 'phone' and i.value = k.phone
        and i.retired_at is null) c on true
    union all
    select p.* from played p where p.phone not in (select k.phone from known k)
  )
  select coalesce(jsonb_agg(jsonb_build_object('phone', p.phone, 'kind', p.kind, 'name', p.name, 'language', p.language,
      'conversation_id', c.id, 'last_at', c.last_message_at) order by p.kind, c.last_message_at desc nulls last, p.name), '[]'::jsonb) into v_people
  from people p left join lateral (select w.id, w.last_message_at from public.whatsapp_conversations w
    where w.contact_id = p.contact_id and w.account_id = a.id order by (w.status = 'resolved'), w.last_message_at desc nulls last limit 1) c on true;
  return jsonb_build_object('business_id', a.business_id, 'account_id', a.id, 'people', v_people);
end
$$;
comment on function public.phone_people() is
  'Who an admin can play on the simulated account: dealers, riders, and customers played before, with their latest conversation '
  'there. account_id is null where the admin''s business has no simulated account.';
grant execute on function public.phone_people() to authenticated, service_role;
