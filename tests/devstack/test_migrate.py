"""The platform parts and migrations, on a real server."""

from __future__ import annotations

from pathlib import Path

import asyncpg
import pytest

from devstack import migrate
from devstack.sqltext import split_statements
from tests.fixtures.cluster import Cluster, Database, NewDatabase

pytestmark = pytest.mark.database


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two migrations and a seed of their own."""
    (tmp_path / "20260101000000_first.sql").write_text(
        "create table public.notes (id int primary key, body text); -- one; two\n"
        "create function public.f() returns text language sql set search_path = '' as $$ select 'a;b' $$;\n"
    )
    (tmp_path / "20260102000000_second.sql").write_text("alter table public.notes add column more text;")
    (tmp_path / "readme.sql").write_text("this is not sql")
    (tmp_path / "seed.sql").write_text("insert into public.notes values (1, 'hello');")
    return tmp_path


async def test_applies_in_order_and_records(new_database: NewDatabase, folder: Path) -> None:
    database = await new_database(platform_only=True)
    seed = folder / "seed.sql"

    applied = await migrate.migrate(database.owner_url, folder=folder, seed=seed)
    again = await migrate.migrate(database.owner_url, folder=folder, seed=seed)

    assert applied == ["20260101000000_first.sql", "20260102000000_second.sql", "seed.sql"]
    assert again == []
    async with database.connect() as connection:
        rows = await connection.fetch("select * from supabase_migrations.schema_migrations order by version")
        assert [(r["version"], r["name"], len(r["statements"])) for r in rows] == [
            ("20260101000000", "first", 2),
            ("20260102000000", "second", 1),
        ]
        assert await connection.fetchval("select count(*) from public.notes") == 1


async def test_broken_migration_changes_nothing_and_names_its_line(
    new_database: NewDatabase, folder: Path
) -> None:
    database = await new_database(platform_only=True)
    broken = folder / "20260103000000_third.sql"
    broken.write_text("create table public.half ();\n\nselect * from nowhere;")

    with pytest.raises(migrate.MigrationError, match=r"third\.sql, line 3: .*nowhere"):
        await migrate.migrate(database.owner_url, folder=folder, seed=folder / "seed.sql")
    async with database.connect() as connection:
        assert await connection.fetchval("select to_regclass('public.half') is null")
        assert await connection.fetchval("select count(*) from public.notes") == 0

    broken.write_text("select 1;")
    applied = await migrate.migrate(database.owner_url, folder=folder, seed=folder / "seed.sql")
    assert applied == ["20260103000000_third.sql", "seed.sql"]


async def test_a_migration_changed_since_it_was_applied_is_named(
    new_database: NewDatabase, folder: Path
) -> None:
    database = await new_database(platform_only=True)
    await migrate.migrate(database.owner_url, folder=folder, seed=None)
    second = folder / "20260102000000_second.sql"

    second.write_text("\nalter  table public.notes\n  add column more text")
    assert await migrate.migrate(database.owner_url, folder=folder, seed=None) == []

    second.write_text("alter table public.notes add column another text;")
    with pytest.raises(migrate.MigrationError, match=r"second\.sql has changed.*\n.*\./dev reset"):
        await migrate.migrate(database.owner_url, folder=folder, seed=None)
    async with database.connect() as connection:
        await connection.execute("update supabase_migrations.schema_migrations set statements = null")
    assert await migrate.migrate(database.owner_url, folder=folder, seed=None) == []


async def test_seed_never_reaches_a_database_in_use(new_database: NewDatabase, folder: Path) -> None:
    database = await new_database(platform_only=True)
    await migrate.migrate(database.owner_url, folder=folder, seed=None)
    assert await migrate.migrate(database.owner_url, folder=folder, seed=folder / "seed.sql") == []


async def test_project_migrations_and_seed_apply(seeded_database: Database) -> None:
    async with seeded_database.connect() as connection:
        assert await connection.fetchval("select count(*) from public.businesses") > 0
        rows = await connection.fetch(
            "select c.relname from pg_class c where c.relnamespace = 'public'::regnamespace "
            "and c.relkind in ('r', 'p') and not c.relrowsecurity"
        )
        assert [row["relname"] for row in rows] == []


async def test_preparing_twice_is_harmless(cluster: Cluster, new_database: NewDatabase) -> None:
    database = await new_database(platform_only=True)
    assert await migrate.prepare_platform(database.admin_url, password=cluster.password) == database.owner


async def test_an_older_database_gets_what_was_added_to_the_platform(
    cluster: Cluster, seeded_database: Database
) -> None:
    database = seeded_database
    async with database.connect() as connection:
        await connection.execute("drop event trigger follow_publication")
        await connection.execute("drop table realtime.changes, realtime.listeners")
        await connection.execute(
            "drop function realtime.record_changes, realtime.follow_publication() cascade"
        )
        before = await connection.fetch("select polname from pg_policy order by 1")
        users = await connection.fetchval("select count(*) from auth.users")

    await migrate.prepare_platform(database.admin_url, password=cluster.password)

    async with database.connect() as connection:
        assert await connection.fetch("select polname from pg_policy order by 1") == before
        assert await connection.fetchval("select count(*) from auth.users") == users > 0
    async with database.connect(database.owner) as connection:
        await connection.execute("alter publication supabase_realtime add table public.businesses")
    async with database.connect() as connection:
        followed = "select count(*) from pg_trigger where tgfoid = 'realtime.record_changes'::regproc"
        assert await connection.fetchval(followed) == 3


@pytest.mark.parametrize(
    "statement",
    [
        "create table realtime.mine ()",
        "create index on realtime.messages (topic)",
        "create trigger t after insert on realtime.messages execute function storage.protect_delete()",
        "alter table auth.users add column mine text",
        "alter table storage.objects disable row level security",
        "drop table storage.objects",
        "create function auth.mine() returns int language sql as 'select 1'",
        "delete from storage.objects",
        "create role mine superuser",
    ],
)
async def test_owner_is_refused_what_the_platform_owns(database: Database, statement: str) -> None:
    async with database.connect(database.owner) as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)


async def test_owner_writes_policies_on_platform_tables(database: Database) -> None:
    async with database.connect(database.owner) as connection:
        for table in ("realtime.messages", "storage.objects"):
            await connection.execute(
                f"create policy mine on {table} for select to authenticated using (true)"
            )
            await connection.execute(f"alter policy mine on {table} using (false)")
            await connection.execute(f"drop policy mine on {table}")


async def test_nothing_is_granted_by_default(database: Database) -> None:
    async with database.connect(database.owner) as connection:
        await connection.execute("create table public.fresh (id int)")
        for role in ("anon", "authenticated", "service_role"):
            granted = await connection.fetchval(
                "select has_table_privilege($1, 'public.fresh', 'select')", role
            )
            assert not granted


async def test_reader_reads_everything_and_writes_nothing(seeded_database: Database) -> None:
    async with seeded_database.connect("relaydesk_reader") as connection:
        assert await connection.fetchval("select count(*) from public.businesses") > 0
        assert await connection.fetchval("select count(*) from auth.users") > 0
        with pytest.raises(asyncpg.PostgresError):
            await connection.execute("delete from public.businesses")


async def test_sending_without_a_listener_warns_and_goes_on(database: Database) -> None:
    async with database.connect() as connection:
        await connection.execute("select realtime.send('{}', 'event', 'topic', true)")
        assert await connection.fetchval("select count(*) from realtime.messages") == 0


def test_split_statements() -> None:
    sql = """
    -- a; comment
    create function f() returns text as $body$ begin; $$ ; $$ end $body$ language plpgsql;
    select ';' || E'\\';' || ";" /* ; /* ; */ ; */ , $1; ;
    -- the end;
    """
    first, second = split_statements(sql)
    assert first.endswith("language plpgsql")
    assert second.startswith("select ';'")
    assert second.endswith("$1")
