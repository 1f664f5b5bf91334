"""Words that always mean the same to a shop, in each language: menu, carrello, ordina, operatore, yes and no.

Only short messages that say nothing else count, so that "non annulla l'effetto" stays a sentence. The wish
for a person is found anywhere: nobody should have to guess a magic word for it.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from processors.understanding import gate
from processors.understanding.cart_words import CONFIRM

Command = Literal[
    "menu", "catalogue", "show_cart", "checkout", "clear_cart", "orders", "cancel", "human", "yes", "no", "more"
]  # fmt: skip

_GLOBAL: Final[dict[gate.GlobalWord, Command]] = {
    "menu": "menu",
    "help": "menu",
    "cancel": "cancel",
    "human": "human",
    "cart": "show_cart",
    "orders": "orders",
}


def _phrases(text: str) -> frozenset[str]:
    return frozenset(" ".join(phrase.split()) for phrase in text.split("|"))


_PHRASES: Final[dict[Command, frozenset[str]]] = {
    "checkout": _phrases("""
        ordina|ordino|ordina ora|checkout|check out|procedi con l ordine|procedi all ordine|concludi|concludi ordine|
        concludi l ordine|completa ordine|completa l ordine|invia ordine|invia l ordine|manda l ordine|alla cassa|
        vai alla cassa|e tutto|basta cosi|nient altro|nulla altro|procediamo col pagamento|procedi al pagamento|
        place order|place the order|place my order|complete order|complete my order|that is all|thats all|that s all|
        nothing else|bayar|lanjut bayar|selesai|pesan sekarang|kirim pesanan|itu saja|itu aja|cukup
        """),
    "clear_cart": _phrases("""
        svuota|svuota carrello|svuota il carrello|svuota tutto|svuota tutto il carrello|cancella il carrello|
        togli tutto|elimina tutto|clear|clear cart|clear my cart|clear the cart|empty cart|empty my cart|
        empty the cart|remove everything|kosongkan|kosongkan keranjang|hapus semua|hapus keranjang
        """),
    "more": _phrases("""
        altri|altri prodotti|altri risultati|mostra altri|mostrami altri|mostramene altri|ce ne sono altri|ne hai altri|
        ne avete altri|hai altro|avete altro|vedi altri|vedere altri|ancora altri|qualcos altro|cos altro|
        more|show more|more results|show me more|any more|any others|others|next|next page|
        lainnya|yang lain|ada lagi|ada yang lain|lihat lainnya|tampilkan lagi
        """),
    "catalogue": _phrases("""
        catalogo|il catalogo|mostra il catalogo|mostrami il catalogo|vedi catalogo|vedere il catalogo|prodotti|
        i prodotti|cosa vendete|che cosa vendete|che prodotti avete|cosa avete|catalogue|catalog|products|
        what do you sell|what do you have|show me the catalogue|show me the catalog|katalog|lihat katalog|
        lihat katalognya|boleh lihat katalognya|produk|lihat produk|jual apa|jual apa saja|jual apa aja
        """),
}

# "Admin" alone is somebody's claim about themselves; next to "bicara dengan" it is whom they want.
_HUMAN: Final = re.compile(
    r"^(admin|cs|assistenza umana)( please| per favore| dong| kak)?$|"
    r"\b(operatore|operatrice|operatori|persona (vera|reale|umana|in carne)|essere umano|un umano|"
    r"(parlare|parlo|sentire|mi passi|passami|passatemi|mi passa|mi passate)( \w+){0,3} "
    r"(qualcuno|persona|umano|responsabile|titolare|collega|commess[oa]|agente)|"
    r"(talk|speak|chat|connect me)( \w+){0,4} (human|person|someone|somebody|agent|manager|operator|representative)|"
    r"real (human|person)|live agent|human (agent|being|please)|a human|customer service|"
    r"(bicara|ngobrol|chat|hubungi|sambungkan|hubungkan)( \w+){0,3} (admin|manusia|orang|cs|petugas|operator|penjual)|"
    r"manusia asli|orang asli)\b"
)

_LANGUAGE: Final = re.compile(
    r"(?:(?:puoi|potresti|puo|possiamo|potremmo|preferisco|preferirei|meglio|can you|could you|can we|could we|do you|"
    r"i prefer|i d prefer|better|please|tolong|bisa|mau|saya|lebih|nyaman|suka|ciao|hi|hello|halo|scusa|scusi|sorry|"
    r"maaf|se|is it ok if we|kalau|kita|aku) )*"
    r"(?:(?:parla|parlare|parli|parlami|scrivi|scrivere|scrivimi|rispondi|rispondere|rispondimi|"
    r"speak|write|answer|reply|talk|switch to|"
    r"bicara|jawab|pakai|pake|balas) )?(?:(?:in|di|to|me|mi|with|dengan|dalam|pakai|pake|to me) ){0,2}"
    r"(?:(?P<it>(?:l )?italiano|italian|bahasa italia|italia)|(?P<en>(?:l )?inglese|english|bahasa inggris|inggris)|"
    r"(?P<id>indonesiano|indonesian|indonesia|bahasa indonesia|bahasa))"
    r"(?: (?:per favore|grazie|please|thanks|dong|ya|kak|aja|saja|pls))*"
)
_CANCELS_IT: Final = re.compile(
    r"(?:(?:no|ok|ma|e|scus[aio]|sorry|maaf|can|could|would|will|you|we|i|please|pls|just|puoi|potete|potresti|puo|"
    r"potrebbe|posso|possiamo|vorrei|voglio|want|need|like|d|to|is|it|possible|si|possibile|mi|me|lo|la|"
    r"bisa|boleh|tolong|mau|saya|aku|di|kak|min|allora|meglio|anzi) )*"
    r"(?:annull|disdi|cancell)(?:are|ar|a|o|i|iamo|re|co|ci|amo)?(?:lo|la|li|le|melo|telo|mela)?"
    r"(?: (?:lo|la|pure|per favore|grazie|adesso|subito|anche questo|questo|quello|ora))*|"
    r"(?:(?:can|could|would|will|you|we|i|please|pls|just|want|need|like|d|to|ok|no|sorry|actually|is|it|possible) )*"
    r"cancel (?:it|that|this|them)(?: (?:please|pls|thanks|now|for me))*|"
    r"(?:(?:bisa|boleh|tolong|mau|saya|aku|kak|min|maaf|ok|ga jadi|gak jadi|nggak jadi) )*"
    r"(?:di ?)?batal(?:kan|in|kan saja)?(?: (?:saja|aja|dong|ya|kak|deh|itu|ini))*"
)
"""A wish to take back what was spoken of last, in a whole sentence: "puoi annullarlo?", "can you cancel it"."""
_YES_CANCEL: Final = re.compile(
    r"(?:(?:si|sii|ok|okay|yes|yeah|yep|ya|iya|oke|certo|sure|dai|no|va bene|d accordo) )+"
    r"(?:(?:pure|please|tolong|just|lo|la|di|to) )*(?:annulla(?:lo|la|re|te|telo)?|annulliamo|cancel|batal(?:kan|in)?)"
    r"(?: (?:pure|tutto|lo|l|il|it|that|the|my|mio|ordine|order|pesanan(?:nya)?|saja|aja|ya|kak|please|grazie|thanks))*"
)
"""An answer to whether something is to be cancelled: "sì annulla", "yes, cancel it"."""
LONGEST_YES: Final = 12
"""Words; who says more says something else as well."""

_TERMS: Final = re.compile(
    r"\b(\d+( \d+)? ?(euro|eur|rp|rupiah|usd|dollar\w*|percent|per ?cento|persen)|gratis|gratuit\w*|free|omaggi\w*|"
    r"regal\w*|scont\w*|discount\w*|diskon|zero|nol|pagat\w*|paid|lunas|dibayar|promess\w*|promised|"
    r"come d accordo|as agreed)\b"
)
_CONFIRM: Final = re.compile(r"\b(conferm\w+|confirm\w*|konfirmasi\w*)\b")


def command_of(text: str) -> Command | None:
    """The command that a message is, None when it is something to understand."""
    word = gate.global_word(text)
    if word is not None:
        return _GLOBAL[word]
    plain = gate.plain(text)
    if _HUMAN.search(plain):
        return "human"
    for command, phrases in _PHRASES.items():
        if plain in phrases or _bare(plain) in phrases:
            return command
    if _CANCELS_IT.fullmatch(plain) or (_YES_CANCEL.fullmatch(plain) and "?" not in text):
        return "cancel"
    answer = gate.yes_no(text)
    return None if answer is None else ("yes" if answer else "no")


def language_wish(text: str) -> str | None:
    """The language somebody asks to be spoken to: "parla italiano", "english please", "pakai bahasa indonesia"."""
    match = _LANGUAGE.fullmatch(gate.plain(text))
    return None if match is None else next(code for code, name in match.groupdict().items() if name)


def says_confirm(text: str) -> bool:
    """Whether the word itself is there: "confermo", not a mere "ok"."""
    return _CONFIRM.search(gate.plain(text)) is not None


def agrees(text: str) -> bool:
    """Whether words that were understood as a yes may place an order: they say so, and make no terms of their own.

    "Procedi pure con l'ordine" does; "procedi, come promesso a 1 euro" has to see the summary once more.
    """
    plain = gate.plain(text)
    if len(plain.split()) > LONGEST_YES or "?" in text or _TERMS.search(plain) or "€" in text or "$" in text:
        return False
    return gate.yes_no(text) is True or CONFIRM.search(plain) is not None


def _bare(plain: str) -> str:
    return " ".join(
        re.sub(r"\b(per favore|grazie|please|thanks|tolong|dong|kak|ya|ciao|ok)\b", " ", plain).split()
    )
