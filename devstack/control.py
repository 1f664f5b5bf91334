"""Start, stop and empty a stack from outside of it. Standard library only."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from devstack import processes, statefile, status
from devstack.places import OFFSET_VARIABLE, STATE_VARIABLE, Places, UsageError

POLL_SECONDS = 0.05
START_LIMIT_SECONDS = 300.0
STOP_GRACE_SECONDS = 30.0
"""The supervisor stops each of its children in turn; this is for all of them."""

CHILD_GRACE_SECONDS = 5.0
DATABASE = "postgres"
SUPERVISOR_LOG = "supervisor.log"


def up(places: Places, python: Path, *, detach: bool) -> int:
    """Start the stack with the environment's `python`. In the foreground this process becomes the supervisor.

    Raises UsageError when a stack with other ports runs in the same folder.
    """
    running = statefile.running(places.stack_file)
    if running is not None:
        return _wait_for(places, running)
    command = [str(python), "-m", "devstack.up"]
    if not detach:
        sys.stdout.flush()
        os.execve(command[0], command, dict(os.environ))  # noqa: S606  # No shell is wanted.
    return _start_detached(places, command)


def _wait_for(places: Places, running: statefile.Stack) -> int:
    """Another start came first: wait until it is ready."""
    if running.offset != places.offset:
        raise UsageError(
            f"a stack with {OFFSET_VARIABLE}={running.offset} runs in {places.state_dir}. "
            f"Stop it with ./dev down, or give this one a folder of its own by {STATE_VARIABLE}."
        )
    print("relaydesk is running already.", flush=True)
    deadline = time.monotonic() + START_LIMIT_SECONDS
    while statefile.running(places.stack_file) and status.problem(places) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    return status.print_status(places, as_json=False)


def _start_detached(places: Places, command: list[str]) -> int:
    places.log_dir.mkdir(parents=True, exist_ok=True)
    log = places.log_dir / SUPERVISOR_LOG
    with log.open("wb") as output:
        supervisor = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    try:
        return _follow_start(places, supervisor, log)
    except KeyboardInterrupt:
        supervisor.send_signal(signal.SIGTERM)
        supervisor.wait()
        raise


def _follow_start(places: Places, supervisor: subprocess.Popen[bytes], log: Path) -> int:
    """Show what the supervisor says until the stack is ready or the supervisor has given up."""
    with log.open("rb") as stream:
        while True:
            stack = statefile.read(places.stack_file)
            is_ready = stack is not None and stack.ready and stack.supervisor.pid == supervisor.pid
            code = supervisor.poll()
            # Read after looking, so that the last words are never missed.
            sys.stdout.write(stream.read().decode(errors="replace"))
            sys.stdout.flush()
            if code is not None:
                return code or 1
            if is_ready:
                return 0
            time.sleep(POLL_SECONDS)


def down(places: Places) -> None:
    """Stop the supervisor and all it started, also what a killed supervisor left behind; nothing else."""
    stack = statefile.read(places.stack_file)
    if stack is None or not stop(stack):
        print("relaydesk is not running.")
    else:
        print("relaydesk is stopped; its data stays.")
    places.stack_file.unlink(missing_ok=True)


def stop(stack: statefile.Stack) -> bool:
    """Stop a stack by what it wrote of itself. Returns whether anything was running."""
    supervisor = stack.supervisor
    stopped = processes.stop(supervisor.pid, supervisor.start, grace_seconds=STOP_GRACE_SECONDS)
    for name, child in stack.children.items():
        if name != DATABASE:
            stopped |= processes.stop(child.pid, child.start, grace_seconds=CHILD_GRACE_SECONDS)
    database = stack.children.get(DATABASE)
    if database is not None:
        # SIGINT is PostgreSQL's quick and clean end; SIGTERM would wait for clients that others may have.
        stopped |= processes.stop(
            database.pid, database.start, grace_seconds=STOP_GRACE_SECONDS, first=signal.SIGINT
        )
    return stopped


def wipe(places: Places) -> None:
    """Stop the stack, remove its database and uploaded files. Keys and logs stay."""
    down(places)
    for folder in (places.postgres_dir, places.storage_dir):
        shutil.rmtree(folder, ignore_errors=True)
        if folder.exists():
            raise UsageError(f"{folder} could not be removed: is it owned by another user?")
    print("The database is empty.")
