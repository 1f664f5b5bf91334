-- Talk: raw webhooks, conversations, messages, receipts, turns and the outbox.

create table public.webhook_events (
  id bigint generated always as identity primary key,
  business_id uuid references public.businesses (id) on delete cascade,
  channel text not null,
  field text not null,
  external_id text not null default '',
  dedupe_key text not null unique,
  payload jsonb not null,
  error text,
  created_at timestamptz not null default now()
);
create index webhook_events_created_idx on public.webhook_events (created_at);
create index webhook_events_business_idx on public.webhook_events (business_id, created_at desc);
comment on table public.webhook_events is 'Raw copy of everything a provider sent that is neither message nor receipt, or that could not be used.';

create table public.whatsapp_conversations (
  id uuid primary key default gen_random_uuid(),
  business_id uuid not null references public.businesses (id) on delete cascade,
  account_id uuid not null references public.channel_accounts (id),
  contact_id uuid not null references public.contacts (id),
  phone text,
  conversation_type text not null default 'customer' check (conversation_type in ('customer', 'dealer', 'rider')),
  status text not null default 'open' check (status in ('open', 'snoozed', 'resolved')),
  snoozed_until timestamptz,
  owner text not null default 'bot' check (owner in ('bot', 'human')),
  owner_until timestamptz,
  assignee_id uuid references public.staff (id) on delete set null,
  language text,
  session jsonb not null default '{}'::jsonb,
  session_version bigint not null default 0,
  context jsonb not null default '{}'::jsonb,
  summary text not null default '',
  message_count integer not null default 0,
  unread_count integer not null default 0,
  preview text not null default '',
  last_message_at timestamptz,
  last_inbound_at timestamptz,
  window_expires_at timestamptz,
  pending_since timestamptz,
  waiting_since timestamptz,
  escalated_at timestamptz,
  failed_at timestamptz,
  labels text[] not null default '{}' check (cardinality(labels) <= 10),
  mentioned uuid[] not null default '{}',
  rate_minute_at timestamptz,
  rate_minute_count integer not null default 0,
  rate_hour_at timestamptz,
  rate_hour_count integer not null default 0,
  rate_noticed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
) with (fillfactor = 80);
-- One conversation in progress per person and number; concurrent first messages meet here.
create unique index whatsapp_conversations_active_idx
  on public.whatsapp_conversations (account_id, contact_id) where status <> 'resolved';
create index whatsapp_conversations_inbox_idx
  on public.whatsapp_conversations (business_id, last_message_at desc nulls last, id);
create index whatsapp_conversations_contact_idx on public.whatsapp_conversations (contact_id);
create index whatsapp_conversations_assignee_idx on public.whatsapp_conversations (assignee_id) where assignee_id is not null;
comment on table public.whatsapp_conversations is 'One row per stretch of talk with a contact on one number, on any channel.';
comment on column public.whatsapp_conversations.window_expires_at is '24 h after the last inbound message by the provider''s clock; later only templates may be sent.';
comment on column public.whatsapp_conversations.waiting_since is 'When the contact wrote what nobody has answered yet; null once somebody did.';
comment on column public.whatsapp_conversations.failed_at is 'When a message could not be sent; null once it was sent again or the conversation was resolved.';
comment on column public.whatsapp_conversations.snoozed_until is 'A snoozed conversation counts as open again from then on, or with the next message.';
comment on column public.whatsapp_conversations.mentioned is 'Staff who were named in a note and have not looked yet.';
comment on column public.whatsapp_conversations.owner_until is 'When a person''s ownership ends by itself; null = until handed back.';

create table public.turns (
  id uuid primary key,
  business_id uuid not null references public.businesses (id) on delete cascade,
  conversation_id uuid not null references public.whatsapp_conversations (id) on delete cascade,
  outcome text not null check (outcome in ('answered', 'silent', 'silenced', 'failed')),
  attempts integer not null,
  intent text,
  confidence real,
  language text,
  understood jsonb not null default '{}'::jsonb,
  timings jsonb not null default '{}'::jsonb,
  trace jsonb,
  showed_products boolean not null default false,
  filled_cart boolean not null default false,
  received_at timestamptz,
  claimed_at timestamptz not null,
  finished_at timestamptz not null default now()
);
create index turns_conversation_idx on public.turns (conversation_id, finished_at desc);
-- A turn is written once, so what analytics sums up may stand in the index at no later cost.
create index turns_business_idx on public.turns (business_id, finished_at desc)
  include (id, conversation_id, outcome, intent, received_at, showed_products, filled_cart);
comment on column public.turns.received_at is 'When the first of the messages that it answers came in.';
comment on column public.turns.trace is 'What a simulated turn did: {steps, actions, message_ids}. Null for real people.';
comment on table public.turns is 'One answered turn: what was understood. Its id is the token of the claim that finished it.';

create table public.turn_queue (
  conversation_id uuid primary key references public.whatsapp_conversations (id) on delete cascade,
  run_at timestamptz not null,
  token uuid,
  claimed_at timestamptz,
  first_pending_at timestamptz not null default now(),
  not_before timestamptz,
  quiet_until timestamptz,
  hold_until timestamptz,
  attempts integer not null default 0
) with (fillfactor = 70);
create index turn_queue_run_idx on public.turn_queue (run_at);
comment on column public.turn_queue.not_before is 'Earliest next claim: the quiet window of messages that came during a turn, or the end of a rate limit.';
comment on column public.turn_queue.hold_until is 'A voice note among the messages is being transcribed: the turn waits for it, until then at most.';
comment on column public.turn_queue.quiet_until is 'When the turn was due but for the hold; it runs then as soon as the transcript is there.';
comment on table public.turn_queue is 'Conversations with unanswered messages. run_at is when to claim; once claimed it is when the lease ends.';

create table public.whatsapp_messages (
  id uuid primary key default gen_random_uuid(),
  sequence bigint generated always as identity,
  business_id uuid not null references public.businesses (id) on delete cascade,
  conversation_id uuid not null references public.whatsapp_conversations (id) on delete cascade,
  account_id uuid not null references public.channel_accounts (id),
  phone text,
  direction text not null check (direction in ('inbound', 'outbound')),
  author text not null check (author in ('customer', 'dealer', 'rider', 'bot', 'agent', 'phone', 'system')),
  type text not null,
  content text not null default '',
  payload jsonb not null default '{}'::jsonb,
  raw jsonb,
  status text not null default 'pending'
    check (status in ('received', 'pending', 'sending', 'unknown', 'sent', 'delivered', 'read', 'played', 'failed', 'cancelled')),
  meta_message_id text,
  meta_response jsonb,
  context_id text,
  group_id text,
  turn_id uuid references public.turns (id) on delete set null deferrable initially deferred,
  wants_turn boolean not null default false,
  client_key text,
  intent text,
  transcript text,
  staff_id uuid references public.staff (id) on delete set null,
  provider_time timestamptz,
  sent_at timestamptz,
  delivered_at timestamptz,
  read_at timestamptz,
  played_at timestamptz,
  failed_at timestamptz,
  error_code integer,
  error_text text,
  resends integer not null default 0,
  edited_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz not null default now()
) with (fillfactor = 85);
create unique index whatsapp_messages_external_idx
  on public.whatsapp_messages (account_id, meta_message_id) where meta_message_id is not null;
create unique index whatsapp_messages_client_key_idx
  on public.whatsapp_messages (conversation_id, client_key) where client_key is not null;
create index whatsapp_messages_thread_idx on public.whatsapp_messages (conversation_id, sequence desc);
create index whatsapp_messages_business_idx on public.whatsapp_messages (business_id, sequence desc);
create index whatsapp_messages_unanswered_idx on public.whatsapp_messages (conversation_id, sequence)
  where direction = 'inbound' and wants_turn and turn_id is null;
create index whatsapp_messages_staff_idx on public.whatsapp_messages (staff_id, created_at) where staff_id is not null;
create index whatsapp_messages_turn_idx on public.whatsapp_messages (turn_id) where turn_id is not null;
comment on table public.whatsapp_messages is 'Every message in and out, on any channel. `content` is the plain text of every type.';
comment on column public.whatsapp_messages.turn_id is 'Inbound: the one turn that answered it. Outbound: the turn it answers.';

create table public.message_receipts (
  id bigint generated always as identity primary key,
  business_id uuid not null references public.businesses (id) on delete cascade,
  account_id uuid not null references public.channel_accounts (id),
  external_id text not null,
  status text not null,
  participant text not null default '',
  message_id uuid references public.whatsapp_messages (id) on delete set null,
  callback_data text,
  provider_time timestamptz,
  errors jsonb not null default '[]'::jsonb,
  pricing jsonb,
  raw jsonb,
  applied_at timestamptz,
  created_at timestamptz not null default now(),
  unique (account_id, external_id, status, participant)
);
create index message_receipts_parked_idx on public.message_receipts (created_at) where applied_at is null;
create index message_receipts_message_idx on public.message_receipts (message_id) where message_id is not null;
create index message_receipts_business_idx on public.message_receipts (business_id);
comment on table public.message_receipts is 'One row per provider status of a message. applied_at is null while the message is not known yet.';

create table public.outbox (
  message_id uuid primary key references public.whatsapp_messages (id) on delete cascade,
  business_id uuid not null references public.businesses (id) on delete cascade,
  account_id uuid not null references public.channel_accounts (id),
  conversation_id uuid not null references public.whatsapp_conversations (id) on delete cascade,
  sequence bigint not null,
  state text not null default 'ready' check (state in ('ready', 'sending', 'unknown')),
  run_at timestamptz not null default now(),
  token uuid,
  attempts integer not null default 0,
  last_attempt_at timestamptz
) with (fillfactor = 70);
create index outbox_run_idx on public.outbox (run_at);
create index outbox_conversation_idx on public.outbox (conversation_id, sequence);
create index outbox_account_idx on public.outbox (account_id);
comment on table public.outbox is 'Messages still to be sent or settled. run_at is when to claim; while sending it is when the lease ends.';

create table public.send_pacing (
  kind text not null check (kind in ('number', 'pair')),
  key uuid not null,
  next_at timestamptz not null,
  primary key (kind, key)
);
comment on table public.send_pacing is 'Theoretical next send per number (account id) and per recipient (contact id), for even pacing.';

create table public.message_attempts (
  id bigint generated always as identity primary key,
  business_id uuid not null references public.businesses (id) on delete cascade,
  message_id uuid not null references public.whatsapp_messages (id) on delete cascade,
  number integer not null,
  token uuid not null,
  outcome text not null default 'started' check (outcome in ('started', 'sent', 'retry', 'failed', 'unknown')),
  error_code integer,
  error_text text,
  response jsonb,
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  unique (message_id, number)
);
create index message_attempts_business_idx on public.message_attempts (business_id);
comment on table public.message_attempts is 'One row per try to send a message, with what the provider said.';

create table public.notes (
  id uuid primary key default gen_random_uuid(),
  business_id uuid not null references public.businesses (id) on delete cascade,
  conversation_id uuid not null references public.whatsapp_conversations (id) on delete cascade,
  staff_id uuid references public.staff (id) on delete set null,
  body text not null check (length(body) between 1 and 4000),
  mentions uuid[] not null default '{}',
  created_at timestamptz not null default now()
);
create index notes_conversation_idx on public.notes (conversation_id, created_at);
create index notes_business_idx on public.notes (business_id);
create index notes_staff_idx on public.notes (staff_id);
comment on table public.notes is 'What agents write to each other beside a conversation. Never sent.';

create table public.escalations (
  id uuid primary key default gen_random_uuid(),
  business_id uuid not null references public.businesses (id) on delete cascade,
  conversation_id uuid not null references public.whatsapp_conversations (id) on delete cascade,
  reason text not null,
  detail text not null default '',
  status text not null default 'open' check (status in ('open', 'resolved')),
  created_at timestamptz not null default now(),
  resolved_at timestamptz,
  resolved_by uuid references public.staff (id) on delete set null
);
-- A conversation asks for a person once at a time, however often the reason repeats.
create unique index escalations_open_idx on public.escalations (conversation_id, reason) where status = 'open';
create index escalations_conversation_idx on public.escalations (conversation_id, created_at desc);
create index escalations_business_idx on public.escalations (business_id, status, created_at desc);
create index escalations_resolved_by_idx on public.escalations (resolved_by) where resolved_by is not null;
comment on table public.escalations is 'Requests for a person, with the reason.';

create table public.canned_replies (
  id uuid primary key default gen_random_uuid(),
  business_id uuid not null references public.businesses (id) on delete cascade,
  shortcut text not null,
  language text not null default 'it',
  body text not null,
  unique (business_id, shortcut, language)
);
comment on table public.canned_replies is 'Texts agents send often.';

create table public.message_templates (
  id uuid primary key default gen_random_uuid(),
  business_id uuid not null references public.businesses (id) on delete cascade,
  name text not null check (name ~ '^[a-z0-9_]+$' and length(name) <= 512),
  language text not null,
  category text not null default 'UTILITY',
  status text not null default 'APPROVED',
  quality text,
  body text not null default '',
  buttons jsonb not null default '[]'::jsonb,
  params integer not null default 0,
  status_reason text,
  updated_at timestamptz not null default now(),
  unique (business_id, name, language)
);
comment on table public.message_templates is 'Templates known to the provider and their state; the only thing that may be sent outside the window.';

create table public.broadcasts (
  id uuid primary key default gen_random_uuid(),
  business_id uuid not null references public.businesses (id) on delete cascade,
  template_id uuid references public.message_templates (id),
  name text not null,
  audience jsonb not null default '{}'::jsonb,
  status text not null default 'draft' check (status in ('draft', 'scheduled', 'running', 'done', 'cancelled')),
  params text[] not null default '{}',
  scheduled_at timestamptz,
  started_at timestamptz,
  finished_at timestamptz,
  created_by uuid references public.staff (id) on delete set null,
  client_key text,
  created_at timestamptz not null default now()
);
create unique index broadcasts_client_key_idx on public.broadcasts (business_id, client_key) where client_key is not null;
create index broadcasts_due_idx on public.broadcasts (scheduled_at) where status in ('scheduled', 'running');
create index broadcasts_business_idx on public.broadcasts (business_id, created_at desc);
create index broadcasts_template_idx on public.broadcasts (template_id);
create index broadcasts_created_by_idx on public.broadcasts (created_by);
comment on table public.broadcasts is 'One template to many contacts.';

create table public.broadcast_recipients (
  broadcast_id uuid not null references public.broadcasts (id) on delete cascade,
  contact_id uuid not null references public.contacts (id) on delete cascade,
  business_id uuid not null references public.businesses (id) on delete cascade,
  message_id uuid references public.whatsapp_messages (id) on delete set null,
  status text not null default 'queued' check (status in ('queued', 'sent', 'skipped', 'failed')),
  reason text,
  primary key (broadcast_id, contact_id)
);
create index broadcast_recipients_queued_idx on public.broadcast_recipients (broadcast_id, contact_id) where status = 'queued';
create index broadcast_recipients_contact_idx on public.broadcast_recipients (contact_id);
create index broadcast_recipients_business_idx on public.broadcast_recipients (business_id);
create index broadcast_recipients_message_idx on public.broadcast_recipients (message_id);
comment on table public.broadcast_recipients is 'Who gets a broadcast and what became of it.';

create table public.scheduled_messages (
  id uuid primary key default gen_random_uuid(),
  business_id uuid not null references public.businesses (id) on delete cascade,
  conversation_id uuid not null references public.whatsapp_conversations (id) on delete cascade,
  kind text not null,
  payload jsonb not null,
  dedupe_key text not null,
  run_at timestamptz not null,
  done_at timestamptz,
  created_at timestamptz not null default now(),
  unique (business_id, dedupe_key)
);
create index scheduled_messages_due_idx on public.scheduled_messages (run_at) where done_at is null;
create index scheduled_messages_conversation_idx on public.scheduled_messages (conversation_id);
comment on table public.scheduled_messages is 'Messages to be put into the outbox later.';

do $$
declare
  t text;
begin
  foreach t in array array['webhook_events', 'whatsapp_conversations', 'turns', 'turn_queue', 'whatsapp_messages',
    'message_receipts', 'outbox', 'send_pacing', 'message_attempts', 'notes', 'escalations',
    'canned_replies', 'message_templates', 'broadcasts', 'broadcast_recipients', 'scheduled_messages']
  loop
    execute format('alter table public.%I enable row level security', t);
    execute format('grant select, insert, update, delete on public.%I to service_role', t);
  end loop;
  -- The queue and the pacing table have no business column and nothing for people to read.
  foreach t in array array['webhook_events', 'whatsapp_conversations', 'turns', 'whatsapp_messages', 'message_receipts',
    'outbox', 'message_attempts', 'notes', 'escalations', 'canned_replies', 'message_templates',
    'broadcasts', 'broadcast_recipients', 'scheduled_messages']
  loop
    execute format('grant select on public.%I to authenticated', t);
    execute format('create policy "staff read" on public.%I for select to authenticated '
      'using (business_id in (select private.my_businesses()))', t);
  end loop;
end
$$;
