"""One message, two wishes: "togli il guinzaglio e metti 2 candele". Each is understood by itself."""

from __future__ import annotations

import re
from typing import Final

_REMOVE: Final = (
    r"togli\w*|toglimi|leva\w*|rimuovi\w*|elimina\w*|"
    r"remove|delete|drop|take out|hapus\w*|buang\w*|keluarkan"
)
_ADD: Final = r"metti\w*|aggiungi\w*|inserisci\w*|mandami|add|put|include|tambah\w*|masukkan|masukin"
_JOINT: Final = re.compile(
    rf"(?:\s*[,;.]\s*(?:e|ed|poi|and|then|dan|lalu)?|\s+(?:e|ed|poi|e poi|and|then|and then|dan|lalu|terus))\s+"
    rf"(?=(?:invece |anche |instead |also |juga )?(?:{_REMOVE}|{_ADD})\b)",
    re.IGNORECASE,
)
_REMOVES: Final = re.compile(rf"\b(?:{_REMOVE})\b", re.IGNORECASE)
_ADDS: Final = re.compile(rf"\b(?:{_ADD})\b", re.IGNORECASE)


def clauses(text: str) -> list[str]:
    """The text, or its clauses where taking out and putting in take turns."""
    if not text:
        return []
    parts = [part.strip() for part in _JOINT.split(text) if part.strip()]
    joined: list[str] = []
    for part in parts:
        if joined and _kind(joined[-1]) == _kind(part):
            joined[-1] = f"{joined[-1]}, {part}"
        else:
            joined.append(part)
    return joined if len(joined) > 1 and all(_kind(part) for part in joined) else [text]


def _kind(clause: str) -> str:
    if _REMOVES.search(clause):
        return "remove"
    return "add" if _ADDS.search(clause) else ""
