"""When a person is needed: somebody asks for one, threatens, accuses, or is angry after waiting."""

from __future__ import annotations

import re
from typing import Final

from processors.understanding.types import HumanReason

_ASKED = (
    r"\b(operatore|operatrice|operatori|assistenza umana|servizio clienti|numero verde|call center)\b",
    r"\b(persona|essere|qualcuno|uno|una|assistente|risposta|interlocutore) (vera|vero|reale|umana|umano|"
    r"in carne( e ossa)?|che (capisca|capisce|ragiona|risponda|risponde))\b",
    r"\b(parlare|parlo|parl\w+|sentire|sentir\w+|chiamar\w*|scrivere|contattare|conferire|comunicare|discutere|"
    r"mettermi in contatto) (\w+ ){0,4}"
    r"(qualcuno|qualcun|persona|umano|umani|responsabile|titolare|proprietari[oa]|direttore|capo|collega|"
    r"commess[oa]|agente|addett[oa]|incaricat[oa]|signor[ae])\b",
    r"\b(mi )?(passi|passami|passatemi|passate|passa|mettimi in contatto|fammi parlare|fatemi parlare|"
    r"fatemi chiamare|mi faccia parlare|mi fa parlare|mi metta in contatto|chiamatemi|mi chiami|richiamatemi|"
    r"richiamami|mi richiam\w+|mi chiamate|potete chiamarmi|puo chiamarmi)\b",
    r"\b(non|basta) (\w+ ){0,3}(parlare )?(con )?(un |il |i |questo |sto |i soliti )?(bot|robot|macchina|"
    r"risponditore|risposte automatiche|computer)\b|\brisposte automatiche\b",
    r"\b(c e|est|e) (un |una |per caso )*(umano|persona|qualcuno)( \w+){0,4}\b(parlare|risponda|rispond\w+|"
    r"aiut\w+|vera|vero)\b|\b(voglio|vorrei|serve|cerco|preferisco|preferirei|datemi) (\w+ )?(un |una )?(umano|"
    r"persona|essere umano|operatore|vostro (addetto|collega))\b",
    r"\b(talk|speak|chat|connect|transfer|put) (\w+ ){0,5}(human|person|someone|somebody|agent|manager|operator|"
    r"representative|rep|supervisor|staff|owner|people)\b",
    r"\b(real|actual|live|proper) (human|person|agent|people|someone)\b|\bhuman (agent|being|please|support|"
    r"help)\b|\b(a|any|another) human\b|\bcustomer (service|care) (please|now|number|rep)\b|\bget me (a|the|"
    r"your) (manager|human|person|supervisor|boss)\b|\b(call|phone|ring) me( back)?\b|\b(anyone|anybody|"
    r"someone) (real|there|human)\b|\bstop the bot\b|\bnot a (bot|robot|machine)\b",
    r"\b(bicara|ngobrol|ngomong|chat|hubung\w+|sambung\w+|berbicara|konsultasi|disambungkan|dihubungkan|"
    r"dihubungi)\b (\w+ ){0,4}(admin\w*|manusia\w*|orang\w*|cs|petugas\w*|operator|penjual\w*|seller|owner|"
    r"manajer|pemilik|staf\w*)\b",
    r"\b(manusia|orang|admin|cs) (asli|beneran|langsung|yang asli|sungguhan)\b|\b(jangan|bukan|capek|males|"
    r"malas) (\w+ ){0,2}(bot|robot)\b|\b(telepon|telpon|telfon|call) (saya|aku|gue)\b|\bminta (cs|admin|operator|"
    r"nomor (cs|admin))\b|\bada (orangnya|manusianya|adminnya)\b|\b(mana|panggil\w*) (admin|cs|orang)\w*\b",
)  # fmt: skip
_LEGAL = (
    r"\b(avvocat\w+|legal[ei]\b(?! di)|denunc\w+|denunzi\w+|querel\w+|carabinier\w+|polizia|finanza|tribunale|"
    r"codacons|altroconsumo|adiconsum|antitrust|agcm|garante|diffid\w+|vie legali|giudice|"
    r"associazione consumatori|esposto|segnal(o|er\w+) (a|alla|al|tutto))\b",
    r"\b(lawyers?|attorney|solicitor|sue|suing|legal action|court|police|authorities|trading standards|bbb|"
    r"consumer (protection|rights)|small claims|chargeback|report (you|this|it) to|reporting (you|this))\b",
    r"\b(polisi|pengacara|hukum|lapor(kan|in)?|laporan|tuntut|somasi|ylki|viral(in|kan)?|pidana|bpkn)\b",
)  # fmt: skip
_ACCUSED = (
    r"\b(truff\w+|ladri|ladro|ladroni|imbroglion\w+|fregat\w+|disonest\w+|rubat\w+|raggir\w+|presa? in giro|"
    r"prendete in giro|prendendo in giro|presi per il culo|prendete per il|farabutt\w+|delinquent\w+|bugiard\w+|"
    r"furto|furbi|pacco tirato)\b",
    r"\b(scam\w*|fraud\w*|thie(f|ves)|stole|stealing|rip ?off|ripped|con artists?|crooks?|liars?|lying|cheat\w*|"
    r"robbed|swindl\w*)\b",
    r"\b(penipu\w*|tipu|ditipu|nipu|maling|bohong|boong|dibohongi|pembohong|curang|modus)\b",
)  # fmt: skip
_ANGRY = (
    r"\b(vergogn\w+|schif\w+|scandal\w+|inaccettabil\w+|indecent\w+|pessim[oaie]|incazz\w+|arrabbiat\w+|furios\w+|"
    r"stuf[oai]\b|stanc[oa] di|esaust\w+|ridicol\w+|assurd\w+|intollerabil\w+|mai piu|non ne posso piu|"
    r"non se ne puo piu|fate (pena|schifo|ridere)|cialtron\w+|incompeten\w+|perso la pazienza|sono (nero|nera|"
    r"furioso)|avete rotto|rotto le|che palle|ma vi pare|roba da matti|cazzo|merda|vaffa\w*|cog?lion\w+|"
    r"basta aspettare|nessuno (mi )?(risponde|rispond\w+)|non rispond(e|ete)( mai)?|recensione negativa|"
    r"una stella|pazienza (e )?finita|come osate)\b",
    r"\b(ridiculous|unacceptable|disgust\w+|disgrace\w*|terrible|horrible|awful|appalling|outrageous|pathetic|"
    r"furious|angry|pissed|fed up|sick (and tired )?of|had enough|worst|joke|shame|useless|wtf|bullshit|fuck\w*|"
    r"shit|never (again|buying|ordering|shopping)|nobody (answers|replies|responds)|no ?one (answers|replies|"
    r"responds)|ignor(ed|ing) me|last straw|losing (my )?patience|one star|absolute disgrace)\b",
    r"\b(kecewa\w*|parah|kesal|kesel|marah|emosi|ga (becus|bener|beres)|gak (becus|bener|beres)|payah|buruk|"
    r"jelek banget|bangsat|anjir|anjing lu|sialan|kapok|bete|muak|capek (nunggu|saya|gue|banget)|lama banget|"
    r"keterlaluan|gimana sih|ga profesional|tidak profesional|ga ada yang (jawab|bales|balas)|(ga|gak|nggak|"
    r"tidak) (dibales|dibalas|dijawab|direspon|ditanggapi)|bintang satu|mengecewakan)\b",
)  # fmt: skip
_WAITED = (
    r"\b((un|una|due|tre|quattro|cinque|sei|dieci|\d+) (settiman\w+|mes[ei]|giorn\w+|or[ae])|da (giorni|settimane|"
    r"mesi|ore|una vita)|settimane|(terza|quarta|quinta|ennesima|millesima) volta) (\w+ ){0,3}(che )?(aspett\w+|"
    r"attend\w+|vi scrivo|scrivo|chiamo|chiedo|chied\w+)\b|\b(aspett\w+|attend\w+) (\w+ ){0,2}da (\w+ )?(giorni|"
    r"settimane|mesi|settimana|mese|ore|una vita|troppo)\b|\bquante volte (devo|dobbiamo|ve lo)\b|\b(ennesima|"
    r"terza|quarta|decima) volta\b",
    r"\b(been )?waiting (\w+ ){0,3}(weeks?|months?|days|hours|ages|forever)\b|\b(third|fourth|fifth|hundredth|"
    r"tenth) time\b|\bhow many times\b|\bweeks? (and|now|later) (\w+ )?(still )?(nothing|no)\b",
    r"\b(sudah|udah|dah) (\w+ ){0,3}(minggu|bulan|hari)\b.*\b(belum|tunggu|nunggu|menunggu|masih)\b|\b(nunggu|"
    r"menunggu) (\w+ ){0,3}(minggu|bulan|lama|berhari)\w*\b|\b(berapa|berkali) kali\b|\bkali ke\b",
)  # fmt: skip

_RULES: Final[tuple[tuple[HumanReason, re.Pattern[str]], ...]] = (
    ("legal", re.compile("|".join(_LEGAL))),
    ("asked", re.compile("|".join(_ASKED))),
    ("angry", re.compile("|".join((*_ACCUSED, *_ANGRY)))),
    ("angry", re.compile("|".join(_WAITED))),
)
_PAYMENT: Final = re.compile(
    r"\b(soldi|pagat\w+|pagament\w+|addebit\w+|carta|rimbors\w+|money|paid|payment|charged|card|refund|uang|duit|"
    r"bayar|dibayar|pembayaran|transfer|rekening)\b"
)


def human_reason(plain: str) -> HumanReason:
    """Why a person is needed, "none" when the words give no reason. `plain` is folded words."""
    for reason, pattern in _RULES:
        if pattern.search(plain):
            if reason == "angry" and _PAYMENT.search(plain):
                return "payment"
            return reason
    return "none"
