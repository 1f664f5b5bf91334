"""Show what the processes of the stack print: `./dev logs [name] [-f]`. Standard library only."""

from __future__ import annotations

import time
from collections import deque
from pathlib import Path

from devstack.places import Places, UsageError

POLL_SECONDS = 0.2


def show(places: Places, name: str | None, *, follow: bool, lines: int) -> None:
    """Print the last `lines` of one log or of each, and go on with what is added when `follow`.

    Raises UsageError when there is no such log.
    """
    logs = _logs(places, name)
    width = max(len(log.stem) for log in logs) if len(logs) > 1 else 0
    positions = {log: _print_tail(log, lines, width) for log in logs}
    while follow:
        time.sleep(POLL_SECONDS)
        for log in logs:
            positions[log] = _print_added(log, positions[log], width)


def _logs(places: Places, name: str | None) -> list[Path]:
    logs = sorted(log for log in places.log_dir.glob("*.log") if not log.name.endswith(".old.log"))
    if not logs:
        raise UsageError(f"There are no logs in {places.log_dir} yet: start the stack with ./dev up.")
    wanted = [log for log in logs if name is None or log.stem == name]
    if not wanted:
        raise UsageError(f"No log is named {name!r}. There are: {', '.join(log.stem for log in logs)}.")
    return wanted


def _print_tail(log: Path, lines: int, width: int) -> int:
    with log.open("rb") as stream:
        tail = deque(stream, maxlen=lines)
        for line in tail:
            _print(log, line, width)
        return stream.tell()


def _print_added(log: Path, position: int, width: int) -> int:
    if not log.exists() or log.stat().st_size < position:
        return 0  # A fresh file took its place.
    with log.open("rb") as stream:
        stream.seek(position)
        for line in stream:
            if not line.endswith(b"\n"):
                break  # Half a line: the rest comes with the next look.
            _print(log, line, width)
            position += len(line)
    return position


def _print(log: Path, line: bytes, width: int) -> None:
    prefix = f"{log.stem:<{width}} | " if width else ""
    print(prefix + line.decode(errors="replace").rstrip("\n"), flush=True)
