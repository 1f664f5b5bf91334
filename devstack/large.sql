-- A business that has run for two months: 20,000 conversations and 1,000,000 messages beside the demonstration data.
-- Generated in the database, the same in every run.

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

-- Message g is the (g mod 20,000)th person's; one every five seconds, the last one now.
insert into public.whatsapp_messages (business_id, conversation_id, account_id, phone, direction, author, type, content, payload, status,
  meta_message_id, provider_time, sent_at, delivered_at, read_at, created_at)
select '00000000-0000-4000-8000-000000000001', p.conversation_id, '00000000-0000-4000-8000-000000000011', p.phone,
  case when m.incoming then 'inbound' else 'outbound' end, case when m.incoming then 'customer' else 'bot' end, 'text', m.words,
  jsonb_build_object('kind', 'text', 'text', m.words), case when m.incoming then 'received' else 'read' end, 'wamid.large.' || g, m.at,
  case when not m.incoming then m.at end, case when not m.incoming then m.at end, case when not m.incoming then m.at end, m.at
from generate_series(1, 1000000) g
join people p on p.n = 1 + (g::bigint * 7919) % 20000
cross join lateral (
  select (g / 20000) % 2 = 0 as incoming, now() - (1000000 - g) * interval '5 seconds' as at,
    (select string_agg(s.word, ' ' order by i) || case when g % 997 = 0 then ' riferimento' || g else '' end
     from generate_series(1, 4 + g % 7) i join said s on s.n = 1 + (g * 31 + i * i * 17) % (select count(*) from said)) as words
) m
order by g;

update public.whatsapp_conversations c set last_message_at = l.at, last_inbound_at = l.at, window_expires_at = l.at + interval '24 hours',
  preview = left(l.content, 160), created_at = l.first
from (select distinct on (conversation_id) conversation_id, created_at as at, content, min(created_at) over (partition by conversation_id) as first
  from public.whatsapp_messages where meta_message_id like 'wamid.large.%' order by conversation_id, sequence desc) l
where c.id = l.conversation_id;
