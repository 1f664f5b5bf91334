-- Holding: what is ordered while the shop is closed keeps its goods and goes to dealers when it opens.

create function private.opening_of(p_hours jsonb, p_day date) returns jsonb
language sql immutable set search_path = ''
as $$
  select case when coalesce(p_hours -> 'closed', '[]'::jsonb) ? p_day::text then null
    else nullif(p_hours -> (array['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'])[extract(dow from p_day)::integer + 1], 'null'::jsonb) end
$$;
comment on function private.opening_of(jsonb, date) is 'The hours ["09:00", "19:30"] of a day, null when it is closed: by its weekday or as one of hours.closed.';

create function private.next_opening(p_business_id uuid, p_at timestamptz) returns timestamptz
language plpgsql stable set search_path = ''
as $$
declare
  b public.businesses;
  v_local timestamp;
  v_day date;
  v_span jsonb;
begin
  select * into strict b from public.businesses where id = p_business_id;
  v_local := p_at at time zone b.timezone;
  for n in 0..60 loop
    v_day := v_local::date + n;
    v_span := private.opening_of(b.hours, v_day);
    continue when v_span is null;
    if n = 0 and v_local >= v_day + (v_span ->> 0)::time and (v_span ->> 1 = '24:00' or v_local < v_day + (v_span ->> 1)::time) then
      return p_at;
    elsif n > 0 or v_local < v_day + (v_span ->> 0)::time then
      return (v_day + (v_span ->> 0)::time) at time zone b.timezone;
    end if;
  end loop;
  -- Who keeps no hours is always there.
  return p_at;
end
$$;
comment on function private.next_opening(uuid, timestamptz) is
  'The moment itself while the shop is open, else when it opens next, in the time zone of the business.';

create function public.release_held_orders() returns integer
language plpgsql set search_path = ''
as $$
declare
  d record;
  r public.whatsapp_order_relays;
  m public.market_orders;
  v_count integer := 0;
begin
  for d in
    select x.id, x.conversation_id from public.whatsapp_order_relays x where x.status = 'confirmed' and x.held_until <= now()
    order by x.held_until, x.created_at limit 200
  loop
    -- The conversation before its order, as a turn locks them; then the state again, for it may have been taken back.
    perform 1 from public.whatsapp_conversations where id = d.conversation_id for update;
    select * into r from public.whatsapp_order_relays where id = d.id and status = 'confirmed' and held_until <= now() for update;
    continue when not found;
    if private.next_opening(r.business_id, now()) > now() then
      -- The hours were changed meanwhile.
      update public.whatsapp_order_relays set held_until = private.next_opening(business_id, now()) where id = r.id;
      continue;
    end if;
    update public.whatsapp_order_relays set status = 'created', placed_at = now(), updated_at = now() where id = r.id returning * into r;
    perform private.order_event(r, null, 'released', 'customer');
    for m in update public.market_orders set status = 'offered', updated_at = now() where relay_id = r.id and status = 'held' returning * loop
      if private.ask_dealers(r, m) = 0 then
        -- Everybody paused over night: the reservation is given back and a person must help.
        perform private.pass_on(m.id);
      end if;
    end loop;
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;
comment on function public.release_held_orders() is 'Orders of the night go to dealers once the shop is open, and their customers are told. Returns how many.';

-- Helpers of schema private are the engine's own; what people may call is granted by name.
grant execute on all functions in schema private to service_role;
grant execute on function public.release_held_orders() to service_role;
