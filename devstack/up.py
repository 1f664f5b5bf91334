"""The supervisor: starts a whole stack, keeps it running, stops it. Run by `./dev up`."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace

from devstack import control, credentials, environment, probe, programs, statefile, status
from devstack.account import AccountError
from devstack.database import Database
from devstack.migrate import MigrationError
from devstack.places import BASE_PORTS, HOST, OFFSET_STEP, OFFSET_VARIABLE, Places, UsageError
from devstack.postgres import PostgresError
from devstack.supervisor import Program, StartError, Supervised

START_LIMIT_SECONDS = 120.0
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Run:
    """One run of the stack, from the first check to the last process stopped."""

    def __init__(self, places: Places, environ: Mapping[str, str]) -> None:
        self.places = places
        self._keys = credentials.load_or_make(places.credentials_file)
        self._environment = environment.compose(places, self._keys, environ)
        self._database = None if self._environment.is_hosted else Database(places, self._keys)
        self._children: list[Supervised] = []
        supervisor = statefile.Remembered.of(os.getpid())
        assert supervisor is not None, "this process is running"
        self._stack = statefile.Stack(
            supervisor=supervisor,
            offset=places.offset,
            facts=self._environment.facts(places, self._keys),
        )

    async def start(self) -> None:
        """Start everything; return when all of it is ready.

        Raises StartError or UsageError with what to tell the person.
        """
        refuse_taken_ports(self.places, hosted=self._database is None)
        self._write()
        try:
            async with asyncio.TaskGroup() as group:
                # The desk and the simulators need no database: their imports and its start share the time.
                group.create_task(self._run(programs.simulators(self.places, self._environment)))
                group.create_task(self._run(programs.desk(self.places, self._environment)))
                group.create_task(self._start_engine(group))
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None
        self._stack = replace(self._stack, ready=True)
        self._write()

    def what_is_missing(self) -> str:
        """Which parts do not answer, and what they say instead."""
        failures = probe.failures(self._stack.probes)
        return (
            "; ".join(f"{name} is not ready ({reason})" for name, reason in failures.items()) or "not ready"
        )

    async def stop(self) -> None:
        """Stop all that was started, the database last."""
        self._stack = replace(self._stack, ready=False)
        self._write()
        await asyncio.gather(*(child.stop() for child in self._children))
        if self._database is not None:
            await self._database.stop()
        self.places.stack_file.unlink(missing_ok=True)

    async def _start_engine(self, group: asyncio.TaskGroup) -> None:
        places, environment = self.places, self._environment
        if self._database is None:
            say("supabase", f"the project at {environment.values['SUPABASE_URL']}")
        else:
            await self._start_database(self._database)
            # The api and the worker would only find closed doors before the gateway is open.
            await self._run(programs.gateway(places, self._keys, environment))
        group.create_task(self._run(programs.api(places, environment)))
        group.create_task(self._run(programs.worker(environment)))

    async def _start_database(self, database: Database) -> None:
        async with told(control.DATABASE):
            await database.start(lambda pid: self._remember(control.DATABASE, pid))
        async with told("migrations"):
            applied = await database.prepare()
        for name in applied:
            say("", name)

    async def _run(self, program: Program) -> None:
        child = Supervised(program, self.places.log_dir / f"{program.name}.log", self._remember)
        self._children.append(child)
        if program.probe_url is not None:
            self._stack.probes[program.name] = program.probe_url
        child.start()
        async with told(program.name):
            await child.wait_ready()

    def _remember(self, name: str, pid: int) -> None:
        child = statefile.Remembered.of(pid)
        if child is not None:
            self._stack.children[name] = child
            self._write()

    def _write(self) -> None:
        statefile.write(self.places.stack_file, self._stack)


def refuse_taken_ports(places: Places, *, hosted: bool) -> None:
    """Raise UsageError that names each port somebody else listens on, before anything is started."""
    services = [name for name in BASE_PORTS if not (hosted and name in ("gateway", "postgres"))]
    taken = [name for name in services if not _is_free(places.port(name))]
    if not taken:
        return
    listed = ", ".join(f"{places.port(name)} ({name})" for name in taken)
    raise UsageError(
        f"port {listed} is in use by another program. Stop it, or shift all ports: "
        f"{OFFSET_VARIABLE}={places.offset + OFFSET_STEP} ./dev up"
    )


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As the servers do: a port whose last connections are still closing down is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


@contextlib.asynccontextmanager
async def told(name: str) -> AsyncIterator[None]:
    """Say when a part is ready and how long it took."""
    began = time.monotonic()
    yield
    say(name, f"ready in {time.monotonic() - began:.1f} s")


def say(name: str, text: str) -> None:
    """One line of progress."""
    print(f"  {name:<11} {text}", flush=True)


@contextlib.contextmanager
def only_supervisor(places: Places) -> Iterator[None]:
    """Hold the state folder for this process; the lock goes with the process, however it ends.

    Raises UsageError when another supervisor holds it.
    """
    places.log_dir.mkdir(parents=True, exist_ok=True)
    with (places.state_dir / "supervisor.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(f"another start uses {places.state_dir} at this moment.") from None
        yield


async def run(places: Places, environ: Mapping[str, str]) -> int:
    """Run a stack until a signal asks to stop. Returns the exit code."""
    left_behind = statefile.read(places.stack_file)
    if left_behind is not None:
        control.stop(left_behind)
    stop_asked = asyncio.Event()
    for number in STOP_SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, stop_asked.set)
    stack = Run(places, environ)
    print(f"Starting relaydesk (state in {places.state_dir})", flush=True)
    starting = asyncio.create_task(_start(stack))
    stopping = asyncio.create_task(stop_asked.wait())
    try:
        await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            await starting
            await stopping
        print("\nStopping …", flush=True)
        return 0
    finally:
        starting.cancel()
        stopping.cancel()
        # A second Ctrl-C must not leave half a stack behind: the handlers stay until all has ended.
        await stack.stop()


async def _start(stack: Run) -> None:
    began = time.monotonic()
    try:
        async with asyncio.timeout(START_LIMIT_SECONDS):
            await stack.start()
    except TimeoutError:
        raise StartError(
            f"{stack.what_is_missing()} after {START_LIMIT_SECONDS:.0f} s; see ./dev logs"
        ) from None
    say("all", f"ready in {time.monotonic() - began:.1f} s")
    status.print_screen(status.known_facts(stack.places))


def main() -> int:
    """Run the stack of this environment in the foreground."""
    try:
        places = Places.from_environment()
        with only_supervisor(places):
            return asyncio.run(run(places, os.environ))
    except (AccountError, MigrationError, PostgresError, StartError, UsageError) as error:
        print(f"./dev up: {error}", file=sys.stderr, flush=True)
        return 1


if __name__ == "__main__":
    sys.exit(main())
