"""Messages without words for us: pictures, voice, places, contact cards, only emoji, far too long."""

from __future__ import annotations

from processors.customer.inputs import OddKind
from processors.customer.menus import menu, menu_button
from processors.customer.talk import Talk
from processors.model import Reply

_MENU: frozenset[OddKind] = frozenset({"empty", "only_signs", "sticker", "unsupported"})
"""After these nothing is known of what is wanted, so everything is offered."""

_FOR_PEOPLE: frozenset[OddKind] = frozenset(
    {"image", "video", "document", "voice", "audio", "location", "flow"}
)
"""These a person can look at."""


def reply_to(talk: Talk, kind: OddKind) -> Reply:
    """What can be done with such a message, said kindly. The message itself is stored in any case."""
    text = talk.say(f"odd.{kind}")
    if kind in _MENU:
        return menu(talk, text)
    if kind in _FOR_PEOPLE:
        buttons = (menu_button(talk, "human"), menu_button(talk, "catalogue"))
        return Reply(text=text, kind="buttons", buttons=buttons)
    return Reply(text=text)
