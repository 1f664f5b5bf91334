"""Who is closed is sent nothing; what only they have waits for them, and so does all when everybody is closed."""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.database.engine import BUSINESS, CUSTOMER, DEALERS, Engine

pytestmark = pytest.mark.database

ROME = ZoneInfo("Europe/Rome")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MILANO, ZAMPA = DEALERS[0], DEALERS[1]


async def set_dealer(engine: Engine, phone: str, **values: Any) -> None:
    for column, value in values.items():
        await engine.admin.execute(
            f"update dealers set {column} = $1 "
            "where id = (select dealer_id from rider_contacts where contact_value = $2)",
            value,
            phone,
        )


def opening_in(hours: int) -> str:
    """Hours that begin so many hours from now and last to the end of that day."""
    at = datetime.now(ROME) + timedelta(hours=hours)
    return json.dumps(dict.fromkeys(DAYS) | {DAYS[at.weekday()]: [[f"{at:%H}:00", "24:00"]]})


async def asked(engine: Engine) -> list[str]:
    rows = await engine.rows(
        "select c.contact_value as phone from order_offers o join market_orders m on m.id = o.market_order_id "
        "join whatsapp_order_relays r on r.id = m.relay_id join rider_contacts c on c.dealer_id = o.dealer_id "
        "where r.phone = $1 order by 1",
        CUSTOMER,
    )
    return [row["phone"] for row in rows]


@pytest.mark.parametrize("how", ["hours", "paused_until", "paused"])
async def test_who_is_closed_is_not_asked(engine: Engine, how: str) -> None:
    values: dict[str, Any] = {
        "hours": opening_in(20),
        "paused_until": datetime.now(ROME) + timedelta(hours=2),
        "paused": True,
    }
    await set_dealer(engine, MILANO, **{how: values[how]})
    assert (await engine.order(("C07", 1)))["outcome"] == "created"
    assert await asked(engine) == [ZAMPA]


async def test_what_only_a_closed_dealer_has_waits_for_them(engine: Engine) -> None:
    await engine.admin.execute(
        "update dealer_stock set on_hand = 0 where product_id = (select id from products where sku = 'C07') "
        "and dealer_id <> (select dealer_id from rider_contacts where contact_value = $1)",
        MILANO,
    )
    back = (datetime.now(ROME) + timedelta(hours=2)).replace(microsecond=0)
    await set_dealer(engine, MILANO, paused_until=back)
    placed = await engine.order(("C07", 1))
    assert placed["outcome"] == "held"
    assert placed["opens_at"] == f"{back:%d/%m, %H:%M}"
    held = await engine.value("select held_until from whatsapp_order_relays where phone = $1", CUSTOMER)
    assert held == back
    # Whoever comes back late is waited for; whoever is there gets it.
    await engine.admin.execute("update whatsapp_order_relays set held_until = now()")
    assert await engine.call("release_held_orders") == 0
    assert await asked(engine) == []
    await set_dealer(engine, MILANO, paused_until=None)
    await engine.admin.execute("update whatsapp_order_relays set held_until = now()")
    assert await engine.call("release_held_orders") == 1
    assert await asked(engine) == [MILANO]


async def test_when_all_are_closed_the_shop_is(engine: Engine) -> None:
    back = (datetime.now(ROME) + timedelta(hours=3)).replace(microsecond=0)
    for n, phone in enumerate(DEALERS):
        await set_dealer(engine, phone, paused_until=back + timedelta(minutes=n))
    opens = await engine.value("select private.next_opening($1, now())", uuid.UUID(BUSINESS))
    assert opens == back
    assert (await engine.order(("C07", 1)))["outcome"] == "held"
    # Those who paused without an end are waited for by nobody: as before, that is for people.
    await engine.admin.execute("update dealers set paused = true, paused_until = null")
    now = await engine.value("select private.next_opening($1, now()) <= now()", uuid.UUID(BUSINESS))
    assert now


async def test_a_dealer_says_when_they_are_back(engine: Engine) -> None:
    until = (datetime.now(ROME) + timedelta(hours=1)).isoformat()
    assert (await engine.act(MILANO, "pause_dealer", paused=True, until=until))["outcome"] == "paused_until"
    state = (
        "select private.is_open(d) from dealers d join rider_contacts r on r.dealer_id = d.id "
        "where r.contact_value = $1"
    )
    assert not await engine.value(state, MILANO)
    assert (await engine.act(MILANO, "pause_dealer", paused=False))["outcome"] == "resumed"
    assert await engine.value(state, MILANO)
    today = f"{datetime.now(ROME):%Y-%m-%d}"
    assert (await engine.act(MILANO, "pause_dealer", closed_on=today))["outcome"] == "closed_on"
    assert not await engine.value(state, MILANO)
    assert (await engine.act(MILANO, "pause_dealer", paused=False))["outcome"] == "resumed_closed"
    audited = await engine.value("select count(*) from audit_log where action = 'pause_dealer'")
    assert audited == 4


@pytest.mark.parametrize(
    ("spans", "accepted"),
    [
        ([["09:00", "13:00"], ["15:00", "19:30"]], True),
        ([["09:00", "13:00"]], True),
        (["00:00", "24:00"], True),
        ([["09:00", "13:00"], ["12:00", "19:30"]], False),
        ([["15:00", "19:00"], ["09:00", "13:00"]], False),
        ([["09:00"]], False),
        ([], False),
        ([["09:00", "10:00"]] * 5, False),
    ],
)
async def test_several_spans_are_checked(engine: Engine, spans: Any, accepted: bool) -> None:
    listed = spans if spans and isinstance(spans[0], list) else [spans]
    assert await engine.value("select private.are_spans($1::text::jsonb)", json.dumps(listed)) is accepted


async def test_hours_with_several_spans_tell_the_next_opening(engine: Engine) -> None:
    week = {day: [["09:00", "13:00"], ["15:00", "19:00"]] for day in DAYS}
    hours = json.dumps(week | {"sun": None, "closed": ["2026-11-24"]})
    for at, opens in {
        "2026-11-23T08:00": "2026-11-23T09:00",
        "2026-11-23T12:59": "2026-11-23T12:59",
        "2026-11-23T13:00": "2026-11-23T15:00",
        "2026-11-23T19:00": "2026-11-25T09:00",
        "2026-11-28T20:00": "2026-11-30T09:00",
    }.items():
        moment = datetime.fromisoformat(at).replace(tzinfo=ROME)
        found = await engine.value(
            "select private.opens_by($1::text::jsonb, 'Europe/Rome', $2)", hours, moment
        )
        assert found == datetime.fromisoformat(opens).replace(tzinfo=ROME), at
