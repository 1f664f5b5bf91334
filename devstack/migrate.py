"""Bring a database to the project's state: platform parts, migrations, seed.

`prepare_platform` needs a superuser; `migrate` runs as the role that owns the project, which is none, exactly
as on a hosted project. What was applied is recorded as the Supabase CLI records it: both may be used in turn.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import asyncpg

from devstack.places import ROOT
from devstack.sqltext import split_statements

MIGRATIONS_DIR = ROOT / "supabase" / "migrations"
SEED_FILE = ROOT / "supabase" / "seed.sql"
PLATFORM_DIR = Path(__file__).resolve().parent / "platform"

OWNER = "postgres"
FALLBACK_OWNER = "relaydesk_owner"
"""Owns the project where `postgres` is the server's superuser, as on a plain Debian server."""

LOGIN_ROLES = ("authenticator", "relaydesk_reader")

_FILE_NAME = re.compile(r"(?P<version>\d+)_(?P<name>.*)\.sql")
_LOCK = 7_234_501
"""Any fixed number: two runs on one database wait for each other."""

_HISTORY = """
    create schema if not exists supabase_migrations;
    create table if not exists supabase_migrations.schema_migrations (
      version text primary key, statements text[], name text
    );
    create table if not exists supabase_migrations.seed_files (path text primary key, hash text not null);
"""

_RECORD = "insert into supabase_migrations.schema_migrations (version, name, statements) values ($1, $2, $3)"
# A seed is planned before the first migration and done after the last, also when one fails in between.
_PLAN_SEED = "insert into supabase_migrations.seed_files values ($1, '') on conflict do nothing"
_IS_SEED_PLANNED = "select exists (select from supabase_migrations.seed_files where path = $1 and hash = '')"


class MigrationError(Exception):
    """A file could not be applied; the message names it, the line, and what the database said."""


async def prepare_platform(dsn: str, *, password: str) -> str:
    """Create roles and platform schemas in a database, given a superuser's address of it.

    Works on any PostgreSQL from 15 with pgvector. Done before, it brings the platform parts to today's state:
    each file says `if not exists` or `or replace`, so a database of an older checkout gets what was added.
    `password` becomes that of every role which signs in: the owner, `authenticator`, `relaydesk_reader`.
    Returns the name of the role that owns the project. Raises MigrationError.
    """
    connection = await asyncpg.connect(dsn)
    try:
        # Roles belong to the server: preparing two databases at once must not make one twice.
        async with connection.transaction():
            await connection.execute("lock table pg_catalog.pg_authid in share row exclusive mode")
            owner = await _owner(connection)
            await _apply_platform(connection, PLATFORM_DIR / "10_roles.sql", owner)
            for role in (owner, *LOGIN_ROLES):
                await connection.execute(f"alter role {role} with login password {_literal(password)}")
        async with connection.transaction():
            await connection.execute(f"alter database {await _database(connection)} owner to {owner}")
            for file in sorted(PLATFORM_DIR.glob("*.sql"))[1:]:
                await _apply_platform(connection, file, owner)
        return owner
    finally:
        await connection.close()


async def migrate(dsn: str, *, folder: Path = MIGRATIONS_DIR, seed: Path | None = SEED_FILE) -> list[str]:
    """Apply what is new in `folder` in order, each file in one transaction, then `seed` on a new database.

    `dsn` signs in as the role that `prepare_platform` returned. The seed runs once, and only where no
    migration had been applied before. Returns the names of the files applied. Raises MigrationError; the files
    before the broken one stay applied, and the next call goes on from there.
    """
    # Index builds of a large database may outlast the limit that the role has for queries.
    connection = await asyncpg.connect(dsn, server_settings={"statement_timeout": "0"})
    try:
        await connection.execute("select pg_advisory_lock($1)", _LOCK)
        await connection.execute(_HISTORY)
        rows = await connection.fetch("select version, statements from supabase_migrations.schema_migrations")
        known = {row["version"]: row["statements"] for row in rows}
        refuse_changed(folder, known)
        if seed is not None and seed.exists() and not known:
            await connection.execute(_PLAN_SEED, _seed_path(seed))
        applied = []
        for file in migration_files(folder):
            if file.name.partition("_")[0] not in known:
                await _apply_migration(connection, file)
                applied.append(file.name)
        if seed is not None and await connection.fetchval(_IS_SEED_PLANNED, _seed_path(seed)):
            await _apply_seed(connection, seed)
            applied.append(seed.name)
        return applied
    finally:
        await connection.close()


async def apply_seed(dsn: str, *, seed: Path = SEED_FILE) -> bool:
    """Apply the seed to a migrated database that has not had it. Returns whether it was applied.

    Raises MigrationError, for example when the database holds rows of its own with the seed's keys.
    """
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("select pg_advisory_lock($1)", _LOCK)
        # One transaction: a plan that failed must not be tried again by the next start.
        async with connection.transaction():
            await connection.execute(_PLAN_SEED, _seed_path(seed))
            if not await connection.fetchval(_IS_SEED_PLANNED, _seed_path(seed)):
                return False
            await _apply_seed(connection, seed)
        return True
    finally:
        await connection.close()


def refuse_changed(folder: Path, known: Mapping[str, Sequence[str] | None]) -> None:
    """Refuse a folder in which an applied migration reads otherwise than when it was applied.

    `known` holds the recorded statements by version; None, as `supabase migration repair` leaves it, is not
    compared. Before the first release migrations are edited in place: a database of an older checkout would
    lack what was added to them, and every call that needs it would fail. Raises MigrationError.
    """
    for file in migration_files(folder):
        statements = known.get(file.name.partition("_")[0])
        if statements is None:
            continue
        if _bare(*statements) != _bare(*split_statements(file.read_text(encoding="utf-8"))):
            raise MigrationError(
                f"{file.name} has changed since it was applied to this database.\n"
                "  This version of relaydesk needs a new database: `./dev reset` makes an empty one and deletes\n"
                "  what the old one holds. To keep that, go back to the version that made it."
            )


def _bare(*statements: str) -> str:
    """Statements without white space and separators, which each tool splits and keeps in its own way."""
    return re.sub(r"[\s;]+", "", "".join(statements))


def migration_files(folder: Path) -> list[Path]:
    """The migrations of a folder in the order they apply. Other files are left alone, as the CLI does."""
    return sorted(file for file in folder.glob("*.sql") if _FILE_NAME.fullmatch(file.name))


async def _owner(connection: asyncpg.Connection) -> str:
    is_taken = await connection.fetchval(
        "select exists (select from pg_roles where rolname = $1 and rolsuper)", OWNER
    )
    return FALLBACK_OWNER if is_taken else OWNER


async def _database(connection: asyncpg.Connection) -> str:
    return str(await connection.fetchval("select quote_ident(current_database())"))


async def _apply_platform(connection: asyncpg.Connection, file: Path, owner: str) -> None:
    sql = file.read_text(encoding="utf-8")
    await _execute(connection, file, sql.replace(':"owner"', owner).replace(":'owner'", _literal(owner)))


async def _apply_migration(connection: asyncpg.Connection, file: Path) -> None:
    name = _FILE_NAME.fullmatch(file.name)
    assert name is not None, "migration_files yields only such names"
    sql = file.read_text(encoding="utf-8")
    async with connection.transaction():
        await _execute(connection, file, sql)
        await connection.execute("reset all")
        await connection.execute(_RECORD, name["version"], name["name"], split_statements(sql))


async def _apply_seed(connection: asyncpg.Connection, file: Path) -> None:
    sql = file.read_text(encoding="utf-8")
    async with connection.transaction():
        await _execute(connection, file, sql)
        await connection.execute(
            "update supabase_migrations.seed_files set hash = $2 where path = $1",
            *(_seed_path(file), hashlib.sha256(sql.encode()).hexdigest()),
        )


def _seed_path(file: Path) -> str:
    return f"supabase/{file.name}"


async def _execute(connection: asyncpg.Connection, file: Path, sql: str) -> None:
    try:
        await connection.execute(sql)
    except asyncpg.PostgresError as error:
        # The position counts characters from one; inside a function body there is none.
        position = getattr(error, "position", None)
        line = sql.count("\n", 0, int(position) - 1) + 1 if position else None
        where = f"{file.name}, line {line}" if line else file.name
        details = [str(error), getattr(error, "detail", None), getattr(error, "hint", None)]
        raise MigrationError(f"{where}: " + "\n  ".join(part for part in details if part)) from error


def _literal(text: str) -> str:
    """A quoted SQL literal. `create role` and `alter role` take no parameters."""
    if "\\" in text or "\0" in text:
        raise ValueError("a backslash or null character can't be part of a password")
    return "'" + text.replace("'", "''") + "'"
