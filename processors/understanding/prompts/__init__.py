"""Prompts, one file per version: `<purpose>.v<number>.md`. A version that has answered customers is never edited."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

TURN = "turn.v1"
"""What understands a turn where a business compares no variants."""

_FOLDER = Path(__file__).parent


def prompt(name: str, **values: str) -> str:
    """The rules of a version with its values filled in. Raises KeyError for a version that is not there."""
    # In one pass: what a business wrote may hold braces of its own.
    return re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], found[0]), _text(name))


def variant_for(contact_id: UUID, limits: Mapping[str, Any]) -> str:
    """The version that reads this contact's turns, always the same while the shares stay.

    `limits` are the business's: `prompt_v2_percent` is the share of its contacts that `turn.v2` reads. Who has none of
    the others has TURN. A share that grows moves people away from TURN only.
    """
    digest = hashlib.sha256(b"turn:" + contact_id.bytes).digest()
    place = int.from_bytes(digest[:8], "big") / 2**64 * 100
    for version, share in _shares(limits):
        if place < share:
            return version
        place -= share
    return TURN


def _shares(limits: Mapping[str, Any]) -> list[tuple[str, float]]:
    others = [version for version in versions() if version.startswith("turn.") and version != TURN]
    return [(version, float(limits.get(share_name(version)) or 0)) for version in others]


def share_name(version: str) -> str:
    """The name of a version's share among the limits of a business."""
    return f"prompt_{re.sub(r'^turn[.]', '', version)}_percent"


@lru_cache(maxsize=32)
def _text(name: str) -> str:
    if name not in versions():
        raise KeyError(name)
    return (_FOLDER / f"{name}.md").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def versions() -> tuple[str, ...]:
    """The names of all versions."""
    return tuple(sorted(file.stem for file in _FOLDER.glob("*.md")))
