"""Ids in the payloads of buttons and rows, which anybody could have made up."""

from __future__ import annotations

from uuid import UUID


def is_uuid(text: str) -> bool:
    """Whether a text is an id of ours at all."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True
