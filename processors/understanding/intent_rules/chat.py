"""Signs that somebody greets, thanks, asks for hours, the address, who answers: (points, pattern) over folded words."""

from __future__ import annotations

from typing import Final

RULES: Final = (
    (2.2, r"\b(alla prossima|ci mancherebbe|figurati|figuriamoci|don t mention it|same to you|anche a (te|voi|"
        r"lei)( e famiglia)?|sama sama|un saluto|saluti a|sampai lain waktu|until next time|take care|"
        r"stammi bene|state bene|altrettanto|likewise|magari piu tardi|maybe later|nanti saja|not now)\b"),
    (2.0, r"\b(pasqua|natale|ferragosto|capodanno|epifania|easter|christmas( day)?|new year s|paskah|lebaran|"
        r"bank holiday|festivi|tanggal merah|domenica|sunday|hari minggu)\b.*\b(apert\w+|chius\w+|open|"
        r"close\w*|buka|tutup|gimana|lavorate)\b|^(e|and|kalau) (\w+ ){0,3}(pasqua|natale|ferragosto|easter|"
        r"christmas|paskah|lebaran|domenica|sunday)\b"),
    (2.0, r"\b(in|con il|col|by|naik|pakai) (treno|metro|autobus|bus|macchina|train|car|tube|kereta|mrt|"
        r"angkot)\b|\b(chi scrive|who writes|siapa yang (nulis|balas)|come vi chiamate|com e che vi chiamate|"
        r"what are you called)\b|\b(sono nuov[oa] qui|i m new here|saya baru di sini|vengo a (conoscervi|"
        r"trovarvi|salutarvi)|saya main)\b"),
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
