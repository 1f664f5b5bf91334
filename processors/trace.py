"""What a turn did, step by step, for the people who build on it: gate, understanding, search, checks.

Only turns of a simulated account are traced, and their steps are stored with them (`turns.trace`); for everybody else
`note` costs one look-up and keeps nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

MOST_STEPS = 60
"""A turn of many messages repeats itself; more than this nobody reads."""


class Trace:
    """The steps of one turn, each with how many milliseconds after its beginning it was done."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._steps: list[dict[str, Any]] = []

    def add(self, step: str, facts: Mapping[str, Any]) -> None:
        """One more step."""
        if len(self._steps) < MOST_STEPS:
            at = round((time.monotonic() - self._started) * 1000, 1)
            self._steps.append({"step": step, "at_ms": at, **facts})

    def to_json(self) -> list[dict[str, Any]]:
        """The steps in their order: `step`, `at_ms`, and the facts of each."""
        return list(self._steps)


_current: ContextVar[Trace | None] = ContextVar("trace", default=None)


def note(step: str, **facts: Any) -> None:
    """Note what a step found, in values that JSON knows. Does nothing in a turn that is not traced."""
    trace = _current.get()
    if trace is not None:
        trace.add(step, facts)


def is_on() -> bool:
    """Whether this turn is traced, for facts that cost something to gather."""
    return _current.get() is not None


@contextmanager
def tracing(wanted: bool) -> Iterator[Trace | None]:
    """Trace what happens inside, in this task and those it starts; None where it is not wanted."""
    if not wanted:
        yield None
        return
    trace = Trace()
    token = _current.set(trace)
    try:
        yield trace
    finally:
        _current.reset(token)
