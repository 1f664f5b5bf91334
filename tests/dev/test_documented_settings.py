""".env.example and docs/settings.md tell each setting with its real default."""

from __future__ import annotations

import json
import re

from pydantic import SecretStr
from pydantic_core import PydanticUndefined

from dashboard.settings import DeskSettings
from devstack.places import ROOT
from processors.settings import Settings

EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
TABLE = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8").partition("## The development stack")[0]
OF_DEVSTACK = {"relaydesk_port_offset"}


def _defaults() -> dict[str, str | None]:
    """Each variable with its default as one writes it in a file; None for a required one."""
    # The desk reads some of the same; what it alone reads comes last.
    fields = Settings.model_fields | {
        name: field for name, field in DeskSettings.model_fields.items() if name not in Settings.model_fields
    }
    return {
        name.upper(): _written(field.default) for name, field in fields.items() if name not in OF_DEVSTACK
    }


def _written(default: object) -> str | None:
    if default is PydanticUndefined:
        return None
    if isinstance(default, SecretStr):
        return default.get_secret_value()
    return default if isinstance(default, str) else json.dumps(default)


def test_the_example_has_every_setting_with_its_default() -> None:
    lines = re.findall(r"(?m)^(# )?([A-Z][A-Z0-9_]+)=(.*)$", EXAMPLE)
    found = {name: value if commented else None for commented, name, value in lines}
    assert found == _defaults()
    assert list(found) == list(_defaults()), "in the order of the settings object"


def test_every_example_has_a_comment_of_its_own() -> None:
    before = re.findall(r"(?m)^(.*)\n(?:# )?[A-Z][A-Z0-9_]+=", EXAMPLE)
    assert [line for line in before if not re.match(r"# [^─].*[.]$", line)] == []


def test_a_setting_with_a_unit_names_it() -> None:
    """The unit is in the variable's name; the comment writes it out for those who read only that."""
    words = {"_SECONDS": "seconds", "_MS": "milliseconds", "_BYTES": "bytes", "_HOURS": "hours"}
    for comment, name in re.findall(r"(?m)^# (.*)\n(?:# )?([A-Z][A-Z0-9_]+)=", EXAMPLE):
        for suffix, word in words.items():
            assert not name.endswith(suffix) or word in comment, name


def test_the_table_has_every_setting_with_its_default() -> None:
    rows = re.findall(r"(?m)^\| `([A-Z0-9_]+)` \| (required|empty|`.*?`) \|", TABLE)
    shown: dict[str, str | None] = {name: text.strip("`") for name, text in rows}
    shown = {name: {"required": None, "empty": ""}.get(text or "", text) for name, text in shown.items()}
    assert shown == _defaults()
