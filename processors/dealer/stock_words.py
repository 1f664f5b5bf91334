"""What a dealer says about the shelf: "esaurito lo shampoo", "arrivate 20 candele", "quante cucce ho?".

Pure reading of words; which product is meant is found in `stock.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from processors.partners.words import fold
from processors.understanding.numbers import number_in, words_of

Mode = Literal["set", "add", "show"]


@dataclass(frozen=True, kw_only=True)
class StockTalk:
    """One product and what to do with it. `amount` is None where a number is missing, and for `show`.

    `continued` says that the clause had no verb of its own, so that it may as well be about something else.
    """

    mode: Mode
    amount: int | None
    product: str
    continued: bool = False


@dataclass(frozen=True)
class _Pattern:
    mode: Mode
    amount: int | None
    sign: int
    regex: re.Pattern[str]


def _pattern(mode: Mode, words: str, *, amount: int | None = None, sign: int = 1) -> _Pattern:
    return _Pattern(mode, amount, sign, re.compile(rf"\b(?:{words})\b"))


# Tried in this order: "non ho più" before "ho", "quanti ... ho" before "ho".
_PATTERNS = (
    _pattern(
        "show",
        r"quant[oaie](?! riguarda)( \w+ ne)?( (ho|abbiamo|restano|ne ho))?|giacenza|controlla( lo)? stock|scort[ae] di|"
        r"how (many|much)|do (i|we) (still )?have|check( the)? stock|berapa( stok)?|masih ada|cek stok",
    ),
    _pattern(
        "set",
        r"(ho |abbiamo |sono |e |ormai )?(appena )?(esaurit[oaie]|finit[oaie]|terminat[oaie])|"
        r"non (ho|abbiamo|c e|ce n e|ci sono|ce ne sono|ne ho)( piu)?|sono senza|siamo senza|rimast[oaie] senza|"
        r"out of( stock)?|sold out|no more|ran out of|run out of|(don t|do not) have( any)?( more)?|"
        r"no (?=(\w+ ){1,3}left)|habis|kosong|sudah tidak ada|tidak ada( lagi)?",
        amount=0,
    ),
    _pattern(
        "add",
        r"(sono |mi sono |e )?arrivat[oaie]|nuovi arrivi|aggiung\w+|ricevut[oaie]|"
        r"caricat[oaie]|carica|entrat[oaie]|"
        r"arrived|received|add(ed)?|got in|restocked|datang|masuk|tambah\w*|terima barang",
    ),
    _pattern(
        "add", r"vendut[oaie]|tolt[oaie]|togli\w*|scarica\w*|sold|remove\w*|terjual|kurangi\w*", sign=-1
    ),
    _pattern(
        "set",
        r"(sono |e |di nuovo |ancora )*disponibil[ei]|(ne )?(restano|resta|rimangono|rimane)|rimast[oaie]|"
        r"(ne )?(ho|abbiamo)( (ancora|solo|adesso|ora|in casa|in negozio|in magazzino))*|"
        r"ci sono( (ancora|solo))?|c e ancora|solo|stock|scorta|imposta|"
        r"(i|we) have( (only|still))?|there are|only|left|available|in stock|set|"
        r"stok|sisa|tersedia|ada|tinggal|saya punya",
    ),
)
_LABELLED = re.compile(
    r"^(?P<product>[^:=]*[^\W\d][^:=]*)[:=]\s*(?P<amount>[-+]?\d{1,6})\s*(?:pezzi|pz|pcs)?\W*$"
)
_SIGNED = re.compile(r"^(?P<amount>[-+]\s?\d{1,6})\s+(?P<product>.*[^\W\d].*)$")

_EDGE_WORDS = words_of(
    "il lo la i gli le l un uno una the a an di del dello della dei degli delle d da of any some e ed and anche "
    "tutto tutta tutti tutte all adesso ora now oggi today purtroppo sorry ciao ok per favore grazie please "
    "pezzi pezzo pz pcs pieces units unita buah di in magazzino negozio casa stock ancora solo piu nuovi nuove "
    "ne ho abbiamo hai ci sono left disponibile disponibili rimasti rimaste rimasto rimasta more available "
    "mi me io noi we i have no nessun nessuna lagi stok produk articolo prodotto product yang saya do does ce quello "
    "quella quelli quelle quel questo questa questi queste that this those these one ones itu"
)


class StockReader:
    """Reads clause after clause: one without a verb continues the last, as in "arrivate 20 candele, 5 cucce"."""

    def __init__(self) -> None:
        self._last: _Pattern | None = None

    def read(self, clause: str) -> StockTalk | None:
        """What the clause says or asks about the shelf, None when nothing."""
        if labelled := _LABELLED.match(clause) or _SIGNED.match(clause):
            return _labelled(labelled)
        folded = fold(clause)
        pattern, rest = _verb(folded)
        continued = pattern is None
        pattern = pattern or self._last
        if pattern is None:
            return None
        self._last = pattern
        talk = _talk(pattern, rest, asked=clause.rstrip().endswith("?"), continued=continued)
        if continued and talk is not None and talk.mode != "show" and talk.amount is None:
            # Words after a change that name no number are something else.
            return None
        return talk


def _talk(pattern: _Pattern, words: str, *, asked: bool, continued: bool) -> StockTalk | None:
    mode: Mode = "show" if asked else pattern.mode
    amount = None if mode == "show" else pattern.amount
    if mode != "show" and amount is None:
        amount, words = number_in(words)
    product = product_words(words)
    if not product:
        return None
    if amount is not None:
        amount *= pattern.sign
    return StockTalk(mode=mode, amount=amount, product=product, continued=continued)


def _labelled(match: re.Match[str]) -> StockTalk:
    """ "shampoo: 5" and "cucce = 0" say what is there, "+20 candele" and "-2 ciotole" what changed."""
    written = match["amount"].replace(" ", "")
    mode: Mode = "add" if written[0] in "+-" else "set"
    return StockTalk(mode=mode, amount=int(written), product=product_words(fold(match["product"])))


def _verb(folded: str) -> tuple[_Pattern | None, str]:
    for pattern in _PATTERNS:
        if found := pattern.regex.search(folded):
            return pattern, f"{folded[: found.start()]} {folded[found.end() :]}"
    return None, folded


def product_words(words: str) -> str:
    """The words without those that only lead to or follow a product's name."""
    parts = words.split()
    # An L at the end is a size, at the beginning an article: "l'acquario", "cuccia taglia L", "la L".
    while parts and parts[0] in _EDGE_WORDS and parts != ["l"]:
        parts.pop(0)
    while parts and parts[-1] in _EDGE_WORDS and parts[-1] != "l":
        parts.pop()
    return " ".join(parts)
