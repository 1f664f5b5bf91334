"""Our own PostgreSQL server: created, started, stopped, crashed, in awkward places."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from devstack import account
from devstack.account import Account, reachable_copy, reachable_dir, server_account
from devstack.postgres import Postgres, PostgresError
from tests.fixtures.cluster import free_port

PASSWORD = "a secret of tests"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a space in its name, in a place every account can reach."""
    base = Path(tempfile.mkdtemp(prefix="relaydesk tests "))
    base.chmod(0o755)
    yield base / "state dir" / "postgres"
    shutil.rmtree(base)


@pytest.fixture
def server(folder: Path) -> Iterator[Postgres]:
    """A server that is stopped at the end."""
    made = Postgres(folder, port=free_port(), password=PASSWORD)
    yield made
    made.stop()


async def ask(server: Postgres, sql: str) -> object:
    connection = await asyncpg.connect(server.url())
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def test_life_of_a_server(server: Postgres) -> None:
    first = server.start()
    assert (
        await ask(server, "select current_setting('fsync') || current_setting('synchronous_commit')")
        == "onon"
    )
    assert str(await ask(server, "show server_version")).startswith("18.")
    assert await ask(server, "select count(*) from pg_available_extensions where name = 'vector'") == 1
    await ask(server, "create table kept as select 1 as n")

    # Starting again replaces the running server: a killed supervisor may have left it behind.
    second = server.start()
    assert second != first
    server.crash()
    server.start()
    assert await ask(server, "select n from kept") == 1

    server.stop()
    server.stop()
    with pytest.raises(OSError, match=str(server.port)):
        await ask(server, "select 1")


async def test_nothing_gets_in_without_the_password(server: Postgres) -> None:
    server.start()
    for password in ("wrong", ""):
        with pytest.raises((asyncpg.InvalidPasswordError, asyncpg.InterfaceError)):
            await asyncpg.connect(server.url(password=password or None).replace(PASSWORD, password))
    rules = await ask(server, "select string_agg(distinct auth_method, ',') from pg_hba_file_rules")
    assert rules == "scram-sha-256"


def test_no_socket_folders_are_left(server: Postgres, folder: Path) -> None:
    link = folder / "socket"
    server.start()
    first = link.readlink()
    server.crash()
    server.start()
    second = link.readlink()
    assert len(str(second)) < 40
    server.stop()
    assert not first.exists()
    assert not second.exists()


async def test_lock_with_the_id_of_a_stranger(server: Postgres, folder: Path) -> None:
    server.start()
    lock = next(folder.rglob("postmaster.pid"))
    lines = lock.read_text().splitlines()
    server.stop()
    stranger = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        lock.write_text("\n".join([str(stranger.pid), *lines[1:]]))
        server.start()
        assert stranger.poll() is None
    finally:
        stranger.communicate()


def test_taken_port_is_told(folder: Path, server: Postgres) -> None:
    server.start()
    other = Postgres(folder.with_name("other"), port=server.port, password=PASSWORD)
    with pytest.raises(PostgresError, match="Address already in use"):
        other.start()


def test_creation_that_was_interrupted_is_repeated(server: Postgres, folder: Path) -> None:
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "half").touch()
    server.start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another account")
class TestAsRoot:
    """Folders that the server's account can't enter."""

    @pytest.fixture(autouse=True)
    def shared_dir(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
        """Where files go instead; not the real one."""
        shared = Path(tempfile.mkdtemp(prefix="relaydesk tests shared "))
        shared.chmod(0o755)
        monkeypatch.setattr(account, "SHARED_DIR", shared)
        yield shared
        shutil.rmtree(shared)

    async def test_closed_folder(self, folder: Path, shared_dir: Path) -> None:
        folder.parent.mkdir(parents=True)
        folder.parent.chmod(0o700)
        server = Postgres(folder, port=free_port(), password=PASSWORD)
        server.start()
        try:
            assert await ask(server, "select 1") == 1
            assert (folder.parent.stat().st_mode & 0o777) == 0o700
            assert list(shared_dir.glob("*/data/PG_VERSION"))
        finally:
            server.stop()

    def test_forgotten_files_are_swept(self, folder: Path, shared_dir: Path) -> None:
        folder.mkdir(parents=True)
        folder.parent.chmod(0o700)
        user = server_account()
        first = reachable_dir(folder, user)
        assert reachable_dir(folder, user) == first
        shutil.rmtree(folder)
        second = reachable_dir(folder, user)
        assert second != first
        assert not first.exists()

    def test_closed_programs_are_copied_once(self, folder: Path) -> None:
        tree = folder / "programs"
        (tree / "bin").mkdir(parents=True)
        (tree / "bin" / "tool").write_text("x")
        folder.chmod(0o700)
        user = server_account()
        copy = reachable_copy(tree, user)
        assert (copy / "bin" / "tool").read_text() == "x"
        assert user.reaches(copy / "bin" / "tool")
        assert reachable_copy(tree, user) == copy


def test_ordinary_user_is_its_own_account(folder: Path) -> None:
    own = Account(user=None, group=None)
    assert own.process_options == {}
    assert reachable_dir(folder, own) == folder
    assert reachable_copy(folder, own) == folder
