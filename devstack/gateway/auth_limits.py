"""How many requests an address may make in a stretch of time."""

from __future__ import annotations

import time
from collections import deque


class SlidingWindow:
    """At most `limit` per key in any `seconds`. Keys that fell silent are forgotten."""

    def __init__(self, *, limit: int, seconds: float) -> None:
        self._limit = limit
        self._seconds = seconds
        self._times: dict[str, deque[float]] = {}

    def take(self, key: str) -> bool:
        """Count one request of `key`. False when it is one too many."""
        now = time.monotonic()
        times = self._times.setdefault(key, deque())
        while times and times[0] <= now - self._seconds:
            times.popleft()
        if len(times) >= self._limit:
            return False
        times.append(now)
        if len(self._times) > 10_000:
            self._times = {k: t for k, t in self._times.items() if t and t[-1] > now - self._seconds}
        return True
