"""What Meta allows over time: the 24 h window, the pair rate, the throughput of a number.

Source: developers.facebook.com, WhatsApp Cloud API, throughput and messaging-limits (September 2026). All
times are Unix seconds. People are named by their BSUID, which everybody has.
"""

from __future__ import annotations

from collections import deque

WINDOW_SECONDS = 24 * 3600
PAIR_SECONDS = 6.0
PAIR_BURST = 45


class Windows:
    """Until when a person may be sent free-form messages, per business number."""

    def __init__(self) -> None:
        self._until: dict[tuple[str, str], float] = {}
        self._is_open_to_strangers = True

    def customer_wrote(self, phone_number_id: str, bsuid: str, at: float) -> None:
        """Open a real window of 24 h from `at`; an older message never shortens one."""
        key = (phone_number_id, bsuid)
        self._until[key] = max(self._until.get(key, 0.0), at + WINDOW_SECONDS)

    def is_open(self, phone_number_id: str, bsuid: str, now: float) -> bool:
        """Whether a free-form message may be sent now. Somebody never seen counts as inside."""
        until = self._until.get((phone_number_id, bsuid))
        return self._is_open_to_strangers if until is None else now < until

    def close(self, phone_number_ids: list[str], bsuid: str) -> None:
        """Close one person's windows, until that person writes again."""
        self._until.update({(number, bsuid): 0.0 for number in phone_number_ids})

    def reopen(self, phone_number_ids: list[str], bsuid: str, now: float) -> None:
        """Open one person's windows from now, as if they had just written."""
        for number in phone_number_ids:
            self.customer_wrote(number, bsuid, now)

    def set_all(self, *, is_open: bool) -> None:
        """Open or close everybody's window; whoever writes afterwards has an open one."""
        self._until.clear()
        self._is_open_to_strangers = is_open


class PairRate:
    """One message per 6 s from a number to a person, with a burst of 45 that is borrowed from the future."""

    def __init__(self) -> None:
        self._due: dict[tuple[str, str], float] = {}

    def allows(self, phone_number_id: str, bsuid: str, now: float) -> bool:
        """Whether one more message fits, without counting it."""
        return self._due.get((phone_number_id, bsuid), now) - now <= (PAIR_BURST - 1) * PAIR_SECONDS

    def count(self, phone_number_id: str, bsuid: str, now: float) -> None:
        """Count a message that was accepted."""
        key = (phone_number_id, bsuid)
        self._due[key] = max(self._due.get(key, now), now) + PAIR_SECONDS


class Throughput:
    """Messages a number may send within any second. Inbound ones, which Meta adds, are left out here."""

    def __init__(self) -> None:
        self._sent: dict[str, deque[float]] = {}

    def allows(self, phone_number_id: str, now: float, *, per_second: int) -> bool:
        """Whether one more message fits, without counting it."""
        sent = self._sent.get(phone_number_id, deque())
        while sent and sent[0] <= now - 1:
            sent.popleft()
        return len(sent) < per_second

    def count(self, phone_number_id: str, now: float) -> None:
        """Count a message that was accepted."""
        self._sent.setdefault(phone_number_id, deque()).append(now)
