"""Questions that many people ask in the same words: read by the model once, and then by nobody.

Only how the question is read is kept. Hours, zones and the like are told from the database each time, so nothing of
anybody and no number can be kept by mistake. Such a question is put to the model alone, without the talk around it:
what one customer said before can't colour what the next one hears.
"""

from __future__ import annotations

import re
from typing import Any, Final, get_args

from processors.customer import chat, support
from processors.customer.inquiry import asks_shipping
from processors.customer.talk import Reads, Talk
from processors.errors import StorageError
from processors.model import AiCall, Intent
from processors.understanding.gate import plain
from processors.understanding.numbers import words_of
from processors.understanding.types import Understanding

MOST_WORDS: Final = 12
SURE: Final = 0.5

_COURTESY: Final = frozenset(
    words_of(
        "ciao salve buongiorno buonasera scusi scusa scusate per favore grazie hello hi hey please thanks thank you "
        "halo hai permisi tolong makasih terima kasih kak admin"
    )
)
# Whoever speaks of their own order wants its state, which is nobody else's and never the same twice.
_OWN: Final = re.compile(
    r"\d|\b(mi[oae]|miei|ho|abbiamo|avevo|ordin\w*|pacc\w*|arrivat\w*|pagat\w*|rimbors\w*|my|mine|our|orders?|ordered|"
    r"i ve|paid|refund\w*|parcel|saya|aku|kami|pesanan\w*|paket\w*|sudah)\b"
)


def question_of(talk: Talk, text: str) -> str | None:
    """The common question that a text is, without courtesies; None when it is none, or means something only here."""
    words = [word for word in plain(text).split() if word not in _COURTESY]
    question = " ".join(words)
    is_about_shop = (
        chat.subject_of(text) in ("hours", "where", "bot")
        or asks_shipping(text)
        or support.subject_of(text) in ("payment", "return", "invoice")
    )
    if not is_about_shop or not 2 <= len(words) <= MOST_WORDS or _OWN.search(question):
        return None
    names = {word for word in plain(talk.turn.contact.name).split() if len(word) > 2}
    is_open = talk.cart or talk.session.questions or talk.session.proposal or talk.session.shown
    return None if is_open or names & set(words) else question[:200]


async def known(talk: Talk, reads: Reads, question: str, variant: str) -> Understanding | None:
    """How the question was read before; None when nobody asked, or storage can't tell just now."""
    params = {
        "p_business_id": str(talk.turn.business.id),
        "p_language": talk.language,
        "p_question": question,
        "p_variant": variant,
    }
    try:
        row = await reads.services.store.call("read_question", params, retry=False)
    except StorageError:
        return None
    if row is None or row["intent"] not in get_args(Intent):
        return None
    return Understanding(
        language=talk.language,  # type: ignore[arg-type]  # One of those that the business speaks.
        intent=row["intent"],
        confidence=row["confidence"],
        cart_action="none",
        items=(),
        search_query=None,
        needs_human=False,
        human_reason="none",
    )


def learned(talk: Talk, question: str, variant: str, understood: Understanding) -> dict[str, Any] | None:
    """What is kept of a reading, in the shape of `learn_question`; None for one that is no common answer."""
    is_plain = understood.cart_action == "none" and not understood.items and not understood.search_query
    if not is_plain or understood.needs_human or understood.confidence < SURE:
        return None
    return {
        "language": talk.language,
        "question": question,
        "prompt_variant": variant,
        "intent": understood.intent,
        "confidence": understood.confidence,
    }


def cached_call(model: str, variant: str) -> AiCall:
    """The `ai_calls` row of a question that cost nothing."""
    return AiCall(purpose="turn", model=model, outcome="cached", prompt_variant=variant)
