"""What the desk itself says, in the languages its staff may choose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

LANGUAGES = ("it", "en")
"""The first is the default."""

COOKIE = "relaydesk_language"
"""Holds a person's choice. Scripts of the page may write it, so it is only ever compared with LANGUAGES."""


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Every text of a language by its dotted key, such as `thread.empty`. `{name}` marks a value."""
    text = Path(__file__).with_name(f"{language}.yaml").read_text(encoding="utf-8")
    return dict(_flat(yaml.safe_load(text), ""))


@dataclass(frozen=True, kw_only=True)
class Voice:
    """The desk speaking to somebody in their language."""

    language: str

    def say(self, key: str, **values: object) -> str:
        """A text of the catalogue with its values filled in."""
        text = catalogue(self.language)[key]
        for name, value in values.items():
            text = text.replace(f"{{{name}}}", str(value))
        return text


def choose(cookie: str | None, accept_language: str | None) -> str:
    """The language to speak: the person's choice, else the browser's first that we know, else Italian."""
    if cookie in LANGUAGES:
        return str(cookie)
    for part in (accept_language or "").split(","):
        language = part.split(";")[0].strip().lower().split("-")[0]
        if language in LANGUAGES:
            return language
    return LANGUAGES[0]


def _flat(tree: Mapping[object, object], prefix: str) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for key, value in tree.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            pairs += _flat(value, f"{name}.")
        else:
            pairs.append((name, str(value)))
    return pairs
