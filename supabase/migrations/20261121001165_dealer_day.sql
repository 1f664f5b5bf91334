-- A dealer's day: what became of their orders, what sold, what runs low; on request, and in the evening without asking.

create table public.dealer_days (
  dealer_id uuid not null references public.dealers (id) on delete cascade,
  day date not null,
  business_id uuid not null references public.businesses (id) on delete cascade,
  run_at timestamptz not null default now(),
  token uuid,
  attempts integer not null default 0,
  told_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (dealer_id, day)
);
create index dealer_days_due_idx on public.dealer_days (run_at) where told_at is null;
create index dealer_days_business_idx on public.dealer_days (business_id);
-- Whoever had no order today is looked at again until midnight.
create index order_offers_answered_idx on public.order_offers (dealer_id, resolved_at);
comment on table public.dealer_days is 'Days whose summary a dealer was told, or is to be told: each once.';
alter table public.dealer_days enable row level security;
grant select on public.dealer_days to authenticated;
grant select, insert, update, delete on public.dealer_days to service_role;
create policy "staff read" on public.dealer_days for select to authenticated using (business_id in (select private.my_businesses()));

create function public.dealer_day(p_dealer_id uuid, p_day date default null) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
  b public.businesses;
  v_day date;
  v_from timestamptz;
  v_to timestamptz;
begin
  select x.* into strict b from public.businesses x join public.dealers d on d.business_id = x.id where d.id = p_dealer_id;
  v_day := coalesce(p_day, (now() at time zone b.timezone)::date);
  v_from := v_day::timestamp at time zone b.timezone;
  v_to := (v_day + 1)::timestamp at time zone b.timezone;
  return jsonb_build_object('day', v_day, 'is_today', v_day = (now() at time zone b.timezone)::date, 'currency', b.currency)
    || (select jsonb_build_object(
      'accepted', count(*) filter (where m.accepted_at >= v_from and m.accepted_at < v_to),
      'delivered', count(*) filter (where m.delivered_at >= v_from and m.delivered_at < v_to),
      'revenue', coalesce(sum(m.total_price) filter (where m.delivered_at >= v_from and m.delivered_at < v_to), 0)::numeric(12, 2)::text,
      'under_way', count(*) filter (where m.status in ('accepted', 'preparing', 'ready', 'out_for_delivery', 'failed_delivery')))
      from public.market_orders m join public.whatsapp_order_relays r on r.id = m.relay_id and not r.simulated
      where m.dealer_id = p_dealer_id and (m.accepted_at >= v_from or m.delivered_at >= v_from
        or m.status in ('accepted', 'preparing', 'ready', 'out_for_delivery', 'failed_delivery')))
    || (select jsonb_build_object('declined', count(*) filter (where o.outcome = 'declined'), 'expired', count(*) filter (where o.outcome = 'expired'),
      'lost', count(*) filter (where o.outcome = 'lost'))
      from public.order_offers o join public.market_orders m on m.id = o.market_order_id
      join public.whatsapp_order_relays r on r.id = m.relay_id and not r.simulated
      where o.dealer_id = p_dealer_id and o.resolved_at >= v_from and o.resolved_at < v_to)
    || jsonb_build_object(
      'best', (select coalesce(jsonb_agg(jsonb_build_object('name', x.name, 'quantity', x.quantity) order by x.quantity desc, x.name), '[]'::jsonb) from (
        select l.value ->> 'name' as name, sum((l.value ->> 'quantity')::integer) as quantity
        from public.market_orders m join public.whatsapp_order_relays r on r.id = m.relay_id and not r.simulated,
          jsonb_array_elements(m.lines) l
        where m.dealer_id = p_dealer_id and m.status <> 'cancelled' and m.accepted_at >= v_from and m.accepted_at < v_to
        group by 1 order by 2 desc, 1 limit 3) x),
      -- Of what somebody wanted lately: nobody needs to hear every evening of a shelf that is empty for years.
      'low', (select coalesce(jsonb_agg(jsonb_build_object('name', x.name, 'quantity', x.free) order by x.free, x.name), '[]'::jsonb) from (
        select p.name, s.on_hand - s.reserved as free from public.dealer_stock s join public.products p on p.id = s.product_id and p.active
        where s.dealer_id = p_dealer_id and s.on_hand - s.reserved <= 3 and s.updated_at > now() - interval '14 days'
        order by 2, 1 limit 5) x));
end
$$;
comment on function public.dealer_day(uuid, date) is
  'What a day (of the business''s time zone; today unless named) was for a dealer: orders accepted, delivered, declined, expired, lost, under way, '
  'revenue of what was delivered, best sellers, and products of which three or fewer are free.';

create function private.day_ends(d public.dealers, b public.businesses, p_day date) returns timestamptz
language sql stable set search_path = ''
as $$
  -- Who is open all day or keeps no hours hears at nine.
  select coalesce(case when not bool_or(s.opens = p_day and s.closes = p_day + 1) then least(max(s.closes), p_day + time '23:30') end,
    p_day + time '21:00') at time zone b.timezone
  from private.spans_on(case when d.hours <> '{}'::jsonb then d.hours else b.hours end, p_day) s
$$;
comment on function private.day_ends(public.dealers, public.businesses, date) is 'When a dealer is told of a day: as they close, else at nine in the evening.';

create function public.claim_dealer_days(p_limit integer, p_lease_seconds integer) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  v_days jsonb;
begin
  insert into public.dealer_days (dealer_id, day, business_id)
  select d.id, x.day, b.id from public.businesses b
  cross join lateral (select (now() at time zone b.timezone)::date as day) x
  join public.dealers d on d.business_id = b.id
  where (b.limits ->> 'dealer_summary')::numeric > 0 and private.day_ends(d, b, x.day) <= now()
    and exists (select 1 from public.rider_contacts k where k.dealer_id = d.id and k.contact_type = 'dealer')
    and not exists (select 1 from public.dealer_days t where t.dealer_id = d.id and t.day = x.day)
    -- A day without an order is not worth a message.
    and exists (select 1 from public.order_offers o join public.market_orders m on m.id = o.market_order_id
      join public.whatsapp_order_relays r on r.id = m.relay_id and not r.simulated
      where o.dealer_id = d.id and o.resolved_at >= x.day::timestamp at time zone b.timezone)
  on conflict do nothing;
  with due as (
    select t.dealer_id, t.day from public.dealer_days t where t.told_at is null and t.run_at <= now() and t.attempts < 5
    order by t.run_at limit p_limit for update skip locked
  ), claimed as (
    update public.dealer_days t set token = gen_random_uuid(), attempts = t.attempts + 1, run_at = now() + make_interval(secs => p_lease_seconds)
    from due where t.dealer_id = due.dealer_id and t.day = due.day returning t.*
  )
  select coalesce(jsonb_agg(jsonb_build_object('dealer_id', c.dealer_id, 'day', c.day, 'token', c.token, 'name', d.name, 'language', d.language,
    'numbers', public.dealer_day(c.dealer_id, c.day))), '[]'::jsonb) into v_days
  from claimed c join public.dealers d on d.id = c.dealer_id;
  return v_days;
end
$$;
comment on function public.claim_dealer_days(integer, integer) is
  'Days to be told to dealers, leased: where limits.dealer_summary is on, after closing, and something happened. Each with its numbers.';

create function public.finish_dealer_day(p_dealer_id uuid, p_day date, p_token uuid, p_reply jsonb) returns text
language plpgsql set search_path = ''
as $$
declare
  t public.dealer_days;
  a public.channel_accounts;
  c public.whatsapp_conversations;
  v_phone text;
  v_name text;
begin
  select * into t from public.dealer_days where dealer_id = p_dealer_id and day = p_day and token = p_token and told_at is null for update;
  if not found then
    return 'stale';
  end if;
  update public.dealer_days set told_at = now(), token = null where dealer_id = t.dealer_id and day = t.day;
  select * into a from public.channel_accounts where business_id = t.business_id and channel = 'whatsapp' and active and not simulated
  order by created_at, id limit 1;
  select k.contact_value, d.name into v_phone, v_name from public.rider_contacts k join public.dealers d on d.id = k.dealer_id
  where k.dealer_id = t.dealer_id and k.contact_type = 'dealer' order by k.created_at, k.id limit 1;
  if a.id is null or v_phone is null then
    return 'nobody';
  end if;
  c := private.open_conversation(a, private.resolve_contact(t.business_id, a.channel, jsonb_build_object('phone', v_phone, 'name', v_name),
    private.identity_scope(a)), v_phone);
  perform private.queue_message(c.id, 'system', p_reply, null, 'day:' || t.day);
  perform private.wake_workers();
  return 'queued';
end
$$;
comment on function public.finish_dealer_day(uuid, date, uuid, jsonb) is 'Puts the summary of a day into the outbox, once. Returns queued, nobody (no number) or stale.';

grant execute on function private.day_ends(public.dealers, public.businesses, date) to service_role;
grant execute on function public.dealer_day(uuid, date), public.claim_dealer_days(integer, integer),
  public.finish_dealer_day(uuid, date, uuid, jsonb) to service_role;
