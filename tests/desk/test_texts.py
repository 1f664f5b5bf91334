"""The desk's own texts: the same in each language, and none that the views ask for is missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from dashboard.texts import LANGUAGES, catalogue, choose
from devstack.places import ROOT

FOLDER = ROOT / "dashboard"
FAMILIES = {
    "assignment",
    "desk_event",
    "due",
    "overdue",
    "rating",
    "error",
    "intent",
    "reason",
    "identity",
    "order",
    "orders_column",
    "payment",
    "bot_kind",
    "payment_method",
    "orders_step",
    "orders_choose",
    "orders_do",
    "delivery_failed",
    "event",
    "language",
    "author",
    "kind",
    "badge",
    "status",
    "media",
    "media_reason",
    "model_error",
    "refusal",
    "remedy",
    "understood",
    "understood_value",
    "attention_kind",
    "health_queue",
    "health_alert",
    "health_remedy",
    "template_status",
    "analytics_range",
    "analytics_part",
    "funnel",
    "weekday",
    "remedy_name",
    "remedy_done",
    "span",
    "page",
    "add",
    "broadcast_state",
    "broadcast_step",
    "left_out",
    "template_category",
    "template_state",
    "contact_type",
    "csv",
    "day",
    "field",
    "hint",
    "is_off",
    "outcome",
    "settings_tab",
    "shown",
    "taken",
    "wrong",
    "phone_step",
    "phone_kind",
    "phone_heard",
}


def _views() -> list[Path]:
    return [*FOLDER.rglob("*.js"), *FOLDER.rglob("*.py")]


class _Strict(yaml.SafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        keys = [key.value for key, _ in node.value]
        twice = {key for key in keys if keys.count(key) > 1}
        assert not twice, f"{node.start_mark}: given twice: {twice}"
        return super().construct_mapping(node, deep)


@pytest.mark.parametrize(
    "file",
    [*ROOT.glob("dashboard/texts/*.yaml"), *ROOT.glob("processors/**/*.yaml")],
    ids=lambda file: file.stem,
)
def test_no_text_is_given_twice(file: Path) -> None:
    # Of two the last would count, and nobody would see the first.
    assert yaml.load(file.read_text(encoding="utf-8"), _Strict)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_every_text_with_the_same_values(language: str) -> None:
    base, other = catalogue(LANGUAGES[0]), catalogue(language)
    assert set(base) == set(other)
    for key, text in base.items():
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", other[key])), key


def test_every_text_that_a_view_names_exists() -> None:
    known = catalogue("it")
    missing = {
        (file.name, key)
        for file in _views()
        for key in re.findall(r"""say\(\s*["'`]([a-z_]+\.[a-z_]+)["'`]""", file.read_text(encoding="utf-8"))
        if key not in known
    }
    assert missing == set()


def test_every_text_is_used() -> None:
    code = "\n".join(file.read_text(encoding="utf-8") for file in [*_views(), *FOLDER.rglob("*.html")])
    prefixes = set(re.findall(r"`([a-z_]+)\.\$\{", code)) | FAMILIES
    # A key is named whole, by its family, or in the page as $login_title.
    unused = [
        key
        for key in catalogue("it")
        if f'"{key}"' not in code
        and f"'{key}'" not in code
        and f"${key.replace('.', '_')}" not in code
        and key.split(".")[0] not in prefixes
    ]
    assert unused == []


@pytest.mark.parametrize(
    ("cookie", "accept", "expected"),
    [
        (None, None, "it"),
        (None, "en-GB,en;q=0.9", "en"),
        (None, "de-DE,en;q=0.5,it;q=0.3", "en"),
        (None, "fr", "it"),
        ("en", "it", "en"),
        ("../etc", "en", "en"),
    ],
)
def test_the_language_is_chosen_else_the_browsers_else_italian(
    cookie: str | None, accept: str | None, expected: str
) -> None:
    assert choose(cookie, accept) == expected
