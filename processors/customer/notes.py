"""A word for those who bring the order: "suonare al secondo piano", "nota: citofono Rossi"."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from processors.customer.addresses import tidy
from processors.customer.menus import menu_button
from processors.customer.redirect import under_way
from processors.customer.talk import Reads, Talk
from processors.model import Action, Reply
from processors.search.words import fold

LONGEST: Final = 200

_SAID: Final = re.compile(
    r"^(?:(?:per favore|please|tolong|aggiung\w+|add|tambah\w*|metti|scrivi)[ ,]+)?(?:(?:una|la|a|the)[ ]+)?"
    r"(?:nota|note|catatan)(?: (?:per|for|untuk|to)(?: (?:il|la|lo|the))? \w+)?\s*[:\-,]\s*(?P<note>.+)$",
    re.IGNORECASE | re.DOTALL,
)
_FOR_RIDERS: Final = re.compile(
    r"^(?:(?:per favore|please|tolong|mi raccomando|e|anche|ah|ps|se possibile|quando arriva\w*|"
    r"al corriere|per il rider)[ ,:]+)*"
    r"(?:non )?(?:citofon\w+|suon(?:a|are|ate|i)\b|buss(?:a|are|ate|i)\b|lasci(?:a|are|ate|atelo|atela|alo|ala|arlo)\b|"
    r"chiam(?:a|are|ate|atemi|ami|armi)\b|telefon(?:a|are|ate|ami)\b|scala [a-z0-9]|interno \d|piano \d|"
    r"(?:al )?(?:primo|secondo|terzo|quarto|quinto|sesto|\d+) piano|"
    r"(?:don t |do not |don't )?(?:ring|knock|leave it|leave the|call me|ask for|use the)\b|"
    r"(?:jangan )?(?:titip\w*|taruh|bunyikan|ketuk|telepon|telpon|hubungi saya)\b|lantai \d)",
    re.IGNORECASE,
)


def note_in(text: str) -> str | None:
    """The word for the rider that a text is; None when it is something else."""
    line = " ".join(text.split())
    if not line or "?" in line or len(line) > LONGEST:
        return None
    if match := _SAID.match(line):
        return tidy(match["note"])
    return tidy(line) if _FOR_RIDERS.match(fold(line)) else None


async def answer(talk: Talk, reads: Reads, text: str) -> Talk | None:
    """The talk with a note kept for the cart or the order under way; None without a note or an order."""
    note = note_in(text)
    if note is None:
        return None
    if talk.cart:
        talk = replace(talk, delivery={**talk.delivery, "note": note}, intent="order_request")
        return replace(talk, checkout=True)
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
