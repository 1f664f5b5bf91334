"""The ideas of attackers in `ideas.yaml`, as objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml

Via = Literal[
    "text", "burst", "caption", "quote", "place", "profile", "form", "voice", "tap", "cart", "product"
]


@dataclass(frozen=True, kw_only=True)
class Idea:
    """One idea. `repeat` says how often its first text comes before the second, in one message."""

    name: str
    texts: tuple[str, ...]
    wanted: str
    via: Via = "text"
    answer: Mapping[str, Any] = field(default_factory=dict)
    repeat: int = 0

    @property
    def turns(self) -> tuple[str, ...]:
        """The texts as they are sent."""
        return (self.texts[0] * self.repeat + self.texts[1],) if self.repeat else self.texts


def read_ideas() -> tuple[Idea, ...]:
    """All ideas, in the order of the file."""
    rows = yaml.safe_load((Path(__file__).parent / "ideas.yaml").read_text(encoding="utf-8"))
    return tuple(Idea(**{**row, "texts": tuple(row["texts"])}) for row in rows)


IDEAS = read_ideas()
