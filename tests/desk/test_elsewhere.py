"""People at two desk processes know of each other: who looks, who writes, who has left, who was cut off."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID, uuid4

from dashboard.live.connection import Connection
from dashboard.live.elsewhere import HOLDS_SECONDS, Elsewhere
from tests.desk.conftest import EMILY, GIULIA, Page, RunningDesk

ADMIN = "admin@dloop.example"


async def _sees(page: Page, *people: tuple[str, bool]) -> None:
    wanted = [{"name": name, "typing": typing} for name, typing in people]
    await page.until(lambda m: m["op"] == "present" and m["id"] == EMILY and m["people"] == wanted)


async def test_two_processes_show_each_other_who_looks_and_who_writes(
    seeded_desk: RunningDesk, second_desk: RunningDesk
) -> None:
    chiara, luca = await seeded_desk.signed_in(), await second_desk.signed_in(ADMIN)
    async with chiara.live() as here, luca.live() as there:
        for page in (here, there):
            await page.until(lambda m: m["op"] == "live" and m["live"])
        await here.ask("open", id=EMILY)
        # Whoever comes later learns of those who were there before.
        await there.ask("open", id=EMILY)
        await _sees(there, ("Chiara Conti", False))
        await _sees(here, ("Luca Moretti", False))
        await there.tell("typing", id=EMILY, typing=True)
        await _sees(here, ("Luca Moretti", True))
        await there.tell("typing", id=EMILY, typing=False)
        await _sees(here, ("Luca Moretti", False))
        await there.ask("open", id=GIULIA)
        await _sees(here)
        await there.ask("open", id=EMILY)
        await _sees(here, ("Luca Moretti", False))
    rows = await seeded_desk.sql(
        "select 1 from realtime.messages where topic not like 'business:%:inbox' and event = 'present'"
    )
    assert rows == []


async def test_a_process_that_dies_is_forgotten_and_nonsense_changes_nothing() -> None:
    now = [0.0]
    changed: list[UUID] = []
    connections: set[Connection] = set()

    async def tell(*_: Any) -> None:
        raise AssertionError("nobody is here")

    elsewhere = Elsewhere(connections, tell, changed=changed.append, clock=lambda: now[0])
    emily, user = UUID(EMILY), uuid4()
    told = {"conversation": EMILY, "desk": uuid4().hex, "user": str(user), "name": "Luca", "state": "typing"}
    elsewhere.hear(told)
    assert [(one.name, one.typing) for one in elsewhere.people(emily).values()] == [("Luca", True)]
    # The same person at a third process, only looking there: writing counts.
    elsewhere.hear({**told, "desk": uuid4().hex, "state": "looking"})
    assert elsewhere.people(emily)[user].typing
    elsewhere.hear({**told, "desk": elsewhere.desk, "name": "myself"})
    assert elsewhere.people(emily)[user].name == "Luca"
    now[0] = HOLDS_SECONDS
    assert elsewhere.people(emily) == {}
    changed.clear()
    await asyncio.wait_for(elsewhere.flush(), 30)
    assert changed == [emily]
