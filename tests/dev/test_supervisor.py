"""One program under supervision: ready, restarted, given up, stopped."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from devstack import processes
from devstack.supervisor import Program, StartError, Supervised

STEADY = "import time; print('at work', flush=True); time.sleep(60)"
Start = Callable[[str], Awaitable[tuple[Supervised, "asyncio.Queue[int]"]]]


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    """Starts a Python text under supervision; its process ids come out of the queue."""
    running: list[Supervised] = []

    async def start_one(code: str) -> tuple[Supervised, asyncio.Queue[int]]:
        pids: asyncio.Queue[int] = asyncio.Queue()
        program = Program(
            name="program",
            command=(sys.executable, "-c", code),
            environ=dict(os.environ),
            ready_text="at work",
        )
        child = Supervised(program, tmp_path / "program.log", lambda _, pid: pids.put_nowait(pid))
        running.append(child)
        child.start()
        return child, pids

    yield start_one
    for child in running:
        await child.stop()


async def test_a_program_is_ready_when_it_says_so(start: Start) -> None:
    child, pids = await start(STEADY)
    await child.wait_ready()
    assert processes.started_at(await pids.get()) is not None
    assert "at work" in child.log_tail()


async def test_a_program_that_dies_is_started_again(start: Start) -> None:
    child, pids = await start(STEADY)
    await child.wait_ready()
    os.kill(first := await pids.get(), signal.SIGKILL)
    second = await asyncio.wait_for(pids.get(), 30)
    assert second != first
    await child.wait_ready()
    assert child.restarts == 1


async def test_a_program_that_never_gets_ready_fails_the_start_with_its_last_words(start: Start) -> None:
    child, _ = await start("import sys; sys.exit('QUIET_WINDOW_MS: not a number')")
    with pytest.raises(StartError, match="QUIET_WINDOW_MS: not a number"):
        await child.wait_ready()


async def test_stopping_ends_the_program_and_what_it_started(start: Start) -> None:
    child, pids = await start(
        "import subprocess, sys, time\n"
        "grandchild = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print('grandchild', grandchild.pid, 'at work', flush=True)\n"
        "time.sleep(60)\n"
    )
    await child.wait_ready()
    pid = await pids.get()
    grandchild = int(child.log_tail().partition("grandchild ")[2].split()[0])
    start_of_grandchild = processes.started_at(grandchild)
    await child.stop()
    assert processes.started_at(pid) is None
    assert processes.wait_gone(grandchild, start_of_grandchild, seconds=30)


async def test_a_stopped_program_stays_stopped(start: Start) -> None:
    child, pids = await start(STEADY)
    await child.wait_ready()
    await pids.get()
    await child.stop()
    assert child.restarts == 0
    assert pids.empty()
