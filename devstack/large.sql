-- A business that has run for two months: 20,000 conversations, 1,000,000 messages and
-- 100,000 orders beside the demonstration data.
-- Generated in the database, the same in every run.

-- Triggers tell what a webhook changed; here nobody waits to hear of a million rows, and figures are counted anew.
alter table public.whatsapp_messages disable trigger user;
alter table public.turns disable trigger user;
alter table public.ai_calls disable trigger user;
alter table public.whatsapp_order_relays disable trigger user;
alter table public.market_orders disable trigger user;
delete from private.figures_days;

create temporary table said (n integer primary key, word text not null) on commit drop;
insert into said select row_number() over (), w from unnest(string_to_array(
  'ciao buongiorno vorrei avete candele lavanda guinzaglio taglia media grande rosso blu quanto costa consegna domani grazie ordine '
  'pacco arrivato ancora aspetto risposta shampoo cane gatto cuccia morbida crocchette mangime acquario filtro collare nome inciso '
  'regalo confezione vaniglia sandalo diffusore bastoncini profumo casa cucina bagno telo asciugamano spedizione gratuita sconto '
  'carta contanti rimborso cambio rotto sbagliato colore verde nero bianco piccolo due tre quattro subito oggi sabato negozio '
  'hello please would like delivery tomorrow thanks order parcel where still waiting refund broken size colour small large gift '
  'halo selamat pagi saya mau pesan kirim besok terima kasih berapa harga ukuran warna merah', ' ')) w;

create temporary table people on commit drop as
select n, gen_random_uuid() as contact_id, gen_random_uuid() as conversation_id,
  (array['Giulia', 'Marco', 'Sofia', 'Luca', 'Aurora', 'Matteo', 'Alice', 'Davide', 'Elena', 'Paolo', 'Emily', 'Budi', 'Siti', 'Chiara',
    'Andrea', 'Francesca', 'Stefano', 'Laura', 'Nadia', 'Omar'])[1 + n % 20] || ' ' ||
  (array['Bianchi', 'Rossi', 'Ferrari', 'Esposito', 'Romano', 'Colombo', 'Ricci', 'Marino', 'Greco', 'Bruno', 'Gallo', 'Conti', 'Costa',
    'Giordano', 'Mancini', 'Rizzo', 'Lombardi', 'Moretti', 'Barbieri', 'Fontana', 'Carter', 'Santoso'])[1 + (n / 20) % 22] ||
    case when n > 440 then ' ' || n else '' end as name,
  '39351' || lpad(n::text, 7, '0') as phone
from generate_series(1, 20000) n;

insert into public.contacts (id, business_id, name, phone, language)
select contact_id, '00000000-0000-4000-8000-000000000001', name, phone, (array['it', 'it', 'it', 'en', 'id'])[1 + n % 5] from people;
insert into public.contact_identities (business_id, contact_id, channel, kind, value)
select '00000000-0000-4000-8000-000000000001', contact_id, 'whatsapp', 'phone', phone from people;

insert into public.whatsapp_conversations (id, business_id, account_id, contact_id, phone, conversation_type, status, snoozed_until, owner,
  assignee_id, language, message_count, unread_count, escalated_at, failed_at, last_message_at)
select conversation_id, '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000011', contact_id, phone,
  'customer', case when n % 10 < 7 then 'resolved' when n % 100 = 8 then 'snoozed' else 'open' end,
  case when n % 100 = 8 then now() + interval '1 day' end, case when n % 50 = 9 then 'human' else 'bot' end,
  case when n % 100 = 9 then '00000000-0000-4000-8000-000000000121'::uuid end, (array['it', 'it', 'it', 'en', 'id'])[1 + n % 5], 50,
  case when n % 10 = 9 then 2 else 0 end, case when n % 200 = 59 then now() - interval '1 hour' end,
  case when n % 1000 = 159 then now() - interval '1 hour' end, now()
from people;

-- Pair p is what somebody says and, seconds later, the answer of the bot: one pair every ten seconds, the last one now. Every fifth
-- is an order, every fifth asks a model. Some never get an answer.
create temporary table pairs on commit drop as
select g as n, p.contact_id, p.conversation_id, p.phone, md5('turn' || g)::uuid as turn_id, now() - (500000 - g) * interval '10 seconds' as at,
  make_interval(secs => 1.2 + ((g * 37) % 97) / 20.0 + case when g % 40 = 0 then (g * 13) % 60 else 0 end) as waited,
  (array['product_inquiry', 'order_request', 'general_chat', 'shipping_info', 'order_status', 'human_request'])[1 + (g * 5 + g / 7) % 6] as intent
from generate_series(1, 500000) g join people p on p.n = 1 + (g::bigint * 7919) % 20000;
create unique index on pairs (n);
analyze pairs;

insert into public.turns (id, business_id, conversation_id, outcome, attempts, intent, confidence, language, showed_products, filled_cart,
  received_at, claimed_at, finished_at)
select turn_id, '00000000-0000-4000-8000-000000000001', conversation_id, case when n % 500 = 0 then 'silent' else 'answered' end, 1, intent, 0.9, 'it',
  n % 3 = 0 or n % 5 = 0, n % 7 = 0 or n % 5 = 0, at - waited, at - interval '0.2 seconds', at
from pairs order by n;

insert into public.whatsapp_messages (business_id, conversation_id, account_id, phone, direction, author, type, content, payload, status,
  meta_message_id, turn_id, provider_time, sent_at, delivered_at, read_at, created_at)
select '00000000-0000-4000-8000-000000000001', p.conversation_id, '00000000-0000-4000-8000-000000000011', p.phone,
  case when m.incoming then 'inbound' else 'outbound' end, case when m.incoming then 'customer' else 'bot' end, 'text', m.words,
  jsonb_build_object('kind', 'text', 'text', m.words), case when m.incoming then 'received' else 'read' end, 'wamid.large.' || g, p.turn_id, m.at,
  case when not m.incoming then m.at + interval '0.3 seconds' end, case when not m.incoming then m.at + interval '1 second' end,
  case when not m.incoming then m.at + interval '20 seconds' end, m.at
from generate_series(1, 1000000) g
join pairs p on p.n = (g + 1) / 2
cross join lateral (
  select g % 2 = 1 as incoming, case when g % 2 = 1 then p.at - p.waited else p.at end as at,
    (select string_agg(s.word, ' ' order by i) || case when g % 997 = 0 then ' riferimento' || g else '' end
     from generate_series(1, 4 + g % 7) i join said s on s.n = 1 + (g * 31 + i * i * 17) % (select count(*) from said)) as words
) m
order by g;

insert into public.ai_calls (business_id, conversation_id, turn_id, purpose, model, outcome, input_tokens, output_tokens, cost_usd, latency_ms, created_at)
select '00000000-0000-4000-8000-000000000001', conversation_id, turn_id, 'turn', case when n % 10 = 1 then 'small' else 'large' end,
  case when n % 200 = 1 then 'timeout' else 'ok' end, 400 + n % 300, 40 + n % 50, 0.0004, 300 + (n * 7) % 900, at - interval '0.3 seconds'
from pairs where n % 5 = 1 order by n;

-- The latest orders are under way, the others delivered or cancelled.
create temporary table orders on commit drop as
select p.n, md5('relay' || p.n)::uuid as relay_id, md5('order' || p.n)::uuid as order_id, 'D' || (500000 + p.n) as code, p.contact_id, p.conversation_id, p.phone,
  p.at, jsonb_build_array(jsonb_build_object('product_id', k.id, 'sku', k.sku, 'name', k.name, 'quantity', 1 + p.n % 3, 'variant', '{}'::jsonb,
    'unit_price', k.price::text, 'currency', k.currency)) as lines, k.price * (1 + p.n % 3) as total, k.currency,
  case when p.n > 499500 then (array['offered', 'accepted', 'preparing', 'out_for_delivery'])[1 + p.n / 5 % 4] when p.n % 40 = 0 then 'cancelled'
    else 'delivered' end as status,
  (array['00000000-0000-4000-8000-000000000041', '00000000-0000-4000-8000-000000000042'])[1 + p.n % 2]::uuid as dealer_id
from pairs p join (select k.*, row_number() over (order by k.sku) - 1 as place, count(*) over () as many from public.products k
  where k.business_id = '00000000-0000-4000-8000-000000000001' and k.active) k on k.place = p.n / 5 % k.many
where p.n % 5 = 0;

insert into public.whatsapp_order_relays (id, business_id, conversation_id, contact_id, phone, code, products, total_price, currency, status,
  confirmed_at, placed_at, created_at, updated_at)
select relay_id, '00000000-0000-4000-8000-000000000001', conversation_id, contact_id, phone, code, lines, total + 2.50, currency, 'created', at, at,
  at - interval '2 minutes', at from orders order by n;
insert into public.market_orders (id, business_id, relay_id, code, dealer_id, status, lines, total_price, currency, delivery_fee, accepted_at,
  delivered_at, cancelled_at, created_at, updated_at)
select order_id, '00000000-0000-4000-8000-000000000001', relay_id, code, case when status <> 'offered' then dealer_id end, status, lines, total, currency, 2.50,
  case when status not in ('offered', 'cancelled') then at + interval '4 minutes' end, case when status = 'delivered' then at + interval '40 minutes' end,
  case when status = 'cancelled' then at + interval '10 minutes' end, at, least(at + interval '40 minutes', now()) from orders order by n;
insert into public.order_offers (business_id, market_order_id, dealer_id, outcome, expires_at, resolved_at, created_at)
select '00000000-0000-4000-8000-000000000001', order_id, dealer_id, case when status = 'offered' then 'pending' when status = 'cancelled' then 'declined'
  else 'accepted' end, at + case when status = 'offered' then interval '1 day' else interval '10 minutes' end,
  case when status <> 'offered' then at + interval '4 minutes' end, at from orders order by n;
insert into public.order_events (business_id, relay_id, market_order_id, kind, actor, announced_at, created_at)
select '00000000-0000-4000-8000-000000000001', relay_id, order_id, e.kind, e.actor, at, at + e.after
from orders cross join (values ('confirmed', 'customer', interval '0'), ('accepted', 'dealer', interval '4 minutes'),
  ('delivered', 'rider', interval '40 minutes')) e (kind, actor, after)
where status = 'delivered' or e.kind = 'confirmed' order by n;

-- What the provider said of the last ten days' messages, and what it took to send them.
insert into public.message_receipts (business_id, account_id, external_id, status, message_id, provider_time, applied_at, created_at)
select m.business_id, m.account_id, m.meta_message_id, s.status, m.id, m.sent_at, m.sent_at, m.sent_at + s.after
from public.whatsapp_messages m cross join (values ('delivered', interval '1 second'), ('read', interval '20 seconds')) s (status, after)
where m.meta_message_id like 'wamid.large.%' and m.direction = 'outbound' and m.created_at > now() - interval '10 days' order by m.sequence;
insert into public.message_attempts (business_id, message_id, number, token, outcome, error_code, started_at, finished_at)
select m.business_id, m.id, 1, md5('attempt' || m.sequence)::uuid, case when m.sequence % 5000 = 0 then 'retry' else 'sent' end,
  case when m.sequence % 5000 = 0 then 131056 end, m.created_at, m.sent_at
from public.whatsapp_messages m
where m.meta_message_id like 'wamid.large.%' and m.direction = 'outbound' and m.created_at > now() - interval '10 days' order by m.sequence;

update public.whatsapp_conversations c set last_message_at = l.at, last_inbound_at = l.at, window_expires_at = l.at + interval '24 hours',
  preview = left(l.content, 160), created_at = l.first
from (select distinct on (conversation_id) conversation_id, created_at as at, content, min(created_at) over (partition by conversation_id) as first
  from public.whatsapp_messages where meta_message_id like 'wamid.large.%' order by conversation_id, sequence desc) l
where c.id = l.conversation_id;

set constraints all immediate;
alter table public.whatsapp_messages enable trigger user;
alter table public.turns enable trigger user;
alter table public.ai_calls enable trigger user;
alter table public.whatsapp_order_relays enable trigger user;
alter table public.market_orders enable trigger user;
