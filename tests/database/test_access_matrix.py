"""Who may do what, tried out: every table, verb, function and kind of person against tests/database/access.yaml."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
import pytest_asyncio

from devstack import migrate
from devstack.access import (
    arguments,
    audit,
    calls,
    catalog,
    expected,
    functions,
    lints,
    places,
    report,
    tables,
    world,
)
from devstack.access.audit import Audit
from tests.fixtures.cluster import Database, NewDatabase, Templates

pytestmark = pytest.mark.database


@pytest_asyncio.fixture(scope="module")
async def audited(templates: Templates) -> AsyncIterator[tuple[Audit, Database]]:
    """One audit for all tests of this file, and the database it filled."""
    database = await templates.copy(seeded=False)
    async with database.connect() as admin, database.connect("authenticator") as authenticator:
        found = await audit.run(admin, authenticator)
    yield found, database
    await templates.cluster.drop(database)


def test_everybody_reaches_what_they_should_and_nothing_else(audited: tuple[Audit, Database]) -> None:
    assert audited[0].differences == []


def test_the_documented_matrix_is_what_is_found(audited: tuple[Audit, Database]) -> None:
    written = report.FILE.read_text(encoding="utf-8")
    assert written == audited[0].markdown, "docs/access.md is not up to date: run ./dev access --write"


async def test_nobody_of_another_business_gets_anywhere_with_foreign_ids(
    audited: tuple[Audit, Database],
) -> None:
    """Every function people may call, with every mixture of their own ids and those of the other business."""
    found, database = audited
    tried, wrong, telling = 0, [], set()
    async with database.connect() as admin:
        watch = await calls.watch(admin, found.world, world.OWN)
        for function in found.functions:
            if function.schema != "public" or function.name not in found.expected.functions:
                continue
            wanted = found.expected.functions[function.name]
            for args in arguments.attacks(function, wanted, found.world):
                for person in (world.OUTSIDER, world.OTHER_ADMIN, world.FORMER, world.RIDER):
                    outcome = await calls.call(admin, person, function, args, watch=watch)
                    tried += 1
                    # A rider's own doings, such as registering a device, are the business's.
                    has_changed = outcome.changed and not (
                        person is world.RIDER and person.name in wanted.may
                    )
                    if has_changed or (outcome.code is None and _tells(outcome, found.world)):
                        wrong.append(f"{person.name}: {function.name}({args}) → {outcome}")
                if _tells(await calls.call(admin, world.AGENT, function, args), found.world):
                    telling.add(function.name)
    assert wrong == []
    assert tried >= 20
    assert "search_conversations" in telling, "what tells its own people must be able to tell"


def _tells(outcome: calls.Outcome, made: world.World) -> bool:
    """Whether an answer holds an id of the business that was attacked."""
    ids = (
        str(row[table.key[0]])
        for table in made.tables.values()
        for owner, row in made.rows[table.name]
        if owner in (world.OWN, world.MATE) and table.key and len(str(row[table.key[0]])) == 36
    )
    return any(value in outcome.message for value in ids)


async def test_every_verb_without_a_grant_is_refused_with_any_claims(audited: tuple[Audit, Database]) -> None:
    """A role or business that people write into their own token changes nothing: only its subject counts."""
    found, database = audited
    business = str(found.world.businesses[world.OWN])
    boasting = world.Person(name="stranger", role="authenticated", user=world.STRANGER)
    claims = {"business_id": business, "app_metadata": {"role": "admin", "business_id": business}}
    async with (
        database.connect("authenticator") as connection,
        tables.acting_as(connection, boasting, **claims),
    ):
        seen = [
            name
            for name, table in found.world.tables.items()
            if await _count(connection, f'public."{name}"')
            and table.column("business_id")
            and name != "synonyms"
        ]
    assert seen == []


async def _count(connection: asyncpg.Connection, table: str) -> int:
    savepoint = connection.transaction()
    await savepoint.start()
    try:
        return int(await connection.fetchval(f"select count(*) from {table}"))
    except asyncpg.InsufficientPrivilegeError:
        return 0
    finally:
        await savepoint.rollback()


# The checks themselves: each must see what it is there for.


@asynccontextmanager
async def _changed(database: Database, sql: str) -> AsyncIterator[asyncpg.Connection]:
    async with database.connect() as admin:
        await admin.execute(sql)
        yield admin


async def test_a_new_table_or_function_and_what_gives_too_much_are_named(new_database: NewDatabase) -> None:
    database = await new_database()
    sql = """
        create table public.secrets (id bigint primary key, business_id uuid not null references public.businesses);
        insert into storage.buckets (id, name) values ('secrets', 'secrets');
        create policy "ours" on storage.objects for select to authenticated using (bucket_id = 'secrets'
          and (storage.foldername(name))[1] in (select b::text from private.my_businesses() b));
        create policy "mine" on storage.objects for insert to authenticated with check (bucket_id = 'secrets'
          and (storage.foldername(name))[1] in (select b::text from private.my_businesses_as('{admin}') b));
        create policy "all topics" on realtime.messages for select to authenticated
          using ((select realtime.topic()) = 'workers');
        create policy "oops" on public.contacts for select to authenticated using (true);
        grant update (name), delete on public.dealers to authenticated;
        create policy "oops" on public.dealers for all to authenticated
          using (business_id in (select private.my_businesses()));
        grant select on public.turn_queue to anon;
        create or replace function public.take_over(p_conversation_id uuid, p_client_key text default null)
          returns void language sql security definer
          as 'delete from public.whatsapp_conversations where id = p_conversation_id';
        create or replace function public.assign_conversation(p_conversation_id uuid, p_staff_id uuid,
          p_client_key text default null) returns void language sql security definer as
          'update public.whatsapp_conversations set assignee_id = p_staff_id where id = p_conversation_id
           and business_id in (select private.my_businesses())';
        create function public.peek() returns bigint language sql security definer
          as 'select count(*) from public.contacts';
    """
    async with _changed(database, sql) as admin, database.connect("authenticator") as authenticator:
        found = await audit.run(admin, authenticator)
        function = next(f for f in found.functions if f.name == "take_over")
        args = arguments.attacks(function, found.expected.functions["take_over"], found.world)[0]
        watch = await calls.watch(admin, found.world, world.OWN)
        files = await places.try_files(admin, found.world, ["secrets/@businesses/a.jpg"])
        outcome = await calls.call(admin, world.OUTSIDER, function, args, watch=watch)
        assigning = next(f for f in found.functions if f.name == "assign_conversation")
        mixed = arguments.attacks(assigning, found.expected.functions["assign_conversation"], found.world)
        crossings = [await calls.call(admin, world.OUTSIDER, assigning, a, watch=watch) for a in mixed]
    crossed = "whatsapp_conversations.assignee_id leads to another business"
    assert any(crossed in c.changed for c in crossings)
    lines = "\n".join(found.differences)
    assert "secrets: no entry. Add one line `secrets: <kind>` under `tables`" in lines
    assert "peek(): authenticated may execute it, but it has no entry. Add it under `functions`" in lines
    assert "workers: outsider may hear yes, expected denied." in lines
    assert "bucket secrets: no entry." in lines
    reach = {
        person: [verb for verb, scope in verbs.items() if scope == places.YES]
        for person, verbs in files["secrets/@businesses/a.jpg"].items()
    }
    assert reach["admin"] == ["read", "upload"]
    assert reach["agent"] == ["read"]
    assert reach["outsider"] == reach["anon"] == reach["rider"] == []
    assert "contacts: outsider may select all, expected none." in lines
    assert "contacts: rider may select all, expected none." in lines
    assert "dealers: viewer may update business, expected denied." in lines
    assert "dealers: outsider may delete none, expected denied." in lines
    assert "turn_queue: anon may select none, expected denied." in lines
    assert "peek(): anon may execute it" in lines
    assert "take_over: lets in viewer, agent, admin, outsider, rider, former, expected agent, admin." in lines
    assert "whatsapp_conversations" in outcome.changed
    for lint in (
        "table_without_row_security",
        "foreign_key_without_index",
        "table_or_view_without_comment",
        "several_permissive_policies",
        "policy_that_is_always_true",
        "anything_granted_to_anon",
        "function_for_everybody",
        "function_without_search_path",
        "function_without_comment",
    ):
        assert f": {lint}." in lines, lint


_BREACHES = {
    "policy_without_row_security": "alter table public.contacts disable row level security",
    "table_without_primary_key": "create table public.x (a int)",
    "policy_column_without_index": "drop index public.contacts_business_idx, public.contacts_phone_idx",
    "duplicate_index": "create index again on public.contacts (business_id, phone)",
    "policy_asks_for_each_row": 'create policy "x" on public.contacts for insert to authenticated '
    "with check (business_id = auth.uid())",
    "policy_for_everybody": 'create policy "x" on public.contacts for insert with check (name = username)',
    "policy_on_user_metadata": 'create policy "x" on public.contacts for insert to authenticated '
    "with check (name = (select auth.jwt() -> 'user_metadata' ->> 'name'))",
    "view_with_its_owners_rights": "create view public.v as select 1 as one",
    "open_function_that_does_not_ask_who_calls": "create function public.x() returns bigint language sql "
    "security definer set search_path = '' as 'select count(*) from public.contacts'; "
    "grant execute on function public.x() to authenticated",
    "function_that_writes_every_row": "create function public.x() returns void language sql set search_path = '' "
    "as 'select 1; delete from public.notes; update public.notes set body = body where true'",
    "time_without_zone": "alter table public.notes add column x timestamp",
    "row_security_without_policy": "create table public.x (a int); alter table public.x enable row level security",
}


async def test_each_lint_sees_its_breach(database: Database) -> None:
    exceptions = expected.load().exceptions
    async with database.connect() as admin:
        for lint, breach in _BREACHES.items():
            transaction = admin.transaction()
            await transaction.start()
            assert await lints.offenders(admin, lint, exceptions) == []
            await admin.execute(breach)
            assert await lints.offenders(admin, lint, exceptions) != [], lint
            await transaction.rollback()


def test_a_function_without_an_example_says_which(audited: tuple[Audit, Database]) -> None:
    found, _ = audited
    function = next(f for f in found.functions if f.name == "set_dealer_stock")
    without = expected.Call(may=("admin",), args={})
    with pytest.raises(expected.ExpectationError, match="set_dealer_stock: no example for p_on_hand"):
        arguments.fill(function, without, found.world, lambda _place: world.OWN)


async def test_an_exception_that_nothing_needs_is_named(database: Database) -> None:
    async with database.connect() as admin:
        lines = await lints.offenders(
            admin, "time_without_zone", {"time_without_zone": {"notes.x": "because"}}
        )
    assert lines == [
        "notes.x: remove it from `exceptions` → `time_without_zone` in tests/database/access.yaml; "
        "nothing there breaks the rule."
    ]


async def test_an_example_row_that_is_refused_says_what_to_write(database: Database) -> None:
    async with database.connect() as admin:
        found = await catalog.read_tables(admin)
        with pytest.raises(world.WorldError, match="say a value under `rows`"):
            await world.build(admin, found, rows={}, columns={})


async def test_a_project_that_grants_everything_new_by_default_ends_the_same(
    new_database: NewDatabase,
) -> None:
    """Hosted projects from before the end of 2026 do, and so may one's own."""
    database = await new_database(platform_only=True)
    async with database.connect(database.owner) as owner:
        for kind in ("tables", "sequences", "functions"):
            await owner.execute(
                f"alter default privileges in schema public grant all on {kind} to anon, authenticated, service_role"
            )
    await migrate.migrate(database.owner_url, seed=None)
    wanted = expected.load()
    async with database.connect() as admin:
        found = await functions.read_functions(admin)
        assert functions.compare_grants(found, wanted.functions, wanted.policy_helpers) == []
        assert await lints.offenders(admin, "anything_granted_to_anon", wanted.exceptions) == []
        written = await admin.fetch(
            "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v') "
            "and has_any_column_privilege('authenticated', oid, 'insert, update')"
        )
        assert [row["relname"] for row in written] == []
