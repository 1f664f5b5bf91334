"""Signs that somebody asks about products, prices, shipping before buying: (points, pattern) over folded words."""

from __future__ import annotations

from typing import Final

RULES: Final = (
    (1.6, r"\b(che (uso|gli do|devo usare|posso (usare|dare|mettere))|cosa (gli|le) (do|metto)|what (do|should|"
        r"can) i (feed|use|give|put)|dikasih (makan )?apa|pakai apa|pake apa|alternativ[ae]|un consiglio|"
        r"advice|consigli|saran|sfodera\w*|si (stacca|lava|smonta|piega))\b"),
    (1.0, r"\b(mi fai vedere|fammi vedere|fatemi vedere|mi fate vedere|mostrami|show me|let me see|boleh lihat|"
        r"mau lihat)\b"),
    (2.6, r"\b(quanto|cuanto|quanno|qnt|quant) (cost\w*|viene|vengono|vien|fa|fanno|sta|stanno|verrebbe|e)\b|"
        r"\bprezz\w+\b|\bcost[ao]n?o?\b|\bquant e\b"),
    (2.6, r"\ba (quanto|che prezzo)\b"),
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
    (2.2, r"\b(do|does|did|have) (you|u|ya) (happen to |also |still |guys )?(have|sell|carry|"
        r"stock|got|do|offer|make)\b|\byou (got|have|sell)\b|"
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
