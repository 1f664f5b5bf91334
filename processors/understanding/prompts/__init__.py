"""Prompts, one file per version: `<purpose>.v<number>.md`. A version that has answered customers is never edited."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

TURN = "turn.v1"
"""What understands a turn where a business compares no variants."""

_FOLDER = Path(__file__).parent


def prompt(name: str, **values: str) -> str:
    """The rules of a version with its values filled in. Raises KeyError for a version that is not there."""
    text = _text(name)
    for key, value in values.items():
        # What a business wrote may hold braces, so nothing is formatted twice.
        text = text.replace(f"{{{key}}}", value)
    return text


@lru_cache(maxsize=32)
def _text(name: str) -> str:
    if name not in versions():
        raise KeyError(name)
    return (_FOLDER / f"{name}.md").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def versions() -> tuple[str, ...]:
    """The names of all versions."""
    return tuple(sorted(file.stem for file in _FOLDER.glob("*.md")))
