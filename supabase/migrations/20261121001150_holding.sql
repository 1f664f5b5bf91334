-- Holding: what is ordered while the shop is closed keeps its goods and goes to dealers when it opens.

-- A day is null, one span ["09:00", "19:30"], or several [["09:00", "13:00"], ["15:00", "19:30"]].
create function private.spans_on(p_hours jsonb, p_day date) returns table (opens timestamp, closes timestamp)
language sql immutable set search_path = ''
as $$
  select p_day + (s.value ->> 0)::time, case when s.value ->> 1 = '24:00' then p_day + interval '1 day' else p_day + (s.value ->> 1)::time end
  from (select case when coalesce(p_hours -> 'closed', '[]'::jsonb) ? p_day::text then null
    else p_hours -> (array['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'])[extract(dow from p_day)::integer + 1] end as spans) d
  cross join lateral jsonb_array_elements(case when jsonb_typeof(d.spans) <> 'array' then '[]'::jsonb
    when jsonb_typeof(d.spans -> 0) = 'array' then d.spans else jsonb_build_array(d.spans) end) s
$$;
comment on function private.spans_on(jsonb, date) is 'The hours of a day where they are kept; none when it is closed: by its weekday or as one of hours.closed.';

create function private.opens_by(p_hours jsonb, p_timezone text, p_at timestamptz) returns timestamptz
language plpgsql stable set search_path = ''
as $$
declare
  v_local timestamp := p_at at time zone p_timezone;
  v_opens timestamp;
begin
  for n in 0..60 loop
    select min(greatest(s.opens, v_local)) into v_opens from private.spans_on(p_hours, v_local::date + n) s where s.closes > v_local;
    if v_opens is not null then
      return case when v_opens = v_local then p_at else v_opens at time zone p_timezone end;
    end if;
  end loop;
  -- Who keeps no hours is always there.
  return p_at;
end
$$;
comment on function private.opens_by(jsonb, text, timestamptz) is 'The moment itself while hours are open, else when they open next.';

create function private.dealer_opens(d public.dealers, p_timezone text, p_at timestamptz) returns timestamptz
language sql stable set search_path = ''
as $$
  select case when not d.paused then private.opens_by(d.hours, p_timezone, greatest(p_at, d.paused_until)) end
$$;
comment on function private.dealer_opens(public.dealers, text, timestamptz) is
  'The moment itself while a dealer takes orders, else when they do next: by their hours, after a pause with an end. Null for a pause without one.';

create function private.is_open(d public.dealers) returns boolean
language sql stable set search_path = ''
as $$
  select coalesce(private.dealer_opens(d, b.timezone, now()) <= now(), false) from public.businesses b where b.id = d.business_id
$$;
comment on function private.is_open(public.dealers) is 'Whether a dealer takes orders now.';

create function private.next_opening(p_business_id uuid, p_at timestamptz) returns timestamptz
language plpgsql stable set search_path = ''
as $$
declare
  b public.businesses;
  v_at timestamptz;
  v_dealer timestamptz;
begin
  select * into strict b from public.businesses where id = p_business_id;
  v_at := private.opens_by(b.hours, b.timezone, p_at);
  -- An open shop whose dealers are all closed is closed; both open at once within a few looks, or never.
  for n in 1..30 loop
    -- Every turn asks this, and mostly the first dealer that is looked at is open.
    exit when exists (select 1 from public.dealers d where d.business_id = b.id and private.dealer_opens(d, b.timezone, v_at) <= v_at);
    select min(private.dealer_opens(d, b.timezone, v_at)) into v_dealer from public.dealers d where d.business_id = b.id;
    exit when v_dealer is null;
    v_at := private.opens_by(b.hours, b.timezone, v_dealer);
    exit when v_at = v_dealer;
  end loop;
  return v_at;
end
$$;
comment on function private.next_opening(uuid, timestamptz) is
  'The moment itself while the shop and one of its dealers are open, else when they are next, in the time zone of the business.';

create function private.order_opens(p_relay_id uuid) returns timestamptz
language sql stable set search_path = ''
as $$
  -- Each part waits for the first who has it; who paused without an end is waited for by nobody.
  select greatest(private.next_opening(r.business_id, now()), max(x.opens))
  from public.whatsapp_order_relays r join public.businesses b on b.id = r.business_id
  left join lateral (
    select min(private.dealer_opens(d, b.timezone, now())) as opens from public.market_orders m
    join public.dealers d on d.business_id = m.business_id and (d.id = m.holder_id or private.covers(d.id, m.lines))
    where m.relay_id = r.id and m.status = 'held' group by m.id) x on true
  where r.id = p_relay_id group by r.id
$$;
comment on function private.order_opens(uuid) is 'When a held order can go to dealers: the shop is open, and for each part somebody who has its goods.';

create function private.pass_to_dealers(p_relay public.whatsapp_order_relays) returns void
language plpgsql set search_path = ''
as $$
declare
  r public.whatsapp_order_relays;
  m public.market_orders;
begin
  update public.whatsapp_order_relays set status = 'created', placed_at = now(), updated_at = now() where id = p_relay.id returning * into r;
  for m in update public.market_orders set status = 'offered', updated_at = now() where relay_id = r.id and status = 'held' returning * loop
    if private.ask_dealers(r, m) = 0 then
      -- Everybody paused meanwhile: the reservation is given back and a person must help.
      perform private.pass_on(m.id);
    end if;
  end loop;
end
$$;
comment on function private.pass_to_dealers(public.whatsapp_order_relays) is 'confirmed → created: a held order goes to dealers. Called with the order locked.';

create function public.release_held_orders() returns integer
language plpgsql set search_path = ''
as $$
declare
  d record;
  r public.whatsapp_order_relays;
  v_opens timestamptz;
  v_count integer := 0;
begin
  for d in
    select x.id, x.conversation_id from public.whatsapp_order_relays x where x.status = 'confirmed' and x.held_until <= now()
    order by x.held_until, x.created_at limit 200
  loop
    -- The conversation before its order, as a turn locks them; then the state again, for it may have been taken back.
    perform 1 from public.whatsapp_conversations where id = d.conversation_id for update;
    select * into r from public.whatsapp_order_relays where id = d.id and status = 'confirmed' and held_until <= now() for no key update;
    continue when not found;
    v_opens := private.order_opens(r.id);
    if v_opens > now() then
      -- The hours were changed meanwhile, or a dealer paused.
      update public.whatsapp_order_relays set held_until = v_opens where id = r.id;
      continue;
    end if;
    perform private.order_event(r, null, 'released', 'customer');
    perform private.pass_to_dealers(r);
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;
comment on function public.release_held_orders() is 'Orders of the night go to dealers once the shop is open, and their customers are told. Returns how many.';

-- Helpers of schema private are the engine's own; what people may call is granted by name.
grant execute on all functions in schema private to service_role;
grant execute on function public.release_held_orders() to service_role;
