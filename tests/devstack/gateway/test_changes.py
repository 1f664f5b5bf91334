"""`postgres_changes`: changed rows of the publication, to those who may see them, after the commit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from realtime import RealtimePostgresChangesListenEvent as Event

from tests.devstack.gateway.conftest import ALICE, BOB, Project, run_project
from tests.devstack.gateway.phoenix import SECONDS, Phoenix, phoenix
from tests.fixtures.cluster import Database, Templates

TABLES = """
create table public.notes (
  id int primary key, owner uuid, body text, stars int not null default 0, tags text[] not null default '{}',
  mood public.mood not null default 'calm', details jsonb, secret text, at timestamptz
);
alter table public.notes enable row level security;
grant select (id, owner, body, stars, tags, mood, details, at), insert, update, delete on public.notes to authenticated;
create policy "own notes" on public.notes for all to authenticated using (owner = (select auth.uid()));
create table public.boards (id int primary key, name text);
grant select on public.boards to authenticated;
create table public.keyless (name text);
grant select on public.keyless to authenticated;
create table public.closed (id int primary key);
create table public.unheard (id int primary key);
grant select on public.unheard to authenticated;
alter publication supabase_realtime add table public.notes, public.boards, public.keyless, public.closed;
"""


@pytest_asyncio.fixture(scope="module")
async def shared(
    templates: Templates, small_template: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Project]:
    """The small project with tables in the publication, made by the project's owner as a migration would."""
    async with run_project(templates, small_template, tmp_path_factory.mktemp("changes")) as project:
        await run(project, TABLES)
        yield project


@pytest_asyncio.fixture
async def heard(shared: Project) -> AsyncIterator[Project]:
    """The same for a test that changes rows only."""
    yield shared
    await run(shared, "truncate public.notes, public.boards, public.keyless, public.closed")


@pytest_asyncio.fixture
async def own(own_project: Project) -> Project:
    """One of its own for a test that changes more."""
    await run(own_project, TABLES)
    return own_project


async def run(project: Project, *statements: str) -> None:
    """Each statement in a transaction of its own, by the owner."""
    async with project.database.connect(project.database.owner) as connection:
        for statement in statements:
            await connection.execute(statement)


async def subscribed(
    socket: Phoenix, project: Project, *bindings: Any, user: str = ALICE, topic: str = "t"
) -> Any:
    """Join with bindings and wait until the database is listened to. Returns the bindings of the reply."""
    reply = await socket.join(topic, project.gateway.user_token(user), postgres_changes=list(bindings))
    assert reply["status"] == "ok"
    system = await socket.next("system", topic)
    assert (system["status"], system["message"]) == ("ok", "Subscribed to PostgreSQL")
    assert (system["extension"], system["channel"]) == ("postgres_changes", topic)
    return reply["response"]["postgres_changes"]


def binding(table: str = "notes", event: str = "*", **more: Any) -> dict[str, Any]:
    return {"event": event, "schema": "public", "table": table, **more}


async def change(socket: Phoenix, topic: str = "t") -> Any:
    """The next change."""
    return (await socket.next("postgres_changes", topic))["data"]


async def test_the_client_hears_of_a_row_that_its_user_may_see(heard: Project) -> None:
    client = heard.alice
    await client.realtime.set_auth(heard.gateway.user_token(ALICE))
    channel = client.channel("any", {"config": {"private": False}})
    changes: asyncio.Queue[Any] = asyncio.Queue()
    systems: asyncio.Queue[Any] = asyncio.Queue()
    channel.on_postgres_changes(Event.All, changes.put_nowait, table="notes")
    channel.on_system(systems.put_nowait)
    await channel.subscribe()
    assert (await asyncio.wait_for(systems.get(), SECONDS)).message == "Subscribed to PostgreSQL"
    mine = {"id": 1, "owner": ALICE, "body": "mine", "details": {"a": [1]}, "at": "2026-01-02T03:04:05Z"}
    await run(heard, f"insert into public.notes (id, owner) values (7, '{BOB}')")
    await client.table("notes").insert(mine, returning="minimal").execute()
    # One after the other: a row that is gone when its policies are asked is not told.

    data = (await asyncio.wait_for(changes.get(), SECONDS))["data"]
    assert (data["type"], data["schema"], data["table"], data["errors"]) == (
        "INSERT",
        "public",
        "notes",
        None,
    )
    assert data["record"] == {
        **mine,
        "stars": 0,
        "tags": [],
        "mood": "calm",
        "at": "2026-01-02T03:04:05+00:00",
    }
    assert "secret" not in [column["name"] for column in data["columns"]]
    assert {"name": "stars", "type": "int4"} in data["columns"]
    assert data["commit_timestamp"].endswith("Z")
    assert "old_record" not in data
    await client.table("notes").update({"stars": 3}, returning="minimal").eq("id", 1).execute()
    data = (await asyncio.wait_for(changes.get(), SECONDS))["data"]
    assert (data["type"], data["record"]["stars"], data["old_record"]) == ("UPDATE", 3, {"id": 1})
    await client.table("notes").delete(returning="minimal").eq("id", 1).execute()
    data = (await asyncio.wait_for(changes.get(), SECONDS))["data"]
    assert (data["type"], data["old_record"]) == ("DELETE", {"id": 1})
    assert "record" not in data
    assert changes.empty()
    await client.remove_all_channels()


async def test_only_what_is_committed_is_told_in_the_order_of_commits(heard: Project) -> None:
    async with phoenix(heard.gateway) as socket, heard.database.connect(heard.database.owner) as slow:
        await subscribed(socket, heard, binding("boards", "INSERT"))
        await slow.execute("begin; insert into public.boards values (1, 'first written, last committed')")
        await run(
            heard,
            "insert into public.boards values (2, 'a'), (3, 'b')",
            "begin; insert into public.boards values (90, 'undone'); rollback",
            "begin; insert into public.boards values (4, 'c'); savepoint s; insert into public.boards values (91, ''); "
            "rollback to s; insert into public.boards values (5, 'd'); commit",
        )
        await slow.execute("insert into public.boards values (6, 'e'); commit")
        assert [(await change(socket))["record"]["id"] for _ in range(6)] == [2, 3, 4, 5, 1, 6]
        await run(heard, "insert into public.boards select g, '' from generate_series(100, 399) g")
        assert [(await change(socket))["record"]["id"] for _ in range(300)] == list(range(100, 400))


FILTERS = {
    "stars=eq.2": [2],
    "stars=neq.2": [1, 3, 4],
    "stars=lt.2": [1],
    "stars=lte.2": [1, 2],
    "stars=gt.2": [3, 4],
    "stars=gte.10": [4],
    "stars=in.(1,10)": [1, 4],
    'body=in.("a,b",c)': [1, 3],
    "mood=eq.busy": [3],
    'body=like."%,b"': [1],
    "body=is.null": [4],
    "body=not.eq.c": [1, 2],
    "stars=gt.1,stars=lt.10": [2, 3],
}


async def test_filters(heard: Project) -> None:
    async with phoenix(heard.gateway) as socket:
        for filter_ in FILTERS:
            [reply] = await subscribed(socket, heard, binding(filter=filter_), topic=filter_)
            assert reply["filter"] == filter_
            assert isinstance(reply["id"], int)
        await run(
            heard,
            "insert into public.notes (id, owner, body, stars, mood) values "
            f"(1, '{ALICE}', 'a,b', 1, 'calm'), (2, '{ALICE}', 'it''s', 2, 'calm'), "
            f"(3, '{ALICE}', 'c', 3, 'busy'), (4, '{ALICE}', null, 10, 'calm')",
        )
        found = {
            filter_: [(await change(socket, filter_))["record"]["id"] for _ in wanted]
            for filter_, wanted in FILTERS.items()
        }
        assert found == FILTERS
        await socket.alive()
        assert socket.received("postgres_changes") == []


async def test_bindings_are_told_apart_by_their_numbers(heard: Project) -> None:
    async with phoenix(heard.gateway) as socket:
        replies = await subscribed(
            socket,
            heard,
            binding("boards", "INSERT"),
            binding("boards", "UPDATE"),
            binding("*", filter=""),
            binding("boards", select=["id"]),
        )
        inserts, _, everything, narrow = [reply["id"] for reply in replies]
        assert len({reply["id"] for reply in replies}) == 4
        await run(heard, "insert into public.boards values (1, 'a')")
        first, second = await socket.next("postgres_changes"), await socket.next("postgres_changes")
        wide, short = sorted((first, second), key=lambda payload: -len(payload["ids"]))
        assert sorted(wide["ids"]) == sorted([inserts, everything])
        assert (short["ids"], short["data"]["record"]) == ([narrow], {"id": 1})


async def test_a_deleted_row_is_told_to_everybody_by_its_key_alone(heard: Project) -> None:
    await run(
        heard, f"insert into public.notes (id, owner, stars) values (1, '{ALICE}', 5), (2, '{ALICE}', 6)"
    )
    async with phoenix(heard.gateway) as socket:
        key, other, _ = await subscribed(
            socket, heard, binding(filter="id=eq.2"), binding(), binding(filter="stars=gt.0"), user=BOB
        )
        await run(heard, "delete from public.notes where true")
        first, second = await socket.next("postgres_changes"), await socket.next("postgres_changes")
        assert [(sorted(p["ids"]), p["data"]["old_record"]) for p in (first, second)] == [
            ([other["id"]], {"id": 1}),
            # A filter holds for what is known of the row. By its key alone nothing is known of its stars.
            (sorted([key["id"], other["id"]]), {"id": 2}),
        ]


async def test_full_identity_tells_the_old_row_where_no_policy_could_hide_it(own: Project) -> None:
    await run(
        own,
        "alter table public.boards replica identity full",
        "insert into public.boards values (1, 'old')",
    )
    async with phoenix(own.gateway) as socket:
        await subscribed(socket, own, binding("boards"))
        await run(
            own,
            "update public.boards set name = 'new' where id = 1",
            "delete from public.boards where id = 1",
        )
        assert (await change(socket))["old_record"] == {"id": 1, "name": "old"}
        assert (await change(socket))["old_record"] == {"id": 1, "name": "new"}


async def test_errors_stand_in_for_rows_that_can_not_be_shown(own: Project) -> None:
    await run(
        own,
        "create function public.judge(who uuid) returns boolean language plpgsql as "
        f"$$ begin if who = '{BOB}' then raise 'odd claims'; end if; return true; end $$",
        "grant execute on function public.judge(uuid) to authenticated",
        "alter table public.boards enable row level security",
        "create policy p on public.boards for select to authenticated using (public.judge(auth.uid()))",
    )
    async with phoenix(own.gateway) as alice, phoenix(own.gateway) as bob:
        await subscribed(alice, own, binding("*"))
        await subscribed(bob, own, binding("*"), user=BOB)
        await run(
            own,
            "insert into public.keyless values ('x')",
            "insert into public.closed values (1)",
            "insert into public.boards values (12, 'a')",
        )
        told = [await change(alice) for _ in range(3)]
        no_key, unauthorized = (
            ["Error 400: Bad Request, no primary key"],
            ["Error 401: Unauthorized"],
        )
        assert [data["errors"] for data in told] == [no_key, unauthorized, None]
        assert [data["record"] for data in told] == [{}, {}, {"id": 12, "name": "a"}]
        assert told[0]["commit_timestamp"] is None
        assert [(await change(bob))["errors"] for _ in range(3)] == [
            no_key,
            unauthorized,
            ["Error 500: Internal Server Error, RLS policy evaluation failed"],
        ]


async def test_a_large_row_loses_its_long_columns(heard: Project) -> None:
    async with phoenix(heard.gateway) as socket:
        await subscribed(socket, heard, binding("boards"))
        await run(heard, "insert into public.boards values (1, repeat('x', 1100000))")
        data = await change(socket)
        assert (data["record"], data["errors"]) == ({"id": 1}, ["Error 413: Payload Too Large"])


REFUSED: list[tuple[Any, str]] = [
    (
        binding("unheard"),
        "Please check Realtime is enabled for the given connect parameters: [event: *, schema: ",
    ),
    (binding("nowhere"), "Please check Realtime is enabled"),
    (binding(filter="nothing"), "Error parsing `filter` params"),
    (binding(filter="body=foo.x"), 'Error parsing `filter` params: ["foo", "x"]'),
    (binding(filter="secret=eq.x"), "Exception: invalid column for filter secret"),
    (binding(filter="stars=eq.many"), "invalid input syntax for type integer"),
    (binding(filter="stars=like.1%"), "operator does not exist"),
    (binding(filter="body=match.("), "invalid regular expression"),
    (binding(filter=f"stars=in.({','.join('1' * 101)})"), "too many values"),
    (binding(select=["secret"]), "Exception: invalid column for select secret"),
    (binding(select="id"), "Error parsing `select` params"),
    ({"event": "*"}, "No subscription params provided"),
]


async def test_what_can_not_be_listened_to_is_said(heard: Project) -> None:
    async with phoenix(heard.gateway) as socket:
        for number, (wrong, said) in enumerate(REFUSED):
            topic = f"t{number}"
            reply = await socket.join(topic, heard.gateway.user_token(ALICE), postgres_changes=[wrong])
            assert reply["status"] == "ok"
            system = await socket.next("system", topic)
            assert (system["status"], system["extension"]) == ("error", "postgres_changes")
            assert said in system["message"]


async def test_a_new_token_is_judged_from_the_next_change_on(heard: Project) -> None:
    async with phoenix(heard.gateway) as socket:
        await subscribed(socket, heard, binding())
        await socket.send("t", "access_token", {"access_token": heard.gateway.user_token(BOB)})
        assert (await socket.next("system"))["message"] == "Subscribed to PostgreSQL"
        await run(
            heard,
            f"insert into public.notes (id, owner) values (1, '{ALICE}')",
            f"insert into public.notes (id, owner) values (2, '{BOB}')",
        )
        assert (await change(socket))["record"]["id"] == 2


async def test_nothing_is_written_down_while_nobody_listens(own: Project) -> None:
    async def written() -> int:
        return int((await own.rows("select count(*) from realtime.changes"))[0][0])

    await run(own, "insert into public.boards values (1, 'a')")
    assert await written() == 0
    async with phoenix(own.gateway) as socket:
        await subscribed(socket, own, binding("boards"))
        await run(own, f"insert into public.notes (id, owner) values (1, '{ALICE}')")
        assert await written() == 0
        await run(own, "insert into public.boards values (2, 'b')")
        assert await written() == 1
        # A table that leaves the publication is not told any more.
        await run(
            own,
            "alter publication supabase_realtime drop table public.boards",
            "insert into public.boards values (3, 'c')",
        )
        assert await written() == 1
    async with asyncio.timeout(SECONDS):
        while await own.rows("select from realtime.listeners"):
            await asyncio.sleep(0.02)


async def test_changes_are_told_again_after_the_database_came_back(own: Project) -> None:
    async with phoenix(own.gateway) as socket:
        await subscribed(socket, own, binding("boards"))
        await own.rows(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where datname = current_database() and pid <> pg_backend_pid()"
        )
        async with asyncio.timeout(SECONDS):
            number = 0
            while not socket.received("postgres_changes"):
                number += 1
                await run(own, f"insert into public.boards values ({number}, 'x')")
                await socket.alive()
                await asyncio.sleep(0.05)
        listeners = await own.rows("select pid from realtime.listeners")
        assert len(listeners) == 1


async def test_a_private_channel_needs_its_policy_for_changes_too(heard: Project) -> None:
    async with phoenix(heard.gateway) as socket:
        reply = await socket.join(
            "not-mine", heard.gateway.user_token(ALICE), private=True, postgres_changes=[binding()]
        )
        assert reply["status"] == "error"


@pytest.mark.parametrize("changes", [[1], ["x"], [{"event": "*"}] * 101])
async def test_broken_bindings_are_refused(project: Project, changes: Any) -> None:
    async with phoenix(project.gateway) as socket:
        reply = await socket.join("t", project.gateway.user_token(ALICE), postgres_changes=changes)
        assert reply["response"]["reason"].startswith("UnknownErrorOnChannel: ")
