"""What a person wants, from rules and the linear model together, and whether somebody of the staff is needed.

Rules are right where their words occur and silent elsewhere; the model guesses always. Their shares are added, so a
clear rule decides and otherwise the model does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from processors.language.lexicon import WORDS
from processors.model import Intent
from processors.search.words import fold
from processors.understanding import cart_words
from processors.understanding.gate import is_greeting, only_emoji, yes_no
from processors.understanding.human_rules import human_reason, only_curious, only_wishes
from processors.understanding.intent_rules import RULES
from processors.understanding.linear import INTENTS, LinearModel, linear_model
from processors.understanding.numbers import words_of
from processors.understanding.parts import starts_with_quantity
from processors.understanding.questions import is_request
from processors.understanding.types import HumanReason

RULE_WEIGHT: Final = 0.12
"""What one point of a rule adds to a share of the model. The rules were written with all our rows in view, which
therefore ask for more; on messages that neither had seen, more than this loses five in a hundred."""

MOST_POINTS: Final = 6.0
HUMAN_SURE: Final = 0.34
"""The model alone asks for a person only from here."""

ORDERING: Final = 2.5
HUMAN_SURE_ORDERING: Final = 0.6
"""The same where so many points are an order's: whoever says "I want" mostly wants things."""

HUMAN_SURE_CURIOUS: Final = 0.8
"""The same where the words could only ask who answers."""

KIND: Final = 2.0
"""Points of small talk, thanks and praise, of which the same holds."""

NAMING_MOST: Final = 1.5
COMPLAINT: Final = 2.0

ASKED_MOST: Final = 1.0
"""Points of an order that a question may still have."""

_SHORT = 3
_FIRST_CLAUSE: Final = re.compile(r"([^!,.?\n]*)([!,.\n]?)(.*)", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Intention:
    """`shares` of all intents add up to 1; `confidence` is the lead of the best over the second, 0..1."""

    intent: Intent
    confidence: float
    shares: Mapping[Intent, float]
    points: Mapping[Intent, float]
    """What the rules gave."""
    human_reason: HumanReason

    @property
    def complains(self) -> bool:
        """Whether the rules hear more of an existing order than of a new one."""
        support = self.points["support_request"]
        return support >= COMPLAINT and support > self.points["order_request"]

    @property
    def may_name_things(self) -> bool:
        """Whether a message could just name what somebody wants: no rule hears a question, a complaint, small talk."""
        least = max(NAMING_MOST, self.points["order_request"])
        asking = max(self.points["product_inquiry"], self.points["support_request"])
        return asking < least and self.points["general_chat"] <= least

    @property
    def needs_human(self) -> bool:
        """Whether the turn should go to a person."""
        return self.human_reason != "none"


def classify(text: str, *, model: LinearModel | None = None) -> Intention:
    """The intent of one message. `model` is another one than that of this release, to compare them."""
    points = rule_points(text)
    guess = (model or linear_model()).guess(after_greeting(text))
    reason = human_reason(_words(text))
    is_kind = points["general_chat"] >= KIND and not points["support_request"]
    sure = HUMAN_SURE_ORDERING if points["order_request"] >= ORDERING or is_kind else HUMAN_SURE
    wishing = only_wishes(_words(text)) and not points["support_request"]
    curious = only_curious(_words(text)) and guess.human < HUMAN_SURE_CURIOUS
    if reason == "none" and guess.human >= sure and not (wishing or curious):
        reason = "unknown"
    scores = {i: guess.intents[i] + RULE_WEIGHT * min(points[i], MOST_POINTS) for i in INTENTS}
    if reason != "none":
        scores["support_request"] += 0.5
    total = sum(scores.values())
    shares = {intent: score / total for intent, score in scores.items()}
    first, second = sorted(shares.values(), reverse=True)[:2]
    best = max(INTENTS, key=lambda intent: shares[intent])
    return Intention(
        intent=best,
        confidence=min(1.0, (first - second) / first + 0.25),
        shares=shares,
        points=points,
        human_reason=reason,
    )


def after_greeting(text: str) -> str:
    """What follows a hello: "Good evening! Do you have candles?" is no small talk. The text, when nothing does."""
    hello, sign, rest = _FIRST_CLAUSE.match(text).groups()  # type: ignore[union-attr]  # It matches every text.
    return rest if sign and rest.strip() and is_greeting(hello) else text


def rule_points(text: str) -> dict[Intent, float]:
    """The points that the rules give each intent; never below 0."""
    plain = _words(text)
    points: dict[Intent, float] = dict.fromkeys(INTENTS, 0.0)
    for intent, weight, pattern in RULES:
        if pattern.search(plain):
            points[intent] += weight
    if only_emoji(text) or is_greeting(text) or (yes_no(text) is not None and not points["order_request"]):
        points["general_chat"] += 3.0
    asking = "?" in text
    if only_wishes(plain):
        points["order_request"] += 5.0
    points["order_request"] += sum(weight for weight, pattern in _CART if pattern.search(plain))
    if starts_with_quantity(text) and not points["support_request"]:
        points["order_request"] += 0.8 if asking else 3.0
    if asking and is_request(text) and not points["support_request"]:
        points["order_request"] += 3.0 if cart_words.REMOVE.search(plain) else 1.0
    elif asking and not points["support_request"] and not points["general_chat"]:
        points["product_inquiry"] += 0.8
        # "Se lo ordino oggi, quando arriva?" only asks, whatever verbs it holds.
        points["order_request"] = min(points["order_request"], ASKED_MOST)
    # Courtesies around a wish do not make it small talk.
    rest = max(points["order_request"], points["product_inquiry"], points["support_request"])
    if rest >= 1.5 and len(plain.split()) > _SHORT:
        points["general_chat"] = max(0.0, points["general_chat"] - 4.0)
    return points


def _words(text: str) -> str:
    folded = re.sub(r"\b[èÈ]\b", "est", text[:1000])
    return " ".join(_repaired(word) for word in re.findall(r"[a-z0-9]+", fold(folded)))


@lru_cache(maxsize=20_000)
def _repaired(word: str) -> str:
    """The word of the rules that a typo stands for: "oridnare" → "ordinare"."""
    if len(word) < 5 or word in _VOCABULARY or word in _KNOWN or word.isdigit():
        return word
    most = 1 if len(word) < 8 else 2
    found = process.extractOne(word, _REPAIRED_TO, scorer=OSA.distance, score_cutoff=most)
    return str(found[0]) if found and found[0][0] == word[0] else word


_CART: Final = ((2.5, cart_words.CLEAR), (1.5, cart_words.CONFIRM), (1.0, cart_words.REMOVE))

_KNOWN: Final = frozenset().union(*WORDS.values())
"""Words that are right as they are: "avere" is no typo of "avete"."""

_ALARMING: Final = frozenset(words_of("human person agent manusia operatore persona"))
"""No typo is read as one of these: a raincoat, "jas hujan", calls for nobody."""

_VOCABULARY: Final = frozenset(
    words_of(
        """
        vorrei vorremmo voglio vogliamo volevo ordinare ordino comprare compro acquistare prendere prendo
        prendiamo aggiungi aggiungere mettimi mandami mandatemi dammi datemi confermo conferma carrello svuota
        togli rimuovi quanto costa costano prezzo prezzi avete disponibile disponibili consigli consigliate
        consiglia spedizione consegna consegnate spedite ordine ordini pacco rimborso fattura scontrino garanzia
        arrivato arrivata arrivati rotto rotta danneggiato difettoso sbagliato sbagliata pagamento pagare pagato
        annullare annullate indirizzo corriere operatore parlare persona grazie buongiorno buonasera orario
        orari aperti aprite chiudete negozio taglia taglie colore colori order ordered please remove checkout
        confirm delivery delivered parcel package refund return invoice payment broken damaged missing wrong
        address available recommend discount price thanks hello morning where human person agent pesan pesanan
        pesen tambah hapus keranjang konfirmasi harga harganya berapa tersedia rekomendasi paket barang rusak
        pembayaran kembalikan alamat terima kasih makasih selamat bicara manusia
        """
    )
)  # fmt: skip

_REPAIRED_TO: Final = _VOCABULARY - _ALARMING
