"""Processes are known again by id and beginning, and no stranger is stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from devstack import processes


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True
    ) as process:
        yield process
        process.kill()


def test_a_process_keeps_its_beginning(sleeper: subprocess.Popen[bytes]) -> None:
    start = processes.started_at(sleeper.pid)
    assert start is not None
    assert processes.is_same(sleeper.pid, start)
    assert processes.started_at(os.getpid()) != start


def test_an_ended_process_is_not_there_even_before_it_is_reaped(sleeper: subprocess.Popen[bytes]) -> None:
    start = processes.started_at(sleeper.pid)
    sleeper.kill()
    os.waitid(os.P_PID, sleeper.pid, os.WEXITED | os.WNOWAIT)
    assert not processes.is_same(sleeper.pid, start)


def test_a_stranger_with_the_same_id_is_left_alone(sleeper: subprocess.Popen[bytes]) -> None:
    assert not processes.stop(sleeper.pid, "another beginning", grace_seconds=0.1)
    assert not processes.stop(sleeper.pid, None, grace_seconds=0.1)
    assert sleeper.poll() is None


def test_a_process_is_asked_first(sleeper: subprocess.Popen[bytes]) -> None:
    assert processes.stop(sleeper.pid, processes.started_at(sleeper.pid), grace_seconds=5)
    assert sleeper.wait() == -signal.SIGTERM


def test_a_process_that_does_not_listen_is_ended() -> None:
    program = "import signal, time; signal.signal(15, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as deaf:
        assert deaf.stdout is not None
        deaf.stdout.readline()
        assert processes.stop(deaf.pid, processes.started_at(deaf.pid), grace_seconds=0.1)
        assert deaf.wait() == -signal.SIGKILL


def test_the_whole_group_is_stopped() -> None:
    program = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
time.sleep(60)
"""
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, start_new_session=True
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        start = processes.started_at(child)
        processes.stop(parent.pid, processes.started_at(parent.pid), grace_seconds=5)
        assert processes.wait_gone(child, start, seconds=30)
