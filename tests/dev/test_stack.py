"""The commands on a running stack."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from devstack import facts, statefile
from devstack.places import ROOT
from tests.fixtures.stack import Stack, dev, free_places

pytestmark = pytest.mark.stack

MEMORY_MAX_BYTES = 200_000_000
START_MAX_SECONDS = 120.0
"""Far more than is promised for a machine with nothing else to do: other tests run beside this one."""


def _status(stack: Stack) -> subprocess.CompletedProcess[str]:
    return dev(stack.places, "status", "--json")


async def test_status_prints_exactly_the_promised_keys(stack: Stack) -> None:
    result = _status(stack)
    assert result.returncode == 0
    assert list(json.loads(result.stdout)) == list(facts.NAMES)
    assert result.stderr == ""


async def test_a_second_start_finds_the_first(stack: Stack) -> None:
    result = dev(stack.places, "up", "--detach")
    assert result.returncode == 0
    assert "running already" in result.stdout
    assert stack.desk_url in result.stdout


async def test_the_database_address_reads_every_table(stack: Stack) -> None:
    tables = await stack.sql(
        "select format('%I.%I', schemaname, tablename) as name from pg_tables"
        " where schemaname in ('public', 'auth', 'storage', 'realtime')"
    )
    assert len(tables) > 30
    for table in tables:
        await stack.sql(f"select 1 from {table['name']} limit 1")


async def test_what_is_written_in_the_chat_is_answered(stack: Stack) -> None:
    chat = subprocess.run(
        [str(ROOT / "dev"), "chat", "--phone", stack.new_phone()],
        env=os.environ | _variables(stack),
        input="Ciao\n/quit\n",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert chat.returncode == 0, chat.stderr
    assert "▸ Ciao" in chat.stdout
    assert "◂" in chat.stdout


def _variables(stack: Stack) -> dict[str, str]:
    places = stack.places
    return {"RELAYDESK_STATE_DIR": str(places.state_dir), "RELAYDESK_PORT_OFFSET": str(places.offset)}


async def test_a_dead_process_is_started_again(stack: Stack) -> None:
    before = _children(stack)["worker"]
    os.kill(before.pid, signal.SIGKILL)

    async def is_back() -> bool:
        return _children(stack)["worker"] != before and _status(stack).returncode == 0

    await stack.until(is_back, what="new worker")


def _children(stack: Stack) -> dict[str, statefile.Remembered]:
    running = statefile.running(stack.places.stack_file)
    assert running is not None
    return running.children


async def test_api_and_worker_stay_small(stack: Stack) -> None:
    phone = stack.new_phone()
    await stack.inbound(phone, "vorrei due shampoo per cani")
    await stack.replies(phone)
    for name in ("api", "worker"):
        assert _resident_bytes(_children(stack)[name].pid) < MEMORY_MAX_BYTES, name


def _resident_bytes(pid: int) -> int:
    line = next(
        line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS")
    )
    return int(line.split()[1]) * 1024


async def test_a_second_stack_runs_beside_the_first_on_its_project(stack: Stack, tmp_path: Path) -> None:
    """With the address and keys of a project no database is started; stopping it leaves the first alone."""
    places = free_places(tmp_path / "second stack")
    project = {
        "SUPABASE_URL": stack.supabase_url,
        "SUPABASE_ANON_KEY": stack.anon_key,
        "SUPABASE_SERVICE_ROLE_KEY": stack.service_role_key,
    }
    try:
        started = dev(places, "up", "--detach", **project)
        assert started.returncode == 0, started.stdout + started.stderr
        second = json.loads(dev(places, "status", "--json").stdout)
        assert second["supabase_url"] == stack.supabase_url
        assert second["developer_key"] != stack.developer_key
        running = statefile.running(places.stack_file)
        assert running is not None
        assert set(running.children) == {"simulators", "desk", "api", "worker"}
    finally:
        assert dev(places, "down").returncode == 0
    assert dev(places, "status").returncode == 3
    assert _status(stack).returncode == 0


async def test_a_second_start_is_quick_and_keeps_the_data(tmp_path: Path) -> None:
    places = free_places(tmp_path / "own stack")
    try:
        assert dev(places, "up", "--detach").returncode == 0
        keys = dev(places, "status", "--json").stdout
        assert dev(places, "down").returncode == 0
        began = time.monotonic()
        assert dev(places, "up", "--detach").returncode == 0
        assert time.monotonic() - began < START_MAX_SECONDS
        assert dev(places, "status", "--json").stdout == keys
    finally:
        dev(places, "down")
