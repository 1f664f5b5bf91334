"""The training sentences in `data/`: one message a line, under a voice ("@ hurried") and an intent ("[general_chat]").

An intent with "!" holds messages that need a person. Voices exist so that a model can be judged on one that it
never heard.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from processors.model import Intent
from processors.understanding.linear import INTENTS

FOLDER = Path(__file__).with_name("data")

_HEADING = re.compile(r"\[(?P<intent>\w+)(?P<human> !)?\]")


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """One labelled message."""

    text: str
    language: str
    voice: str
    intent: Intent
    human: bool


def sentences(folder: Path = FOLDER) -> list[Sentence]:
    """All sentences of `<language>.txt` files. Raises ValueError that names a line it can't read."""
    return [sentence for path in sorted(folder.glob("*.txt")) for sentence in _of_file(path)]


def digest(found: Sequence[Sentence]) -> str:
    """Changes when a sentence or a label does."""
    lines = (f"{s.language}\t{s.intent}\t{s.human}\t{s.text}" for s in found)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def _of_file(path: Path) -> Iterable[Sentence]:
    voice = ""
    heading: tuple[Intent, bool] | None = None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line or line.startswith("# "):
            continue
        if line.startswith("@ "):
            voice, heading = line[2:], None
        elif match := _HEADING.fullmatch(line):
            intent = next((name for name in INTENTS if name == match["intent"]), None)
            if intent is None:
                raise ValueError(f"{path.name}:{number}: no such intent")
            heading = intent, bool(match["human"])
        elif not voice or heading is None:
            raise ValueError(f"{path.name}:{number}: a sentence without voice and intent")
        else:
            intent, human = heading
            yield Sentence(text=line, language=path.stem, voice=voice, intent=intent, human=human)
