"""What a model wrote is checked in code before anybody sees it: ids, quantities, variants, words."""

from __future__ import annotations

import re
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
_FORBIDDEN = re.compile(
    r"€|\$|\beur(o|os)?\b|\busd\b|\brp\b|rupiah|\d+[.,]\d{2}|https?:|www\."
    r"|\w\.(com|it|net|org|io|id)\b|\+?\d[\d \-]{6,}"
    r"|\d{1,2}[/.]\d{1,2}|\b\d+\s?%|gratis|free of charge|\bsconto\b|\bdiscount\b|\bdiskon\b",
    re.IGNORECASE,
)


def checked(answer: TurnAnswer, candidates: Mapping[str, Hit]) -> Understanding:
    """The answer as an Understanding that holds only what is true of the candidates."""
    items = tuple(_item(item, candidates) for item in answer.items[:MOST_ITEMS])
    words = safe_words(answer.reply)
    note(
        "checks",
        unknown_products=[i.product for i in answer.items if i.product and i.product not in candidates],
        quantities_corrected=[i.quantity for i in answer.items if not 0 < i.quantity <= 999],
        words_refused=bool(answer.reply.strip()) and not words,
    )
    return Understanding(
        language=answer.language,
        intent=answer.intent,
        confidence=min(max(answer.confidence, 0.0), 1.0),
        cart_action=answer.cart_action,
        items=items,
        search_query=(answer.search_query or "").strip()[:200] or None,
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
        quantity=min(item.quantity, LARGEST_QUANTITY) if item.quantity > 0 else 1,
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


def safe_words(reply: str) -> str:
    """The model's connecting words, or nothing when they hold a fact that is not theirs to state."""
    words = " ".join(reply.split())
    if not words or len(words) > LONGEST_REPLY or _FORBIDDEN.search(words):
        return ""
    return words
