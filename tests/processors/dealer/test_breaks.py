"""Breaks in words: for good, until a time, for today, for tomorrow, and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.processors.shop import MILANO, Shop

ROME = ZoneInfo("Europe/Rome")
STATE = (
    "select paused, paused_until from dealers d join rider_contacts r on r.dealer_id = d.id "
    "where r.contact_value = $1"
)


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        ("pausa", "paused"),
        ("chiudo fino a domani alle 9", "paused_until"),
        ("pausa un'ora", "paused_until"),
        ("closed until tomorrow at 9", "paused_until"),
        ("istirahat 1 jam", "paused_until"),
        ("torno tra mezz'ora", "paused_until"),
        ("oggi chiuso", "paused_until"),
        ("tutup hari ini", "paused_until"),
        ("domani chiuso", "closed_on"),
        ("riapro domani", "paused_until"),
        ("riapro", "resumed"),
    ],
)
async def test_breaks_in_words(shop: Shop, words: str, outcome: str) -> None:
    assert (await shop.say(MILANO, words)).outcomes == [outcome]


async def test_a_break_ends_when_it_was_said_to(shop: Shop) -> None:
    told = await shop.say(MILANO, "pausa un'ora")
    [row] = await shop.rows(STATE, MILANO)
    assert not row["paused"]
    assert timedelta(minutes=57) < row["paused_until"] - datetime.now(UTC) <= timedelta(minutes=60)
    assert f"{row['paused_until'].astimezone(ROME):%H:%M}" in told.text

    for words in ("oggi chiuso", "riapro domani"):
        await shop.say(MILANO, words)
        [row] = await shop.rows(STATE, MILANO)
        ends = row["paused_until"].astimezone(ROME)
        assert ends.strftime("%H:%M") == "00:00"
        assert ends - datetime.now(UTC) <= timedelta(hours=25)
        assert not row["paused"]

    await shop.say(MILANO, "riapro")
    [row] = await shop.rows(STATE, MILANO)
    assert row["paused_until"] is None
