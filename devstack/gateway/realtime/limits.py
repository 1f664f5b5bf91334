"""What a project may use of Realtime, as the platform limits it. The numbers of the plans are the published ones."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass

KB = 1024
MAX_FRAME_BYTES = 5_000_000
"""A longer frame ends the connection with code 1009."""
RATE_SECONDS = 60
"""Messages and joins per second are averages over so long, so that a burst passes."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The limits of one project. The last ones are our own: they bound the memory of this process."""

    connections: int
    messages_per_second: int
    joins_per_second: int
    payload_bytes: int
    channels_per_socket: int = 100
    presence_calls: int = 5
    presence_seconds: float = 30.0
    """A channel may track and untrack so many times in so long."""
    change_bytes: int = 1024 * KB
    """Of a changed row; from a larger one the long columns are left out."""
    idle_seconds: float = 60.0
    """A client that sends nothing for so long, not even a heartbeat, is gone."""
    anonymous_seconds: float = 24 * 3600.0
    """A channel that nobody signed in for ends after so long."""
    bindings_per_channel: int = 100
    topic_characters: int = 1000
    queued_messages: int = 1000
    queued_bytes: int = 8_000_000
    """What may wait for one slow reader before its connection is cut."""


PLANS = {
    "free": Limits(connections=200, messages_per_second=100, joins_per_second=100, payload_bytes=256 * KB),
    "pro": Limits(connections=500, messages_per_second=500, joins_per_second=500, payload_bytes=3000 * KB),
}


class Rate:
    """How often something happened per second, averaged over RATE_SECONDS."""

    def __init__(self, per_second: int) -> None:
        self._limit = per_second * RATE_SECONDS
        self._seconds: deque[list[int]] = deque()
        self._sum = 0

    def add(self, count: int = 1) -> None:
        """It happened."""
        second = int(time.monotonic())
        self._forget(second)
        if not self._seconds or self._seconds[-1][0] != second:
            self._seconds.append([second, 0])
        self._seconds[-1][1] += count
        self._sum += count

    def is_exceeded(self, more: int = 0) -> bool:
        """Whether that, and `more` besides, is too often."""
        self._forget(int(time.monotonic()))
        return self._sum + more > self._limit

    def _forget(self, now: int) -> None:
        while self._seconds and self._seconds[0][0] <= now - RATE_SECONDS:
            self._sum -= self._seconds.popleft()[1]


class Window:
    """At most `calls` within `seconds`, counted from the first of them."""

    def __init__(self, calls: int, seconds: float) -> None:
        self._calls, self._seconds = calls, seconds
        self._used, self._ends = 0, 0.0

    def take(self) -> bool:
        """Use one; False when none is left."""
        now = time.monotonic()
        if now > self._ends:
            self._used, self._ends = 0, now + self._seconds
        self._used += 1
        return self._used <= self._calls
