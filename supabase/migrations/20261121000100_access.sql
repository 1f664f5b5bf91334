-- Access: who runs relaydesk, for which business, over which numbers.
-- Every function below is callable only by those it is granted to by name.

alter default privileges revoke execute on functions from public;
-- Projects from before the end of 2026 grant whatever is new to everybody who comes through the API.
alter default privileges in schema public revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema public revoke all on sequences from anon, authenticated, service_role;
alter default privileges in schema public revoke all on functions from anon, authenticated, service_role;

create extension if not exists vector with schema extensions;

create schema private;
comment on schema private is 'Helpers of policies and functions. Not exposed through the API.';
grant usage on schema private to authenticated, service_role;

create table public.businesses (
  id uuid primary key default gen_random_uuid(),
  name text not null check (length(name) between 1 and 200),
  slug text not null unique check (slug ~ '^[a-z0-9-]{1,60}$'),
  bot_kind text not null default 'commerce'
    check (bot_kind in ('commerce', 'menu', 'order_flow', 'onboarding', 'scam_check')),
  languages text[] not null default '{it,en,id}',
  default_language text not null default 'it',
  currency text not null default 'EUR' check (currency ~ '^[A-Z]{3}$'),
  timezone text not null default 'Europe/Rome',
  persona text not null default '',
  limits jsonb not null default '{}'::jsonb,
  hours jsonb not null default '{}'::jsonb,
  payment_methods text[] not null default '{cash_on_delivery}'
    check (payment_methods <@ '{cash_on_delivery,stripe}'::text[] and cardinality(payment_methods) > 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table public.businesses is 'One row per business that relaydesk serves: its bot, languages, currency and limits.';
comment on column public.businesses.limits is 'Numbers a business may set: offer_minutes, offer_fanout, human_hours, minimum_order, address_days, cart_reminder_minutes (0: none), '
  'proposal_minutes, rider_phone (1: riders see the customer''s number), dealer_summary (1: their day each evening), '
  'model_usd_per_day, model_calls_per_day and the same of each contact (contact_model_…; 0: no model), payment_minutes (45), '
  'prompt_v2_percent (the share of contacts whose turns that version of the prompt reads).';
comment on column public.businesses.payment_methods is 'How its customers may pay; asked with the confirmation only where there is a choice.';

create table public.staff (
  id uuid primary key default gen_random_uuid(),
  business_id uuid not null references public.businesses (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  role text not null check (role in ('admin', 'agent', 'viewer')),
  name text not null default '',
  active boolean not null default true,
  created_at timestamptz not null default now(),
  unique (user_id, business_id)
);
create index staff_business_idx on public.staff (business_id);
comment on table public.staff is 'Which signed-in user works for which business, and in which role.';

create table public.channel_accounts (
  id uuid primary key default gen_random_uuid(),
  business_id uuid not null references public.businesses (id) on delete cascade,
  channel text not null check (channel in ('whatsapp', 'twilio', 'telegram', 'webchat')),
  external_id text not null,
  waba_id text,
  display_phone text,
  label text not null default '',
  simulated boolean not null default false,
  active boolean not null default true,
  health jsonb not null default '{}'::jsonb,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (channel, external_id)
);
create index channel_accounts_business_idx on public.channel_accounts (business_id);
comment on table public.channel_accounts is 'The numbers and bots of a business. A simulated account never sends to anyone.';
comment on column public.channel_accounts.external_id is 'phone_number_id on WhatsApp, bot id or sender elsewhere.';

create table public.audit_log (
  id bigint generated always as identity primary key,
  business_id uuid not null references public.businesses (id) on delete cascade,
  actor_id uuid,
  actor text not null default 'system',
  action text not null,
  entity text not null,
  entity_id text,
  detail jsonb not null default '{}'::jsonb,
  client_key text,
  created_at timestamptz not null default now()
);
create index audit_log_business_idx on public.audit_log (business_id, created_at desc);
-- A person's action that arrives again, as after a lost answer, finds its record and changes nothing.
create unique index audit_log_client_key_idx on public.audit_log (actor_id, client_key) where client_key is not null;
comment on table public.audit_log is 'What people and dealers changed, by whom and when. Only ever appended to.';

-- Policies ask these; they read staff as their owner, so a policy on staff can't recurse.
create function private.my_businesses() returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select s.business_id from public.staff s where s.user_id = (select auth.uid()) and s.active
$$;
comment on function private.my_businesses() is 'Businesses the signed-in user works for, in any role.';

create function private.my_businesses_as(p_roles text[]) returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select s.business_id from public.staff s
  where s.user_id = (select auth.uid()) and s.active and s.role = any (p_roles)
$$;
comment on function private.my_businesses_as(text[]) is 'Businesses where the signed-in user has one of these roles.';

create function private.is_staff(p_business_id uuid) returns boolean
language sql stable security definer set search_path = ''
as $$
  select p_business_id in (select private.my_businesses())
$$;
comment on function private.is_staff(uuid) is 'Whether the signed-in user works for this business.';

create function private.require_zone(p_business_id uuid) returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_zone text;
begin
  select timezone into v_zone from public.businesses where id = p_business_id and id in (select private.my_businesses());
  if not found then
    raise exception 'business: there is no such business' using errcode = 'PT404', detail = 'gone', hint = 'It may be another''s.';
  end if;
  return v_zone;
end
$$;
comment on function private.require_zone(uuid) is 'The time zone of a business of the signed-in user, for figures of its days; PT404 for any other.';

grant execute on function private.my_businesses() to authenticated, service_role;
grant execute on function private.my_businesses_as(text[]) to authenticated, service_role;
grant execute on function private.is_staff(uuid) to authenticated, service_role;

-- Writes of staff go through functions that check and record; the tables themselves are read-only to them.
alter table public.businesses enable row level security;
alter table public.staff enable row level security;
alter table public.channel_accounts enable row level security;
alter table public.audit_log enable row level security;

grant select on public.businesses, public.staff, public.channel_accounts, public.audit_log to authenticated;
grant select, insert, update, delete on public.businesses, public.staff, public.channel_accounts to service_role;
grant select, insert on public.audit_log to service_role;

create policy "staff read their business" on public.businesses for select to authenticated
  using (id in (select private.my_businesses()));
create policy "staff read their colleagues" on public.staff for select to authenticated
  using (business_id in (select private.my_businesses()));
create policy "staff read their numbers" on public.channel_accounts for select to authenticated
  using (business_id in (select private.my_businesses()));
create policy "admins read the audit log" on public.audit_log for select to authenticated
  using (business_id in (select private.my_businesses_as('{admin}')));
