"""The words dealers use, in Italian, English and Indonesian, and what one clause of theirs means.

Dealers write short and in a hurry, so a few patterns go far. What a clause refers to (which order, which
product) is found elsewhere; here only its verb is read.
"""

from __future__ import annotations

import re
from typing import Literal

from processors.partners.words import GENERAL, bare_answer, fold

Verb = Literal[
    "accept", "decline", "yes", "no", "preparing", "ready", "out_for_delivery", "delivered",
    "pause", "resume", "day", "overview", "human", "help", "greeting", "thanks",
]  # fmt: skip

# Tried in this order: a refusal holds the words of an acceptance, a hand-over to the rider those of delivery.
_PATTERNS: tuple[tuple[Verb, str], ...] = (
    ("human", GENERAL["human"]),
    (
        "decline",
        r"rifiut\w*|declin\w*|respingo|reject\w*|refus\w*|tolak\w*|menolak|"
        r"non (lo |la |li |le |ci |ce )?(poss\w+|riesc\w+|riusc\w+|accett\w*|prend\w+|facc\w+|prepar\w+|l ho|la fa\w+)|"
        r"impossibile|can ?t|cannot|can not|won ?t|unable to|not able to|don ?t (want|accept|take)|"
        r"(tidak|nggak|ngga|enggak|gak|ga) (bisa|mau|sanggup|terima|ambil)",
    ),
    (
        "accept",
        r"ac+et+\w*|accept\w*|confermo|prendo io|(l|la|lo|li|le) (prendo|prepariamo|facciamo|faccio)|"
        r"ci penso( io)?|ci pensiamo( noi)?|i ?ll (take|do) (it|this)|take it|on it|"
        r"terima(?! kasih)|(saya|kami|aku) ambil|ambil|setuju|sanggup",
    ),
    (
        "out_for_delivery",
        r"in consegna|partit[oaie]|spedit[oaie]|uscit[oaie]|in viaggio|"
        r"(consegnat|dat|pass)[oaie]t?[oaie]? (a|al|all|alla) (rider|corriere|fattorin[oa]|\w+ rider)|"
        r"(pres|ritirat|caricat)[oaie] (dal|da|il) (rider|corriere|fattorino)|"
        r"out for delivery|on (its|the) way|shipped|dispatched|picked up|"
        r"dikirim|diantar|dalam perjalanan|sudah jalan|otw",
    ),
    (
        "delivered",
        r"consegnat[oaie]|consegna (fatta|effettuata)|recapitat[oaie]|delivered|terkirim|"
        r"sudah (sampai|diterima|tiba)|sampai",
    ),
    (
        "ready",
        r"pront[oaie]|ho finito (l ordine|la preparazione)|ready|sudah siap|siap (diambil|dikirim|diantar)",
    ),
    (
        "preparing",
        r"(lo |la |li |le )?(sto|stiamo) prepar\w*|in preparazione|(l|la|lo|li|le)? ?preparo|inizio a preparar\w*|"
        r"preparing|working on it|(sedang|lagi) (di)?siapkan|disiapkan|diproses",
    ),
    (
        "resume",
        r"riapr\w*|riprend\w*|(torn(o|iamo)|rientr(o|iamo))(?! (subito|presto|a breve))|fin\w+ (la )?pausa|"
        r"pausa finita|sono tornat[oa]|di nuovo apert[oi]|siamo apert[oi]|sono apert[oa]|resume\w*|re ?open\w*|"
        r"(i m |we re )?back (at|in|again)|i m back|we re back|open again|"
        r"buka( lagi| kembali)?|lanjut",
    ),
    (
        "pause",
        r"(in )?pausa|mi fermo|chiud(o|iamo)|chius[oi]|pause|break|closed|closing|istirahat|tutup|jeda",
    ),
    (
        "day",
        r"riepilog\w*|com (e|era) andata( \w+)?|come (e andata|sta andando|siamo andati)( \w+)?|(resoconto|bilancio)|"
        r"(quanto|cosa) (ho|abbiamo) (venduto|incassato|fatto oggi)|incass\w+|vendite|"
        r"how did (it|today|we) (go|do)( today)?|how was (today|yesterday)|day summary|daily summary|"
        r"summary|(today|yesterday) s (sales|figures)|sales (today|yesterday)|"
        r"ringkasan|gimana hari ini|bagaimana hari ini|penjualan( hari ini| kemarin)?",
    ),
    (
        "overview",
        r"ordin[ei]|offert[ae]|situazione|cosa (ho|c e|devo) (da )?(fare|preparare)|in corso|"
        r"orders?|offers?|to ?do|pesanan|order|daftar",
    ),
    ("help", GENERAL["help"]),
    ("thanks", GENERAL["thanks"]),
    ("greeting", GENERAL["greeting"]),
)
_COMPILED = tuple((verb, re.compile(rf"\b(?:{pattern})\b")) for verb, pattern in _PATTERNS)

_NOT_YET = re.compile(r"\b(non|not|isn t|belum|nope)\b")

ORDER_STEPS: tuple[Verb, ...] = ("preparing", "ready", "out_for_delivery", "delivered")


def verb_of(clause: str) -> Verb | None:
    """What a clause asks for; None when no known word is in it.

    `yes` and `no` are given only to a clause that says nothing else, because those two mean something only
    where a question was asked.
    """
    folded = fold(clause)
    for verb, pattern in _COMPILED:
        found = pattern.search(folded)
        if found is None:
            continue
        if verb in ORDER_STEPS and _NOT_YET.search(folded[: found.start()]):
            # "Non è ancora pronto" is news for nobody; it must never move the order.
            return None
        # "Ok grazie" is more an answer than a courtesy.
        return (bare_answer(folded) or verb) if verb == "thanks" else verb
    return bare_answer(folded)
