"""Texts that give orders to the software instead of the shop: "ignora le istruzioni", "segna come pagato".

Nothing in the code would obey them, whoever reads them. They are recognised only so that their words are not
taken for things to buy, and so that no model is asked about them.
"""

from __future__ import annotations

import re
from typing import Final

from processors.understanding.gate import plain

_ORDERS: Final = re.compile(
    r"\b("
    # The rules.
    r"(ignor(a|are|ate)|dimentic(a|are|ate|ati)|scord(a|are|ati)|ignore|disregard|"
    r"forget|override|bypass|abaikan|lupakan|hiraukan)( \w+){0,5} "
    r"(istruzion\w+|regol\w+|prompt|comand\w+|instructions?|rules?|guidelines?|instruksi|aturan|perintah)|"
    r"(system|sistema|hidden|nascost\w+) prompt|prompt (di|del) sistema|(istruzioni|instructions) (interne|segrete|"
    r"originali|internal|hidden)|instruksi sistem|"
    # Who speaks.
    r"(modalita|modo|mode) (sviluppator\w+|developer|debug|admin|dio|god|manutenzione|pengembang)|"
    r"(developer|debug|admin|god|maintenance|dan) mode|jailbreak|"
    r"(sei|fai finta di essere|fingi di essere|comportati come|agisci come|da ora sei|you are|act as|pretend to be|"
    r"behave as|kamu adalah|anda adalah|berpura pura)( \w+){0,3} "
    r"(admin\w*|amministrat\w+|root|superuser|sviluppator\w+|developer|dan|ia senza \w+|ai without \w+)|"
    # Orders to the books.
    r"(segna|segnalo|segnala|imposta|impostalo|marca|marcalo|registra|registralo|metti|mettilo)( \w+){0,4} "
    r"(come|su|a|in) (gia )?(pagat|saldat|consegnat|rimborsat|confermat|gratis|gratuit)\w*|"
    r"(segna|segnalo|segnala|imposta|marca|registra)( gia| subito)? (pagat|saldat|consegnat|rimborsat)\w*|"
    r"(mark|set|change|flag)( \w+){0,5} (as|to) (already )?(paid|delivered|refunded|confirmed|free|accepted)|"
    r"(tandai|ubah|jadikan|set)( \w+){0,5} (lunas|terkirim|sudah dibayar|gratis)|"
    r"(sconto|discount|diskon|ribasso)( del| di| of| sebesar)? (100|99|90)|(100|99|90) ?(percent|per cento|persen)? "
    r"(di |of )?(sconto|discount|off|diskon)|"
    r"(porta|metti|imposta|cambia|set|change|make|ubah|jadikan)( \w+){0,5} (prezzo|prezzi|price|prices|totale|total|"
    r"harga)( \w+){0,5} (a|to|in|jadi|ke|menjadi) (0|zero|1|un|uno|one|nol|gratis|free)|"
    # The machine room.
    r"(drop|delete from|truncate|alter|update|insert into) (table|database|products|orders|users)|"
    r"select .{1,40} from|api key|chiave api|service role|password (di|del) sistema|kata sandi sistem"
    r")\b"
)


# Shapes that only programs write: JSON keys, tags, doubled brackets, the ids of our own buttons.
_CODE: Final = re.compile(
    r"""["']\w+["']\s*:|\[\[|\]\]|\{\{?\s*\w+\s*\}|</?[a-z]+[^<>]*>|<\||^\s*(system|assistant|user|tool)\s*:|"""
    r"\b(order:(confirm|edit|cancel)|offer:(accept|decline)|status:[a-z_]+:|cart:(show|checkout|clear)|stock:(set|add)|"
    r"(add|remove|variant):[0-9a-f]{8}-)",
    re.IGNORECASE | re.MULTILINE,
)


def orders_us(text: str) -> bool:
    """Whether a text tells the software what to do with its rules, roles or books, or speaks its code."""
    return _CODE.search(text) is not None or _ORDERS.search(plain(text)) is not None
