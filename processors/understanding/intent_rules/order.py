"""Signs that somebody buys, changes or confirms a cart: (points, pattern) over folded words."""

from __future__ import annotations

from typing import Final

RULES: Final = (
    (1.6, r"\bquantita\b"),
    (1.2, r"\b(vuole|vorrebbe|vogliono|wants|i m after) (un|una|il|la|lo|i|le|due|tre|\d+|a|an|the|some|two)?\b"),
    (1.6, r"\b(registra\w*|catat\w*|register) (l acquisto|l ordine|pembelian\w*|pesanan\w*|the purchase)\b|"
        r"\b(riprendo|ricompro|riordino|reorder|buy again|take again|beli lagi|pesan lagi)\b|\b(sostituisci|"
        r"cambia|replace|swap|change|ganti) (la|il|the)? ?\w{1,3} (con|in|with|to|for|jadi|sama) (la|il|"
        r"the)? ?\w{1,3}$"),
    (1.4, r"\b(ready for me|get \w+ (\w+ )?ready|mi accontento|il meno caro|la meno cara|the cheapest( one)?|"
        r"yang paling murah( satu)?|whichever|oltre a questo|pure un|included|quasi quasi (prendo|compro))\b"),
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
    (2.6, r"\b(mi|ci) (dia|diate|porga|incarti|incartate|prepari|preparate|metta|mettete) (?!in contatto)|"
        r"\b(segn(a|ate|i)(mi|ci|telo|tela)|mettetem\w+|tenetemi|incartatemi)\b"),
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
    (1.6, r"\b(can|could|may) (i|we) (have|get|order|buy|grab|take|purchase)\b|\blet me (get|have|order)\b"),
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
