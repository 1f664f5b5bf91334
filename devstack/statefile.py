"""What a running supervisor tells the other commands, as one small JSON file. Standard library only."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from devstack import processes


@dataclass(frozen=True, kw_only=True)
class Remembered:
    """A process by its id and the moment it began."""

    pid: int
    start: str

    @classmethod
    def of(cls, pid: int) -> Remembered | None:
        """Remember a running process; None when it has ended already."""
        start = processes.started_at(pid)
        return None if start is None else cls(pid=pid, start=start)

    @property
    def is_running(self) -> bool:
        return processes.is_same(self.pid, self.start)


@dataclass(frozen=True, kw_only=True)
class Stack:
    """The supervisor, its children by name, and the facts that `./dev status` prints."""

    supervisor: Remembered
    offset: int
    ready: bool = False
    children: dict[str, Remembered] = field(default_factory=dict)
    facts: dict[str, str | None] = field(default_factory=dict)
    probes: dict[str, str] = field(default_factory=dict)


def write(file: Path, stack: Stack) -> None:
    """Replace the file in one step, so that a reader never sees half of it. Owner-only: it holds keys."""
    part = file.with_suffix(".part")
    part.touch(mode=0o600)
    part.write_text(json.dumps(asdict(stack), indent=2), encoding="utf-8")
    part.replace(file)


def read(file: Path) -> Stack | None:
    """The last written state, whether or not its supervisor still runs; None when there is none."""
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        children = {name: Remembered(**child) for name, child in kept.pop("children").items()}
        return Stack(supervisor=Remembered(**kept.pop("supervisor")), children=children, **kept)
    except (FileNotFoundError, KeyError, TypeError, ValueError):
        return None


def running(file: Path) -> Stack | None:
    """The state of the supervisor that is running now; None when there is none."""
    stack = read(file)
    return stack if stack is not None and stack.supervisor.is_running else None
