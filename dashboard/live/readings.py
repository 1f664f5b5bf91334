"""How changed conversations are asked for: in as few questions as may be, none of them too large."""

from __future__ import annotations

import itertools
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

ROWS_PER_READ = 100
THREADS_PER_READ = 10


@dataclass(frozen=True, kw_only=True)
class Reading:
    """The conversations of one question, and those of them that bring their thread along."""

    ids: tuple[UUID, ...]
    opened: tuple[UUID, ...]


def readings(ids: Collection[UUID], opened: Collection[UUID]) -> list[Reading]:
    """The questions that bring the rows of all `ids`, and the threads of those that somebody has opened."""
    shown, others = sorted(set(ids) & set(opened)), sorted(set(ids) - set(opened))
    threads = [shown[i : i + THREADS_PER_READ] for i in range(0, len(shown), THREADS_PER_READ)]
    rows_only = [others[i : i + ROWS_PER_READ] for i in range(0, len(others), ROWS_PER_READ)]
    pairs = itertools.zip_longest(threads, rows_only, fillvalue=())
    return [Reading(ids=(*few, *many), opened=tuple(few)) for few, many in pairs]
