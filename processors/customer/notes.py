"""A word for those who bring the order: "suonare al secondo piano", "nota: citofono Rossi"."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from processors.customer import cart as carts
from processors.customer.addresses import tidy
from processors.customer.menus import menu_button
from processors.customer.quotes import quote
from processors.customer.redirect import under_way
from processors.customer.talk import Reads, Talk
from processors.customer.when import when_in
from processors.model import Action, Reply
from processors.search.words import fold

LONGEST: Final = 200
_TIME, _BESIDE = "⏰ ", " · "
_ASKED: Final = re.compile(
    r"^(?:puo|può|puoi|potete|potreste|potrebbe|si puo|si può|can you|could you|bisa)\s+((?:consegn|lasci|suon|citofon|"
    r"chiam|telefon|leave|ring|call|titip|taruh)\w*.*?)\s*\?*$",
    re.IGNORECASE,
)
"""A wish in the shape of a question: "può consegnare al portiere?"."""


_SAID: Final = re.compile(
    r"^(?:(?:per favore|please|tolong|aggiung\w+|add|tambah\w*|metti|scrivi)[ ,]+)?(?:(?:una|la|a|the)[ ]+)?"
    r"(?:nota|note|catatan)(?: (?:per|for|untuk|to)(?: (?:il|la|lo|the))? \w+)?\s*[:\-,]\s*(?P<note>.+)$",
    re.IGNORECASE | re.DOTALL,
)
_FOR_RIDERS: Final = re.compile(
    r"^(?:(?:per favore|please|tolong|mi raccomando|e|anche|ah|ps|se possibile|quando arriva\w*|"
    r"al corriere|per il rider)[ ,:]+)*"
    r"(?:non )?(?:consegn\w+ (?:al|alla|a) (?:signor\w*|sig\b|sig\.|vicin\w|portier\w|portinai\w|custode|reception)|"
    r"citofon\w+|suon(?:a|are|ate|i)\b|buss(?:a|are|ate|i)\b|lasci(?:a|are|ate|atelo|atela|alo|ala|arlo)\b|"
    r"chiam(?:a|are|ate|atemi|ami|armi)\b|telefon(?:a|are|ate|ami)\b|scala [a-z0-9]|interno \d|piano \d|"
    r"(?:al )?(?:primo|secondo|terzo|quarto|quinto|sesto|\d+) piano|"
    r"(?:don t |do not |don't )?(?:ring|knock|leave it|leave the|call me|ask for|use the)\b|"
    r"(?:jangan )?(?:titip\w*|taruh|bunyikan|ketuk|telepon|telpon|hubungi saya)\b|lantai \d)",
    re.IGNORECASE,
)


def note_in(text: str) -> str | None:
    """The word for the rider that a text is; None when it is something else."""
    line = _ASKED.sub(r"\1", " ".join(text.split()))
    if not line or "?" in line or len(line) > LONGEST:
        return None
    if match := _SAID.match(line):
        return tidy(match["note"])
    return tidy(line) if _FOR_RIDERS.match(fold(line)) else None


async def keep(talk: Talk, reads: Reads, note: str, *, is_time: bool = False) -> Talk:
    """The talk with a note for the cart's order. A time and other words stand beside each other, each as said last."""
    before = talk.delivery.get("note") or (await quote(talk, reads, carts.total(talk.cart))).note
    others = [part for part in str(before or "").split(_BESIDE) if part and part.startswith(_TIME) != is_time]
    kept = _BESIDE.join([*others, f"{_TIME}{note}" if is_time else note])[:LONGEST]
    return replace(talk, delivery={**talk.delivery, "note": kept})


async def wanted_at(talk: Talk, reads: Reads, text: str) -> Talk:
    """The talk with the time that was said beside a wish; the shop reads it, and the customer that it is no promise."""
    said = when_in(text)
    if said is None or not talk.cart:
        return talk
    talk = await keep(talk, reads, tidy(said), is_time=True)
    return replace(talk.noting("delivery.wanted_at", when=tidy(said)), checkout=True)


async def answer(talk: Talk, reads: Reads, text: str) -> Talk | None:
    """The talk with a note kept for the cart or the order under way; None without a note or an order."""
    note = note_in(text)
    return None if note is None else await keep_or_hand_on(talk, reads, note)


async def keep_or_hand_on(talk: Talk, reads: Reads, note: str) -> Talk | None:
    """The talk with a note for the cart to come, or for the order under way; None without either."""
    if talk.cart or talk.session.questions:
        kept = await keep(talk, reads, note)
        if talk.session.questions:
            # The summary, which would show it, is still to come.
            kept = kept.noting("delivery.note_kept", note=note)
        return replace(kept, checkout=bool(talk.cart), asking=True, intent="order_request")
    order = await under_way(talk, reads, None)
    if order is None:
        return None
    human = (menu_button(talk, "human"),)
    action = Action(
        kind="change_note",
        args={"note": note, "relay_id": order["relay_id"]},
        outcomes={
            "noted": (Reply(text=talk.say("delivery.noted", note=note)),),
            "*": (Reply(text=talk.say("delivery.too_late"), kind="buttons", buttons=human),),
        },
    )
    return replace(talk, actions=(*talk.actions, action), intent="support_request")
