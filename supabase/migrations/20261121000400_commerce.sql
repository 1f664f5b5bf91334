-- Commerce: what is sold, who has it, carts, order relays, market orders and offers to dealers.

create table public.products (
  id uuid primary key default gen_random_uuid(),
  business_id uuid not null references public.businesses (id) on delete cascade,
  sku text not null,
  name text not null,
  description text not null default '',
  category text not null default '',
  price numeric(12, 2) not null check (price >= 0),
  currency text not null default 'EUR' check (currency ~ '^[A-Z]{3}$'),
  attributes jsonb not null default '{}'::jsonb,
  image_url text,
  active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (business_id, sku)
);
comment on table public.products is 'What a business sells. The only source of prices.';
comment on column public.products.attributes is 'Variants by name, such as {"taglia": ["S", "M"], "colore": ["rosso"]}.';

create table public.dealer_stock (
  dealer_id uuid not null references public.dealers (id) on delete cascade,
  product_id uuid not null references public.products (id) on delete cascade,
  business_id uuid not null references public.businesses (id) on delete cascade,
  on_hand integer not null default 0 check (on_hand >= 0),
  reserved integer not null default 0 check (reserved >= 0),
  updated_at timestamptz not null default now(),
  primary key (dealer_id, product_id),
  constraint dealer_stock_reserved_within_on_hand check (reserved <= on_hand)
);
create index dealer_stock_product_idx on public.dealer_stock (product_id);
create index dealer_stock_business_idx on public.dealer_stock (business_id);
comment on table public.dealer_stock is 'Pieces a dealer has and how many of them are promised to orders.';

create table public.carts (
  conversation_id uuid primary key references public.whatsapp_conversations (id) on delete cascade,
  business_id uuid not null references public.businesses (id) on delete cascade,
  lines jsonb not null default '[]'::jsonb,
  address_id uuid,
  pickup boolean not null default false,
  note text not null default '' check (length(note) <= 300),
  reminder jsonb,
  reminded_at timestamptz,
  updated_at timestamptz not null default now()
);
create index carts_reminder_idx on public.carts (updated_at) where reminder is not null and reminded_at is null;
create index carts_business_idx on public.carts (business_id);
comment on table public.carts is 'The basket of a conversation: product, quantity, variant, and where it should go. Never a price.';
comment on column public.carts.reminder is 'What to say once when the basket is left; written with the turn that filled it.';
comment on column public.carts.address_id is 'Chosen for this basket; null while the last address of the contact is good enough.';

create sequence public.order_code_seq start 1001;
comment on sequence public.order_code_seq is 'Numbers in the order codes people read to each other.';

create table public.whatsapp_order_relays (
  id uuid primary key default gen_random_uuid(),
  business_id uuid not null references public.businesses (id) on delete cascade,
  conversation_id uuid not null references public.whatsapp_conversations (id) on delete cascade,
  contact_id uuid not null references public.contacts (id),
  phone text,
  code text not null unique,
  order_data jsonb not null default '{}'::jsonb,
  products jsonb not null default '[]'::jsonb,
  total_price numeric(12, 2) not null check (total_price >= 0),
  currency text not null,
  status text not null default 'pending' check (status in ('pending', 'confirmed', 'created', 'failed')),
  failure_reason text,
  delivery jsonb not null default '{}'::jsonb,
  delivery_fee numeric(12, 2) not null default 0 check (delivery_fee >= 0),
  note text not null default '' check (length(note) <= 300),
  market_order_id uuid,
  simulated boolean not null default false,
  confirmed_at timestamptz,
  held_until timestamptz,
  placed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index whatsapp_order_relays_conversation_idx on public.whatsapp_order_relays (conversation_id, created_at desc);
create index whatsapp_order_relays_business_idx on public.whatsapp_order_relays (business_id, created_at desc);
create index whatsapp_order_relays_contact_idx on public.whatsapp_order_relays (contact_id);
create index whatsapp_order_relays_market_order_idx on public.whatsapp_order_relays (market_order_id);
comment on column public.whatsapp_order_relays.total_price is 'Goods and delivery together: what the customer pays.';
comment on column public.whatsapp_order_relays.delivery is 'Address, zone, fee and minutes as they were promised; {} for a business without zones.';
-- A conversation has at most one proposal waiting for the customer's yes.
create unique index whatsapp_order_relays_pending_idx
  on public.whatsapp_order_relays (conversation_id) where status = 'pending';
create index whatsapp_order_relays_held_idx on public.whatsapp_order_relays (held_until) where status = 'confirmed';
comment on table public.whatsapp_order_relays is 'A customer''s order on its way to dealers: pending their yes, confirmed and held until it is paid or the shop opens, created as offers to dealers, or failed.';
comment on column public.whatsapp_order_relays.held_until is 'When the shop opens next; until then the goods are reserved and no dealer is asked. Null while a confirmed order waits for its payment.';

create table public.market_orders (
  id uuid primary key default gen_random_uuid(),
  business_id uuid not null references public.businesses (id) on delete cascade,
  relay_id uuid not null references public.whatsapp_order_relays (id) on delete cascade,
  code text not null unique,
  dealer_id uuid references public.dealers (id),
  holder_id uuid references public.dealers (id),
  rider_id uuid references public.riders (id) on delete set null,
  status text not null default 'offered' check (status in ('held', 'offered', 'accepted', 'preparing', 'ready',
    'out_for_delivery', 'delivered', 'failed_delivery', 'cancelled')),
  lines jsonb not null,
  total_price numeric(12, 2) not null,
  currency text not null,
  delivery jsonb not null default '{}'::jsonb,
  delivery_fee numeric(12, 2) not null default 0 check (delivery_fee >= 0),
  note text not null default '',
  accepted_at timestamptz,
  ready_at timestamptz,
  delivered_at timestamptz,
  cancelled_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index market_orders_relay_idx on public.market_orders (relay_id);
create index market_orders_business_idx on public.market_orders (business_id, status, created_at desc);
-- The board: what is under way, oldest first; what was finished lately.
create index market_orders_under_way_idx on public.market_orders (business_id, created_at) where status not in ('delivered', 'cancelled');
create index market_orders_over_idx on public.market_orders (business_id, updated_at desc) where status in ('delivered', 'cancelled');
create index market_orders_dealer_idx on public.market_orders (dealer_id, status);
create index market_orders_holder_idx on public.market_orders (holder_id);
create index market_orders_rider_idx on public.market_orders (rider_id, status);
comment on table public.market_orders is 'The part of an order that one dealer fulfils.';
comment on column public.market_orders.total_price is 'The goods of this part. The rider collects delivery_fee on top, which the first part of an order carries.';
comment on column public.market_orders.delivery is 'A copy of the order''s, for the rider who may read no more than this row.';
comment on column public.market_orders.ready_at is 'A time that dealer and customer agreed on; null for as soon as possible.';
comment on column public.market_orders.holder_id is 'The dealer whose stock is reserved while nobody accepted yet.';

alter table public.whatsapp_order_relays
  add constraint whatsapp_order_relays_market_order_fk foreign key (market_order_id) references public.market_orders (id);

create table public.order_offers (
  id uuid primary key default gen_random_uuid(),
  business_id uuid not null references public.businesses (id) on delete cascade,
  market_order_id uuid not null references public.market_orders (id) on delete cascade,
  dealer_id uuid not null references public.dealers (id),
  outcome text not null default 'pending' check (outcome in ('pending', 'accepted', 'declined', 'expired', 'lost')),
  expires_at timestamptz not null,
  resolved_at timestamptz,
  created_at timestamptz not null default now(),
  unique (market_order_id, dealer_id)
);
-- Exactly one acceptance can exist, whatever the code above it does.
create unique index order_offers_one_acceptance_idx on public.order_offers (market_order_id) where outcome = 'accepted';
create index order_offers_due_idx on public.order_offers (expires_at) where outcome = 'pending';
create index order_offers_dealer_idx on public.order_offers (dealer_id, outcome);
create index order_offers_business_idx on public.order_offers (business_id);
comment on table public.order_offers is 'A market order offered to a dealer, and the answer.';

create table public.order_events (
  id bigint generated always as identity primary key,
  business_id uuid not null references public.businesses (id) on delete cascade,
  relay_id uuid not null references public.whatsapp_order_relays (id) on delete cascade,
  market_order_id uuid references public.market_orders (id) on delete cascade,
  offer_id uuid references public.order_offers (id) on delete cascade,
  kind text not null,
  audience text check (audience in ('customer', 'dealer', 'rider')),
  dealer_id uuid references public.dealers (id),
  rider_id uuid references public.riders (id) on delete cascade,
  actor text not null default 'system',
  data jsonb not null default '{}'::jsonb,
  run_at timestamptz not null default now(),
  token uuid,
  attempts integer not null default 0,
  announced_at timestamptz,
  created_at timestamptz not null default now()
);
create index order_events_due_idx on public.order_events (run_at) where announced_at is null and audience is not null;
create index order_events_relay_idx on public.order_events (relay_id, id);
create index order_events_market_order_idx on public.order_events (market_order_id);
create index order_events_offer_idx on public.order_events (offer_id);
create index order_events_business_idx on public.order_events (business_id);
create index order_events_dealer_idx on public.order_events (dealer_id);
create index order_events_rider_idx on public.order_events (rider_id);
comment on table public.order_events is 'The timeline of an order. A row with an audience is also told to it, exactly once.';

create table public.delivery_zones (
  id uuid primary key default gen_random_uuid(),
  business_id uuid not null references public.businesses (id) on delete cascade,
  name text not null check (length(name) between 1 and 100),
  postcodes text[] not null default '{}',
  latitude double precision check (latitude between -90 and 90),
  longitude double precision check (longitude between -180 and 180),
  radius_km numeric(7, 2) check (radius_km > 0),
  fee numeric(12, 2) not null default 0 check (fee >= 0),
  free_above numeric(12, 2) check (free_above >= 0),
  minimum_order numeric(12, 2) not null default 0 check (minimum_order >= 0),
  minutes_from integer not null default 30 check (minutes_from >= 0),
  minutes_to integer not null default 60,
  active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint delivery_zones_minutes_in_order check (minutes_to >= minutes_from),
  constraint delivery_zones_whole_circle check (num_nonnulls(latitude, longitude, radius_km) in (0, 3)),
  constraint delivery_zones_somewhere check (cardinality(postcodes) > 0 or radius_km is not null)
);
create index delivery_zones_business_idx on public.delivery_zones (business_id);
comment on table public.delivery_zones is 'Where the business delivers, for how much and how fast. A business without an active zone asks for no address.';
comment on column public.delivery_zones.postcodes is 'Whole postcodes or their beginnings: 101 stands for 10121 and all others that begin so. The longest match decides.';
comment on column public.delivery_zones.radius_km is 'A circle around latitude and longitude, for positions sent from a phone.';
comment on column public.delivery_zones.minutes_from is 'From a dealer''s acceptance to the door, at best; minutes_to at worst.';

create table public.contact_addresses (
  id uuid primary key default gen_random_uuid(),
  business_id uuid not null references public.businesses (id) on delete cascade,
  contact_id uuid not null references public.contacts (id) on delete cascade,
  text text not null check (length(text) between 1 and 300),
  postcode text,
  latitude double precision check (latitude between -90 and 90),
  longitude double precision check (longitude between -180 and 180),
  used_at timestamptz,
  created_at timestamptz not null default now()
);
create unique index contact_addresses_text_idx on public.contact_addresses (contact_id, lower(text), coalesce(postcode, ''));
create index contact_addresses_used_idx on public.contact_addresses (contact_id, used_at desc);
create index contact_addresses_business_idx on public.contact_addresses (business_id);
comment on table public.contact_addresses is 'Where a customer had things brought. used_at is the last order that went there.';
alter table public.carts add constraint carts_address_fk foreign key (address_id) references public.contact_addresses (id) on delete set null;
create index carts_address_idx on public.carts (address_id);

create table public.stock_watches (
  id uuid primary key default gen_random_uuid(),
  business_id uuid not null references public.businesses (id) on delete cascade,
  contact_id uuid not null references public.contacts (id) on delete cascade,
  conversation_id uuid not null references public.whatsapp_conversations (id) on delete cascade,
  product_id uuid not null references public.products (id) on delete cascade,
  reply jsonb not null,
  notified_at timestamptz,
  created_at timestamptz not null default now()
);
create unique index stock_watches_open_idx on public.stock_watches (contact_id, product_id) where notified_at is null;
create index stock_watches_product_idx on public.stock_watches (product_id);
create index stock_watches_contact_idx on public.stock_watches (contact_id);
create index stock_watches_conversation_idx on public.stock_watches (conversation_id);
create index stock_watches_business_idx on public.stock_watches (business_id);
comment on table public.stock_watches is 'Who wants to hear when a sold-out product is back. reply holds the words.';

create table public.payments (
  id uuid primary key default gen_random_uuid(),
  business_id uuid not null references public.businesses (id) on delete cascade,
  relay_id uuid not null references public.whatsapp_order_relays (id) on delete cascade,
  provider text not null default 'cash_on_delivery' check (provider in ('cash_on_delivery', 'stripe')),
  amount numeric(12, 2) not null check (amount >= 0),
  currency text not null,
  status text not null default 'due' check (status in ('due', 'pending', 'link_sent', 'processing', 'paid', 'expired', 'failed',
    'cancelled', 'refunding', 'refunded')),
  amount_minor bigint check (amount_minor > 0),
  refunded_minor bigint not null default 0 check (refunded_minor >= 0),
  request jsonb,
  session_id text unique,
  intent_id text,
  url text,
  expires_at timestamptz,
  failure text,
  task text check (task in ('create', 'check', 'expire')),
  run_at timestamptz not null default now(),
  token uuid,
  attempts integer not null default 0,
  paid_at timestamptz,
  disputed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint payments_by_card_in_minor_units check (provider = 'cash_on_delivery' or (amount_minor is not null and expires_at is not null))
);
create index payments_relay_idx on public.payments (relay_id);
create index payments_business_idx on public.payments (business_id);
create index payments_task_idx on public.payments (run_at) where task is not null;
create index payments_intent_idx on public.payments (intent_id);
-- An order is paid in one way at a time; what failed, ended or goes back to the customer stands beside it.
create unique index payments_one_way_idx on public.payments (relay_id) where status in ('due', 'pending', 'link_sent', 'processing', 'paid');
comment on table public.payments is 'How an order is paid. Cash: due, paid or failed. By card: pending (asks for a page to pay at), link_sent, processing, '
  'paid, expired, failed, cancelled, refunding, refunded; task is what the worker has to ask the provider next.';
comment on column public.payments.amount_minor is 'The amount in the currency''s smallest unit as the provider counts it; null for cash.';
comment on column public.payments.request is 'The words on the page to pay at, as they were first: asked again with others, the provider would refuse.';
comment on column public.payments.expires_at is 'Until when the page can be paid; the goods stay reserved as long.';

do $$
declare
  t text;
begin
  foreach t in array array['products', 'dealer_stock', 'carts', 'whatsapp_order_relays', 'order_offers',
    'order_events', 'delivery_zones', 'contact_addresses', 'stock_watches', 'payments']
  loop
    execute format('alter table public.%I enable row level security', t);
    execute format('grant select on public.%I to authenticated', t);
    execute format('grant select, insert, update, delete on public.%I to service_role', t);
    execute format('create policy "staff read" on public.%I for select to authenticated '
      'using (business_id in (select private.my_businesses()))', t);
  end loop;
end
$$;
alter table public.market_orders enable row level security;
grant select on public.market_orders to authenticated;
grant select, insert, update, delete on public.market_orders to service_role;
grant usage, select on sequence public.order_code_seq to service_role;
create policy "staff read, riders their own" on public.market_orders for select to authenticated
  using (business_id in (select private.my_businesses()) or rider_id in (select private.my_riders()));
