"""Signs that somebody writes about an order or payment or wants a person: (points, pattern) over folded words."""

from __future__ import annotations

from typing import Final

RULES: Final = (
    (2.0, r"\b(stort[oaie]|bent|bengkok|penyok|scolorit\w+|faded|luntur|ammuffit\w+|berjamur|mold|mouldy|rembes|"
        r"perdeva|bagnato tutto|soaked|leaked|graffiat\w+|scratched|incrinat\w+|rovinat\w+|consumat\w+ subito|"
        r"arrugginit\w+|rust\w+|karatan|pezzi mancanti|spezzat\w+|snapped|patah)\b"),
    (2.0, r"\b(comprato due volte|ordinato due volte|bought (it )?twice|ordered (it )?twice|kebeli dua kali|"
        r"kepesan dua kali|bonifico|conferma del|importo|amount (taken|charged)|jumlah yang (ditarik|dipotong)|"
        r"non tornano i conti|doesn t add up|bloccate|bloccare|stop (it|the order|the shipment)|non (lo|"
        r"la) voglio (piu )?ricevere|no longer (wish|want) to receive)\b"),
    (1.8, r"\b(neighbou?r|vicin[oa] di casa|al vicino|tetangga|portiere|portineria|post office|ufficio postale|"
        r"kantor pos|punto di ritiro|fermopoint|pickup point|giacenza|nobody was home|non ero in casa|"
        r"non c era nessuno)\b"),
    (1.8, r"\b(che|yang|what|that) (mi )?(avete|hai|you|kalian|saya) (dato|venduto|gave|sold|sent|kasih|beli|"
        r"bought)\b|\b(come in|dalla|tidak seperti( di)?|like in the) (foto|photo|picture)\b"),
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
        r"consegnat\w*|spedit\w*|parte|accende)\b|\b(arrivat\w+|arivato|ricevut\w+|mandat[oaie]|mannato|spedit\w+|"
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
