"""A small part of `./dev chaos gateway`: hostile requests, their SQL inspected, some of them run."""

from __future__ import annotations

import asyncio

import pytest

from bench.chaos.gateway import attack
from bench.hostile.inspection import Leaked, inspect
from bench.hostile.playground import PLAYGROUND, fingerprint
from bench.hostile.target import Target
from tests.fixtures.cluster import NewDatabase


async def test_nothing_hostile_reaches_sql_or_data(new_database: NewDatabase) -> None:
    database = await new_database(platform_only=True)
    async with database.connect(database.owner) as owner:
        await owner.execute(PLAYGROUND)
    target = Target(database.url("authenticator"))
    async with database.connect() as superuser:
        before = await fingerprint(superuser)
        await target.prepare()
        statuses, executed = await asyncio.to_thread(
            attack, target, asyncio.get_running_loop(), cases=160, number=3
        )
        assert await fingerprint(superuser) == before
    await target.database.close()
    # Most requests come past the parser: a fuzz that is refused at the door finds nothing.
    assert target.database.statements > sum(statuses.values()) / 3
    assert executed > 30
    assert statuses[200] > 30


@pytest.mark.parametrize(
    "sql",
    [
        "select secret from result",
        "select count(*) from result; select 1",
        "select count(*) as page -- from result",
        "select 'text' as body from result",
        "select count(*) from result where é",
        "select count(*) from result where t0.\"a\" = 'x'",
        "reset all; reset role; begin read only; select set_config('a', 'b', true); drop table t",
    ],
)
def test_the_inspection_sees_what_should_not_be_there(sql: str) -> None:
    with pytest.raises(Leaked):
        inspect(sql)


def test_the_inspection_lets_the_gateways_own_words_pass() -> None:
    inspect(
        'select count(*) as page, $1::text::int4 is not null from "public"."x; drop table y" as t0',
        frozenset({"int4"}),
    )
    inspect("reset all; reset role; begin read write; select set_config('role', 'it''s; anon', true)")
