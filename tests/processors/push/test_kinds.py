"""The table of notifications and the pushes made from it."""

from __future__ import annotations

from typing import Any

import pytest

from processors.language.texts import LANGUAGES, catalogue
from processors.notifier import build_push
from processors.push.kinds import NOTIFICATIONS, desk_link, device_data, missing_fields
from processors.push.verdicts import Verdict, pause_after

DATA = {
    "market_order_id": "0d3c1c6e-0000-4000-8000-000000000081",
    "order_code": "D1042",
    "conversation_id": "0d3c1c6e-0000-4000-8000-000000000061",
    "rider_id": "0d3c1c6e-0000-4000-8000-000000000031",
    "reason": "asked",
    "day": "2026-11-21",
    "percent": 80,
}


def delivery(kind: str, **changes: Any) -> dict[str, Any]:
    """A delivery as `claim_deliveries` gives it."""
    base = {
        "delivery_id": "1",
        "token": "t",
        "attempts": 1,
        "device": {"id": "d", "kind": "token", "value": "device-1", "platform": "android"},
        "notification": {"id": "n", "kind": kind, "audience": "rider", "data": DATA},
        "language": "it",
    }
    return {**base, **changes}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", NOTIFICATIONS)
def test_every_kind_has_words_and_a_link_in_each_language(kind: str, language: str) -> None:
    push = build_push(delivery(kind, language=language), NOTIFICATIONS[kind], "https://desk.example/")
    assert push.title
    assert push.body
    assert "{" not in push.title + push.body
    opens = {None: "", "page": "health"}.get(NOTIFICATIONS[kind].opens, "?")
    assert push.link.startswith(f"https://desk.example/{opens}")
    assert push.data["kind"] == kind
    # FCM keeps `from`, `message_type` and everything of Google's for itself.
    assert not {"from", "message_type"} & push.data.keys()


def test_news_about_the_same_thing_replace_each_other() -> None:
    kind = NOTIFICATIONS["new_order"]
    first, second = (
        build_push(delivery("new_order", delivery_id=n), kind, "https://d.example") for n in ("1", "2")
    )
    assert first.collapse_key == second.collapse_key == f"new_order:{DATA['market_order_id']}"
    other = delivery("new_order")
    other["notification"] = {**other["notification"], "data": {**DATA, "market_order_id": "another"}}
    assert build_push(other, kind, "https://d.example").collapse_key != first.collapse_key


def test_only_known_fields_travel_and_as_short_text() -> None:
    kind = NOTIFICATIONS["escalation"]
    data = {"conversation_id": 7, "reason": "x" * 5000, "text": "private words", "phone": "393331000001"}
    assert device_data(kind, data) == {"conversation_id": "7", "reason": "x" * 200}


def test_what_is_missing_is_named() -> None:
    assert missing_fields(NOTIFICATIONS["new_order"], {"order_code": ""}) == ["market_order_id", "order_code"]
    assert missing_fields(NOTIFICATIONS["new_order"], DATA) == []


def test_a_link_is_safe_whatever_the_data() -> None:
    kind = NOTIFICATIONS["new_order"]
    assert (
        desk_link(kind, {"market_order_id": "a&b=c"}, "https://d.example")
        == "https://d.example/?order=a%26b%3Dc"
    )
    assert desk_link(kind, {}, "https://d.example/") == "https://d.example/"


def test_texts_and_table_have_the_same_kinds() -> None:
    written = {key.split(".")[1] for key in catalogue("it") if key.startswith("push.")}
    assert written == set(NOTIFICATIONS)


@pytest.mark.parametrize(("attempts", "least"), [(1, 1.0), (2, 2.0), (3, 4.0), (9, 256.0), (40, 600.0)])
def test_pauses_double_up_to_a_limit(attempts: int, least: float) -> None:
    verdict = Verdict(outcome="retry", pause_seconds=1.0)
    assert least <= pause_after(verdict, attempts) <= least * 1.25


def test_a_pause_that_was_told_is_kept() -> None:
    verdict = Verdict(outcome="retry", pause_seconds=30.0, told_pause=True)
    assert 30.0 <= pause_after(verdict, 9) <= 37.5
