"""What a model wrote is checked in code before anybody sees it: ids, quantities, variants, words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from uuid import UUID

from processors.search.search import Hit
from processors.search.words import fold
from processors.trace import note
from processors.understanding.llm_schema import ItemChoice, TurnAnswer
from processors.understanding.types import ItemMention, Understanding

LONGEST_REPLY = 400
MOST_ITEMS = 20
LARGEST_QUANTITY = 999

# Prices, amounts, links and numbers to call come from the database or not at all.
_MONEY_OR_WAY_OUT = re.compile(
    r"[€$£]|\beur(o|os)?\b|\busd\b|\brp\b|rupiah|https?:|www\.|\w\.[a-z]{2,}\b|@|\+?\d[\d \-]{6,}|\d\s?%|\d[.,]\d{2}",
    re.IGNORECASE,
)

# What a model could promise, state or give away: it has connecting words to say and nothing else.
_CLAIMS = re.compile(
    r"\b(?:"
    r"prezz\w*|prices?|pricing|harga\w*|cost(?:a|ano|o|i|s)?|total\w*|pag(?:a|hi|o|are|herai|at[aoie]|ament\w+)|"
    r"paid|pay\w*|bayar\w*|lunas|gratis|gratuit\w*|free|omaggi\w*|regal[aio]\w*|gifts?|scont\w*|discount\w*|diskon|"
    r"promo\w*|offert[aeo]|coupon|voucher|codic[ei]|codes?|kode|rimbors\w*|refund\w*|garanti\w*|promess\w*|"
    r"promett\w*|promis\w*|conferm\w*|confirm\w*|konfirm\w*|spedi\w*|shipp\w*|consegn\w*|deliver\w*|kirim\w*|"
    r"terkirim|dikirim|arriv\w*|annull\w*|cancel\w*|batal\w*|disponibil\w*|availab\w*|stocks?|giacenz\w*|"
    r"esaurit\w*|sold|tersedia|habis|stok|aggiornat\w*|applicat\w*|applied|oggi|domani|stasera|stamattina|stanotte|"
    r"today|tomorrow|tonight|besok|hari ini|lunedi|martedi|mercoledi|giovedi|venerdi|sabato|domenica|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|senin|selasa|rabu|kamis|jumat|sabtu|minggu|zero|azzer\w*|nol|"
    r"dollar\w*|dolar|cento|hundred|seratus|telegram|whatsapp|instagram|facebook|iban|bonific\w*|transfer|password|"
    r"token|chiav[ei]|keys?|api|telefon\w*|phones?|telepon|indirizz\w*|address\w*|alamat|e ?mail|links?|sito|website|"
    r"situs|istruzion\w*|instruct\w*|instruksi|prompt|rules?|regol[ae]|aturan|amministrat\w*|admin\w*|debug|vip"
    r")\b"
)
_SHINGLE = 5
"""So many words in a row of our own instructions are no chance."""


def checked(answer: TurnAnswer, candidates: Mapping[str, Hit], rules: str = "") -> Understanding:
    """The answer as an Understanding that holds only what is true of the candidates.

    `rules` is what the model was told, which it must not repeat.
    """
    named = [item for item in answer.items[:MOST_ITEMS] if not _MONEY_OR_WAY_OUT.search(item.mention)]
    items = tuple(_item(item, candidates) for item in named)
    words = safe_words(answer.reply, rules)
    note(
        "checks",
        unknown_products=[i.product for i in answer.items if i.product and i.product not in candidates],
        quantities_corrected=[i.quantity for i in answer.items if not 0 < i.quantity <= LARGEST_QUANTITY],
        mentions_refused=len(answer.items[:MOST_ITEMS]) - len(named),
        words_refused=bool(answer.reply.strip()) and not words,
    )
    return Understanding(
        language=answer.language,
        intent=answer.intent,
        confidence=min(max(answer.confidence, 0.0), 1.0),
        cart_action=answer.cart_action,
        items=items,
        search_query=_query(answer.search_query),
        needs_human=answer.needs_human,
        human_reason=answer.human_reason if answer.needs_human else "none",
        reply=words,
    )


def _item(item: ItemChoice, candidates: Mapping[str, Hit]) -> ItemMention:
    hit = candidates.get(item.product or "")
    product_id: UUID | None = hit.product_id if hit else None
    return ItemMention(
        mention=item.mention[:200],
        # What is out of bounds is asked, so it stays visible as it was said.
        quantity=item.quantity if 0 < item.quantity < LARGEST_QUANTITY else LARGEST_QUANTITY,
        quantity_given=True,
        variant=_variant(item, hit) if hit else {},
        product_id=product_id,
    )


def _variant(item: ItemChoice, hit: Hit) -> dict[str, str]:
    found: dict[str, str] = {}
    for choice in item.variant:
        allowed: Sequence[str] = hit.attributes.get(choice.name, ())
        for value in allowed:
            if fold(value) == fold(choice.value):
                found[choice.name] = value
    return found


def _query(words: str | None) -> str | None:
    query = (words or "").strip()[:200]
    return query if query and not _MONEY_OR_WAY_OUT.search(query) else None


def safe_words(reply: str, rules: str = "") -> str:
    """The model's connecting words, or nothing when they hold what is not theirs to say.

    Facts, promises, ways out of this chat, anything but plain words in Latin letters, our own instructions. Strict,
    because the answer without them is as good: nobody misses a sentence that was not said.
    """
    words = " ".join(unicodedata.normalize("NFKC", reply).split())
    if not words or len(words) > LONGEST_REPLY or not all(_is_plain(letter) for letter in words):
        return ""
    folded = fold(words)
    if _MONEY_OR_WAY_OUT.search(words) or _CLAIMS.search(folded) or _spelt_out(folded):
        return ""
    return "" if _shingles(folded) & _shingles(fold(rules)) else words


def _is_plain(letter: str) -> bool:
    """Latin letters, punctuation, spaces and pictures. No digits, no marks on top, nothing unseen."""
    kind = unicodedata.category(letter)
    if kind[0] == "L":
        return unicodedata.name(letter, "").startswith("LATIN")
    return kind[0] in ("P", "Z") or kind in ("So", "Sk") or letter == "\ufe0f"


def _spelt_out(words: str) -> bool:
    """Letter by letter, as people write who don't want to be read."""
    return re.search(r"(?:\b\w\b[\W_]+){4}", words) is not None


def _shingles(words: str) -> set[tuple[str, ...]]:
    said = re.findall(r"\w+", words)
    return {tuple(said[n : n + _SHINGLE]) for n in range(len(said) - _SHINGLE + 1)}
