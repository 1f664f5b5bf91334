"""Meta's lengths, and how a text is cut or divided to fit them without ending inside a word or an emoji.

Lengths: https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
and .../messages/interactive-reply-buttons-messages, .../interactive-list-messages.
Meta does not say what it counts as a character. UTF-16 units are counted, the largest of the usual counts
for a text, so that a text full of emoji is rather cut a little early than refused.
"""

from __future__ import annotations

import unicodedata

TEXT_BODY = 4096
INTERACTIVE_BODY = 1024
CAPTION = 1024
FILE_NAME = 240
BUTTON_TITLE = 20
BUTTON_ID = 256
LIST_BUTTON = 20
ROW_TITLE = 24
ROW_ID = 200
ROW_DESCRIPTION = 72
BUTTONS = 3
ROWS = 10
CALLBACK_DATA = 512
TEMPLATE_PARAMETER = 1024
ELLIPSIS = "…"

_JOINER = "\u200d"
_BREAKS = ("\n\n", "\n", ". ", "! ", "? ", "; ", " ")


def length(text: str) -> int:
    """Characters as UTF-16 units: an emoji outside the basic plane counts as two."""
    return len(text) + sum(1 for c in text if c > "\uffff")


def clamp(text: str, limit: int) -> str:
    """`text`, or its beginning with an ellipsis so that the whole has at most `limit` characters."""
    if length(text) <= limit:
        return text
    return head(text, limit - 1).rstrip() + ELLIPSIS


def head(text: str, limit: int) -> str:
    """The longest beginning of at most `limit` characters that does not end inside an emoji."""
    used = 0
    for position, character in enumerate(text):
        used += 2 if character > "\uffff" else 1
        if used > limit:
            return text[: _before_cluster(text, position)]
    return text


def _before_cluster(text: str, position: int) -> int:
    """The last place at or before `position` where nothing that belongs together is torn apart."""
    place = position
    while place > 0 and (_continues(text[place]) or text[place - 1] == _JOINER):
        place -= 1
    # A cluster longer than the limit is torn after all, since something must be left.
    return place or position


def _continues(character: str) -> bool:
    """Whether a character changes the one before it: accents, variation selectors, skin tones, joiners."""
    if character == _JOINER or "\U0001f3fb" <= character <= "\U0001f3ff":
        return True
    return unicodedata.combining(character) != 0 or unicodedata.category(character) in ("Mn", "Me")


def pieces(text: str, limit: int) -> list[str]:
    """The text in parts of at most `limit` characters each, divided where a reader would pause."""
    found = []
    rest = text.strip()
    while length(rest) > limit:
        part = head(rest, limit)
        part = part[: _last_break(part)]
        found.append(part.rstrip())
        rest = rest[len(part) :].lstrip()
    return [*found, rest] if rest else found


def _last_break(part: str) -> int:
    """Where to end a part: behind its last paragraph, line, sentence or word, in this order.

    A break in the first half is passed over for a lesser one, or a short first paragraph would travel
    alone; each part is billed.
    """
    for mark in _BREAKS:
        place = part.rfind(mark)
        if place > len(part) // 2:
            return place + len(mark)
    return len(part)


def last_piece(text: str, limit: int) -> tuple[str, str]:
    """(all but the end, the end): the end is the last paragraph, line or sentence within `limit`.

    It is where a question stands, and buttons belong to their question.
    """
    for mark in _BREAKS:
        before, found, end = text.rpartition(mark)
        if found and before.strip() and end.strip() and length(end) <= limit:
            return (before + mark).strip(), end.strip()
    return text.strip(), ""
