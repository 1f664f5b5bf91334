"""Where a stack lives: its folder, its ports and addresses. Standard library only."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The repository."""

HOST = "127.0.0.1"
OFFSET_VARIABLE = "RELAYDESK_PORT_OFFSET"
STATE_VARIABLE = "RELAYDESK_STATE_DIR"
BASE_PORTS = {"gateway": 54321, "postgres": 54322, "api": 8000, "desk": 8501, "simulators": 8900}
OFFSET_STEP = 10
OFFSET_MAX = (65535 - max(BASE_PORTS.values())) // OFFSET_STEP * OFFSET_STEP


class UsageError(Exception):
    """The command can't be carried out as it was given; the message says what to change."""


@dataclass(frozen=True, kw_only=True)
class Places:
    """The folder and the ports of one stack."""

    state_dir: Path
    offset: int

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Places:
        """Read RELAYDESK_PORT_OFFSET and RELAYDESK_STATE_DIR (relative to the repository unless absolute).

        Without a folder the state is in `.devstack/`, or in `.devstack/offset-N/` when ports are shifted by
        N, so that stacks with different offsets never share a database by accident.
        Raises UsageError for an offset that is no multiple of 10 or too large.
        """
        offset = _offset(environ.get(OFFSET_VARIABLE, ""))
        given = environ.get(STATE_VARIABLE, "")
        default = ".devstack" if offset == 0 else f".devstack/offset-{offset}"
        return cls(state_dir=(ROOT / Path(given or default).expanduser()).resolve(), offset=offset)

    def port(self, service: str) -> int:
        """The TCP port of one of the five services."""
        return BASE_PORTS[service] + self.offset

    def url(self, service: str) -> str:
        """The address of an HTTP service on this machine, without a slash at the end."""
        return f"http://{HOST}:{self.port(service)}"

    @property
    def log_dir(self) -> Path:
        """One log file per process."""
        return self.state_dir / "logs"

    @property
    def stack_file(self) -> Path:
        """What the running supervisor says of itself; see `devstack.statefile`."""
        return self.state_dir / "stack.json"

    @property
    def credentials_file(self) -> Path:
        """The keys of this stack, made once."""
        return self.state_dir / "credentials.json"

    @property
    def postgres_dir(self) -> Path:
        """The database's files."""
        return self.state_dir / "postgres"

    @property
    def storage_dir(self) -> Path:
        """Files that were uploaded."""
        return self.state_dir / "storage"


def _offset(text: str) -> int:
    if not text:
        return 0
    valid = text.isascii() and text.isdecimal() and int(text) % OFFSET_STEP == 0 and int(text) <= OFFSET_MAX
    if not valid:
        raise UsageError(
            f"{OFFSET_VARIABLE}={text!r} must be a multiple of {OFFSET_STEP} from 0 to {OFFSET_MAX}."
        )
    return int(text)
