"""Chosen programs of a stack in a temporary folder, on ports of their own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import socket
import tempfile
import urllib.request
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from devstack import migrate, programs
from devstack.credentials import Credentials
from devstack.environment import compose
from devstack.places import BASE_PORTS, HOST, Places
from devstack.postgres import Postgres
from devstack.supervisor import Program

READY_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class PartialStack:
    """What runs, and how to reach it."""

    places: Places
    credentials: Credentials
    postgres: Postgres
    processes: dict[str, asyncio.subprocess.Process]
    known: dict[str, Program]

    async def start(self, name: str) -> asyncio.subprocess.Process:
        """Start one more program and wait until it is ready. The caller ends it."""
        return await _start(self.known[name], self.places.log_dir / f"{name}.log")

    @property
    def owner_url(self) -> str:
        """The database as the project's owner."""
        return self.postgres.url(role="postgres", password=self.credentials.database_password)

    @property
    def webhook_url(self) -> str:
        return f"{self.places.url('api')}/functions/v1/whatsapp-webhook"


@contextlib.asynccontextmanager
async def partial_stack(*names: str, **settings: str) -> AsyncIterator[PartialStack]:
    """Postgres, durable as in production, with the programs named; everything is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="relaydesk-bench-") as folder:
        places = Places(state_dir=Path(folder), offset=_free_offset())
        places.log_dir.mkdir()
        credentials = Credentials.generate()
        password = credentials.database_password
        postgres = Postgres(places.postgres_dir, port=places.port("postgres"), password=password)
        processes: dict[str, asyncio.subprocess.Process] = {}
        try:
            await asyncio.to_thread(postgres.start)
            await migrate.prepare_platform(postgres.url(), password=password)
            await migrate.migrate(postgres.url(role="postgres", password=password), seed=migrate.SEED_FILE)
            environment = compose(places, credentials, {**os.environ, **settings})
            known: dict[str, Program] = {
                "gateway": programs.gateway(places, credentials, environment),
                "simulators": programs.simulators(places, environment),
                "api": programs.api(places, environment),
                "worker": programs.worker(environment),
                "desk": programs.desk(places, environment),
            }
            for name in names:
                processes[name] = await _start(known[name], places.log_dir / f"{name}.log")
            yield PartialStack(
                places=places,
                credentials=credentials,
                postgres=postgres,
                processes=processes,
                known=known,
            )
        finally:
            for process in processes.values():
                with contextlib.suppress(ProcessLookupError):
                    process.terminate()
            await asyncio.gather(*(p.wait() for p in processes.values()))
            await asyncio.to_thread(postgres.stop)


async def _start(program: Program, log: Path) -> asyncio.subprocess.Process:
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *program.command, env=program.environ, stdout=output, stderr=output
        )
    until = asyncio.get_running_loop().time() + READY_SECONDS
    while asyncio.get_running_loop().time() < until:
        if process.returncode is not None:
            raise RuntimeError(f"{program.name} ended:\n{log.read_text()[-2000:]}")
        if await asyncio.to_thread(_is_ready, program, log):
            return process
        await asyncio.sleep(0.1)
    raise RuntimeError(f"{program.name} is not ready after {READY_SECONDS:.0f} s:\n{log.read_text()[-2000:]}")


def _is_ready(program: Program, log: Path) -> bool:
    if program.probe_url is None:
        return program.ready_text in log.read_text()
    try:
        with urllib.request.urlopen(program.probe_url, timeout=2) as response:
            return bool(200 <= response.status < 300)
    except OSError:
        return False


def _free_offset() -> int:
    """An offset whose five ports nobody uses at this moment."""
    for offset in random.sample(range(1000, 11000, 10), 200):
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            for base in BASE_PORTS.values():
                probe = stack.enter_context(socket.socket())
                probe.bind((HOST, base + offset))
            return offset
    raise RuntimeError("no free ports")
