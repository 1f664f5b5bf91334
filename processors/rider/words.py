"""The words riders use at the door, in Italian, English and Indonesian."""

from __future__ import annotations

import re
from typing import Final

from processors.partners.words import GENERAL, bare_answer, fold

REPORTS: Final = ("out_for_delivery", "delivered", "failed", "nobody_home", "wrong_address", "refused")
"""What is said of an order; the last three are failures with their reason."""

# Tried in this order: what failed holds the words of what worked, a break those of coming back.
_PATTERNS: Final[tuple[tuple[str, str], ...]] = (
    ("human", GENERAL["human"]),
    (
        "pause",
        r"torn\w+ (subito|presto|tra|fra|domani|dopo|piu tardi|alle|"
        r"lunedi|martedi|mercoledi|giovedi|venerdi|sabato|domenica)|"
        r"(i ll be )?back (in|at|later|tomorrow|soon|on)|"
        r"(in |faccio |vado in )?pausa|mi fermo|stacco|(fine|finito il|finisco il) turno|(non|fuori) (in )?servizio|"
        r"(oggi )?non lavoro( oggi)?|fuori servizio|finisco (qui|il turno)|not working( today)?|"
        r"(hari ini )?(tidak|nggak|gak|ga) (kerja|masuk)|"
        r"off duty|take a break|break|pause|i m (off|done)|istirahat|jeda|selesai shift|libur|off dulu",
    ),
    (
        "not_yet",
        r"(non|not|isn t|haven t|hasn t|belum)( \w+){0,3} (ancora|yet)|non ancora|not yet|belum|"
        r"tra (poco|un po|\d+ min\w*)|(sto |in )arriv(o|ando)|almost there|sebentar lagi",
    ),
    (
        "nobody_home",
        r"non (mi |ci )?(rispond\w+|apr(e|ono))|nessuno( in casa| a casa)?|non c (e|era) (nessuno|anima viva)|"
        r"non (e|era|sono|erano) (in casa|a casa)|assente|(nobody|no one|no body)|"
        r"(not|isn t|wasn t|aren t) (at )?home|(doesn t|isn t|don t|no|didn t) answer\w*|"
        r"tidak ada (orang|yang)|(tidak|gak|ga|nggak) "
        r"(di rumah|ada di rumah|menjawab|dijawab|jawab|dibuka)|rumah kosong",
    ),
    (
        "wrong_address",
        r"indirizzo( \w+){0,2} (sbagliat|errat|inesistent|incomplet)\w*|indirizzo( \w+)? non esiste|"
        r"(sbagliat|errat)o (l )?indirizzo|"
        r"non (si )?(trovo|trova|esiste)( (l|la|il|questo|quest))?( (indirizzo|via|civico|numero|casa))?|"
        r"(wrong|bad) address|address( is| was)? (wrong|incomplete)|"
        r"(can ?t|cannot|couldn t) find (the |this )?(address|house|place|street)|"
        r"no such address|alamat(nya)? (salah|keliru|tidak|gak)|salah alamat",
    ),
    (
        "refused",
        r"rifiut\w*|non (lo |la |li |le )?(vuol\w*|vogliono|ha voluto)|non (vuole )?(paga\w*|ha pagato)|"
        r"refus\w*|reject\w*|"
        r"(won ?t|doesn t want to|didn t want to|wouldn t) (take|pay|accept)|(doesn t|didn t) want|menolak|ditolak|"
        r"(tidak|gak|ga|nggak) mau( bayar| terima)?",
    ),
    (
        "failed",
        r"non ((l |lo |la )?ho )?consegnat[oaie]|consegna (fallita|mancata|non riuscita|impossibile)|"
        r"non (sono )?(riesc\w+|riuscit[oa]) (a|ad) consegnar\w+|non posso consegnar\w+|"
        r"(not|un|couldn t|could not|can t|cannot be) ?deliver(ed)?|failed( delivery)?|delivery failed|"
        r"gagal( (kirim|antar|diantar|dikirim))?|tidak (terkirim|bisa (dikirim|diantar))",
    ),
    (
        "out_for_delivery",
        r"ritirat[oaie]|pres[oaie]|caricat[oaie]|ce l ho|(sono )?partit[oaie]|parto|in (consegna|viaggio|strada)|"
        r"picked (it )?up|collected|got it|on (my|the|its) way|out for delivery|leaving( now)?|"
        r"(sudah )?(saya )?(di)?ambil|dijemput|otw|dalam perjalanan|(sudah )?(jalan|berangkat)|diantar",
    ),
    (
        "delivered",
        r"consegnat[oaie]|consegna (fatta|effettuata)|recapitat[oaie]|lasciat[oaie]|"
        r"delivered|handed over|dropped( off)?|"
        r"terkirim|(sudah )?(sampai|diterima|tiba|diserahkan)",
    ),
    (
        "resume",
        r"torn(o|at[oa])|rientr\w+|(sono )?(di nuovo )?(attiv[oa]|disponibile|in servizio|operativ[oa])|"
        r"ripren\w+|inizi\w* (il )?turno|"
        r"(i m |im )?back|on duty|resume\w*|available|ready|"
        r"kembali|lanjut|mulai (shift|kerja)|siap( lagi)?|aktif( lagi)?",
    ),
    (
        "overview",
        r"ordin[ei]|consegn[ae]|giro|cosa (ho|c e|devo)|orders?|deliver(y|ies)|rides?|to ?do|"
        r"pesanan|antaran|kiriman|daftar|order",
    ),
    ("help", GENERAL["help"]),
    ("thanks", GENERAL["thanks"]),
    ("greeting", GENERAL["greeting"]),
)
_COMPILED = tuple((verb, re.compile(rf"\b(?:{pattern})\b")) for verb, pattern in _PATTERNS)


def verb_of(clause: str) -> str | None:
    """What a clause says: a report, `pause`, `resume`, `overview`, a courtesy; None when no known word is in it.

    `not_yet` is news of something that has not happened: it must never move an order.
    """
    folded = fold(clause)
    for verb, pattern in _COMPILED:
        if pattern.search(folded):
            if clause.rstrip().endswith("?") and (verb in REPORTS or verb in ("pause", "resume")):
                # "È da ritirare?" asks; it reports nothing.
                return "overview"
            return verb
    return bare_answer(folded)
