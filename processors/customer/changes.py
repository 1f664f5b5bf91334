"""A shop would do the order otherwise, and the customer answers: by button, or in words below the question."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final, Literal
from uuid import UUID

from processors.announcements.proposal import answer_buttons, texts_of
from processors.customer.choices import ChangeChoice, ChangeVerb, read_choice
from processors.customer.gate import command_of
from processors.customer.talk import Reads, Talk
from processors.language.lines import lines_text
from processors.model import Action, Button, Json, Reply
from processors.understanding.gate import plain

LONGEST_ANSWER: Final = 8
"""Words; who says more says something new."""

_ELSEWHERE: Final = re.compile(
    r"\b(altr[oi] negozi[o]?|altrove|(an)?other shop|elsewhere|toko lain|tempat lain)\b"
)
_CANCEL: Final = re.compile(r"\b(annull\w+|disdic\w+|cancel\w*|batal\w*)\b")
_REFUSE: Final = re.compile(
    r"\b(non (accetto|mi va|va bene)|rifiuto|no grazie|don t (accept|agree)|tidak (setuju|mau))\b"
)
_ACCEPT: Final = re.compile(
    r"\b(accett\w+|d accordo|va bene( (cosi|lo stesso))?|accept|agree\w*|that s fine|setuju|boleh)\b"
)


async def tapped(talk: Talk, reads: Reads, choice: ChangeChoice) -> Talk:
    """The talk after a button below the question; what comes of it the database decides."""
    found = await reads.services.store.order_proposal(talk.turn.conversation_id, choice.proposal_id)
    if found is None:
        return replace(talk, ending=Reply(text=talk.say("change.not_found")))
    accepted = talk.say(
        "change.accepted",
        lines=lines_text(found["lines"], talk.language),
        total=talk.money(Decimal(found["total"]), found["currency"]),
    )
    outcomes = {
        outcome: (Reply(text=talk.say(f"change.{outcome}")),)
        for outcome in ("elsewhere", "cancelled", "already", "over", "gone", "paid_up")
    }
    action = Action(
        kind="answer_proposal",
        args={"proposal_id": str(choice.proposal_id), "answer": choice.verb},
        outcomes={
            **outcomes,
            "accepted": (Reply(text=accepted),),
            "*": (Reply(text=talk.say("change.not_found")),),
        },
    )
    return replace(talk, actions=(*talk.actions, action), intent="order_request")


async def open_question(talk: Talk, reads: Reads, parts: Sequence[Json]) -> Reply | None:
    """What a shop has proposed for one of these parts and is waiting for, with the three answers."""
    asked = next((part["proposal_id"] for part in parts if part.get("proposal_id")), None)
    if asked is None:
        return None
    found = await reads.services.store.order_proposal(talk.turn.conversation_id, UUID(asked))
    if found is None:
        return None
    texts = texts_of(found, talk.language, talk.turn.business.timezone)
    text = talk.say(
        "change.waits",
        dealer=found["dealer"],
        changes="\n".join(f"• {one}" for one in texts),
        total=talk.money(Decimal(found["total"]), found["currency"]),
    )
    return Reply(text=text, kind="buttons", buttons=answer_buttons(talk.language, str(found["id"])))


async def answered(talk: Talk, reads: Reads, text: str) -> Talk | None:
    """The talk after words below the question; None when the last message asked nothing, or they say something else.

    A no alone does not say what should become of the order, so that is asked.
    """
    asked = _asked(talk)
    if asked is None or talk.session.questions or talk.cart_changed:
        return None
    verb = _verb(text)
    if verb == "no":
        return await _or_else(talk, reads, asked)
    return await tapped(talk, reads, ChangeChoice(verb=verb, proposal_id=asked)) if verb else None


def _verb(text: str) -> ChangeVerb | Literal["no"] | None:
    if "?" in text or len(text.split()) > LONGEST_ANSWER:
        return None
    words = plain(text)
    if _ELSEWHERE.search(words):
        return "elsewhere"
    command = command_of(text)
    if command == "cancel" or _CANCEL.search(words):
        return "cancel"
    if command in ("yes", "no"):
        return "accept" if command == "yes" else "no"
    return "no" if _REFUSE.search(words) else "accept" if _ACCEPT.search(words) else None


async def _or_else(talk: Talk, reads: Reads, asked: UUID) -> Talk | None:
    found = await reads.services.store.order_proposal(talk.turn.conversation_id, asked)
    if found is None:
        return None
    ways = (("elsewhere", "change_elsewhere"), ("cancel", "cancel_order"), ("accept", "change_accept"))
    buttons = tuple(
        Button(id=f"change:{verb}:{asked}", title=talk.say(f"button.{title}")) for verb, title in ways
    )
    text = talk.say("change.or_else", code=found["code"])
    return replace(talk, ending=Reply(text=text, kind="buttons", buttons=buttons), intent="order_request")


def _asked(talk: Talk) -> UUID | None:
    """The proposal that the last message to the customer asked about."""
    last = next((m for m in reversed(talk.turn.history) if m.direction == "outbound"), None)
    for button in (last.payload.get("buttons") or ()) if last else ():
        choice = read_choice(str(button.get("id", "")))
        if isinstance(choice, ChangeChoice):
            return choice.proposal_id
    return None
