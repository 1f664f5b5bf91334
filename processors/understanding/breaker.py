"""A breaker: after too many failures nobody waits for a service that is down."""

from __future__ import annotations

import time
from collections import deque

FAILURES = 3
WITHIN_SECONDS = 60.0
PAUSE_SECONDS = 30.0


class Breaker:
    """Closed, open, then one try at a time until one succeeds."""

    def __init__(self) -> None:
        self._failed_at: deque[float] = deque(maxlen=FAILURES)
        self._open_until = 0.0

    @property
    def rests(self) -> bool:
        """Whether nobody may call now. Looking changes nothing."""
        return time.monotonic() < self._open_until

    def allows(self) -> bool:
        """Whether a call may be made now. After the pause one caller gets through and the pause starts again."""
        now = time.monotonic()
        if now < self._open_until:
            return False
        if self._open_until:
            self._open_until = now + PAUSE_SECONDS
        return True

    def succeeded(self) -> None:
        self._failed_at.clear()
        self._open_until = 0.0

    def failed(self, *, for_good: bool = False) -> None:
        """Count a failure; `for_good` (a wrong key, no quota) opens at once: repeating can't help."""
        now = time.monotonic()
        self._failed_at.append(now)
        crowded = len(self._failed_at) == FAILURES and now - self._failed_at[0] < WITHIN_SECONDS
        if for_good or crowded or self._open_until:
            self._open_until = now + PAUSE_SECONDS
