"""Tries what lies outside our own tables: Realtime topics and files in Storage.

Both are named by patterns in which `@table` stands for the id of a row of the first business there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import asyncpg

from devstack.access.tables import DENIED, Matrix
from devstack.access.world import OWN, PEOPLE, Person, World

YES = "yes"
TOPIC_VERBS = ("hear", "send", "see", "appear")
"""Broadcasts in and out, presence of others and one's own."""
FILE_VERBS = ("read", "upload", "replace", "remove")


async def try_topics(admin: asyncpg.Connection, world: World, patterns: Iterable[str]) -> Matrix:
    """Topic pattern → person → verb → yes or denied, by the probes that Realtime itself makes.

    `admin` is a superuser's connection; nothing stays.
    """
    found: Matrix = {}
    for pattern in patterns:
        topic = _filled(pattern, world)
        for person in PEOPLE:
            transaction = admin.transaction()
            await transaction.start()
            try:
                await _rows_of(admin, topic)
                found.setdefault(pattern, {})[person.name] = await _probe_topic(admin, topic, person)
            finally:
                await transaction.rollback()
    return found


async def try_files(admin: asyncpg.Connection, world: World, patterns: Iterable[str]) -> Matrix:
    """The same for `bucket/path`: of a file that is there, and of a new one beside it."""
    found: Matrix = {}
    for pattern in patterns:
        bucket, _, name = _filled(pattern, world).partition("/")
        for person in PEOPLE:
            transaction = admin.transaction()
            await transaction.start()
            try:
                await admin.execute(
                    "insert into storage.objects (bucket_id, name) values ($1, $2)", bucket, name
                )
                found.setdefault(pattern, {})[person.name] = await _probe_file(admin, bucket, name, person)
            finally:
                await transaction.rollback()
    return found


async def buckets_without_entry(admin: asyncpg.Connection, patterns: Iterable[str]) -> list[str]:
    """Buckets that no pattern is about."""
    known = {pattern.partition("/")[0] for pattern in patterns}
    rows = await admin.fetch("select id from storage.buckets order by id")
    return [row["id"] for row in rows if row["id"] not in known]


async def _rows_of(admin: asyncpg.Connection, topic: str) -> None:
    # On the platform a partition for the day is made when somebody connects.
    await admin.execute("create table if not exists realtime.probe partition of realtime.messages default")
    for extension in ("broadcast", "presence"):
        await admin.execute(
            "insert into realtime.messages (topic, extension, private) values ($1, $2, true)",
            topic,
            extension,
        )


async def _probe_topic(admin: asyncpg.Connection, topic: str, person: Person) -> dict[str, str]:
    await _become(admin, person)
    await admin.execute("select set_config('realtime.topic', $1, true)", topic)
    verbs = {}
    for extension, reads, writes in (("broadcast", "hear", "send"), ("presence", "see", "appear")):
        read = "select 1 from realtime.messages where topic = $1 and extension = $2"
        write = "insert into realtime.messages (topic, extension, private) values ($1, $2, true)"
        verbs[reads] = await _goes(admin, read, topic, extension)
        verbs[writes] = await _goes(admin, write, topic, extension)
    return verbs


async def _probe_file(admin: asyncpg.Connection, bucket: str, name: str, person: Person) -> dict[str, str]:
    await _become(admin, person)
    # Storage itself asks the policy this way before it removes a row with its file.
    await admin.execute("select set_config('storage.allow_delete_query', 'true', true)")
    where = "where bucket_id = $1 and name = $2"
    return {
        "read": await _goes(admin, f"select 1 from storage.objects {where}", bucket, name),
        "upload": await _goes(
            admin, "insert into storage.objects (bucket_id, name) values ($1, $2)", bucket, f"{name}.new"
        ),
        "replace": await _goes(admin, f"update storage.objects set metadata = '{{}}' {where}", bucket, name),
        "remove": await _goes(admin, f"delete from storage.objects {where}", bucket, name),
    }


async def _become(admin: asyncpg.Connection, person: Person) -> None:
    await admin.execute(
        "select set_config('role', $1, true), set_config('request.jwt.claims', $2, true)",
        person.role,
        person.claims(),
    )


async def _goes(admin: asyncpg.Connection, sql: str, *arguments: str) -> str:
    savepoint = admin.transaction()
    await savepoint.start()
    try:
        return DENIED if (await admin.execute(sql, *arguments)).endswith(" 0") else YES
    except asyncpg.InsufficientPrivilegeError:
        return DENIED
    finally:
        await savepoint.rollback()


def _filled(pattern: str, world: World) -> str:
    return re.sub(r"@(\w+)", lambda found: str(world.row(found[1], OWN)["id"]), pattern)
