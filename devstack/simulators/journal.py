"""The log of requests a simulator received: bounded, and quick to read when it is long."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import islice

import orjson

ENTRIES_MAX = 200_000
BYTES_MAX = 256 * 1024 * 1024
"""Bodies kept in all. Whichever bound is met first, the oldest entries go."""

CHUNK_ENTRIES = 2_000
"""So many entries are written before other requests get their turn."""

logger = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class Entry:
    """One request. `body` is its JSON text or None; `status` and `wamid` are filled in as it is answered."""

    at: float
    path: str
    body: bytes | None
    status: int | None = None
    wamid: str | None = None
    recipient: str | None = None
    """Digits of the phone, or the BSUID, a message was sent to. For the filter only, not part of the log."""

    def encode(self, *, with_wamid: bool) -> bytes:
        """The entry as JSON. The body is copied, not encoded again: it was JSON when it came in."""
        head = b'{"at":%b,"path":%b,"body":%b,"status":%b' % (
            orjson.dumps(self.at),
            orjson.dumps(self.path),
            self.body or b"null",
            orjson.dumps(self.status),
        )
        return head + (b',"wamid":%b}' % orjson.dumps(self.wamid) if with_wamid else b"}")


class Journal:
    """Requests, oldest first, numbered from 0 since the last reset; the first `dropped` are gone."""

    def __init__(
        self, *, with_wamid: bool = False, entries_max: int = ENTRIES_MAX, bytes_max: int = BYTES_MAX
    ) -> None:
        self.dropped = 0
        self._with_wamid = with_wamid
        self._entries_max = entries_max
        self._bytes_max = bytes_max
        self._entries: deque[Entry] = deque()
        self._bytes = 0

    @property
    def end(self) -> int:
        """The number the next entry will get."""
        return self.dropped + len(self._entries)

    def add(self, path: str, body: bytes | None) -> Entry:
        """Note a request now. `body` must be valid JSON text or None."""
        entry = Entry(at=time.time(), path=path, body=body)
        self._entries.append(entry)
        self._bytes += len(body or b"")
        while len(self._entries) > self._entries_max or self._bytes > self._bytes_max:
            self._drop_oldest()
        return entry

    def clear(self) -> None:
        """Forget everything; numbering starts again at 0."""
        self._entries.clear()
        self._bytes = 0
        self.dropped = 0

    async def encoded(self, *, since: int = 0, recipient: str | None = None) -> AsyncIterator[bytes]:
        """The entries numbered `since` and later as one JSON array, in pieces.

        With `recipient` only the messages sent to that phone (digits) or BSUID.
        """
        start = max(0, since - self.dropped)
        # A copy, because requests that come in between two pieces would change the queue under the iterator.
        entries = list(islice(self._entries, start, None))
        wanted = entries if recipient is None else [e for e in entries if e.recipient == recipient]
        yield b"["
        for first in range(0, len(wanted), CHUNK_ENTRIES):
            piece = wanted[first : first + CHUNK_ENTRIES]
            comma = b"," if first else b""
            yield comma + b",".join(entry.encode(with_wamid=self._with_wamid) for entry in piece)
        yield b"]"

    def _drop_oldest(self) -> None:
        if not self.dropped:
            logger.warning("the log is full (%d entries): the oldest are dropped", len(self._entries) - 1)
        self._bytes -= len(self._entries.popleft().body or b"")
        self.dropped += 1


def json_or_none(raw: bytes) -> object:
    """The parsed body, or None when it is not JSON."""
    try:
        return orjson.loads(raw)
    except ValueError:
        return None
