-- People: customers, dealers, riders, the ids they are known by, what they allowed, their devices.

create table public.contacts (
  id uuid primary key default gen_random_uuid(),
  business_id uuid not null references public.businesses (id) on delete cascade,
  name text not null default '',
  named_at timestamptz,
  username text,
  phone text check (phone ~ '^[0-9]{5,20}$'),
  language text,
  blocked_at timestamptz,
  opted_out_at timestamptz,
  privacy_noticed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index contacts_business_idx on public.contacts (business_id, created_at desc);
create index contacts_phone_idx on public.contacts (business_id, phone);
comment on column public.contacts.named_at is 'When staff gave the name; a profile''s name does not replace it from then on.';
comment on table public.contacts is 'A person who writes to a business. The phone is digits as the provider gives them, null while withheld.';

create table public.contact_identities (
  id uuid primary key default gen_random_uuid(),
  business_id uuid not null references public.businesses (id) on delete cascade,
  contact_id uuid not null references public.contacts (id) on delete cascade,
  channel text not null,
  scope text not null default '',
  kind text not null check (kind in ('phone', 'bsuid', 'chat', 'session')),
  value text not null,
  retired_at timestamptz,
  created_at timestamptz not null default now()
);
-- A number that changed hands keeps its old row, retired, so the next owner is a new person.
create unique index contact_identities_live_idx
  on public.contact_identities (business_id, channel, scope, kind, value) where retired_at is null;
create index contact_identities_contact_idx on public.contact_identities (contact_id);
comment on table public.contact_identities is 'Every id a contact is known by; lookups go business-scoped id first, phone second.';

create table public.riders (
  id uuid primary key default gen_random_uuid(),
  business_id uuid not null references public.businesses (id) on delete cascade,
  user_id uuid references auth.users (id) on delete set null,
  name text not null,
  phone text check (phone ~ '^[0-9]{5,20}$'),
  active boolean not null default true,
  paused boolean not null default false,
  created_at timestamptz not null default now()
);
create index riders_business_idx on public.riders (business_id, phone);
create index riders_user_idx on public.riders (user_id);
comment on column public.riders.paused is 'Off duty for now: keeps what is theirs and is given nothing new.';
comment on table public.riders is 'Who delivers. A rider with a user_id can sign in and see their own orders.';

create table public.dealers (
  id uuid primary key default gen_random_uuid(),
  business_id uuid not null references public.businesses (id) on delete cascade,
  name text not null,
  language text not null default 'it',
  priority integer not null default 100,
  hours jsonb not null default '{}'::jsonb,
  address text not null default '',
  paused boolean not null default false,
  paused_until timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index dealers_business_idx on public.dealers (business_id, priority);
comment on column public.dealers.hours is 'Spans per weekday and days off as businesses.hours has them; {} for whenever the business is open.';
comment on column public.dealers.paused is 'A pause without an end; paused_until is one that ends by itself.';
comment on column public.dealers.address is 'Where customers may collect; empty when they may not.';
comment on table public.dealers is 'Shops that hold the goods and accept orders. The lowest priority number is asked first.';

create table public.rider_contacts (
  id uuid primary key default gen_random_uuid(),
  business_id uuid not null references public.businesses (id) on delete cascade,
  rider_id uuid references public.riders (id) on delete cascade,
  dealer_id uuid references public.dealers (id) on delete cascade,
  contact_type text not null check (contact_type in ('dealer', 'rider', 'support', 'other')),
  contact_value text not null,
  name text not null default '',
  category text not null default '',
  created_at timestamptz not null default now(),
  check (contact_type <> 'dealer' or dealer_id is not null)
);
create unique index rider_contacts_dealer_value_idx
  on public.rider_contacts (business_id, contact_value) where contact_type = 'dealer';
create index rider_contacts_business_idx on public.rider_contacts (business_id);
create index rider_contacts_rider_idx on public.rider_contacts (rider_id);
create index rider_contacts_rider_value_idx on public.rider_contacts (business_id, contact_value) where contact_type = 'rider';
create index rider_contacts_dealer_idx on public.rider_contacts (dealer_id);
comment on table public.rider_contacts is 'Address book: a sender whose number is here as a dealer or rider is talked to as one.';

create table public.contact_preferences (
  id uuid primary key default gen_random_uuid(),
  business_id uuid not null references public.businesses (id) on delete cascade,
  contact_id uuid not null references public.contacts (id) on delete cascade,
  category text not null check (category in ('all', 'marketing_messages')),
  value text not null check (value in ('stop', 'resume')),
  source text not null default 'customer',
  changed_at timestamptz not null default now(),
  unique (contact_id, category)
);
create index contact_preferences_business_idx on public.contact_preferences (business_id);
comment on table public.contact_preferences is 'What a contact allows. `all` = stop silences the bot until START.';

create table public.devices (
  id uuid primary key default gen_random_uuid(),
  business_id uuid not null references public.businesses (id) on delete cascade,
  rider_id uuid references public.riders (id) on delete cascade,
  staff_id uuid references public.staff (id) on delete cascade,
  kind text not null check (kind in ('token', 'fid')),
  value text not null,
  platform text not null default 'android' check (platform in ('android', 'ios', 'web')),
  disabled_at timestamptz,
  disabled_reason text,
  last_seen_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  check (num_nonnulls(rider_id, staff_id) = 1),
  unique (kind, value)
);
create index devices_rider_idx on public.devices (rider_id);
create index devices_staff_idx on public.devices (staff_id);
create index devices_business_idx on public.devices (business_id);
comment on table public.devices is 'Where pushes go: an FCM token or Firebase installation id of a rider or a staff member.';

create function private.my_riders() returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select r.id from public.riders r where r.user_id = (select auth.uid()) and r.active
$$;
comment on function private.my_riders() is 'Rider rows of the signed-in user.';
grant execute on function private.my_riders() to authenticated, service_role;

alter table public.contacts enable row level security;
alter table public.contact_identities enable row level security;
alter table public.riders enable row level security;
alter table public.dealers enable row level security;
alter table public.rider_contacts enable row level security;
alter table public.contact_preferences enable row level security;
alter table public.devices enable row level security;

grant select on public.contacts, public.contact_identities, public.riders, public.dealers, public.rider_contacts,
  public.contact_preferences, public.devices to authenticated;
grant select, insert, update, delete on public.contacts, public.contact_identities, public.riders, public.dealers,
  public.rider_contacts, public.contact_preferences, public.devices to service_role;

create policy "staff read contacts" on public.contacts for select to authenticated
  using (business_id in (select private.my_businesses()));
create policy "staff read identities" on public.contact_identities for select to authenticated
  using (business_id in (select private.my_businesses()));
create policy "staff read riders, riders themselves" on public.riders for select to authenticated
  using (business_id in (select private.my_businesses()) or id in (select private.my_riders()));
create policy "staff read dealers" on public.dealers for select to authenticated
  using (business_id in (select private.my_businesses()));
create policy "staff read the address book, riders their own" on public.rider_contacts for select to authenticated
  using (business_id in (select private.my_businesses()) or rider_id in (select private.my_riders()));
create policy "staff read preferences" on public.contact_preferences for select to authenticated
  using (business_id in (select private.my_businesses()));
create policy "admins read devices, riders their own" on public.devices for select to authenticated
  using (business_id in (select private.my_businesses_as('{admin}')) or rider_id in (select private.my_riders()));
