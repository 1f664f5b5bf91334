-- Running: pushes, model calls and the numbers the service reports about itself.

create table public.notifications (
  id uuid primary key default gen_random_uuid(),
  business_id uuid not null references public.businesses (id) on delete cascade,
  kind text not null,
  audience text not null check (audience in ('rider', 'support')),
  rider_id uuid references public.riders (id) on delete cascade,
  data jsonb not null default '{}'::jsonb,
  dedupe_key text not null,
  simulated boolean not null default false,
  created_at timestamptz not null default now(),
  unique (business_id, dedupe_key)
);
create index notifications_rider_idx on public.notifications (rider_id);
create index notifications_business_idx on public.notifications (business_id, created_at desc);
comment on table public.notifications is 'Something a rider or support should know at once. The dedupe key makes a repeated cause push once.';

create table public.notification_deliveries (
  id uuid primary key default gen_random_uuid(),
  business_id uuid not null references public.businesses (id) on delete cascade,
  notification_id uuid not null references public.notifications (id) on delete cascade,
  device_id uuid not null references public.devices (id) on delete cascade,
  status text not null default 'pending' check (status in ('pending', 'sent', 'failed')),
  attempts integer not null default 0,
  run_at timestamptz not null default now(),
  token uuid,
  external_id text,
  error text,
  created_at timestamptz not null default now(),
  sent_at timestamptz,
  unique (notification_id, device_id)
);
create index notification_deliveries_due_idx on public.notification_deliveries (run_at) where status = 'pending';
create index notification_deliveries_device_idx on public.notification_deliveries (device_id);
create index notification_deliveries_business_idx on public.notification_deliveries (business_id);
comment on table public.notification_deliveries is 'One row per device, so that a retry touches only the devices that failed.';

create table public.ai_calls (
  id bigint generated always as identity primary key,
  business_id uuid not null references public.businesses (id) on delete cascade,
  conversation_id uuid references public.whatsapp_conversations (id) on delete set null,
  turn_id uuid,
  purpose text not null,
  model text not null,
  outcome text not null,
  input_tokens integer not null default 0,
  output_tokens integer not null default 0,
  cost_usd numeric(12, 6) not null default 0,
  latency_ms integer not null default 0,
  prompt_variant text not null default '',
  error text not null default '',
  created_at timestamptz not null default now()
);
create index ai_calls_business_idx on public.ai_calls (business_id, created_at desc);
create index ai_calls_conversation_idx on public.ai_calls (conversation_id);
comment on table public.ai_calls is 'Every call of a language model: what for, how long, how many tokens, how it ended.';

alter table public.notifications enable row level security;
alter table public.notification_deliveries enable row level security;
alter table public.ai_calls enable row level security;
grant select on public.notifications, public.notification_deliveries, public.ai_calls to authenticated;
grant select, insert, update, delete on public.notifications, public.notification_deliveries, public.ai_calls to service_role;
create policy "staff read, riders their own" on public.notifications for select to authenticated
  using (business_id in (select private.my_businesses()) or rider_id in (select private.my_riders()));
create policy "staff read" on public.notification_deliveries for select to authenticated
  using (business_id in (select private.my_businesses()));
create policy "staff read" on public.ai_calls for select to authenticated
  using (business_id in (select private.my_businesses()));

-- Views run with the reader's rights, so the policies above decide here too.
create view public.metrics_messages_daily with (security_invoker = true) as
  select m.business_id, (m.created_at at time zone b.timezone)::date as day, m.direction, m.author,
    count(*) as messages,
    count(*) filter (where m.status = 'failed') as failed
  from public.whatsapp_messages m join public.businesses b on b.id = m.business_id
  group by 1, 2, 3, 4;
comment on view public.metrics_messages_daily is 'Messages per day of the business''s own time zone, by direction and author.';

create view public.metrics_turns_daily with (security_invoker = true) as
  select t.business_id, (t.finished_at at time zone b.timezone)::date as day, t.intent, t.outcome, count(*) as turns,
    percentile_cont(0.5) within group (order by extract(epoch from t.finished_at - t.claimed_at)) as seconds_p50,
    percentile_cont(0.95) within group (order by extract(epoch from t.finished_at - t.claimed_at)) as seconds_p95
  from public.turns t join public.businesses b on b.id = t.business_id
  group by 1, 2, 3, 4;
comment on view public.metrics_turns_daily is 'Turns per day, intent and outcome, with how long the answer took.';

create view public.metrics_orders_daily with (security_invoker = true) as
  select o.business_id, (o.created_at at time zone b.timezone)::date as day, o.status, count(*) as orders,
    sum(o.total_price) as revenue
  from public.market_orders o join public.businesses b on b.id = o.business_id
  group by 1, 2, 3;
comment on view public.metrics_orders_daily is 'Market orders per day and state with their value.';

grant select on public.metrics_messages_daily, public.metrics_turns_daily, public.metrics_orders_daily
  to authenticated, service_role;
