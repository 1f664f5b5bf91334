-- The seeded business: Dloop, an Italian marketplace for pets, perfume and home, with fixed ids.
-- Development data: apply it with the development stack or `supabase db reset`, never to a business's own project.
-- The password of all seeded people is `relaydesk-demo`.

insert into public.businesses (id, name, slug, persona, limits, hours) values
  ('00000000-0000-4000-8000-000000000001', 'Dloop', 'dloop',
   'Sei l''assistente di Dloop: cordiale, concreto, dai del tu, risposte brevi. Parli solo di prodotti, ordini e assistenza di Dloop.',
   '{"offer_minutes": 10, "offer_fanout": 3, "human_hours": 12}',
   '{"mon": ["09:00", "19:30"], "tue": ["09:00", "19:30"], "wed": ["09:00", "19:30"], "thu": ["09:00", "19:30"], "fri": ["09:00", "19:30"], "sat": ["09:30", "18:00"], "sun": null}');

insert into public.channel_accounts (id, business_id, channel, external_id, waba_id, display_phone, label, simulated) values
  ('00000000-0000-4000-8000-000000000011', '00000000-0000-4000-8000-000000000001', 'whatsapp', '106540352242922', '102290129340398', '15550783881', 'Dloop', false),
  ('00000000-0000-4000-8000-000000000012', '00000000-0000-4000-8000-000000000001', 'whatsapp', '106540352242933', '215589313241560883', '15550783882', 'Dloop Pro', false),
  ('00000000-0000-4000-8000-000000000013', '00000000-0000-4000-8000-000000000001', 'whatsapp', 'simulator', null, null, 'Simulator', true);

-- People who sign in. Each needs a user and an identity of the Auth service.
insert into auth.users (instance_id, id, aud, role, email, encrypted_password, email_confirmed_at, raw_app_meta_data, raw_user_meta_data, created_at, updated_at,
    confirmation_token, recovery_token, email_change, email_change_token_new) values
  ('00000000-0000-0000-0000-000000000000', '00000000-0000-4000-8000-000000000021', 'authenticated', 'authenticated', 'agente@dloop.example', '$argon2id$v=19$m=19456,t=2,p=1$NyJ5al8hzU3wNTuT/7H75w$JWKXcl9qOiuJEMtC4l1iHo0pnukIhWz3HUirh2Nx9i4', now(),
   '{"provider": "email", "providers": ["email"]}', '{"name": "Chiara Conti"}', now(), now(), '', '', '', ''),
  ('00000000-0000-0000-0000-000000000000', '00000000-0000-4000-8000-000000000022', 'authenticated', 'authenticated', 'admin@dloop.example', '$argon2id$v=19$m=19456,t=2,p=1$NyJ5al8hzU3wNTuT/7H75w$JWKXcl9qOiuJEMtC4l1iHo0pnukIhWz3HUirh2Nx9i4', now(),
   '{"provider": "email", "providers": ["email"]}', '{"name": "Luca Moretti"}', now(), now(), '', '', '', ''),
  ('00000000-0000-0000-0000-000000000000', '00000000-0000-4000-8000-000000000023', 'authenticated', 'authenticated', 'viewer@dloop.example', '$argon2id$v=19$m=19456,t=2,p=1$NyJ5al8hzU3wNTuT/7H75w$JWKXcl9qOiuJEMtC4l1iHo0pnukIhWz3HUirh2Nx9i4', now(),
   '{"provider": "email", "providers": ["email"]}', '{"name": "Sara Greco"}', now(), now(), '', '', '', ''),
  ('00000000-0000-0000-0000-000000000000', '00000000-0000-4000-8000-000000000031', 'authenticated', 'authenticated', 'rider.anna@dloop.example', '$argon2id$v=19$m=19456,t=2,p=1$NyJ5al8hzU3wNTuT/7H75w$JWKXcl9qOiuJEMtC4l1iHo0pnukIhWz3HUirh2Nx9i4', now(),
   '{"provider": "email", "providers": ["email"]}', '{"name": "Anna Ferri"}', now(), now(), '', '', '', ''),
  ('00000000-0000-0000-0000-000000000000', '00000000-0000-4000-8000-000000000032', 'authenticated', 'authenticated', 'rider.paolo@dloop.example', '$argon2id$v=19$m=19456,t=2,p=1$NyJ5al8hzU3wNTuT/7H75w$JWKXcl9qOiuJEMtC4l1iHo0pnukIhWz3HUirh2Nx9i4', now(),
   '{"provider": "email", "providers": ["email"]}', '{"name": "Paolo Neri"}', now(), now(), '', '', '', '');

insert into auth.identities (id, user_id, provider_id, provider, identity_data, last_sign_in_at, created_at, updated_at)
select id, id, id::text, 'email', jsonb_build_object('sub', id::text, 'email', email, 'email_verified', true), now(), now(), now() from auth.users
where email like '%@dloop.example';

insert into public.staff (id, business_id, user_id, role, name) values
  ('00000000-0000-4000-8000-000000000121', '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000021', 'agent', 'Chiara Conti'),
  ('00000000-0000-4000-8000-000000000122', '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000022', 'admin', 'Luca Moretti'),
  ('00000000-0000-4000-8000-000000000123', '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000023', 'viewer', 'Sara Greco');

insert into public.riders (id, business_id, user_id, name, phone) values
  ('00000000-0000-4000-8000-000000000131', '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000031', 'Anna Ferri', '393332000001'),
  ('00000000-0000-4000-8000-000000000132', '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000032', 'Paolo Neri', '393332000002');

insert into public.dealers (id, business_id, name, priority, address) values
  ('00000000-0000-4000-8000-000000000041', '00000000-0000-4000-8000-000000000001', 'Dloop Store Milano', 10, 'Corso Buenos Aires 33, 20124 Milano'),
  ('00000000-0000-4000-8000-000000000042', '00000000-0000-4000-8000-000000000001', 'Zampa Felice', 20, 'Via Solari 11, 20144 Milano'),
  ('00000000-0000-4000-8000-000000000043', '00000000-0000-4000-8000-000000000001', 'Casa e Profumi', 30, '');

-- Milan: the centre, the rest of the town, and the places around it.
insert into public.delivery_zones (id, business_id, name, postcodes, latitude, longitude, radius_km, fee, free_above, minimum_order, minutes_from, minutes_to) values
  ('00000000-0000-4000-8000-000000000141', '00000000-0000-4000-8000-000000000001', 'Milano centro', '{20121,20122,20123,20124,20129}', 45.4642, 9.1900, 2.2, 2.50, 40.00, 0, 25, 45),
  ('00000000-0000-4000-8000-000000000142', '00000000-0000-4000-8000-000000000001', 'Milano', '{201}', 45.4642, 9.1900, 7.5, 3.90, 60.00, 0, 40, 70),
  ('00000000-0000-4000-8000-000000000143', '00000000-0000-4000-8000-000000000001', 'Hinterland', '{20090,20092,20093,20095,20099}', 45.4642, 9.1900, 14, 6.90, 90.00, 25.00, 60, 100);

insert into public.rider_contacts (business_id, rider_id, dealer_id, contact_type, contact_value, name, category) values
  ('00000000-0000-4000-8000-000000000001', null, '00000000-0000-4000-8000-000000000041', 'dealer', '393331000001', 'Dloop Store Milano', 'tutto'),
  ('00000000-0000-4000-8000-000000000001', null, '00000000-0000-4000-8000-000000000042', 'dealer', '393331000002', 'Zampa Felice', 'animali'),
  ('00000000-0000-4000-8000-000000000001', null, '00000000-0000-4000-8000-000000000043', 'dealer', '393331000003', 'Casa e Profumi', 'casa'),
  ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000131', null, 'rider', '393332000001', 'Anna Ferri', 'consegne'),
  ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000132', null, 'rider', '393332000002', 'Paolo Neri', 'consegne');

insert into public.devices (business_id, rider_id, staff_id, kind, value, platform) values
  ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000131', null, 'token', 'seed-rider-anna-phone', 'android'),
  ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000132', null, 'token', 'seed-rider-paolo-phone', 'android'),
  ('00000000-0000-4000-8000-000000000001', null, '00000000-0000-4000-8000-000000000121', 'token', 'seed-support-browser', 'web');

insert into public.products (id, business_id, sku, name, description, category, price, currency, attributes) values
  ('00000000-0000-4000-8000-000000001001', '00000000-0000-4000-8000-000000000001', 'C01', 'Guinzaglio in nylon regolabile', 'Guinzaglio robusto per passeggiate con cani di ogni taglia, maniglia imbottita', 'cane', 12.90, 'EUR', '{"taglia": ["S", "M", "L"], "colore": ["rosso", "blu", "nero"]}'),
  ('00000000-0000-4000-8000-000000001002', '00000000-0000-4000-8000-000000000001', 'C02', 'Guinzaglio in pelle artigianale', 'Guinzaglio in vero cuoio cucito a mano, moschettone in ottone', 'cane', 34.00, 'EUR', '{"taglia": ["M", "L"], "colore": ["marrone", "nero"]}'),
  ('00000000-0000-4000-8000-000000001003', '00000000-0000-4000-8000-000000000001', 'C03', 'Guinzaglio allungabile 5 metri', 'Guinzaglio avvolgibile a nastro con freno, fino a 25 kg', 'cane', 19.50, 'EUR', '{"colore": ["nero", "verde"]}'),
  ('00000000-0000-4000-8000-000000001004', '00000000-0000-4000-8000-000000000001', 'C04', 'Collare in nylon con fibbia', 'Collare leggero con chiusura a scatto e anello per medaglietta', 'cane', 8.90, 'EUR', '{"taglia": ["S", "M", "L"], "colore": ["rosso", "blu", "rosa"]}'),
  ('00000000-0000-4000-8000-000000001005', '00000000-0000-4000-8000-000000000001', 'C05', 'Collare GPS localizzatore', 'Collare con tracker satellitare per ritrovare il cane smarrito tramite app', 'cane', 79.00, 'EUR', '{"colore": ["nero"]}'),
  ('00000000-0000-4000-8000-000000001006', '00000000-0000-4000-8000-000000000001', 'C06', 'Pettorina anti-tiro', 'Imbracatura che riduce gli strattoni durante la passeggiata', 'cane', 24.90, 'EUR', '{"taglia": ["S", "M", "L", "XL"]}'),
  ('00000000-0000-4000-8000-000000001007', '00000000-0000-4000-8000-000000000001', 'C07', 'Cuccia imbottita lavabile', 'Lettino morbido per cani, fodera sfoderabile e lavabile in lavatrice', 'cane', 39.90, 'EUR', '{"taglia": ["M", "L", "XL"], "colore": ["grigio", "blu"]}'),
  ('00000000-0000-4000-8000-000000001008', '00000000-0000-4000-8000-000000000001', 'C08', 'Cuccia da esterno in legno', 'Casetta isolata per giardino, tetto apribile impermeabile', 'cane', 119.00, 'EUR', '{"taglia": ["M", "L"]}'),
  ('00000000-0000-4000-8000-000000001009', '00000000-0000-4000-8000-000000000001', 'C09', 'Materassino impermeabile per cani', 'Tappetino per trasporto e viaggio, retro antiscivolo', 'cane', 22.00, 'EUR', '{"taglia": ["M", "L"]}'),
  ('00000000-0000-4000-8000-000000001010', '00000000-0000-4000-8000-000000000001', 'C10', 'Crocchette al salmone per cani adulti', 'Alimento secco completo monoproteico, ricco di omega 3', 'cane', 29.90, 'EUR', '{"formato": ["3kg", "12kg"]}'),
  ('00000000-0000-4000-8000-000000001011', '00000000-0000-4000-8000-000000000001', 'C11', 'Crocchette senza cereali al cinghiale', 'Cibo secco grain free per cani sensibili o intolleranti', 'cane', 34.90, 'EUR', '{"formato": ["2kg", "10kg"]}'),
  ('00000000-0000-4000-8000-000000001012', '00000000-0000-4000-8000-000000000001', 'C12', 'Crocchette puppy al pollo', 'Alimento per cuccioli in crescita fino a 12 mesi', 'cane', 27.50, 'EUR', '{"formato": ["3kg", "12kg"]}'),
  ('00000000-0000-4000-8000-000000001013', '00000000-0000-4000-8000-000000000001', 'C13', 'Umido per cani manzo e patate', 'Lattina di carne in pezzi senza conservanti, 400 g', 'cane', 2.80, 'EUR', '{"formato": ["400g"]}'),
  ('00000000-0000-4000-8000-000000001014', '00000000-0000-4000-8000-000000000001', 'C14', 'Snack premietti al pollo', 'Bocconcini morbidi per addestramento e ricompensa', 'cane', 5.50, 'EUR', '{"formato": ["100g", "500g"]}'),
  ('00000000-0000-4000-8000-000000001015', '00000000-0000-4000-8000-000000000001', 'C15', 'Ossa da masticare dentali', 'Bastoncini che puliscono i denti e riducono il tartaro', 'cane', 6.90, 'EUR', '{"formato": ["7pz", "28pz"]}'),
  ('00000000-0000-4000-8000-000000001016', '00000000-0000-4000-8000-000000000001', 'C16', 'Gioco corda con nodi', 'Treccia in cotone resistente per tirare e mordere', 'cane', 7.50, 'EUR', '{}'),
  ('00000000-0000-4000-8000-000000001017', '00000000-0000-4000-8000-000000000001', 'C17', 'Pallina di gomma sonora', 'Palla che squittisce, rimbalzante e galleggiante', 'cane', 4.90, 'EUR', '{"colore": ["giallo", "rosso"]}'),
  ('00000000-0000-4000-8000-000000001018', '00000000-0000-4000-8000-000000000001', 'C18', 'Ciotola in acciaio antiscivolo', 'Scodella per acqua e cibo con base in gomma', 'cane', 9.90, 'EUR', '{"formato": ["700ml", "1.5L"]}'),
  ('00000000-0000-4000-8000-000000001019', '00000000-0000-4000-8000-000000000001', 'C19', 'Ciotola rallenta pasto', 'Contenitore a labirinto contro la voracità e il gonfiore', 'cane', 13.50, 'EUR', '{}'),
  ('00000000-0000-4000-8000-000000001020', '00000000-0000-4000-8000-000000000001', 'C20', 'Impermeabile per cani', 'Mantellina antipioggia catarifrangente con cappuccio', 'cane', 21.90, 'EUR', '{"taglia": ["S", "M", "L"]}'),
  ('00000000-0000-4000-8000-000000001021', '00000000-0000-4000-8000-000000000001', 'C21', 'Cappottino trapuntato invernale', 'Giubbino caldo imbottito per i mesi freddi', 'cane', 29.90, 'EUR', '{"taglia": ["XS", "S", "M", "L"], "colore": ["rosso", "verde"]}'),
  ('00000000-0000-4000-8000-000000001022', '00000000-0000-4000-8000-000000000001', 'C22', 'Trasportino rigido da viaggio', 'Kennel omologato per auto e aereo', 'cane', 54.90, 'EUR', '{"taglia": ["S", "M", "L"]}'),
  ('00000000-0000-4000-8000-000000001023', '00000000-0000-4000-8000-000000000001', 'C23', 'Sacchetti igienici biodegradabili', 'Rotoli per raccogliere le deiezioni, profumo lavanda', 'cane', 4.50, 'EUR', '{"formato": ["120pz"]}'),
  ('00000000-0000-4000-8000-000000001024', '00000000-0000-4000-8000-000000000001', 'C24', 'Tappetini assorbenti per cuccioli', 'Traversine usa e getta per i bisogni in casa', 'cane', 14.90, 'EUR', '{"formato": ["30pz", "60pz"]}'),
  ('00000000-0000-4000-8000-000000001025', '00000000-0000-4000-8000-000000000001', 'C25', 'Museruola in silicone', 'Museruola morbida e traspirante che permette di bere', 'cane', 15.90, 'EUR', '{"taglia": ["S", "M", "L"]}'),
  ('00000000-0000-4000-8000-000000001026', '00000000-0000-4000-8000-000000000001', 'C26', 'Medaglietta incisa personalizzata', 'Targhetta con nome e numero di telefono', 'cane', 9.00, 'EUR', '{"colore": ["argento", "oro"]}'),
  ('00000000-0000-4000-8000-000000001027', '00000000-0000-4000-8000-000000000001', 'G01', 'Crocchette per gatti sterilizzati al tonno', 'Alimento secco a basso contenuto di grassi per gatti castrati', 'gatto', 18.90, 'EUR', '{"formato": ["1.5kg", "7kg"]}'),
  ('00000000-0000-4000-8000-000000001028', '00000000-0000-4000-8000-000000000001', 'G02', 'Crocchette kitten', 'Cibo secco per gattini da 2 a 12 mesi', 'gatto', 16.90, 'EUR', '{"formato": ["1.5kg"]}'),
  ('00000000-0000-4000-8000-000000001029', '00000000-0000-4000-8000-000000000001', 'G03', 'Bustine umido tonno e gamberetti', 'Pappa umida in gelatina, multipack', 'gatto', 9.60, 'EUR', '{"formato": ["12x85g"]}'),
  ('00000000-0000-4000-8000-000000001030', '00000000-0000-4000-8000-000000000001', 'G04', 'Lettiera agglomerante in bentonite', 'Sabbia igienica che forma palle compatte, poca polvere', 'gatto', 8.50, 'EUR', '{"formato": ["10L", "20L"]}'),
  ('00000000-0000-4000-8000-000000001031', '00000000-0000-4000-8000-000000000001', 'G05', 'Lettiera vegetale al tofu', 'Lettiera ecologica smaltibile nel wc', 'gatto', 12.90, 'EUR', '{"formato": ["6L"]}'),
  ('00000000-0000-4000-8000-000000001032', '00000000-0000-4000-8000-000000000001', 'G06', 'Cassetta igienica chiusa con filtro', 'Toilette coperta con porta basculante e carbone attivo', 'gatto', 32.90, 'EUR', '{"colore": ["grigio", "bianco"]}'),
  ('00000000-0000-4000-8000-000000001033', '00000000-0000-4000-8000-000000000001', 'G07', 'Tiragraffi a torre', 'Albero alto 120 cm con piattaforme, cuccetta e sisal', 'gatto', 69.90, 'EUR', '{"colore": ["beige", "grigio"]}'),
  ('00000000-0000-4000-8000-000000001034', '00000000-0000-4000-8000-000000000001', 'G08', 'Tiragraffi in cartone', 'Pannello ondulato per affilare le unghie', 'gatto', 11.90, 'EUR', '{}'),
  ('00000000-0000-4000-8000-000000001035', '00000000-0000-4000-8000-000000000001', 'G09', 'Erba gatta essiccata', 'Catnip naturale che stimola il gioco e rilassa', 'gatto', 4.90, 'EUR', '{"formato": ["20g"]}'),
  ('00000000-0000-4000-8000-000000001036', '00000000-0000-4000-8000-000000000001', 'G10', 'Canna da pesca con piume', 'Bacchetta con piumetta per giocare e rincorrere', 'gatto', 5.90, 'EUR', '{}'),
  ('00000000-0000-4000-8000-000000001037', '00000000-0000-4000-8000-000000000001', 'G11', 'Puntatore laser', 'Luce rossa da inseguire, ricaricabile usb', 'gatto', 7.90, 'EUR', '{}'),
  ('00000000-0000-4000-8000-000000001038', '00000000-0000-4000-8000-000000000001', 'G12', 'Fontanella d''acqua silenziosa', 'Abbeveratoio automatico con filtro, 2,5 litri', 'gatto', 29.90, 'EUR', '{}'),
  ('00000000-0000-4000-8000-000000001039', '00000000-0000-4000-8000-000000000001', 'G13', 'Trasportino morbido a borsa', 'Borsa da viaggio con rete traspirante e tracolla', 'gatto', 34.90, 'EUR', '{"taglia": ["S", "M"]}'),
  ('00000000-0000-4000-8000-000000001040', '00000000-0000-4000-8000-000000000001', 'G14', 'Collarino con campanellino', 'Collare sgancio di sicurezza con sonaglio', 'gatto', 5.50, 'EUR', '{"colore": ["rosa", "blu", "nero"]}'),
  ('00000000-0000-4000-8000-000000001041', '00000000-0000-4000-8000-000000000001', 'G15', 'Malt pasta per boli di pelo', 'Pasta al malto che favorisce l''espulsione del pelo ingerito', 'gatto', 7.20, 'EUR', '{"formato": ["100g"]}'),
  ('00000000-0000-4000-8000-000000001042', '00000000-0000-4000-8000-000000000001', 'G16', 'Amaca da finestra', 'Lettino a ventosa per prendere il sole, fino a 15 kg', 'gatto', 24.90, 'EUR', '{}'),
  ('00000000-0000-4000-8000-000000001043', '00000000-0000-4000-8000-000000000001', 'T01', 'Shampoo delicato per cani all''avena', 'Detergente lenitivo per pelle sensibile, senza parabeni', 'toelettatura', 9.90, 'EUR', '{"formato": ["250ml", "500ml"]}'),
  ('00000000-0000-4000-8000-000000001044', '00000000-0000-4000-8000-000000000001', 'T02', 'Shampoo secco in schiuma per cani e gatti', 'Mousse per lavare senza risciacquo', 'toelettatura', 10.90, 'EUR', '{"formato": ["200ml"]}'),
  ('00000000-0000-4000-8000-000000001045', '00000000-0000-4000-8000-000000000001', 'T03', 'Balsamo districante pelo lungo', 'Crema che scioglie i nodi e lucida il manto', 'toelettatura', 11.50, 'EUR', '{"formato": ["250ml"]}'),
  ('00000000-0000-4000-8000-000000001046', '00000000-0000-4000-8000-000000000001', 'T04', 'Spazzola cardatore autopulente', 'Rimuove sottopelo e pelo morto con un click', 'toelettatura', 13.90, 'EUR', '{}'),
  ('00000000-0000-4000-8000-000000001047', '00000000-0000-4000-8000-000000000001', 'T05', 'Pettine antipulci a denti fitti', 'Pettinino in metallo per pulci e zecche', 'toelettatura', 6.50, 'EUR', '{}'),
  ('00000000-0000-4000-8000-000000001048', '00000000-0000-4000-8000-000000000001', 'T06', 'Guanto leva pelo', 'Guanto massaggiante in silicone per spazzolare', 'toelettatura', 8.90, 'EUR', '{}'),
  ('00000000-0000-4000-8000-000000001049', '00000000-0000-4000-8000-000000000001', 'T07', 'Tosatrice elettrica silenziosa', 'Macchinetta tagliapelo ricaricabile con 4 rialzi', 'toelettatura', 44.90, 'EUR', '{}'),
  ('00000000-0000-4000-8000-000000001050', '00000000-0000-4000-8000-000000000001', 'T08', 'Tagliaunghie professionale', 'Forbice con blocco di sicurezza per le unghie', 'toelettatura', 9.50, 'EUR', '{}'),
  ('00000000-0000-4000-8000-000000001051', '00000000-0000-4000-8000-000000000001', 'T09', 'Salviette umidificate all''aloe', 'Panni detergenti per zampe e muso', 'toelettatura', 4.90, 'EUR', '{"formato": ["80pz"]}'),
  ('00000000-0000-4000-8000-000000001052', '00000000-0000-4000-8000-000000000001', 'T10', 'Spray antiparassitario naturale', 'Lozione al neem contro pulci, zecche e zanzare', 'toelettatura', 14.90, 'EUR', '{"formato": ["200ml"]}'),
  ('00000000-0000-4000-8000-000000001053', '00000000-0000-4000-8000-000000000001', 'T11', 'Collare antipulci 8 mesi', 'Protezione prolungata da parassiti, resistente all''acqua', 'toelettatura', 27.90, 'EUR', '{"taglia": ["S", "L"]}'),
  ('00000000-0000-4000-8000-000000001054', '00000000-0000-4000-8000-000000000001', 'T12', 'Profumo per cani talco', 'Colonia delicata senza alcol per il manto', 'toelettatura', 12.50, 'EUR', '{"formato": ["100ml"]}'),
  ('00000000-0000-4000-8000-000000001055', '00000000-0000-4000-8000-000000000001', 'T13', 'Dentifricio enzimatico e spazzolino', 'Kit igiene orale al gusto pollo', 'toelettatura', 8.90, 'EUR', '{}'),
  ('00000000-0000-4000-8000-000000001056', '00000000-0000-4000-8000-000000000001', 'T14', 'Gocce per pulizia orecchie', 'Soluzione auricolare contro cerume e cattivi odori', 'toelettatura', 9.90, 'EUR', '{"formato": ["100ml"]}'),
  ('00000000-0000-4000-8000-000000001057', '00000000-0000-4000-8000-000000000001', 'T15', 'Asciugamano in microfibra', 'Telo super assorbente dopo il bagnetto', 'toelettatura', 12.90, 'EUR', '{"formato": ["60x90"]}'),
  ('00000000-0000-4000-8000-000000001058', '00000000-0000-4000-8000-000000000001', 'T16', 'Balsamo protettivo per zampe', 'Crema per cuscinetti screpolati, neve e asfalto caldo', 'toelettatura', 10.50, 'EUR', '{"formato": ["50ml"]}'),
  ('00000000-0000-4000-8000-000000001059', '00000000-0000-4000-8000-000000000001', 'P01', 'Eau de parfum Vaniglia e Ambra', 'Fragranza dolce e avvolgente unisex', 'profumi', 39.00, 'EUR', '{"formato": ["30ml", "50ml", "100ml"]}'),
  ('00000000-0000-4000-8000-000000001060', '00000000-0000-4000-8000-000000000001', 'P02', 'Eau de parfum Rosa Bulgara', 'Profumo floreale da donna, romantico', 'profumi', 42.00, 'EUR', '{"formato": ["50ml", "100ml"]}'),
  ('00000000-0000-4000-8000-000000001061', '00000000-0000-4000-8000-000000000001', 'P03', 'Eau de toilette Agrumi di Sicilia', 'Profumo fresco con limone, bergamotto e arancia', 'profumi', 29.00, 'EUR', '{"formato": ["50ml", "100ml"]}'),
  ('00000000-0000-4000-8000-000000001062', '00000000-0000-4000-8000-000000000001', 'P04', 'Eau de parfum Oud e Legno', 'Fragranza intensa da uomo, legnosa e orientale', 'profumi', 55.00, 'EUR', '{"formato": ["50ml", "100ml"]}'),
  ('00000000-0000-4000-8000-000000001063', '00000000-0000-4000-8000-000000000001', 'P05', 'Colonia Lavanda classica', 'Acqua di colonia maschile per il dopobarba', 'profumi', 19.90, 'EUR', '{"formato": ["100ml"]}'),
  ('00000000-0000-4000-8000-000000001064', '00000000-0000-4000-8000-000000000001', 'P06', 'Profumo solido al gelsomino', 'Balsamo profumato in stick da borsetta', 'profumi', 15.00, 'EUR', '{"formato": ["10g"]}'),
  ('00000000-0000-4000-8000-000000001065', '00000000-0000-4000-8000-000000000001', 'P07', 'Eau de parfum Muschio Bianco', 'Note pulite e talcate di bucato', 'profumi', 36.00, 'EUR', '{"formato": ["30ml", "50ml", "100ml"]}'),
  ('00000000-0000-4000-8000-000000001066', '00000000-0000-4000-8000-000000000001', 'P08', 'Cofanetto regalo profumo e crema', 'Confezione per lei con fragranza 50 ml e latte corpo', 'profumi', 49.90, 'EUR', '{}'),
  ('00000000-0000-4000-8000-000000001067', '00000000-0000-4000-8000-000000000001', 'P09', 'Olio da barba cedro', 'Nutre e ammorbidisce la barba', 'profumi', 14.90, 'EUR', '{"formato": ["30ml"]}'),
  ('00000000-0000-4000-8000-000000001068', '00000000-0000-4000-8000-000000000001', 'P10', 'Crema mani al karitè', 'Idratante per mani secche e screpolate', 'profumi', 8.50, 'EUR', '{"formato": ["75ml"]}'),
  ('00000000-0000-4000-8000-000000001069', '00000000-0000-4000-8000-000000000001', 'P11', 'Sapone artigianale all''olio d''oliva', 'Saponetta vegetale fatta a mano', 'profumi', 5.90, 'EUR', '{"formato": ["100g"]}'),
  ('00000000-0000-4000-8000-000000001070', '00000000-0000-4000-8000-000000000001', 'P12', 'Bagnoschiuma al cocco', 'Gel doccia cremoso', 'profumi', 7.90, 'EUR', '{"formato": ["500ml"]}'),
  ('00000000-0000-4000-8000-000000001071', '00000000-0000-4000-8000-000000000001', 'P13', 'Burro corpo mandorla', 'Crema nutriente per pelle molto secca', 'profumi', 16.90, 'EUR', '{"formato": ["200ml"]}'),
  ('00000000-0000-4000-8000-000000001072', '00000000-0000-4000-8000-000000000001', 'P14', 'Deodorante roll-on senza sali di alluminio', 'Freschezza per pelli delicate', 'profumi', 6.90, 'EUR', '{"formato": ["50ml"]}'),
  ('00000000-0000-4000-8000-000000001073', '00000000-0000-4000-8000-000000000001', 'P15', 'Acqua profumata per capelli', 'Bruma leggera che lascia la chioma profumata', 'profumi', 13.90, 'EUR', '{"formato": ["100ml"]}'),
  ('00000000-0000-4000-8000-000000001074', '00000000-0000-4000-8000-000000000001', 'P16', 'Kit campioncini profumo', 'Cinque fialette da provare, 2 ml l''una', 'profumi', 12.00, 'EUR', '{}'),
  ('00000000-0000-4000-8000-000000001075', '00000000-0000-4000-8000-000000000001', 'H01', 'Candela profumata lavanda', 'Cera di soia naturale, 40 ore di durata', 'casa', 14.90, 'EUR', '{"formato": ["180g"]}'),
  ('00000000-0000-4000-8000-000000001076', '00000000-0000-4000-8000-000000000001', 'H02', 'Candela profumata cannella e arancia', 'Profumo natalizio, stoppino in cotone', 'casa', 14.90, 'EUR', '{"formato": ["180g"]}'),
  ('00000000-0000-4000-8000-000000001077', '00000000-0000-4000-8000-000000000001', 'H03', 'Diffusore a bastoncini fiori bianchi', 'Profumatore per ambienti con midollini di rattan', 'casa', 19.90, 'EUR', '{"formato": ["100ml", "250ml"]}'),
  ('00000000-0000-4000-8000-000000001078', '00000000-0000-4000-8000-000000000001', 'H04', 'Diffusore elettrico a ultrasuoni', 'Umidificatore per oli essenziali con luce led', 'casa', 32.00, 'EUR', '{"colore": ["bianco", "legno"]}'),
  ('00000000-0000-4000-8000-000000001079', '00000000-0000-4000-8000-000000000001', 'H05', 'Spray tessuti e ambiente cotone', 'Deodorante per divani, tende e cuccette', 'casa', 8.90, 'EUR', '{"formato": ["250ml"]}'),
  ('00000000-0000-4000-8000-000000001080', '00000000-0000-4000-8000-000000000001', 'H06', 'Incenso sandalo', 'Bastoncini da bruciare per meditazione', 'casa', 3.90, 'EUR', '{"formato": ["20pz"]}'),
  ('00000000-0000-4000-8000-000000001081', '00000000-0000-4000-8000-000000000001', 'H07', 'Olio essenziale eucalipto', 'Balsamico puro per diffusori e suffumigi', 'casa', 9.50, 'EUR', '{"formato": ["10ml"]}'),
  ('00000000-0000-4000-8000-000000001082', '00000000-0000-4000-8000-000000000001', 'H08', 'Sacchetti profuma cassetti', 'Bustine per armadio alla violetta', 'casa', 6.50, 'EUR', '{"formato": ["6pz"]}'),
  ('00000000-0000-4000-8000-000000001083', '00000000-0000-4000-8000-000000000001', 'H09', 'Coperta in pile morbida', 'Plaid caldo per divano, anche per animali', 'casa', 17.90, 'EUR', '{"formato": ["130x160"], "colore": ["grigio", "panna"]}'),
  ('00000000-0000-4000-8000-000000001084', '00000000-0000-4000-8000-000000000001', 'H10', 'Cuscino decorativo in lino', 'Guanciale arredo sfoderabile', 'casa', 21.90, 'EUR', '{"colore": ["beige", "verde"]}'),
  ('00000000-0000-4000-8000-000000001085', '00000000-0000-4000-8000-000000000001', 'H11', 'Tappeto antiscivolo da bagno', 'Scendidoccia in microfibra', 'casa', 15.90, 'EUR', '{"colore": ["grigio", "bianco"]}'),
  ('00000000-0000-4000-8000-000000001086', '00000000-0000-4000-8000-000000000001', 'H12', 'Aspirapolvere portatile per peli', 'Aspirabriciole ricaricabile per pelo di animali su auto e divano', 'casa', 49.90, 'EUR', '{}'),
  ('00000000-0000-4000-8000-000000001087', '00000000-0000-4000-8000-000000000001', 'H13', 'Rullo leva pelucchi', 'Spazzola adesiva per vestiti e poltrone', 'casa', 5.50, 'EUR', '{}'),
  ('00000000-0000-4000-8000-000000001088', '00000000-0000-4000-8000-000000000001', 'H14', 'Smacchiatore enzimatico odori pipì', 'Elimina macchie e odore di urina da pavimenti e tappeti', 'casa', 11.90, 'EUR', '{"formato": ["500ml"]}'),
  ('00000000-0000-4000-8000-000000001089', '00000000-0000-4000-8000-000000000001', 'H15', 'Detergente pavimenti pet friendly', 'Lavapavimenti sicuro per cani e gatti, profumo menta', 'casa', 7.90, 'EUR', '{"formato": ["1L"]}'),
  ('00000000-0000-4000-8000-000000001090', '00000000-0000-4000-8000-000000000001', 'H16', 'Vaso in ceramica', 'Portafiori moderno opaco', 'casa', 24.90, 'EUR', '{"colore": ["bianco", "nero"]}'),
  ('00000000-0000-4000-8000-000000001091', '00000000-0000-4000-8000-000000000001', 'H17', 'Lampada di sale himalayano', 'Luce calda rilassante da comodino', 'casa', 27.90, 'EUR', '{}'),
  ('00000000-0000-4000-8000-000000001092', '00000000-0000-4000-8000-000000000001', 'H18', 'Set tazze in gres', 'Quattro mug per colazione e caffè', 'casa', 29.90, 'EUR', '{"colore": ["blu", "sabbia"]}'),
  ('00000000-0000-4000-8000-000000001093', '00000000-0000-4000-8000-000000000001', 'H19', 'Cestino portaoggetti in corda', 'Contenitore intrecciato per giochi e biancheria', 'casa', 18.90, 'EUR', '{"taglia": ["M", "L"]}'),
  ('00000000-0000-4000-8000-000000001094', '00000000-0000-4000-8000-000000000001', 'H20', 'Buono regalo digitale', 'Gift card da inviare su WhatsApp', 'casa', 25.00, 'EUR', '{"formato": ["25", "50", "100"]}'),
  ('00000000-0000-4000-8000-000000001095', '00000000-0000-4000-8000-000000000001', 'A01', 'Fieno di montagna per conigli', 'Erba secca profumata ricca di fibre per cavie e conigli', 'piccoli animali', 6.90, 'EUR', '{"formato": ["1kg"]}'),
  ('00000000-0000-4000-8000-000000001096', '00000000-0000-4000-8000-000000000001', 'A02', 'Gabbia per criceti', 'Casetta con ruota, tubi e abbeveratoio', 'piccoli animali', 39.90, 'EUR', '{}'),
  ('00000000-0000-4000-8000-000000001097', '00000000-0000-4000-8000-000000000001', 'A03', 'Mangime misto per canarini', 'Semi selezionati per uccellini', 'piccoli animali', 5.90, 'EUR', '{"formato": ["1kg"]}'),
  ('00000000-0000-4000-8000-000000001098', '00000000-0000-4000-8000-000000000001', 'A04', 'Mangime in scaglie per pesci rossi', 'Fiocchi per acquario di acqua fredda', 'piccoli animali', 4.50, 'EUR', '{"formato": ["100ml"]}'),
  ('00000000-0000-4000-8000-000000001099', '00000000-0000-4000-8000-000000000001', 'A05', 'Acquario 30 litri con filtro', 'Vasca in vetro completa di luce led e pompa', 'piccoli animali', 64.90, 'EUR', '{}'),
  ('00000000-0000-4000-8000-000000001100', '00000000-0000-4000-8000-000000000001', 'A06', 'Pellet per tartarughe d''acqua', 'Bastoncini con gamberetti e vitamine', 'piccoli animali', 5.50, 'EUR', '{"formato": ["250ml"]}');

-- The first dealer has everything; the others have their own fields, so that orders can be passed on.
insert into public.dealer_stock (dealer_id, product_id, business_id, on_hand)
select '00000000-0000-4000-8000-000000000041', p.id, p.business_id, 200 from public.products p where p.business_id = '00000000-0000-4000-8000-000000000001';
insert into public.dealer_stock (dealer_id, product_id, business_id, on_hand)
select '00000000-0000-4000-8000-000000000042', p.id, p.business_id, 60 from public.products p where p.business_id = '00000000-0000-4000-8000-000000000001' and left(p.sku, 1) in ('C', 'G', 'T', 'A');
insert into public.dealer_stock (dealer_id, product_id, business_id, on_hand)
select '00000000-0000-4000-8000-000000000043', p.id, p.business_id, 60 from public.products p where p.business_id = '00000000-0000-4000-8000-000000000001' and left(p.sku, 1) in ('P', 'H');
-- The glossary: what customers say in three languages, and the catalogue's words for it.
insert into public.synonyms (business_id, term, expansion)
select null::uuid, g.term, g.expansion from (values
  ('guinzagli', 'guinzaglio'), ('laccio', 'guinzaglio'), ('leash', 'guinzaglio'), ('lead', 'guinzaglio'),
  ('tali anjing', 'guinzaglio cani'), ('tali', 'guinzaglio'),
  ('retractable leash', 'guinzaglio allungabile avvolgibile'), ('cuoio', 'pelle cuoio'), ('leather', 'pelle cuoio'),
  ('kulit', 'pelle cuoio'), ('collar', 'collare'), ('kalung', 'collare'), ('dog collar', 'collare'),
  ('flea collar', 'collare antipulci'), ('tracker', 'collare gps localizzatore'),
  ('localizzatore', 'gps localizzatore'), ('pelacak', 'gps localizzatore'), ('harness', 'pettorina imbracatura'),
  ('imbrago', 'pettorina imbracatura'), ('imbragatura', 'pettorina imbracatura'),
  ('tira al guinzaglio', 'pettorina anti tiro strattoni'), ('bed', 'cuccia lettino'),
  ('dog bed', 'cuccia imbottita lettino cani'), ('letto', 'cuccia lettino'), ('lettino', 'cuccia lettino'),
  ('kasur', 'cuccia imbottita lettino'), ('tempat tidur', 'cuccia imbottita lettino'),
  ('kennel', 'cuccia trasportino'), ('dog house', 'cuccia esterno legno casetta'),
  ('casetta', 'cuccia esterno casetta'), ('rumah anjing', 'cuccia esterno legno casetta'),
  ('mat', 'materassino tappetino'), ('croccantini', 'crocchette'), ('croccanti', 'crocchette'),
  ('crocche', 'crocchette'), ('kibble', 'crocchette'), ('dry food', 'crocchette alimento secco'),
  ('makanan', 'crocchette alimento cibo'), ('makanan anjing', 'crocchette cani alimento'),
  ('makanan kucing', 'crocchette gatti alimento'), ('makanan ikan', 'mangime pesci'),
  ('makanan burung', 'mangime canarini uccellini'), ('dog food', 'crocchette cani alimento'),
  ('cat food', 'crocchette gatti alimento'), ('food', 'crocchette alimento cibo'), ('fish food', 'mangime pesci'),
  ('pappa', 'umido crocchette pappa'), ('mangiare', 'crocchette alimento cibo'), ('cibo', 'crocchette alimento cibo'),
  ('salmon', 'salmone'), ('chicken', 'pollo'), ('ayam', 'pollo'), ('tuna', 'tonno'), ('tuna fish', 'tonno'),
  ('wild boar', 'cinghiale'), ('grain free', 'senza cereali'), ('tanpa gandum', 'senza cereali'),
  ('grain', 'cereali'), ('puppy', 'puppy cuccioli'), ('cucciolo', 'puppy cuccioli'), ('puppies', 'puppy cuccioli'),
  ('anak anjing', 'puppy cuccioli'), ('kitten', 'kitten gattini'), ('micino', 'kitten gattini'),
  ('gattino', 'kitten gattini'), ('anak kucing', 'kitten gattini'), ('wet food', 'umido lattina bustine'),
  ('scatolette', 'umido lattina bustine'), ('scatoletta', 'umido lattina'), ('tin', 'umido lattina'),
  ('treats', 'snack premietti bocconcini'), ('treat', 'snack premietti'),
  ('biscottini', 'snack premietti bocconcini'), ('premi', 'snack premietti'), ('premio', 'snack premietti'),
  ('camilan', 'snack premietti'), ('leccornie', 'snack premietti'), ('dental', 'dentali denti'),
  ('chew', 'masticare ossa dentali'), ('bone', 'ossa masticare'), ('ossi', 'ossa masticare'),
  ('osso', 'ossa masticare'), ('tulang', 'ossa masticare'), ('alito', 'denti dentali dentifricio'),
  ('toy', 'gioco pallina corda'), ('giocattolo', 'gioco pallina corda canna'), ('giochi', 'gioco pallina corda'),
  ('mainan', 'gioco pallina corda canna'), ('rope', 'corda nodi'), ('ball', 'pallina'), ('palla', 'pallina'),
  ('bola', 'pallina'), ('bowl', 'ciotola'), ('bowls', 'ciotola'), ('mangkuk', 'ciotola'), ('mangkok', 'ciotola'),
  ('scodella', 'ciotola'), ('mangia troppo veloce', 'ciotola rallenta pasto voracita'),
  ('mangia veloce', 'ciotola rallenta pasto voracita'), ('slow feeder', 'ciotola rallenta pasto'),
  ('raincoat', 'impermeabile mantellina'), ('jas hujan', 'impermeabile mantellina'),
  ('pioggia', 'impermeabile antipioggia'), ('mantella', 'impermeabile mantellina'), ('coat', 'cappottino giubbino'),
  ('cappotto', 'cappottino invernale giubbino'), ('maglione', 'cappottino invernale'),
  ('jacket', 'cappottino giubbino'), ('jaket', 'cappottino giubbino'), ('carrier', 'trasportino'),
  ('crate', 'trasportino rigido'), ('kandang', 'gabbia trasportino'), ('aereo', 'trasportino rigido'),
  ('plane', 'trasportino rigido aereo'), ('flight', 'trasportino rigido aereo'), ('poop bags', 'sacchetti igienici'),
  ('poo bags', 'sacchetti igienici'), ('waste bags', 'sacchetti igienici'), ('bustine cacca', 'sacchetti igienici'),
  ('sacchetti cacca', 'sacchetti igienici'), ('cacca', 'sacchetti igienici deiezioni'), ('kantong', 'sacchetti'),
  ('puppy pads', 'tappetini assorbenti traversine cuccioli'), ('pads', 'tappetini assorbenti traversine'),
  ('traverse', 'tappetini assorbenti traversine'), ('pannolini', 'tappetini assorbenti'), ('muzzle', 'museruola'),
  ('berangus', 'museruola'), ('name tag', 'medaglietta incisa targhetta'), ('tag', 'medaglietta targhetta'),
  ('targhetta', 'medaglietta targhetta'), ('dog', 'cani cane'), ('dogs', 'cani cane'), ('anjing', 'cani cane'),
  ('cagnolino', 'cani cane'), ('fido', 'cani cane'), ('cat', 'gatti gatto'), ('cats', 'gatti gatto'),
  ('kucing', 'gatti gatto'), ('micio', 'gatti gatto'), ('felino', 'gatti gatto'), ('sterilised', 'sterilizzati'),
  ('sterilized', 'sterilizzati'), ('neutered', 'sterilizzati castrati'), ('steril', 'sterilizzati'),
  ('litter', 'lettiera'), ('cat litter', 'lettiera sabbia'), ('pasir', 'lettiera sabbia'),
  ('pasir kucing', 'lettiera sabbia'), ('sabbia', 'lettiera sabbia'), ('sabbietta', 'lettiera sabbia agglomerante'),
  ('clumping', 'agglomerante'), ('litter box', 'cassetta igienica toilette'),
  ('toilette', 'cassetta igienica toilette'), ('bagno gatto', 'cassetta igienica toilette'),
  ('scratching post', 'tiragraffi torre'), ('scratcher', 'tiragraffi'), ('graffiatoio', 'tiragraffi'),
  ('graffia', 'tiragraffi unghie'), ('garukan', 'tiragraffi'), ('cat tree', 'tiragraffi torre albero'),
  ('catnip', 'erba gatta catnip'), ('feather', 'piume canna'), ('wand', 'canna bacchetta piume'),
  ('laser pointer', 'puntatore laser'), ('fountain', 'fontanella acqua'), ('water fountain', 'fontanella acqua'),
  ('bere', 'fontanella acqua abbeveratoio'), ('air mancur', 'fontanella acqua'), ('hairball', 'malt pasta boli pelo'),
  ('hairballs', 'malt pasta boli pelo'), ('palle di pelo', 'malt pasta boli pelo'),
  ('vomita', 'malt pasta boli pelo'), ('hammock', 'amaca finestra'), ('bell', 'campanellino sonaglio'),
  ('shampo', 'shampoo'), ('sampo', 'shampoo'), ('shampoing', 'shampoo'), ('sampo kucing', 'shampoo secco gatti'),
  ('dry shampoo', 'shampoo secco schiuma'), ('senza acqua', 'shampoo secco risciacquo'),
  ('conditioner', 'balsamo districante'), ('nodi', 'districante nodi'), ('annodato', 'districante nodi cardatore'),
  ('brush', 'spazzola cardatore'), ('spazzola', 'spazzola cardatore'), ('sikat', 'spazzola cardatore'),
  ('comb', 'pettine'), ('sisir', 'pettine'), ('glove', 'guanto'), ('clipper', 'tosatrice macchinetta'),
  ('clippers', 'tosatrice macchinetta'), ('tosare', 'tosatrice macchinetta tagliapelo'),
  ('rasoio', 'tosatrice macchinetta'), ('nail', 'unghie tagliaunghie'), ('nails', 'unghie tagliaunghie'),
  ('nail clipper', 'tagliaunghie'), ('gunting kuku', 'tagliaunghie'), ('unghie', 'tagliaunghie unghie'),
  ('wipes', 'salviette umidificate'), ('tisu basah', 'salviette umidificate'),
  ('fazzoletti', 'salviette umidificate'), ('flea', 'antipulci pulci antiparassitario'),
  ('fleas', 'antipulci pulci antiparassitario'), ('kutu', 'antipulci pulci antiparassitario'),
  ('ticks', 'zecche antiparassitario'), ('zecca', 'zecche antipulci antiparassitario'),
  ('pulce', 'pulci antipulci antiparassitario'), ('zanzare', 'antiparassitario zanzare'), ('spray', 'spray'),
  ('toothpaste', 'dentifricio spazzolino'), ('toothbrush', 'spazzolino dentifricio'), ('pasta gigi', 'dentifricio'),
  ('ear', 'orecchie auricolare'), ('ears', 'orecchie auricolare'), ('telinga', 'orecchie auricolare'),
  ('towel', 'asciugamano microfibra'), ('handuk', 'asciugamano microfibra'), ('paw', 'zampe'), ('paws', 'zampe'),
  ('perfume', 'profumo eau parfum fragranza'), ('parfum', 'profumo eau parfum'), ('parfume', 'profumo eau parfum'),
  ('profumi', 'profumo eau parfum'), ('minyak wangi', 'profumo eau parfum'),
  ('fragrance', 'fragranza profumo eau parfum'), ('vanilla', 'vaniglia'), ('rose', 'rosa'), ('mawar', 'rosa bulgara'),
  ('citrus', 'agrumi'), ('lemon', 'limone agrumi'), ('limone', 'limone agrumi'), ('jeruk', 'agrumi arancia'),
  ('woody', 'legno legnosa oud'), ('kayu', 'legno'), ('musk', 'muschio bianco'), ('jasmine', 'gelsomino'),
  ('melati', 'gelsomino'), ('lavender', 'lavanda'), ('sample', 'campioncini fialette'),
  ('samples', 'campioncini fialette'), ('campioni', 'campioncini fialette'), ('gift set', 'cofanetto regalo'),
  ('gift', 'regalo buono cofanetto'), ('regalo', 'regalo buono cofanetto'), ('kado', 'regalo buono cofanetto'),
  ('hadiah', 'regalo buono cofanetto'), ('gift card', 'buono regalo digitale'), ('voucher', 'buono regalo digitale'),
  ('beard', 'barba'), ('beard oil', 'olio barba'), ('jenggot', 'barba'), ('hand cream', 'crema mani'),
  ('krim tangan', 'crema mani'), ('hands', 'mani'), ('soap', 'sapone saponetta'), ('sabun', 'sapone saponetta'),
  ('shower gel', 'bagnoschiuma gel doccia'), ('body wash', 'bagnoschiuma gel doccia'),
  ('sabun mandi', 'bagnoschiuma gel doccia'), ('docciaschiuma', 'bagnoschiuma gel doccia'), ('coconut', 'cocco'),
  ('kelapa', 'cocco'), ('body butter', 'burro corpo'), ('almond', 'mandorla'), ('deodorant', 'deodorante'),
  ('deodoran', 'deodorante'), ('hair', 'capelli pelo'), ('rambut', 'capelli'),
  ('hair mist', 'acqua profumata capelli'), ('candle', 'candela'), ('candles', 'candela'), ('candele', 'candela'),
  ('lilin', 'candela'), ('cinnamon', 'cannella'), ('kayu manis', 'cannella'), ('orange', 'arancia'),
  ('diffuser', 'diffusore'), ('difuser', 'diffusore'), ('profumatore', 'diffusore ambienti'),
  ('humidifier', 'diffusore ultrasuoni umidificatore'), ('incense', 'incenso'), ('dupa', 'incenso'),
  ('essential oil', 'olio essenziale'), ('eucalyptus', 'eucalipto'), ('blanket', 'coperta pile plaid'),
  ('selimut', 'coperta pile plaid'), ('plaid', 'coperta pile plaid'), ('cushion', 'cuscino'), ('pillow', 'cuscino'),
  ('bantal', 'cuscino'), ('rug', 'tappeto'), ('bath mat', 'tappeto antiscivolo bagno'), ('karpet', 'tappeto'),
  ('vacuum', 'aspirapolvere portatile'), ('vacuum cleaner', 'aspirapolvere portatile peli'),
  ('penyedot debu', 'aspirapolvere portatile'), ('peli dal divano', 'aspirapolvere rullo leva pelucchi peli'),
  ('lint roller', 'rullo leva pelucchi'), ('pipi', 'smacchiatore pipi urina'), ('urine', 'smacchiatore urina pipi'),
  ('pee', 'smacchiatore pipi urina'), ('stain remover', 'smacchiatore macchie'), ('smell', 'odori profuma'),
  ('floor cleaner', 'detergente pavimenti'), ('lavapavimenti', 'detergente pavimenti'),
  ('vase', 'vaso ceramica portafiori'), ('vas', 'vaso ceramica'), ('salt lamp', 'lampada sale himalayano'),
  ('lamp', 'lampada'), ('lampu', 'lampada'), ('mug', 'tazze mug'), ('mugs', 'tazze mug'), ('cups', 'tazze'),
  ('cangkir', 'tazze mug'), ('tazza', 'tazze mug'), ('basket', 'cestino portaoggetti'),
  ('cesta', 'cestino portaoggetti'), ('keranjang', 'cestino portaoggetti'), ('hay', 'fieno'), ('jerami', 'fieno'),
  ('rabbit', 'conigli'), ('kelinci', 'conigli'), ('coniglio', 'conigli fieno'), ('guinea pig', 'cavie fieno'),
  ('hamster', 'criceti gabbia'), ('criceto', 'criceti gabbia'), ('cage', 'gabbia'), ('bird', 'uccellini canarini'),
  ('burung', 'uccellini canarini mangime'), ('canarino', 'canarini mangime'), ('uccelli', 'uccellini canarini'),
  ('fish', 'pesci'), ('ikan', 'pesci'), ('pesciolini', 'pesci mangime'), ('goldfish', 'pesci rossi'),
  ('fish tank', 'acquario'), ('aquarium', 'acquario'), ('akuarium', 'acquario'), ('boccia', 'acquario'),
  ('turtle', 'tartarughe'), ('tortoise', 'tartarughe'), ('kura', 'tartarughe'), ('tartaruga', 'tartarughe pellet')
) as g (term, expansion);

-- More of the glossary: what else people call these things, in Italian, English and Indonesian.
insert into public.synonyms (business_id, term, expansion)
select null::uuid, g.term, g.expansion from (values
  ('laisse', 'guinzaglio'), ('lasso', 'guinzaglio'), ('passeggio', 'guinzaglio pettorina'),
  ('passeggiata', 'guinzaglio pettorina'), ('flexi', 'guinzaglio allungabile avvolgibile'),
  ('dog lead', 'guinzaglio'), ('tuntunan', 'guinzaglio'), ('tali tuntun', 'guinzaglio'),
  ('collarini', 'collarino collare'), ('localizzare', 'gps localizzatore'), ('rintracciare', 'gps localizzatore'),
  ('smarrito', 'gps localizzatore smarrito'), ('perso cane', 'collare gps localizzatore'),
  ('find dog', 'collare gps localizzatore'), ('antitiro', 'pettorina anti tiro'), ('no pull', 'pettorina anti tiro'),
  ('pulls', 'pettorina anti tiro'), ('tira', 'pettorina anti tiro'), ('pelana', 'pettorina'),
  ('giaciglio', 'cuccia lettino'), ('brandina', 'cuccia lettino'), ('cuccetta', 'cuccia lettino'),
  ('pet bed', 'cuccia lettino'), ('alas tidur', 'cuccia lettino materassino'), ('matras', 'materassino tappetino'),
  ('canile', 'cuccia esterno casetta'), ('outdoor kennel', 'cuccia esterno legno'), ('croquettes', 'crocchette'),
  ('croccante', 'crocchette'), ('pienso', 'crocchette'), ('dog kibble', 'crocchette cani'),
  ('cat kibble', 'crocchette gatti'), ('puppy food', 'crocchette puppy cuccioli'),
  ('kitten food', 'crocchette kitten gattini'), ('boar', 'cinghiale'), ('babi hutan', 'cinghiale'),
  ('lattine', 'umido lattina'), ('kaleng', 'umido lattina'), ('canned food', 'umido lattina'),
  ('pouches', 'bustine umido'), ('sachet', 'bustine umido'), ('makanan basah', 'umido bustine lattina'),
  ('beef', 'manzo'), ('sapi', 'manzo'), ('daging', 'manzo carne'), ('prawn', 'gamberetti'), ('shrimp', 'gamberetti'),
  ('udang', 'gamberetti'), ('ikan tuna', 'tonno'), ('ricompensa', 'snack premietti'),
  ('ricompense', 'snack premietti'), ('dolcetti', 'snack premietti'), ('crocchini', 'snack premietti'),
  ('snack anjing', 'snack premietti'), ('cemilan', 'snack premietti'), ('sgranocchiare', 'ossa masticare'),
  ('mordere', 'ossa corda masticare'), ('rosicchiare', 'ossa masticare'),
  ('dental sticks', 'ossa dentali bastoncini'), ('dental chews', 'ossa dentali masticare'),
  ('gigi', 'denti dentali dentifricio'), ('tartaro', 'tartaro dentali dentifricio'),
  ('fiato', 'denti dentali dentifricio'), ('tug', 'corda nodi gioco'), ('squeaky', 'pallina sonora'),
  ('fischia', 'pallina sonora squittisce'), ('pallone', 'pallina'), ('feeding bowl', 'ciotola'),
  ('gamella', 'ciotola'), ('tempat makan', 'ciotola'), ('tempat minum', 'fontanella ciotola abbeveratoio'),
  ('voracita', 'rallenta pasto voracita'), ('eats too fast', 'ciotola rallenta pasto voracita'),
  ('troppo fretta', 'ciotola rallenta pasto voracita'), ('way', 'impermeabile mantellina'),
  ('kway', 'impermeabile mantellina'), ('piove', 'impermeabile antipioggia'), ('rain', 'impermeabile antipioggia'),
  ('hujan', 'impermeabile antipioggia'), ('giacca', 'cappottino giubbino'), ('giubbotto', 'cappottino giubbino'),
  ('winter coat', 'cappottino invernale trapuntato'), ('freddo', 'cappottino caldo coperta'),
  ('sweater', 'cappottino invernale'), ('baju hangat', 'cappottino caldo invernale'),
  ('baju anjing', 'cappottino impermeabile'), ('gabbietta', 'trasportino gabbia'), ('veterinario', 'trasportino'),
  ('vet', 'trasportino'), ('volare', 'trasportino rigido aereo'), ('volo', 'trasportino rigido aereo'),
  ('pesawat', 'trasportino rigido aereo'), ('tas kucing', 'trasportino morbido borsa'), ('tas', 'borsa'),
  ('pet carrier', 'trasportino'), ('cat bag', 'trasportino morbido borsa'), ('kantong kotoran', 'sacchetti igienici'),
  ('plastik kotoran', 'sacchetti igienici'), ('dog waste bags', 'sacchetti igienici'),
  ('bisogni', 'tappetini assorbenti sacchetti igienici'), ('popo', 'sacchetti igienici'),
  ('training pads', 'tappetini assorbenti traversine'), ('pee pads', 'tappetini assorbenti traversine'),
  ('alas pipis', 'tappetini assorbenti traversine'), ('perlak', 'tappetini assorbenti traversine'),
  ('pannoloni', 'tappetini assorbenti'), ('muso', 'museruola muso'), ('brongsong', 'museruola'),
  ('id tag', 'medaglietta targhetta'), ('piastrina', 'medaglietta targhetta'), ('ciondolo', 'medaglietta'),
  ('kalung nama', 'medaglietta'), ('sterilizzata', 'sterilizzati castrati'),
  ('sterilizzato', 'sterilizzati castrati'), ('castrato', 'sterilizzati castrati'),
  ('neutered cat', 'gatti sterilizzati castrati'), ('sabbia gatto', 'lettiera sabbia'),
  ('cat sand', 'lettiera sabbia'), ('litiere', 'lettiera'), ('tofu litter', 'lettiera tofu vegetale'),
  ('pasir tofu', 'lettiera tofu vegetale'), ('ecologica', 'vegetale ecologica'),
  ('pasir gumpal', 'lettiera agglomerante'), ('menggumpal', 'agglomerante'),
  ('wc gatto', 'cassetta igienica toilette'), ('cat toilet', 'cassetta igienica toilette'),
  ('wc kucing', 'cassetta igienica toilette'), ('vaschetta', 'cassetta igienica'), ('grattatoio', 'tiragraffi'),
  ('affilare', 'tiragraffi affilare unghie'), ('graffi', 'tiragraffi'), ('cakaran', 'tiragraffi'),
  ('papan garuk', 'tiragraffi cartone'), ('cardboard scratcher', 'tiragraffi cartone'),
  ('scratching board', 'tiragraffi cartone'), ('cat tower', 'tiragraffi torre'), ('erba gatto', 'erba gatta'),
  ('rumput kucing', 'erba gatta'), ('fishing rod', 'canna pesca piume'), ('tongkat bulu', 'canna bacchetta piume'),
  ('piuma', 'piume canna'), ('pointer', 'puntatore laser'), ('lucina', 'puntatore laser'),
  ('distributore acqua', 'fontanella acqua abbeveratoio'), ('water dispenser', 'fontanella acqua abbeveratoio'),
  ('dispenser air', 'fontanella acqua abbeveratoio'), ('minum', 'fontanella acqua abbeveratoio'),
  ('boli', 'malt pasta boli'), ('gumpalan bulu', 'malt pasta boli pelo'), ('bulu kucing', 'pelo gatti'),
  ('window perch', 'amaca finestra'), ('window seat', 'amaca finestra'), ('ayunan', 'amaca finestra'),
  ('campanello', 'campanellino sonaglio'), ('lonceng', 'campanellino sonaglio'),
  ('kerincingan', 'campanellino sonaglio'), ('bagnetto', 'shampoo asciugamano'), ('lavare cane', 'shampoo delicato'),
  ('dog wash', 'shampoo cani'), ('oat', 'avena'), ('gandum', 'avena cereali'),
  ('senza risciacquo', 'shampoo secco schiuma risciacquo'), ('waterless', 'shampoo secco risciacquo'),
  ('sampo kering', 'shampoo secco schiuma'), ('kering', 'secco'), ('detangler', 'balsamo districante'),
  ('kondisioner', 'balsamo districante'), ('grovigli', 'districante nodi'), ('groviglio', 'districante nodi'),
  ('kusut', 'districante nodi'), ('slicker', 'spazzola cardatore'), ('cardare', 'cardatore sottopelo'),
  ('muta pelo', 'spazzola cardatore sottopelo'), ('shedding', 'spazzola cardatore guanto pelo morto'),
  ('rontok', 'spazzola cardatore pelo morto'), ('flea comb', 'pettine antipulci'),
  ('sisir kutu', 'pettine antipulci'), ('sarung tangan', 'guanto leva pelo'), ('mitt', 'guanto'),
  ('tagliacapelli', 'tosatrice macchinetta'), ('trimmer', 'tosatrice macchinetta'),
  ('cukur bulu', 'tosatrice macchinetta'), ('alat cukur', 'tosatrice macchinetta'),
  ('forbicine', 'tagliaunghie forbice'), ('tronchesino', 'tagliaunghie forbice'), ('claw clippers', 'tagliaunghie'),
  ('kuku', 'unghie tagliaunghie'), ('pet wipes', 'salviette umidificate'), ('salviettine', 'salviette umidificate'),
  ('tisu', 'salviette umidificate'), ('zecche', 'zecche antiparassitario antipulci'),
  ('caplak', 'zecche antiparassitario'), ('nyamuk', 'antiparassitario zanzare'),
  ('mosquito', 'antiparassitario zanzare'), ('mosquitoes', 'antiparassitario zanzare'),
  ('repellent', 'antiparassitario spray'), ('repellente', 'antiparassitario spray'),
  ('kalung kutu', 'collare antipulci'), ('kalung anti kutu', 'collare antipulci'),
  ('anti kutu', 'antipulci antiparassitario'), ('dog perfume', 'profumo cani talco'),
  ('parfum anjing', 'profumo cani talco'), ('dog cologne', 'profumo cani talco colonia'),
  ('spazzolino denti', 'dentifricio spazzolino'), ('dog toothpaste', 'dentifricio enzimatico'),
  ('sikat gigi', 'dentifricio spazzolino'), ('ear drops', 'gocce orecchie auricolare'),
  ('ear cleaner', 'gocce orecchie pulizia'), ('pembersih telinga', 'gocce pulizia orecchie'),
  ('tetes telinga', 'gocce orecchie'), ('cerume', 'cerume orecchie'), ('otite', 'gocce orecchie'),
  ('telo', 'asciugamano telo'), ('salvietta bagno', 'asciugamano'), ('accappatoio', 'asciugamano microfibra'),
  ('polpastrelli', 'zampe cuscinetti'), ('zampette', 'zampe'), ('paw balm', 'balsamo zampe'),
  ('telapak kaki', 'zampe cuscinetti'), ('profumo uomo', 'profumo uomo maschile'), ('profumo donna', 'profumo donna'),
  ('maschile', 'maschile uomo'), ('femminile', 'donna'), ('men', 'uomo maschile'), ('man', 'uomo maschile'),
  ('mens', 'uomo maschile'), ('women', 'donna'), ('woman', 'donna'), ('pria', 'uomo maschile'),
  ('cowok', 'uomo maschile'), ('wanita', 'donna'), ('cewek', 'donna lei'), ('cewe', 'donna lei'),
  ('aftershave', 'dopobarba colonia'), ('after shave', 'dopobarba colonia'), ('acqua colonia', 'colonia'),
  ('cologne', 'colonia'), ('wangi', 'profumo fragranza'), ('wewangian', 'profumo fragranza'),
  ('scent', 'fragranza profumo'), ('scents', 'fragranza profumo'), ('amber', 'ambra'), ('vanila', 'vaniglia'),
  ('vaniglia', 'vaniglia ambra'), ('mawar bulgaria', 'rosa bulgara'), ('floreale', 'floreale rosa gelsomino'),
  ('floral', 'floreale rosa gelsomino'), ('bunga', 'floreale fiori'), ('fiorito', 'floreale fiori'),
  ('flowers', 'fiori floreale'), ('bucato', 'muschio bianco pulite bucato'),
  ('pulito', 'muschio bianco pulite bucato'), ('clean laundry', 'muschio bianco pulite bucato'),
  ('bergamot', 'bergamotto agrumi'), ('sitrus', 'agrumi'), ('fresh', 'fresco agrumi'), ('segar', 'fresco agrumi'),
  ('wood', 'legno'), ('sandalwood', 'sandalo'), ('cendana', 'sandalo'), ('stick', 'solido stick'),
  ('solid perfume', 'profumo solido'), ('parfum padat', 'profumo solido'), ('tester', 'campioncini fialette'),
  ('assaggi', 'campioncini fialette'), ('sampel', 'campioncini fialette'), ('pensierino', 'regalo cofanetto'),
  ('present', 'regalo cofanetto buono'), ('compleanno', 'regalo cofanetto buono'),
  ('birthday', 'regalo cofanetto buono'), ('ulang tahun', 'regalo cofanetto buono'), ('minyak jenggot', 'olio barba'),
  ('baffi', 'barba'), ('cream', 'crema'), ('krim', 'crema'), ('lotion', 'crema burro corpo'), ('shea', 'karite'),
  ('saponette', 'sapone saponetta'), ('bar soap', 'sapone saponetta'), ('sabun batang', 'sapone saponetta'),
  ('sabun cair', 'bagnoschiuma gel doccia'), ('doccia', 'bagnoschiuma gel doccia'),
  ('shower', 'bagnoschiuma gel doccia'), ('mandi', 'bagnoschiuma doccia'), ('bath foam', 'bagnoschiuma'),
  ('mentega tubuh', 'burro corpo'), ('body cream', 'burro corpo crema'), ('crema corpo', 'burro corpo'),
  ('pelle secca', 'burro corpo crema nutriente'), ('dry skin', 'burro corpo crema nutriente'),
  ('kulit kering', 'burro corpo crema nutriente'), ('ascelle', 'deodorante'), ('roll', 'deodorante roll'),
  ('sudore', 'deodorante'), ('ketiak', 'deodorante'), ('chioma', 'capelli chioma'),
  ('candles lavender', 'candela lavanda'), ('lumino', 'candela'), ('ceri', 'candela'), ('cero', 'candela'),
  ('natalizia', 'natalizio cannella'), ('christmas', 'natalizio cannella'), ('reed diffuser', 'diffusore bastoncini'),
  ('bastoncini profumati', 'diffusore bastoncini'), ('home fragrance', 'diffusore candela profumatore'),
  ('profumare casa', 'diffusore profumatore candela spray ambiente'),
  ('profumare', 'diffusore profumatore candela spray ambiente'),
  ('pewangi ruangan', 'diffusore profumatore ambienti spray'),
  ('pengharum ruangan', 'diffusore profumatore ambienti spray'), ('room spray', 'spray tessuti ambiente'),
  ('pelembap udara', 'diffusore ultrasuoni umidificatore'), ('fabric spray', 'spray tessuti'),
  ('incense sticks', 'incenso sandalo'), ('incensi', 'incenso'), ('minyak esensial', 'olio essenziale'),
  ('oli essenziali', 'olio essenziale'), ('raffreddore', 'eucalipto balsamico'),
  ('sachets', 'sacchetti profuma cassetti'), ('armadio', 'sacchetti profuma cassetti armadio'),
  ('lemari', 'sacchetti profuma cassetti armadio'), ('wardrobe', 'sacchetti profuma cassetti armadio'),
  ('violet', 'violetta'), ('copertina', 'coperta pile plaid'), ('throw', 'coperta pile plaid'),
  ('fleece', 'pile coperta'), ('guanciale', 'cuscino'), ('linen', 'lino'), ('bathroom rug', 'tappeto bagno'),
  ('keset', 'tappeto antiscivolo bagno'), ('scendiletto', 'tappeto scendidoccia'),
  ('hoover', 'aspirapolvere portatile'), ('aspirabriciole', 'aspirapolvere portatile aspirabriciole'),
  ('dustbuster', 'aspirapolvere portatile'), ('pet hair', 'peli leva pelucchi aspirapolvere'),
  ('pelucchi', 'rullo leva pelucchi'), ('rol bulu', 'rullo leva pelucchi'), ('adesivo', 'rullo adesiva'),
  ('odore pipi', 'smacchiatore odori pipi'), ('bau pipis', 'smacchiatore odori pipi urina'), ('pipis', 'pipi urina'),
  ('ompol', 'smacchiatore pipi urina'), ('macchia', 'smacchiatore macchie'), ('macchie', 'smacchiatore macchie'),
  ('noda', 'smacchiatore macchie'), ('stain', 'smacchiatore macchie'), ('lavare terra', 'detergente pavimenti'),
  ('mop', 'detergente pavimenti'), ('pembersih lantai', 'detergente pavimenti'), ('lantai', 'pavimenti'),
  ('floor', 'pavimenti'), ('flower pot', 'vaso portafiori'), ('vasetto', 'vaso ceramica'),
  ('vas bunga', 'vaso ceramica portafiori'), ('himalayan', 'himalayano'), ('garam', 'sale'), ('salt', 'sale'),
  ('abat jour', 'lampada'), ('lumetto', 'lampada'), ('bedside lamp', 'lampada comodino'), ('tazzine', 'tazze mug'),
  ('bicchieri', 'tazze'), ('coffee cups', 'tazze mug caffe'), ('gelas', 'tazze mug'),
  ('toy box', 'cestino portaoggetti giochi'), ('toy basket', 'cestino portaoggetti giochi'),
  ('portagiochi', 'cestino portaoggetti giochi'), ('scatola giochi', 'cestino portaoggetti giochi'),
  ('storage basket', 'cestino portaoggetti'), ('kartu hadiah', 'buono regalo digitale'), ('buono', 'buono regalo'),
  ('coniglietto', 'conigli fieno'), ('conigli', 'conigli fieno'), ('rabbit food', 'fieno conigli'),
  ('makanan kelinci', 'fieno conigli'), ('cavie', 'cavie fieno'), ('porcellino india', 'cavie fieno'),
  ('marmut', 'cavie fieno'), ('rodent', 'criceti gabbia'), ('cricetino', 'criceti gabbia'),
  ('kandang hamster', 'gabbia criceti'), ('pappagallo', 'uccellini semi'), ('parrot', 'uccellini semi'),
  ('budgie', 'uccellini semi canarini'), ('bird seed', 'mangime canarini semi uccellini'),
  ('birdseed', 'mangime canarini semi uccellini'), ('kenari', 'canarini mangime'),
  ('becchime', 'mangime semi uccellini'), ('pesce', 'pesci'), ('pesciolino', 'pesci rossi mangime'),
  ('fish flakes', 'mangime scaglie pesci'), ('makanan kura kura', 'pellet tartarughe'),
  ('kura kura', 'tartarughe pellet'), ('turtle food', 'pellet tartarughe'), ('tartarughine', 'tartarughe pellet'),
  ('vasca', 'acquario vasca'), ('fishbowl', 'acquario')
) as g (term, expansion)
on conflict do nothing;

insert into public.message_templates (business_id, name, language, category, body, buttons, params) values
  ('00000000-0000-4000-8000-000000000001', 'nuovo_ordine', 'it', 'UTILITY', 'Nuovo ordine {{1}}: {{2}}. Totale {{3}}. Puoi prepararlo?', '["Accetta", "Rifiuta"]', 3),
  ('00000000-0000-4000-8000-000000000001', 'nuovo_ordine', 'en', 'UTILITY', 'New order {{1}}: {{2}}. Total {{3}}. Can you prepare it?', '["Accept", "Decline"]', 3),
  ('00000000-0000-4000-8000-000000000001', 'nuovo_ordine', 'id', 'UTILITY', 'Pesanan baru {{1}}: {{2}}. Total {{3}}. Bisa disiapkan?', '["Terima", "Tolak"]', 3),
  ('00000000-0000-4000-8000-000000000001', 'stato_ordine', 'it', 'UTILITY', 'Aggiornamento sul tuo ordine {{1}}: {{2}}.', '[]', 2),
  ('00000000-0000-4000-8000-000000000001', 'stato_ordine', 'en', 'UTILITY', 'An update on your order {{1}}: {{2}}.', '[]', 2),
  ('00000000-0000-4000-8000-000000000001', 'stato_ordine', 'id', 'UTILITY', 'Kabar pesanan {{1}}: {{2}}.', '[]', 2);

insert into public.canned_replies (business_id, shortcut, language, body) values
  ('00000000-0000-4000-8000-000000000001', 'ciao', 'it', 'Ciao! Sono Chiara di Dloop, come posso aiutarti?'),
  ('00000000-0000-4000-8000-000000000001', 'attesa', 'it', 'Controllo subito e ti scrivo entro pochi minuti.'),
  ('00000000-0000-4000-8000-000000000001', 'reso', 'it', 'Nessun problema: puoi restituire l''articolo entro 14 giorni, vengo io a spiegarti come.');

-- A few conversations to read. Times count back from the moment of seeding.
insert into public.contacts (id, business_id, name, phone, language, privacy_noticed_at) values
  ('00000000-0000-4000-8000-000000000051', '00000000-0000-4000-8000-000000000001', 'Giulia Bianchi', '393401112233', 'it', now() - interval '3 hours'),
  ('00000000-0000-4000-8000-000000000052', '00000000-0000-4000-8000-000000000001', 'Marco Rossi', '393404445566', 'it', now() - interval '1 day'),
  ('00000000-0000-4000-8000-000000000053', '00000000-0000-4000-8000-000000000001', 'Emily Carter', '447700900123', 'en', now() - interval '5 hours'),
  ('00000000-0000-4000-8000-000000000054', '00000000-0000-4000-8000-000000000001', 'Dloop Store Milano', '393331000001', 'it', now() - interval '9 days');
insert into public.contact_identities (business_id, contact_id, channel, kind, value)
select business_id, id, 'whatsapp', 'phone', phone from public.contacts
where business_id = '00000000-0000-4000-8000-000000000001';

insert into public.whatsapp_conversations (id, business_id, account_id, contact_id, phone, conversation_type, language, message_count,
  unread_count, preview, last_message_at, last_inbound_at, window_expires_at, escalated_at) values
  ('00000000-0000-4000-8000-000000000061', '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000011',
   '00000000-0000-4000-8000-000000000051', '393401112233', 'customer', 'it', 4, 0,
   'Guinzaglio in pelle artigianale, 34,00 €: disponibile in M e L, marrone o nero.', now() - interval '2 hours 58 minutes',
   now() - interval '2 hours 59 minutes', now() + interval '21 hours', null),
  ('00000000-0000-4000-8000-000000000062', '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000011',
   '00000000-0000-4000-8000-000000000052', '393404445566', 'customer', 'it', 6, 0,
   'Buone notizie: Dloop Store Milano ha accettato il tuo ordine D1000.', now() - interval '40 minutes',
   now() - interval '45 minutes', now() + interval '23 hours', null),
  ('00000000-0000-4000-8000-000000000063', '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000011',
   '00000000-0000-4000-8000-000000000053', '447700900123', 'customer', 'en', 4, 1,
   'I''ve been waiting for two days, I want to talk to a person.', now() - interval '12 minutes',
   now() - interval '12 minutes', now() + interval '23 hours 48 minutes', now() - interval '12 minutes'),
  ('00000000-0000-4000-8000-000000000064', '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000011',
   '00000000-0000-4000-8000-000000000054', '393331000001', 'dealer', 'it', 4, 0,
   'Aggiornato: Cuccia imbottita, 200 disponibili.', now() - interval '30 minutes', now() - interval '31 minutes', now() + interval '23 hours', null);

insert into public.whatsapp_messages (business_id, conversation_id, account_id, phone, direction, author, type, content, payload, status,
  meta_message_id, provider_time, sent_at, delivered_at, read_at, created_at)
select '00000000-0000-4000-8000-000000000001', c.id, c.account_id, c.phone, case when m.author in ('customer', 'dealer') then 'inbound' else 'outbound' end,
  m.author, m.type, m.content, case when m.author in ('customer', 'dealer') then '{}'::jsonb else jsonb_build_object('kind', 'text', 'text', m.content) end,
  case when m.author in ('customer', 'dealer') then 'received' else 'read' end, 'wamid.seed-' || m.n, now() - m.ago,
  case when m.author not in ('customer', 'dealer') then now() - m.ago end, case when m.author not in ('customer', 'dealer') then now() - m.ago end,
  case when m.author not in ('customer', 'dealer') then now() - m.ago end, now() - m.ago
from (values
  (1, '61', 'customer', 'text', 'Ciao! Avete guinzagli in pelle?', interval '3 hours'),
  (2, '61', 'bot', 'text', 'Ciao Giulia! Sono l''assistente di Dloop. Sì: Guinzaglio in pelle artigianale, 34,00 €.', interval '2 hours 59 minutes 55 seconds'),
  (3, '61', 'customer', 'text', 'Che taglie ci sono?', interval '2 hours 59 minutes'),
  (4, '61', 'bot', 'text', 'Guinzaglio in pelle artigianale, 34,00 €: disponibile in M e L, marrone o nero.', interval '2 hours 58 minutes'),
  (5, '62', 'customer', 'text', 'Vorrei 2 candele alla lavanda', interval '50 minutes'),
  (6, '62', 'bot', 'text', 'Ecco il tuo carrello: 2 × candela alla lavanda. Confermi?', interval '49 minutes'),
  (7, '62', 'customer', 'interactive', 'Conferma', interval '45 minutes'),
  (8, '62', 'bot', 'text', 'Perfetto! Ordine D1000 ricevuto, lo sto passando al negozio.', interval '44 minutes'),
  (9, '62', 'system', 'text', 'Buone notizie: Dloop Store Milano ha accettato il tuo ordine D1000.', interval '40 minutes'),
  (10, '63', 'customer', 'text', 'Hi, where is my parcel?', interval '20 minutes'),
  (11, '63', 'bot', 'text', 'Hi Emily! I can''t find an open order of yours. Would you like to talk to a colleague?', interval '19 minutes'),
  (12, '63', 'customer', 'text', 'I''ve been waiting for two days, I want to talk to a person.', interval '12 minutes'),
  (13, '64', 'dealer', 'text', 'quante cucce ho?', interval '35 minutes'),
  (14, '64', 'bot', 'text', 'Cuccia imbottita: 180 disponibili.', interval '34 minutes'),
  (15, '64', 'dealer', 'text', 'arrivate 20 cucce', interval '31 minutes'),
  (16, '64', 'bot', 'text', 'Aggiornato: Cuccia imbottita, 200 disponibili.', interval '30 minutes')
) as m (n, conversation, author, type, content, ago)
join public.whatsapp_conversations c on c.id = ('00000000-0000-4000-8000-0000000000' || m.conversation)::uuid
order by m.n;

-- Giulia and Marco had things brought before.
insert into public.contact_addresses (business_id, contact_id, text, postcode, used_at) values
  ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000051', 'Via Tortona 15, 20144 Milano', '20144', now() - interval '20 days'),
  ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000052', 'Corso Garibaldi 44, 20121 Milano, citofono Rinaldi', '20121', now() - interval '44 minutes');

insert into public.escalations (business_id, conversation_id, reason, detail, created_at) values
  ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000063', 'asked', 'The customer wants a person.', now() - interval '12 minutes');

-- Marco's order, accepted by the first dealer and on its way with Anna.
insert into public.whatsapp_order_relays (id, business_id, conversation_id, contact_id, phone, code, products, total_price, currency, status,
  confirmed_at, placed_at, created_at)
select '00000000-0000-4000-8000-000000000071', p.business_id, '00000000-0000-4000-8000-000000000062', '00000000-0000-4000-8000-000000000052',
  '393404445566', 'D1000', jsonb_build_array(jsonb_build_object('product_id', p.id, 'sku', p.sku, 'name', p.name, 'quantity', 2,
    'variant', '{}'::jsonb, 'unit_price', p.price::text, 'currency', p.currency)), 2 * p.price, p.currency, 'created',
  now() - interval '44 minutes', now() - interval '44 minutes', now() - interval '49 minutes'
from public.products p where p.business_id = '00000000-0000-4000-8000-000000000001' and p.sku = 'H01';
insert into public.market_orders (id, business_id, relay_id, code, dealer_id, holder_id, rider_id, status, lines, total_price, currency, accepted_at, created_at)
select '00000000-0000-4000-8000-000000000081', r.business_id, r.id, r.code, '00000000-0000-4000-8000-000000000041', '00000000-0000-4000-8000-000000000041',
  '00000000-0000-4000-8000-000000000131', 'accepted', r.products, r.total_price, r.currency, now() - interval '40 minutes', now() - interval '44 minutes'
from public.whatsapp_order_relays r where r.id = '00000000-0000-4000-8000-000000000071';
update public.whatsapp_order_relays set delivery_fee = 2.50, total_price = total_price + 2.50, delivery = jsonb_build_object('way', 'delivery',
  'zone_id', '00000000-0000-4000-8000-000000000141', 'zone', 'Milano centro', 'fee', '2.50', 'address', 'Corso Garibaldi 44, 20121 Milano, citofono Rinaldi',
  'postcode', '20121', 'minutes_from', 25, 'minutes_to', 45) where id = '00000000-0000-4000-8000-000000000071';
update public.market_orders m set delivery = r.delivery, delivery_fee = r.delivery_fee from public.whatsapp_order_relays r
where r.id = m.relay_id and m.id = '00000000-0000-4000-8000-000000000081';
update public.whatsapp_order_relays set market_order_id = '00000000-0000-4000-8000-000000000081' where id = '00000000-0000-4000-8000-000000000071';
insert into public.order_offers (business_id, market_order_id, dealer_id, outcome, expires_at, resolved_at, created_at) values
  ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000081', '00000000-0000-4000-8000-000000000041', 'accepted',
   now() - interval '34 minutes', now() - interval '40 minutes', now() - interval '44 minutes');
insert into public.order_events (business_id, relay_id, market_order_id, kind, actor, announced_at, created_at) values
  ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000071', null, 'confirmed', 'customer', now(), now() - interval '44 minutes'),
  ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000071', '00000000-0000-4000-8000-000000000081', 'accepted', 'dealer', now(), now() - interval '40 minutes');
insert into public.payments (business_id, relay_id, amount, currency)
select business_id, id, total_price, currency from public.whatsapp_order_relays where id = '00000000-0000-4000-8000-000000000071';
update public.dealer_stock set reserved = 2 where dealer_id = '00000000-0000-4000-8000-000000000041'
  and product_id = (select id from public.products where business_id = '00000000-0000-4000-8000-000000000001' and sku = 'H01');
