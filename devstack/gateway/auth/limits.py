"""How many requests an address may make: a bucket of tokens per address, as hosted Auth counts them."""

from __future__ import annotations

import time

from devstack.gateway.auth.errors import AuthError

WINDOW_SECONDS = 300.0
_KEPT_KEYS = 10_000


class Limit:
    """`burst` requests at once, and as many again spread over WINDOW_SECONDS. Full buckets are forgotten."""

    def __init__(self, burst: int) -> None:
        self._burst = float(burst)
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, address: str) -> None:
        """Count one request. Raises AuthError (429) when it is one too many."""
        now = time.monotonic()
        left = self._left(address, now)
        if left < 1:
            raise AuthError(429, "over_request_rate_limit", "Request rate limit reached")
        self._buckets[address] = (left - 1, now)
        if len(self._buckets) > _KEPT_KEYS:
            self._buckets = {
                key: bucket for key, bucket in self._buckets.items() if self._left(key, now) < self._burst
            }

    def _left(self, address: str, now: float) -> float:
        left, then = self._buckets.get(address, (self._burst, now))
        return min(self._burst, left + (now - then) * self._burst / WINDOW_SECONDS)
