"""Know a process again, and stop it with all it started. Standard library only.

A process id alone is not enough: ids are reused, and stopping a stranger is worse than leaving one of ours.
So each is remembered with the moment it began, as the kernel tells it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

POLL_SECONDS = 0.02


def started_at(pid: int) -> str | None:
    """A text that differs for each process that ever has this id on this machine; None when there is none."""
    try:
        # The name in brackets may hold spaces and brackets: count fields after the last one.
        fields = (
            Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        )
    except FileNotFoundError:
        return None if Path("/proc/self/stat").exists() else _started_at_without_proc(pid)
    except ProcessLookupError:
        return None
    state, ticks_since_boot = fields[0], fields[19]
    return None if state == "Z" else f"{_boot_id()}:{ticks_since_boot}"


def _boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def _started_at_without_proc(pid: int) -> str | None:
    """The same on systems without /proc, such as macOS."""
    command = ["ps", "-o", "lstart=", "-p", str(pid)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return result.stdout.strip() or None


def is_same(pid: int, start: str | None) -> bool:
    """Whether the process that was remembered as (pid, start) is still running."""
    return start is not None and started_at(pid) == start


def signal_group(pid: int, number: signal.Signals) -> None:
    """Send a signal to the process group that `pid` leads, or to `pid` alone when it leads none."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if os.getpgid(pid) == pid:
            os.killpg(pid, number)
        else:
            os.kill(pid, number)


def stop(
    pid: int, start: str | None, *, grace_seconds: float, first: signal.Signals = signal.SIGTERM
) -> bool:
    """Ask a remembered process and its group to end (with the signal `first`), insist after `grace_seconds`.

    Returns whether there was one to stop. A stranger with the same id is left alone.
    """
    if not is_same(pid, start):
        return False
    signal_group(pid, first)
    if not wait_gone(pid, start, seconds=grace_seconds):
        signal_group(pid, signal.SIGKILL)
        wait_gone(pid, start, seconds=5.0)
    return True


def wait_gone(pid: int, start: str | None, *, seconds: float) -> bool:
    """Wait for the end of a process that need not be our child; False when it outlives `seconds`."""
    deadline = time.monotonic() + seconds
    while is_same(pid, start):
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True
