"""Every text people read, in one catalogue per language: `processors/language/texts/{it,en,id}.yaml`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import yaml

LANGUAGES: Final = ("it", "en", "id")
DEFAULT_LANGUAGE: Final = "it"

_FOLDER = Path(__file__).parent / "texts"
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


def say(language: str | None, key: str, **values: object) -> str:
    """The text `key` (`group.name`) in a language, Italian when the language is not ours.

    Placeholders without a value stay as they are: the database fills them from an action's result.
    Raises KeyError for a key that is in no catalogue.
    """
    text = catalogue(language if language in LANGUAGES else DEFAULT_LANGUAGE)[key]
    return _PLACEHOLDER.sub(lambda m: str(values[m[1]]) if m[1] in values else m[0], text)


def placeholders(text: str) -> set[str]:
    """The names of a text's placeholders."""
    return set(_PLACEHOLDER.findall(text))


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(language: str) -> Mapping[str, str]:
    """All texts of a language by their dotted key."""
    with (_FOLDER / f"{language}.yaml").open(encoding="utf-8") as file:
        return dict(_flat(yaml.safe_load(file)))


def _flat(tree: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in tree.items():
        if isinstance(value, Mapping):
            found.extend(_flat(value, f"{prefix}{name}."))
        else:
            found.append((f"{prefix}{name}", str(value).rstrip("\n")))
    return found
