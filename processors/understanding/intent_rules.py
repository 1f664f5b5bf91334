"""What words say about an intent: (intent, weight, pattern) over folded text, in three languages.

A pattern of another language seldom matches by chance, so all are tried. Weights add up; the highest intent wins.
"""

from __future__ import annotations

import re
from typing import Final

from processors.model import Intent

_ORDER: Final = (
    (1.0, r"\b(i|we) (want|need|would like|d like|like)\b(?! to (know|return|speak|talk|ask|cancel|complain|"
        r"change|see|report)| (a |an |my |the |your |some )?(refund|receipt|invoice|money|human|person|manager|"
        r"replacement|exchange|answer|explanation|info\w*|advice|help|number))"),
    (1.0, r"\b(vorrei|voglio|volevo|vorremmo|vogliamo)\b(?! (solo )?(sapere|parl\w+|chied\w+|fare (un reso|"
        r"una domanda|reclamo)|restitu\w+|rendere|disdire|annull\w+|capire|vedere|segnal\w+|(un|il) (rimborso|"
        r"operatore)|(i )?(miei )?soldi|(la|una) (fattura|ricevuta|spiegazione|risposta|persona|informazione)|"
        r"informazioni|dirvi|ringraz\w+))"),
    (1.0, r"\b(mau|pengen|pengin|minta)\b(?! (tanya|nanya|retur\w*|refund|tukar|bicara|ngomong|komplain|tahu|tau|"
        r"lihat|liat|cek|batal\w*|info\w*|foto|bantu\w*|cs|admin|nomor|uang))"),
    (2.4, r"\b(ho sbagliato|mi sono sbagliat\w+|errore mio|my mistake|salah pencet|salah ketik)\b.*\b(non|togli|"
        r"leva|remove|hapus|jangan|volevo|il|la|i|le)\b"),
    (2.0, r"\b(fix|gas|jadi)( ya| kak| order| pesan| deh)?$|\bjangan( deh| dulu)?$"),
    (2.2, r"^(niente|basta|via|no|senza|no more) (piu )?(il|la|lo|i|le|gli|l|the)? ?\w+$|\b(ga|gak|nggak|tidak|"
        r"ndak) (jadi|usah) \w+"),
    (2.0, r"\b(dam|dac|fam|man|met|prend|aggiung|tog|lev|port|ordin|segn)\w*ne\b"),
    (3.0, r"(aggiung\w+|metti(mi|amo|ne)?|inseri\w+|togli\w*|rimuov\w+|elimina\w*) .*(carrell|ordin|cestin)\w*"),
    (2.6, r"(vorrei|vorremmo|voglio|vogliamo|volevo|vulesse|vorei|voglo) (\w+ )?(ordinare|comprare|acquistare|"
        r"prendere|fare un ordine|prenotare)"),
    (1.8, r"(vorrei|vorremmo|voglio|volevo|vulesse|vorei|voglo) (un|una|uno|due|tre|\d+|il|lo|la|i|le|dei|delle|"
        r"o|anche)\b"),
    (2.2, r"\b(prend\w+|piglio|pijo|compro|acquisto|ordino|ordiniamo|aggiung\w+|aggiungine|mettimi|mettine|"
        r"mettici|segnami|segna)\b"),
    (2.0, r"\b(mandami|mandatemi|mandaci|dammi|damme|dacci|datemi|portami|inviami|inviatemi|preparami|"
        r"preparatemi|spediscimi)\b"),
    (2.0, r"\b(mi|ci|me) (mandi|mandate|dai|date|metti|mettete|prepari|preparate|porti|tieni|tenete|riservi|"
        r"fai avere|spedisci|spedite)\b"),
    (1.8, r"\b(mi|ci) (serv\w+|occorr\w+)\b"),
    (1.2, r"\b(ho|abbiamo) bisogno d\w* (un|una|due|tre|\d+)"),
    (1.6, r"\bposso (avere|prendere|ordinare|acquistare|comprare)\b"),
    (2.0, r"\b(ne|n) (voglio|vorrei|prendo|piglio|vogliamo|prendiamo|metta|faccia|dia|dai)\b|\bme ne (dai|mandi|"
        r"metti|prepari|fai)\b"),
    (2.0, r"\b(lo|la|li|le|quell[oaie]) (prendo|compro|voglio|piglio|ordino)\b"),
    (1.8, r"\bfacciamo (\d+|un|una|due|tre|quattro|cinque|sei|che)\b"),
    (2.2, r"\b(conferm\w+|procediamo|procedi|concludi\w*|finalizz\w+)\b"),
    (2.4, r"\b(svuota|svuotare|azzera)\b|\bcarrello\b"),
    (2.0, r"\b(togli|toglimi|togliete|levami|rimuovi|elimina|scarta)\b"),
    (2.0, r"\b(cambia|modifica|porta) .*(quantita|a \d+|in \d+|da \d+ a)"),
    (1.6, r"\b(la solita|il solito|come l ultima volta|come sempre|lo stesso (ordine|di)|stesso ordine)\b"),
    (1.8, r"\b(passiamo|andiamo|vai|vado|procedo) (al|alla|col) (pagamento|cassa)\b|\bprocediamo col pagamento\b"),
    (3.0, r"\b(add|put|throw|toss|remove|delete|take) .*(cart|basket|order|bag|list)\b"),
    (2.4, r"\b(i d|i would|we d|id) (like|love) (to (order|buy|get|purchase)|a|an|one|two|three|four|five|some|"
        r"\d+|the)\b"),
    (2.2, r"\b(i|we) (want|need|wanna|wnat) (to (order|buy|get|purchase)|a|an|one|two|three|four|five|some|\d+|"
        r"the)\b"),
    (2.0, r"\b(i ll|ill|i will|we ll) (take|have|get|go (for|with))\b|\b(give|get|send|gimme|grab) (me|us)\b|"
        r"\bgimme\b"),
    (1.6, r"\b(can|could|may) (i|we) (have|get|order|buy)\b|\blet me (get|have|order)\b"),
    (1.8, r"\b(add|remove|buy|purchase|checkout|check out|reserve)\b"),
    (2.0, r"\b(confirm|place|submit|complete)( (my|the|this|it))?( order)?\b"),
    (1.8, r"\b(same (as|order)|the usual|as usual|reorder|same again|one more|another one)\b"),
    (2.4, r"\b(empty|clear) (my|the) (cart|basket)\b"),
    (2.0, r"\b(make it|make that|change (it|that|the quantity) to) (\d+|one|two|three|four|five)\b"),
    (2.2, r"\b(mau|mo|pengen|pengin|ingin|aku|saya) (\w+ )?(beli|pesan|pesen|order|ambil|checkout|co)\b"),
    (1.8, r"\b(beli|pesan|pesen|ambil|minta|tambah\w*|masukin|masukkan|hapus|kurangi|checkout|kosongkan|bungkus)\b"),
    (2.0, r"\b(konfirmasi|lanjut (bayar|pesan|order)|jadi (pesan|beli|order|ambil)|gas order|langsung order)\b"),
    (1.6, r"\b(mau|minta|butuh) (satu|dua|tiga|empat|lima|\d+|yang|yg)\b|\bkeranjang\b"),
    (1.6, r"\b(include|pop|toss|stick|throw|chuck|bung) (\w+ ){0,5}(on|in|as well|too|the \w+)\b|\b(finali[sz]e|"
        r"complete|send|submit) (my )?(basket|cart|order)\b|\bwhat do i (owe|pay)\b"),
    (1.6, r"\b(desidero|desidererei|desideriamo|si richiede|richiedo|gradirei|richiediamo) (\w+ ){0,3}(ordin\w+|"
        r"acquist\w+|fornitura|un|una|due|tre|quattro|\d+)\b|\b(partite con|procedete con|"
        r"va bene il preventivo)\b"),
    (1.6, r"\b(mi (sono )?decis[oa] per|alla fine (resto|prendo|vado|scelgo|opto)|vado (di|con|per)|opto per|"
        r"scelgo|provo (il|la|lo|i|le|con)|ci sta bene|me lo tieni|me la tieni|fammel[oaie]|fatemel[oaie]|"
        r"fammi avere|fatemi avere)\b"),
    (1.6, r"\b(prendo|piglio|voglio|dammi) tutt[oie]\b|\bquanto (ti|vi|te|le) devo\b|\b(raddoppia|triplica|"
        r"scambi\w+ (il|la|i|le)|invert\w+|al posto d\w+|invece d\w+)\b|\b(double it|swap|instead of|"
        r"rather than)\b"),
    (1.4, r"^(solo|soltanto|only|just|cuma|hanya|senza|without|tanpa|tranne|all but|tutto tranne|anche|e anche|"
        r"also|sama|plus|e) (il|la|lo|i|le|l|un|una|the|a|\w+)( \w+){0,3}$"),
    (1.6, r"^((in )?(taglia|size|ukuran|misura|tg|colore|warna) \w+|(rosso|rossa|blu|nero|nera|red|blue|black|"
        r"merah|biru|hitam|verde|grigio) (xs|s|m|l|xl)|(la|il|the|yang) (prima|secondo|seconda|primo|terzo|"
        r"terza|first|second|third|pertama|kedua|ketiga)( one)?|both|entrambi|entrambe|tutti e due|tutte e due|"
        r"dua duanya)$"),
    (1.8, r"\b(mohon|tolong|minta) (\w+ )?(di)?(kirim|tambah|masuk|siap|bungkus|catat)\w*\b|\b(kirim|kirimkan|"
        r"kirimin) (satu|dua|tiga|empat|lima|\d+)\b|\b(bermaksud|hendak|ingin) (memesan|membeli)\b|\b(memesan|"
        r"membeli)\b|\bsaya pilih\b|\b(sekalian|skalian)\b"),
    (1.6, r"\b(ci sto|affare fatto|aggiudicat\w+|deal|sold|it s a deal|and that s it|e basta|e basta cosi|"
        r"and that ll do)\b|\b(as well|too|anche|pure|juga)$"),
    (1.6, r"\b(i ll go with|going with|i m going for|i d go for|i would be grateful for|put me down for|"
        r"sign me up for|set aside|hold) \b"),
)  # fmt: skip

_INQUIRY: Final = (
    (1.0, r"\b(mi fai vedere|fammi vedere|fatemi vedere|mi fate vedere|mostrami|show me|let me see|boleh lihat|"
        r"mau lihat)\b"),
    (2.6, r"\b(quanto|cuanto|quanno|qnt|quant) (cost\w*|viene|vengono|vien|fa|fanno|sta|stanno|verrebbe|e)\b|"
        r"\bprezz\w+\b|\bcost[ao]n?o?\b|\bquant e\b"),
    (2.2, r"\b(avete|avreste|ce l avete|ci sono|c e|vendete|trattate|tenete|fate|fornite|ce n e|tieni|gh avi|"
        r"ci avete|ciavete|c avete)\b"),
    (2.0, r"\b(disponibil\w+|in magazzino|in stock|esaurit\w+|in arrivo|torna disponibile|rimast[aio]|scorte)\b"),
    (1.8, r"\b(che|quali|quale|di che|in che|cosa) (taglie|taglia|colori|colore|misure|formati|formato|materiale|"
        r"ingredienti|differenza|gusti|marca|marche|modelli|profumazioni|prodotti|\w+ (avete|ci sono|ha|"
        r"consigli\w*|mi consigli\w*))\b"),
    (2.0, r"\b(consigli\w*|suggeri\w+|raccomand\w+|cosa (mi )?(prendo|regalo)|adatt[oaie]|va bene (per|anche|x)|"
        r"indicat[oaie])\b"),
    (2.0, r"\b(differenz[ae]|meglio (il|la|tra|fra)|confront\w+)\b|\bcome si (usa|applica|lava|monta)\b"),
    (1.8, r"\b(cerco|cercavo|sto cercando|cercando|starei cercando|nn trovo|non trovo)\b"),
    (1.8, r"\b(mi fai vedere|fammi vedere|fatemi vedere|mostrami|mostratemi|vedere|mandami le foto|una foto|foto|"
        r"catalogo|listino)\b"),
    (2.0, r"\b(offert[ae]|scont[oi]|promo\w*|saldi|novita|coupon|buoni sconto)\b"),
    (2.2, r"\b(spedite|consegnate|spedizione|spese di spedizione|consegna|shipping|ship|deliver(y)?|ongkir|"
        r"ongkos kirim|kirim ke|pengiriman)\b"),
    (1.4, r"\b(ingredienti|contiene|composizione|materiale|dimensioni|misure|quanto (pesa|misura|dura|e grande)|"
        r"scadenza|allergi\w+|ipoallergenic\w+|senza \w+\?)\b"),
    (1.5, r"\b(vorrei sapere|mi (puo|puoi) dire|sapete se|sai se|mi chiedevo|avrei una domanda|informazion\w+|"
        r"info)\b"),
    (1.4, r"\b(lo|la|li|le) (vendete|avete|fate|trovo)\b|\b(taglie|colori) (ci sono|avete|disponibili)\b"),
    (2.6, r"\b(how|hw) (much|mch)\b|\bprices?\b|\bcosts?\b"),
    (2.2, r"\b(do|does|did|have) (you|u|ya) (have|sell|carry|stock|got|do|offer|make)\b|\byou (got|have|sell)\b|"
        r"\bgot any\b"),
    (2.0, r"\b(is|are) (it|this|that|these|those|there|the \w+( \w+)?) (available|in stock|safe|good|suitable|ok|"
        r"any|still|waterproof|machine)\b|\bavailable\b|\bin stock\b"),
    (2.0, r"\b(what|which) (sizes?|colou?rs?|flavou?rs?|scents?|kind|kinds|types?|brands?|is the difference|"
        r"would|do you|are the|one|products?|ingredients)\b"),
    (2.0, r"\b(recommend\w*|suggest\w*|looking for|searching for|advice on|any ideas?|good for|best for|"
        r"suitable for)\b"),
    (2.0, r"\b(show me|let me see|can i see|pictures?|photos?|catalogu?e)\b"),
    (2.0, r"\b(discounts?|deals?|sale|offers?|promo\w*|coupons?|vouchers?|new arrivals?|what s new)\b"),
    (1.8, r"\b(difference|compare|better|ingredients?|made of|material|contain\w*|how (big|long|heavy|many|tall)|"
        r"hypoallergenic|grain free|vs)\b"),
    (2.6, r"\b(berapa|brp|brapa|brpa) (harga\w*|duit|an|ya|sih|kak)\b|\bharga\w*\b|\bberapaan\b"),
    (1.8, r"\b(ada|adakah|jual|punya|sedia) \w+|\b(ready|tersedia|stok\w*|masih ada|kosong)\b"),
    (2.0, r"\b(rekomendasi\w*|saran\w*|cocok|bagus (yang|buat|untuk)|bedanya|perbedaan|mending)\b"),
    (1.8, r"\b(lihat|liat|foto|gambar|katalog\w*|cari|nyari|lagi cari)\b"),
    (2.0, r"\b(diskon|promo\w*|potongan|gratis ongkir|ukuran apa|warna apa|varian\w*|rasa apa|bahan\w*|komposisi)\b"),
    (1.8, r"\b(si (puo|possono|usa|usano|lava|lavano|monta|mette|mettono|apre|butta|sporca|rovina)|"
        r"come (e fatt\w+|funzion\w+ (il|la|lo|i|le|questo|questa)|si (presenta|monta))|com e (fatt\w+|il|la|"
        r"lo)|va bene (se|con|per)|vanno bene|e adatt\w+|serve (l|il|la|un|una) \w+|ha bisogno)\b"),
    (1.8, r"\b(does|do|will|would|can|could|should|is|are) (it|they|the|that|those|these|this|i|size|"
        r"a) (\w+ ){0,5}(fit|need|work|use|used|smell|last|wash|washable|need|wet|dry|ok|safe|heavy|bright|"
        r"hard|soft|loud|noisy|suit|go down|come (in|with))\b"),
    (1.8, r"\b(preventiv\w+|quotazion\w+|quote|quotation|penawaran|quanto verrebbe\w*|quanto (mi )?(fai|fate|"
        r"fareste)|what do you charge|best ?sellers?|most popular|(piu|piu) vendut\w+|va di piu|paling laris|"
        r"terlaris|ancora in vendita|still (selling|sell|available)|lead time|tempi di consegna)\b"),
    (1.6, r"\b(altr[oie]|other|another|different) (colori|colore|taglie|taglia|misure|modelli|colours?|colors?|"
        r"sizes?|scents?|flavou?rs?)\b|\b(warna|ukuran|rasa|model) (lain|apa)\b"),
    (1.8, r"\b(pagare|pago|paga|pay|bayar) (\w+ )?(alla consegna|in contanti|a rate|con (satispay|paypal|carta|"
        r"bancomat)|on delivery|cash|by card|in instal\w+|di tempat|cicil\w*|pakai|pake|nanti)\b|"
        r"\b(contrassegno|instal?ments?|a rate|rate|cod|klarna|scalapay|cicilan|accettate|accetti|do you (take|"
        r"accept))\b"),
    (1.4, r"\b(il mio|la mia|i miei|ho un|ho una|my|our|anjing|kucing) ?(cane|gatto|gatta|micio|micia|cucciol\w+|"
        r"gattin\w+|cagnolin\w+|coniglio|criceto|vecchietto|pelosetto|piccolo|dog|cat|puppy|kitten|rabbit|"
        r"hamster|old boy|saya|ku|aku)\b|\b(my|our) (dog|cat|puppy|kitten|rabbit|hamster)\b"),
    (1.2, r"\b(regal\w+|compleanno|laurea|anniversario|birthday|gift|present|graduation|kado|hadiah|ulang tahun)\b"),
    (1.4, r"\b(racconta\w*|descrivi\w*|parla\w* (del|della|di)|dimmi (com|come|di piu)|tell me (what|about|more)|"
        r"cerit\w+ (tentang|dong)|mi incuriosisc\w+|curious about|penasaran|kayak apa|seperti apa|ori|"
        r"original\w*)\b"),
    (1.4, r"\b(apakah|bisa (dipakai|dibuang|dicuci)|dipakai|wanginya|ukurannya|bahannya|isinya|isi (berapa|paket|"
        r"nya)|awet|empuk|lengket|tahan|aman (buat|untuk)|enaknya)\b"),
    (1.4, r"\b(quando torna|when will (the|it|they|you) \w* ?(be back|restock)|restock|back in stock|non (so|"
        r"sapevo) (che|quale) (taglia|misura|formato)|arrivate (fin|fino|a|in)|do you (come|ship|deliver)|"
        r"sampai ke)\b"),
)  # fmt: skip

_SUPPORT: Final = (
    (2.4, r"\b(dovete|devi|deve|dovevate) (ancora )?(mand|consegn|sped|dar|port|far)\w*|\b(devo|"
        r"dobbiamo) (ancora )?ricevere\b"),
    (3.0, r"\b(mio|miei|mia|nostro|nostra) (ordine|ordini|pacco|pacchi|spedizione|consegna|acquisto|rimborso|"
        r"reso|pagamento|merce|roba)\b"),
    (3.0, r"\b(ordine|pedido|order|pesanan|orderan|ord)( (n|nr|numero|number|no|nomor|num))? ?\d{3,}\b|\b(resi|"
        r"tracking|traccia\w*|track)\b"),
    (2.6, r"\b(rimbors\w+|reso|resi|restitu\w+|rendere|ridate|ridarmi|ridatemi|rivoglio|indietro i|storno|"
        r"chargeback|sostitu\w+)\b"),
    (2.6, r"\b(fattur\w+|scontrino|ricevuta|partita iva|codice fiscale|garanzia|reclamo|assistenza|invoice|"
        r"receipt|warranty|complaint|faktur|nota|garansi|komplain)\b"),
    (2.4, r"\b(rott[oaie]|rotti|danneggiat\w+|difettos\w+|scadut\w+|ammaccat\w+|apert[oaie] e|sbagliat\w+|"
        r"bucat\w+|marci\w*|perde|guast\w+|scucit\w+|macchiat\w+|crepat\w+|strappat\w+|ammuffit\w+)\b"),
    (2.2, r"\b(non|nn|mai|nun|nulla|niente|ancora) (\w+ ){0,3}(arrivat\w*|arrivano|arriva|ricevut\w*|funziona\w*|"
        r"consegnat\w*|spedit\w*|parte|accende)\b|\b(arrivat\w+|arivato|ricevut\w+|mandat\w+|mannato|spedit\w+|"
        r"consegnat\w+)\b"),
    (2.4, r"\b(dov|dove) (e|est|sta|si trova|stanno)? ?(il|la|mio|finit\w+)? ?(mio |mia )?(pacco|ordine|roba|"
        r"spedizione|corriere|merce)\b|\b(pacco|corriere|rider|postino|fattorino)\b"),
    (2.0, r"\bquando (arriv\w+|me lo|consegnate|spedite|lo ricev\w+|mi arriva)\b|\b(aspett\w+|attend\w+) (da|"
        r"ancora|il|la)\b|\b(ritardo|in delay|delay)\b"),
    (2.4, r"\b(pagament\w+|pagare|pagato|carta|addebit\w+|bonifico|iban|paypal|satispay|transazione|payment|paid|"
        r"charged|charge|refund\w*|pembayaran|dibayar|transfer\w*|saldo|bayar(nya)?)\b.*\b(non|nn|doppi\w|"
        r"due volte|errore|rifiutat\w+|fallit\w+|funziona|fail\w*|declin\w+|twice|double|error|stuck|gagal|"
        r"terus|dobel|ditolak|belum masuk|error)\b|\b(non riesco|impossibile|can t|cannot|cant) (a )?(pagare|"
        r"pay)\b|\bpayment (failed|error|declined)\b|\bpagato due volte\b"),
    (2.4, r"\b(annull\w+|cancell\w+|disdi\w+|modific\w+|cambiare|cambio) (\w+ ){0,3}(ordine|indirizzo|consegna|"
        r"spedizione|data)\b|\bindirizzo di (consegna|spedizione)\b|\b(cambiare|sbagliato) (l )?indirizzo\b"),
    (2.0, r"\b(manca|mancano|mancava|mancavano|mancante|incomplet\w+)\b|\b(cambio taglia|troppo (grande|"
        r"piccol[oa]|stretto)|fare un cambio)\b"),
    (3.0, r"\b(operatore|operatrice|persona vera|essere umano|umano|responsabile|titolare|servizio clienti|"
        r"customer (service|care|support)|human|real person|representative|manusia|cs|petugas)\b"),
    (2.6, r"\b(parlare|sentire|chiamare|passi|passami|passatemi|contatt\w+) (\w+ ){0,3}(qualcuno|persona|"
        r"direttore|collega|responsabile|voi|telefono)\b|\b(talk|speak) (to|with)\b|\bcall me\b|"
        r"\brichiamat\w+\b|\b(bicara|ngobrol|ngomong) (\w+ )?(sama|dengan|dgn|ama)\b"),
    (2.4, r"\b(truff\w+|denunc\w+|avvocat\w+|ladri|vergogn\w+|schifo|scandal\w+|inaccettabil\w+|pessim[oaie]|"
        r"scam|fraud|lawyer|sue|ridiculous|unacceptable|terrible|awful|worst|penipu\w*|lapor\w*|polisi|kecewa|"
        r"parah)\b"),
    (3.0, r"\b(my|our|the) (order|orders|parcel|package|delivery|shipment|refund|item|items|stuff|"
        r"purchase)\b( (is|was|has|have|hasn|hasnt|never|still|didn|arrived|came|got|not))?"),
    (2.0, r"\bwhere (is|s|are) (my|the|our)\b|\bwhere s\b"),
    (2.4, r"\b(return|returns|exchange|replace\w*|send (it|this|them) back|money back|refund\w*)\b"),
    (2.4, r"\b(broken|damaged|faulty|defective|wrong|missing|leak\w*|expired|torn|cracked|smashed|doesn t work|"
        r"not working|stopped working|spoiled|mouldy|moldy)\b"),
    (2.2, r"\b(still|hasn|haven|not|never|didn|nothing) (\w+ ){0,3}(arrive\w*|came|come|received?|delivered|"
        r"shipped|turned up|showed up)\b|\b(late|delayed)\b"),
    (2.4, r"\b(change|update|wrong) (\w+ ){0,3}(address|delivery date)\b|\bcancel (\w+ ){0,2}order\b|\bcourier\b"),
    (2.8, r"\b(pesanan|paket|orderan|barang|kiriman)\w* (saya|aku|gue|ku|kok|belum|blm|ga|gak|nggak|sudah|udah|"
        r"di ?mana|dimana|mana|rusak|pecah|salah|sampe|sampai|nya|yang)\b|\b(paket|kurir)\w*\b"),
    (2.4, r"\b(rusak|pecah|cacat|salah (kirim|ukuran|barang|warna)|yang salah|kurang (satu|barang)|bocor|sobek|"
        r"basi|kadaluarsa|kedaluwarsa|hilang|ga sesuai|tidak sesuai)\b"),
    (2.2, r"\b(belum|blm|ga|gak|nggak|tidak|kapan) (\w+ ){0,2}(sampai|sampe|nyampe|datang|dateng|dikirim|terima|"
        r"diterima|masuk|tiba)\b"),
    (2.4, r"\b(retur\w*|refund|tukar|balikin|kembali(kan|in)?|pengembalian|ganti rugi|uang (saya|gue|aku|"
        r"kembali))\b|\b(batal(kan|in)?|cancel) (pesanan|order|orderan)\b|\b(ganti|ubah) alamat\b"),
    (2.2, r"\b(mi|ci|m|vi) (avete|hai|aveva\w*|ha|hanno) (mandat\w+|vendut\w+|spedit\w+|dat[oaie]|consegnat\w+|"
        r"addebitat\w+|fatto pagare|pres[oi]|mannat\w+|portat\w+|preso)\b|\b(ho|abbiamo) (ricevuto|ordinato|"
        r"chiesto|pagato|fatto (un|il|l) ordine|cliccato|comprato|acquistato) \w+"),
    (1.8, r"\b(you|u|they) (sent|gave|sold|shipped|charged|delivered|forgot|promised)\b|\bi (ordered|paid|bought|"
        r"received|asked for|got)\b|\bwhat i ordered\b|\b(kalian|toko|kalian) (kirim|ngirim|kasih|jual)\b|"
        r"\b(saya|aku|gue) (pesan|pesen|order|bayar|beli) (\w+ ){0,3}(tapi|tp|kok|malah|yang datang|"
        r"datang(nya)?)\b"),
    (2.0, r"\b(non corrisponde|non conforme|divers[oa] da\w*|differs? from|not as described|not what i|"
        r"fell apart|falls apart|broke|si (e|est) (rotto|scucit\w+|staccat\w+|aperto|rovinat\w+)|non parte|"
        r"non si accende|traballa|balla|odora di muffa|puzza|rash|itch\w*|si gratta|prurito|gatal|garuk|cacat|"
        r"allergi\w+ (a|dopo))\b"),
    (2.0, r"\b(spostare|posticipare|anticipare|rimandare|reschedul\w+|postpone|pindah (jadwal|"
        r"hari)) (\w+ ){0,3}(consegna|delivery|kirim\w*|pengiriman|giovedi|venerdi)?\b|\ba che punto\b|"
        r"\b(numero civico|house number|wrong (address|street|number of)|alamat(nya)? (salah|yang lama|lama)|"
        r"nomor rumah\w*)\b"),
    (2.2, r"\b(due|two|dua|doppi\w*|double) (addebiti|charges|tagihan|pagamenti|payments|ordini uguali|"
        r"volte addebitat\w+)\b|\b(ditagih|kepotong|terpotong|dobel|ter?debit)\b|\b(codice|code|kode|voucher|"
        r"coupon)\w* (\w+ ){0,3}(non|not|invalid\w*|reject\w*|gets|tidak|ga|gak|nggak|ditolak)\b|\b(card|carta|"
        r"bancomat) (\w+ ){0,3}(declined|rejected|refused|rifiutat\w+|non)\b"),
    (2.0, r"\b(disdi\w+|disdetta|recedere|recesso|annullamento|cancel(lation)? (of )?(my|the)? ?(purchase|"
        r"subscription)|membatalkan|pembatalan|can i cancel|posso annullare|bisa batal)\b"),
    (2.0, r"\b(sollecit\w+|evasione|mail di conferma|email di conferma|confirmation email|segnalazione|segnalo|"
        r"problema con|problem with|issue with|masalah|kendala|complain\w*|lament\w+|struk\w*|bukti (bayar|"
        r"transfer)|scontrino|ddt|nota di credito|credit note)\b"),
    (1.6, r"^(still nothing|nothing yet|ancora niente|ancora nulla|non funziona|non va|doesn t work|not working|"
        r"parcel|pacco|paket|dov e|dove|mana|where is it|telat|late|belum( ada)?|failed delivery|"
        r"bad address)( \w+)?$"),
    (2.0, r"\b(capo|boss|bos|in charge|chi comanda|penanggung jawab\w*|berwenang|manager|manajer\w*|titolare|"
        r"proprietari[oa]|addett[oa]|staff|pegawai\w*)\b"),
    (2.0, r"\b(soldi|sorde|denaro|uang\w*|duit\w*|money) (\w+ ){0,2}(indietro|back|kembali\w*|mie|miei|saya)\b|"
        r"\b(ridatemi|ridanno|ridatece|ridammi|kembalikan)\b"),
)  # fmt: skip

_CHAT: Final = (
    (2.0,
    r"^(ciao|salve|buongiorno|buonasera|buon (giorno|pomeriggio|di|week)|buona (sera|giornata|notte|domenica)|ehi|"
    r"ehila|hey|hi|"
        r"hello|hiya|yo|halo|hai|hallo|good (morning|afternoon|evening)|selamat (pagi|siang|sore|malam)|"
        r"permisi|assalam\w*|ue|ao|we)\b"),
    (2.4, r"\b(grazie|ringrazi\w+|thanks|thank you|thx|ty|makasih|makasi|terima kasih|trims|tq|gracias)\b"),
    (2.6, r"\b(a che ora|che ora|orari\w*|quando (aprite|chiudete|siete apert\w+)|siete (aperti|chiusi)|aprite|"
        r"chiudete|apert[oi] (oggi|domani|la domenica|il)|giorni di apertura)\b"),
    (2.6, r"\b(dove (siete|sta|si trova|vi trovate|vi trovo|avete il)|dove e il negozio|indirizzo del negozio|"
        r"sede|negozio fisico|vi trovo|in che (via|citta|zona)|come vi raggiungo|parcheggio)\b"),
    (3.0, r"\b(sei|siete|e) (un|una|uno|il|davvero un)? ?(robot|bot|umano|umana|persona|macchina|computer|vero|"
        r"vera|reale|ai|intelligenza artificiale|automatic\w+|chatbot)\b|\b(chi (sei|parla|siete)|"
        r"come ti chiami|con chi (parlo|sto parlando))\b"),
    (2.2, r"\b(come (stai|va|state|andiamo|ti chiami)|tutto bene|che si dice|come butta)\b|\b(scus\w+ (il|"
        r"per il) disturb\w+|buon natale|auguri|buon anno|buone feste|buona pasqua|buon compleanno|felice)\b"),
    (1.6, r"\b(ahah\w*|haha\w*|hihi|lol|wkwk\w*|xd|bella giornata|che (bello|caldo|freddo)|bravi|brav[oaie]|"
        r"complimenti|gentil\w+|perfetto|ottimo|va bene|ok|okay|d accordo|capito|certo|benissimo|a (dopo|"
        r"presto|domani)|arrivederci|ci sentiamo|buon lavoro|ti amo|barzelletta|piacere)\b"),
    (2.6, r"\b(what time|when) (do|are) (you|u) (open|close\w*)\b|\b(opening|business|store) (hours|times)\b|"
        r"\b(are (you|u) (open|closed))\b|\bopen (today|tomorrow|on)\b"),
    (2.6, r"\b(where (are|r) (you|u)|where is (the|your) (shop|store)|(your|store|shop) (address|location)|"
        r"located|physical store|how do i get there|parking)\b"),
    (3.0, r"\b(are|r) (you|u) (a |an )?(real|bot|robot|human|ai|person|machine|automated)\b|\b(who (are|r) (you|"
        r"u)|who is this|what s your name|am i (talking|speaking|chatting) (to|with))\b"),
    (2.0, r"\b(how (are|r) (you|u)|how s it going|what s up|sup|see (you|ya|u)|bye|goodbye|good night|"
        r"have a (nice|good|great)|merry christmas|happy (new year|birthday|easter)|sorry to bother|cheers|"
        r"nice|great|cool|awesome|perfect|lovely|got it|never mind|no worries|you re (welcome|great|the best)|"
        r"well done|love (it|you))\b"),
    (2.6, r"\b(jam (berapa|brp|buka|operasional|kerja|tutup)|buka (jam|hari|sampai|gak|ga|nggak)|tutup jam|"
        r"hari (minggu|libur) buka|masih buka|udah tutup)\b"),
    (2.6, r"\b(alamat(nya)?( toko\w*)?|lokasi\w*|tokonya (di )?mana|toko (kalian |nya )?di ?mana|"
        r"di ?mana (tokonya|alamat\w*|lokasi\w*)|toko fisik|offline store|maps)\b"),
    (3.0, r"\b(kamu|anda|ini|lu|kakak) (\w+ )?(robot|bot|manusia|orang|ai|mesin|admin)\b|\b(ini siapa|siapa (ini|"
        r"kamu)|sama siapa)\b"),
    (2.0, r"\b(apa kabar|gimana kabar\w*|sehat|sip|siap|oke|okee|mantap|mantul|keren|wkwk\w*|hehe\w*|gapapa|gpp|"
        r"santai|sampai (jumpa|nanti)|dadah|selamat (natal|tahun baru|ulang tahun|idul fitri|lebaran)|"
        r"maaf (ganggu|mengganggu|lahir)|semangat|bagus (banget|sekali)|cakep)\b"),
    (2.4, r"\b(avete|c e|ce|ada|have|got|is there|do you have) (un |il |a |an )?(sito|website|site|web|instagram|"
        r"facebook|tiktok|wifi|wi fi|parcheggio|parkir\w*|parking|bagno|websitenya|instagramnya)\b|"
        r"\b(instagram|facebook|wifi|parcheggio|parkiran|parking)\b"),
    (2.2, r"\b(che lingu[ae]|in che lingua|what languages?|which languages?|bahasa apa|bisa bahasa|"
        r"da quanto (tempo )?(esistete|siete|lavorate)|how long have you been|quanti siete|how many of you|"
        r"sudah berapa lama (toko\w*)?|di cosa vi occupate|what do you do|siete una catena|family (business|"
        r"shop))\b"),
    (2.0, r"\b(un attimo|un momento|un secondo|aspetta|aspetti|hang on|hold on|one (second|sec|moment|minute)|"
        r"wait a|sebentar|bentar|tunggu( ya| sebentar|,)?|brb|torno subito|ti scrivo dopo|text you later|"
        r"scrivo dopo|nanti (aku|saya) (chat|kabari))\b"),
    (2.4, r"\b(sbagliato numero|numero sbagliato|wrong number|salah (nomor|sambung|kirim chat)|ho sbagliato io|"
        r"my (kid|son|daughter|cat|toddler) (typed|wrote|sent|pressed)|anak saya yang|mio figlio ha|"
        r"mia figlia ha|ignora\w*|ignore (it|that|this)|abaikan)\b"),
    (2.0, r"\b(ci penso|devo pensarci|ci devo pensare|let me think|think about it|pikir pikir|mikir dulu|"
        r"vedo e vi dico|vi faccio sapere|i ll let you know|get back to you|nanti saya kabari|a presto|"
        r"non importa|fa niente|fa nulla|non fa niente|no problem|np|no matter|ya sudahlah|ya udah)\b"),
    (2.0, r"\b(baci\w*|bacio|abbracci\w*|kiss\w*|hugs?|peluk|cium|cuoricin\w+|carin[oaie] (siete|sei|che)|"
        r"simpatic[oaie]|mi fai ridere|make me laugh|bikin (ketawa|senyum)|che ridere|buongustai|felicissim\w+|"
        r"over the moon|senang banget)\b"),
    (2.0, r"\b(volevo solo (dir\w+|salut\w+|ringraz\w+)|just wanted to (say|tell|thank)|cuma mau (bilang|menyapa|"
        r"ngucapin)|la prima volta che (scrivo|vi)|first time (i write|here)|baru pertama kali|how does (this|"
        r"it) work|caranya gimana|come funziona)\b"),
    (2.0, r"\b(ho il piacere di parlare|pleasure of (speaking|talking)|dengan siapa (saya )?(bicara|berbicara)|"
        r"bicara dengan siapa|who am i (talking|speaking)|parlo con chi|con chi (ho|sto))\b"),
    (2.0, r"\b(che (giornata|tempo|freddo|caldo|pioggia)|piove|what a day|the rain|the weather|hujan|cuaca|"
        r"la partita|the game tonight|barzellett\w+|(tell|know) (me )?(a |any )?jokes?|cerita lucu|"
        r"ti piacciono|do you like|kamu suka|dormi|do you (ever )?sleep)\b"),
    (1.8, r"\b(capisco|capito|chiaro|ricevuto|got it|makes sense|understood|i see|paham|ngerti|mengerti|beres|"
        r"aman|prego|di nulla|you re welcome|sama sama|notte|buonanotte|night night|bondi|bon di|met (pagi|"
        r"malem|malam|siang)|excellent|eccellente|fantastico|meraviglioso|pardon)$"),
    (2.0, r"\b(punto vendita|ubicazione|location of|ricordi l indirizzo|remind me of the address|posso (venire|"
        r"passare) (a trovarvi|col cane|con il cane)|can i (visit|come by|drop by|get there)|come (si arriva|"
        r"ci arrivo)|ci si arriva|open (in|on|this|after)|chiusi (ad|in|per)|aperti (ad|il|la|anche)|orari\w*|"
        r"hours)\b"),
)  # fmt: skip


def _compiled(
    intent: Intent, rules: tuple[tuple[float, str], ...]
) -> list[tuple[Intent, float, re.Pattern[str]]]:
    return [(intent, weight, re.compile(pattern)) for weight, pattern in rules]


RULES: Final = (
    _compiled("order_request", _ORDER)
    + _compiled("product_inquiry", _INQUIRY)
    + _compiled("support_request", _SUPPORT)
    + _compiled("general_chat", _CHAT)
)
