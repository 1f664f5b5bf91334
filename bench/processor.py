"""Processor time of other processes: what work costs, whatever else the machine is doing."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import asyncpg


def milliseconds(pids: Iterable[int]) -> float:
    """What these processes have used so far, over all their threads. Those that are gone count nothing."""
    return sum(map(_milliseconds, pids))


def _milliseconds(pid: int) -> float:
    try:
        threads = [task.joinpath("schedstat").read_text() for task in Path(f"/proc/{pid}/task").iterdir()]
    except OSError:
        return 0.0
    return sum(int(thread.split()[0]) for thread in threads) / 1e6


async def sessions_of(connection: asyncpg.Connection, role: str) -> list[int]:
    """The server's processes for the open sessions of a role."""
    rows = await connection.fetch("select pid from pg_stat_activity where usename = $1", role)
    return [row["pid"] for row in rows]
