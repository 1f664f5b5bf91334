"""Fetching: claim files, download each from its provider, check it, keep it, and let voice notes be transcribed.

A claim is a lease: whoever dies on the way is followed by somebody else, and only the holder of the lease may say
what became of a file. The message itself is visible all the while.
"""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO, cast

from processors.channels.base import ChannelFiles, Fetched
from processors.channels.whatsapp.media import digest_of
from processors.errors import MediaError, StorageError
from processors.logs import describe
from processors.loops import Progress, Wake
from processors.media.bucket import Bucket
from processors.media.rows import ClaimedFile, MediaRows
from processors.media.types import HEAD_BYTES, checked_type, extension
from processors.media.voice import Listener, Outcome
from processors.settings import Settings

log = logging.getLogger(__name__)

TRIES = {"gone": 2, "too_large": 1, "type_refused": 1, "digest_mismatch": 3}
"""How often a file is tried that fails for this reason; for any other the setting counts."""

LONGEST_PAUSE_SECONDS = 3600
SHUTDOWN_SECONDS = 5.0
LEASE_RESERVE_SECONDS = 10
"""Work on a file ends so long before its lease does: another worker must not begin meanwhile."""


class Fetcher:
    """Claims files for the free slots of this process and works on them concurrently."""

    def __init__(
        self,
        rows: MediaRows,
        bucket: Bucket,
        channels: Mapping[str, ChannelFiles],
        settings: Settings,
        *,
        listener: Listener | None,
    ) -> None:
        """`listener` is None without a model for voice."""
        self._rows = rows
        self._bucket = bucket
        self._channels = channels
        self._settings = settings
        self._listener = listener
        self._working: set[asyncio.Task[None]] = set()
        self.wake = Wake()
        self.on_heard: Callable[[], None] = lambda: None
        """Told when a turn need not wait for a voice note any more."""

    async def step(self) -> Progress:
        """Claim for the free slots and start on what was claimed."""
        free = self._settings.media_concurrency - len(self._working)
        if free <= 0:
            return Progress(done=0)
        files, next_in = await self._rows.claim(limit=free, lease_seconds=self._settings.media_lease_seconds)
        for file in files:
            task = asyncio.create_task(self._work(file))
            self._working.add(task)
            task.add_done_callback(self._finished)
        return Progress(done=len(files), next_in=next_in)

    async def drain(self, seconds: float = SHUTDOWN_SECONDS) -> None:
        """Wait a little for the files under way; called at shutdown. A lease that is left runs out by itself."""
        if self._working:
            _, late = await asyncio.wait(self._working, timeout=seconds)
            for task in late:
                task.cancel()

    async def _work(self, file: ClaimedFile) -> None:
        seconds = max(self._settings.media_lease_seconds - LEASE_RESERVE_SECONDS, 1)
        try:
            async with asyncio.timeout(seconds):
                await self._fetch_and_hear(file)
        except MediaError as error:
            await self._give_up(file, error)
        except TimeoutError:
            await self._give_up(file, MediaError("unavailable", f"not done in {seconds} s"))
        except StorageError as error:
            await self._give_up(file, MediaError("unavailable", str(error)))

    async def _fetch_and_hear(self, file: ClaimedFile) -> None:
        if file.stored_path is not None:
            await self._hear(file, await self._bucket.get(file.stored_path), file.mime_type)
            return
        if file.attempts > self._settings.media_max_attempts:
            raise MediaError("unavailable", "its workers ended before it was done")
        with tempfile.NamedTemporaryFile(prefix="relaydesk-") as place:
            fetched = await self._fetched(file, cast(BinaryIO, place))
            place.seek(0)
            head = place.read(HEAD_BYTES)
            mime_type = checked_type(file.kind, fetched.mime_type or file.mime_type, head)
            # Somebody may be waiting for an answer to a voice note: it is heard while it is being kept.
            keeping = asyncio.create_task(self._keep(file, Path(place.name), mime_type, fetched))
            try:
                if file.wants_transcript:
                    await self._hear(file, head + place.read(), mime_type, keeping)
                await keeping
            finally:
                keeping.cancel()

    async def _fetched(self, file: ClaimedFile, place: BinaryIO) -> Fetched:
        channel = self._channels.get(file.channel)
        if channel is None:
            raise MediaError("unavailable", f"no channel {file.channel} is configured")
        is_document = file.kind == "document"
        limit = self._settings.media_max_document_bytes if is_document else self._settings.media_max_bytes
        fetched = await channel.fetch(file.external_id, place, limit=limit)
        announced = digest_of(file.sha256)
        if announced is not None and announced != fetched.sha256:
            raise MediaError("digest_mismatch", "it is not the file that the message announced")
        return fetched

    async def _keep(self, file: ClaimedFile, place: Path, mime_type: str, fetched: Fetched) -> None:
        name = f"{file.message_id}.{extension(mime_type)}"
        path = f"{file.business_id}/{file.conversation_id}/{name}"
        await self._bucket.put(path, place, mime_type)
        if not await self._rows.stored(file, path, mime_type, fetched.sha256, fetched.size):
            log.info("media %s: the lease was lost", file.id)

    async def _hear(
        self, file: ClaimedFile, content: bytes, mime_type: str, keeping: asyncio.Task[None] | None = None
    ) -> None:
        outcome = Outcome(words=None, call={})
        if self._listener is not None:
            outcome = await self._listener.hear(file, content, mime_type)
        if outcome.words is None and keeping is not None:
            # Giving the lease back for another try must not take it from the upload.
            await keeping
        await self._rows.heard(file, outcome.words, outcome.call, retry_ms=outcome.retry_ms)
        self.on_heard()

    async def _give_up(self, file: ClaimedFile, error: MediaError) -> None:
        tries = TRIES.get(error.reason, self._settings.media_max_attempts)
        retry_ms = None
        if file.attempts < tries:
            retry_ms = 1000 * min(2 * 4 ** min(file.attempts - 1, 8), LONGEST_PAUSE_SECONDS)
        log.warning("media %s: %s, try %d of %d", file.id, error.reason, file.attempts, tries)
        try:
            if file.stored_path is not None:
                # The file is safe; it is only its words that could not be had.
                await self._rows.heard(file, None, {}, retry_ms=retry_ms)
            else:
                await self._rows.failed(file, error.reason, error.detail, retry_ms=retry_ms)
        except StorageError as failure:
            # The lease runs out by itself; whoever claims next goes on from there.
            log.warning("media %s: not recorded (%s)", file.id, failure.code)
        if file.wants_transcript and retry_ms is None:
            self.on_heard()

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._working.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("media task: %s", describe(error))
        self.wake.ring()
