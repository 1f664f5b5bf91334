-- The devices of riders and staff that want pushes: they come and go with whoever is signed in on them.

create function public.register_device(p_kind text, p_value text, p_platform text) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  v_rider public.riders;
  v_staff public.staff;
  d public.devices;
begin
  select * into v_rider from public.riders where user_id = (select auth.uid()) and active order by created_at, id limit 1;
  if not found then
    select * into v_staff from public.staff where user_id = (select auth.uid()) and active order by created_at, id limit 1;
    if not found then
      raise exception 'not allowed: only riders and staff register devices' using errcode = '42501';
    end if;
  end if;
  if coalesce(p_kind, '') not in ('token', 'fid') then
    perform private.refuse('kind', 'must be token or fid', 'Send token with a registration token, fid with an installation id.');
  elsif coalesce(p_platform, '') not in ('android', 'ios', 'web') then
    perform private.refuse('platform', 'must be android, ios or web', 'Send the platform of the app.');
  elsif length(btrim(coalesce(p_value, ''))) not between 1 and 4096 then
    perform private.refuse('value', 'must have 1 to 4096 characters', 'Send what the Firebase library returned.');
  end if;
  select * into d from public.devices where kind = p_kind and value = p_value for update;
  if d.id is not null and (d.rider_id, d.staff_id) is distinct from (v_rider.id, v_staff.id) then
    -- The phone changed hands: what was meant for the one before is not shown to the next.
    update public.notification_deliveries set status = 'failed', error = 'the device changed hands', token = null
    where device_id = d.id and status = 'pending';
  end if;
  insert into public.devices as v (business_id, rider_id, staff_id, kind, value, platform)
  values (coalesce(v_rider.business_id, v_staff.business_id), v_rider.id, v_staff.id, p_kind, p_value, p_platform)
  on conflict (kind, value) do update set business_id = excluded.business_id, rider_id = excluded.rider_id, staff_id = excluded.staff_id,
    platform = excluded.platform, disabled_at = null, disabled_reason = null, last_seen_at = now()
  returning v.* into d;
  return d.id;
end
$$;
comment on function public.register_device(text, text, text) is
  'The signed-in rider or staff member wants pushes on this device; whoever had it before gets none there any more.';

create function public.forget_device(p_value text) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
  update public.devices d set disabled_at = now(), disabled_reason = 'signed out'
  where d.value = p_value and d.disabled_at is null and (d.rider_id in (select private.my_riders())
    or d.staff_id in (select s.id from public.staff s where s.user_id = (select auth.uid())));
  return found;
end
$$;
comment on function public.forget_device(text) is 'Before signing out: no more pushes to this device of one''s own. False if there was none.';

grant execute on function public.register_device(text, text, text), public.forget_device(text) to authenticated, service_role;
