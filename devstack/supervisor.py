"""Keep one program running: start it, keep what it prints, start it again when it dies, stop it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from asyncio.subprocess import Process
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from devstack import probe, processes

BACKOFF_FIRST_SECONDS = 0.25
BACKOFF_MAX_SECONDS = 10.0
STEADY_SECONDS = 20.0
"""A program that ran this long is taken to be well, so its next restart is quick again."""

STARTS_MAX = 4
"""A program that dies this often without having been ready once won't get well by itself."""

WRONG_SETTINGS_CODE = 2
"""How our programs end when a setting is wrong: trying again would not help."""

STOP_GRACE_SECONDS = 8.0
PROBE_SECONDS = 0.05
SILENT_READY_SECONDS = 5.0
"""A program that runs this long is ready even if its log level hides the line that says so."""

LOG_MAX_BYTES = 5_000_000


class StartError(Exception):
    """A program could not be started; the message holds the end of its log."""


@dataclass(frozen=True, kw_only=True)
class Program:
    """What to run, and how to see that it is ready: a URL that answers 2xx, or a line in its log."""

    name: str
    command: tuple[str, ...]
    environ: dict[str, str]
    probe_url: str | None = None
    ready_text: str = ""


class Supervised:
    """One program under supervision. `on_change` is called after each start with the new process id."""

    def __init__(self, program: Program, log: Path, on_change: Callable[[str, int], None]) -> None:
        self.program = program
        self.restarts = 0
        self._log = log
        self._on_change = on_change
        self._process: Process | None = None
        self._was_ready = False
        self._started_at = 0.0
        self._log_start = 0
        self._task: asyncio.Task[None] | None = None
        self._failed: asyncio.Future[None] | None = None

    def start(self) -> None:
        """Begin to run the program; returns at once."""
        self._failed = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._keep_running(), name=f"supervise {self.program.name}")

    async def wait_ready(self) -> None:
        """Return when the program is ready.

        Raises StartError when it keeps dying instead.
        """
        assert self._failed is not None, "start() comes first"
        ready = asyncio.ensure_future(self._probe_until_ready())
        try:
            await asyncio.wait({ready, self._failed}, return_when=asyncio.FIRST_COMPLETED)
            if not ready.done():
                raise StartError(f"{self.program.name} stops as soon as it is started.\n{self.log_tail()}")
            await ready
            self._was_ready = True
        finally:
            ready.cancel()

    async def _probe_until_ready(self) -> None:
        while True:
            if await self._is_ready():
                return
            await asyncio.sleep(PROBE_SECONDS)

    async def _is_ready(self) -> bool:
        if self._process is None or self._process.returncode is not None:
            return False
        if self.program.probe_url is not None:
            return await asyncio.to_thread(probe.answers, self.program.probe_url) is None
        said = self.program.ready_text.encode() in self._printed()
        return said or time.monotonic() - self._started_at > SILENT_READY_SECONDS

    async def stop(self) -> None:
        """Stop the program and whatever it started; waits until it has ended."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        process = self._process
        if process is None:
            return
        if process.returncode is None:
            processes.signal_group(process.pid, signal.SIGTERM)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), STOP_GRACE_SECONDS)
        # The leader's children may outlive it, and a leader that ignores the request is not asked twice.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()

    def log_tail(self, lines: int = 15) -> str:
        """The last lines of what the program printed since it was last started."""
        with contextlib.suppress(FileNotFoundError):
            return "\n".join(self._printed().decode(errors="replace").splitlines()[-lines:])
        return ""

    def _printed(self) -> bytes:
        with self._log.open("rb") as log:
            log.seek(self._log_start)
            return log.read()

    async def _keep_running(self) -> None:
        backoff = BACKOFF_FIRST_SECONDS
        while True:
            began = time.monotonic()
            code = await self._run_once()
            if time.monotonic() - began > STEADY_SECONDS:
                backoff = BACKOFF_FIRST_SECONDS
            self.restarts += 1
            if not self._was_ready and (code == WRONG_SETTINGS_CODE or self.restarts >= STARTS_MAX):
                assert self._failed is not None
                self._failed.set_result(None)
                return
            self._note(f"ended with code {code}, starts again in {backoff:.2f} s")
            await asyncio.sleep(backoff)
            backoff = min(backoff * 2, BACKOFF_MAX_SECONDS)

    async def _run_once(self) -> int:
        self._rotate()
        self._note("starts")
        self._started_at, self._log_start = time.monotonic(), self._log.stat().st_size
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self.program.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.program.environ,
                # A group of its own: Ctrl-C reaches the supervisor only, which then stops all in order.
                start_new_session=True,
            )
        self._on_change(self.program.name, self._process.pid)
        return await self._process.wait()

    def _note(self, text: str) -> None:
        moment = datetime.now(UTC).isoformat(timespec="seconds")
        with self._log.open("a", encoding="utf-8") as log:
            log.write(f"--- {moment} supervisor: {self.program.name} {text}\n")

    def _rotate(self) -> None:
        if self._log.exists() and self._log.stat().st_size > LOG_MAX_BYTES:
            self._log.replace(self._log.with_suffix(".old.log"))
