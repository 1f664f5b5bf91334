"""People at two desk processes know of each other: who looks, who writes, who has left, who was cut off."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID, uuid4

from dashboard.identity import Tokens
from dashboard.live.connection import Connection
from dashboard.live.elsewhere import AGAIN_SECONDS, HOLDS_SECONDS, Elsewhere
from dashboard.sessions import Session
from dashboard.vault import Seal
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


def _looking(conversation_id: UUID) -> Connection:
    tokens = Tokens(user_id=uuid4(), email="", access="", refresh="", expires_at=0)
    connection = Connection(Session(key="", tokens=tokens, memberships=(), ends_at=0, seal=Seal("cookie")))
    connection.open_id, connection.is_there = conversation_id, True
    return connection


async def test_a_process_alone_says_little_and_everything_once_there_is_another() -> None:
    now = [0.0]
    told: list[UUID] = []

    async def tell(_: Session, conversation_id: UUID, *__: Any) -> None:
        told.append(conversation_id)

    async def flushed() -> list[UUID]:
        told.clear()
        await asyncio.wait_for(elsewhere.flush(), 30)
        return sorted(told)

    ours = sorted(uuid4() for _ in range(5))
    elsewhere = Elsewhere({_looking(one) for one in ours}, tell, changed=lambda _: None, clock=lambda: now[0])
    now[0] = 1.0
    assert (await flushed(), await flushed()) == (ours, [])
    now[0] += AGAIN_SECONDS
    # Enough for another process to know of this one, should it have missed that.
    assert (len(await flushed()), await flushed()) == (1, [])
    now[0] += AGAIN_SECONDS
    other = {"desk": uuid4().hex, "user": str(uuid4()), "name": "Luca", "state": "looking"}
    elsewhere.hear({**other, "conversation": str(uuid4())})
    assert (await flushed(), await flushed()) == (ours, [])
    elsewhere.hear({**other, "conversation": str(ours[0]), "asks": True})
    assert (await flushed(), await flushed()) == ([ours[0]], [])
    now[0] += HOLDS_SECONDS
    assert len(await flushed()) == 1
