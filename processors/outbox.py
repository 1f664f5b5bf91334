"""The outbox: claim messages in order, send them through their channel, record every attempt.

An attempt whose outcome is not known is never repeated at once: a receipt that carries our row id
settles it, and only when none comes within the settle window is the message sent again.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from typing import Any

from processors.channels.base import BodyBuilder, ChannelClient, ChannelFiles, SendResult
from processors.errors import ChannelError
from processors.logs import describe
from processors.loops import Progress, Wake
from processors.media.bucket import Bucket
from processors.media.outgoing import OutgoingFiles
from processors.rows import Outgoing
from processors.settings import Settings
from processors.store import Store

log = logging.getLogger(__name__)

WINDOW_CLOSED = 131047
"""Meta's code for a free message outside the 24 h window; used for our own refusal too."""


class Channel:
    """A channel as the outbox sees it: how to build a body, whom to give it to, and where files come and go."""

    def __init__(
        self, build_body: BodyBuilder, client: ChannelClient, files: ChannelFiles | None = None
    ) -> None:
        self.build_body = build_body
        self.client = client
        self.files = files


def within_window(message: Outgoing) -> dict[str, Any] | None:
    """The reply to send now: as it is inside the 24 h window, its template outside; None without one."""
    reply = dict(message.reply)
    if reply.get("kind") == "template" or message.window_open:
        return reply
    if template := reply.get("template"):
        return {"kind": "template", "text": reply.get("text", ""), "template": template}
    return None


class Sender:
    """Claims from the outbox for the free slots of this process and sends concurrently."""

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Channel],
        settings: Settings,
        *,
        bucket: Bucket | None = None,
    ) -> None:
        """`bucket` holds the files to send; without one it is reached over the store's own connections."""
        self._store = store
        self._files = OutgoingFiles(store, bucket or Bucket(store.client))
        self._channels = channels
        self._settings = settings
        self._sending: set[asyncio.Task[None]] = set()
        self._results: list[dict[str, Any]] = []
        self._recording = asyncio.Lock()
        self.wake = Wake()

    async def step(self) -> Progress:
        """Claim for the free slots and start sending what was claimed."""
        free = self._settings.outbox_concurrency - len(self._sending)
        if free <= 0:
            return Progress(done=0)
        messages, next_in = await self._store.claim_outbox(
            limit=free,
            lease_seconds=self._settings.outbox_lease_seconds,
            settle_seconds=self._settings.outbox_settle_seconds,
            per_second=self._settings.number_messages_per_second,
        )
        for message in messages:
            task = asyncio.create_task(self._deliver(message))
            self._sending.add(task)
            task.add_done_callback(self._finished)
        return Progress(done=len(messages), next_in=next_in)

    async def drain(self) -> None:
        """Wait for what is being sent; called at shutdown."""
        while self._sending:
            await asyncio.gather(*self._sending, return_exceptions=True)

    async def send_all(self, *, seconds: float) -> None:
        """Send what is due until nothing is, for a process without a worker beside it."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            progress = await self.step()
            if not progress.done and not self._sending:
                return
            await self.wake.wait(0.05)
        await self.drain()

    async def _deliver(self, message: Outgoing) -> None:
        result = await self._send(message)
        self._results.append(
            {
                "message_id": str(message.message_id),
                "token": str(message.token),
                "outcome": result.outcome,
                "external_id": result.external_id,
                "code": result.code,
                "error": result.error,
                "retry_after_seconds": result.retry_after_seconds,
                "scope": result.scope,
                "response": {"wa_id": result.wa_id} if result.wa_id else None,
            }
        )
        await self._record()

    async def _send(self, message: Outgoing) -> SendResult:
        channel = self._channels.get(message.channel)
        if channel is None:
            return SendResult(outcome="failed", error=f"no channel {message.channel} is configured")
        reply = within_window(message)
        if reply is None:
            text = "the 24 h window is closed and the message has no template"
            return SendResult(outcome="failed", code=WINDOW_CLOSED, error=text)
        if (media := reply.get("media")) and media.get("path"):
            found = await self._files.id_of(message, media, channel.files, seconds=self._upload_seconds)
            if isinstance(found, SendResult):
                return found
            reply["media"] = {**media, "id": found}
        try:
            body = channel.build_body(
                reply,
                phone=message.phone,
                bsuid=message.recipient,
                callback_data=str(message.message_id),
                context_id=message.context_id,
            )
        except ChannelError as error:
            return SendResult(outcome="failed", code=error.code, error=str(error))
        return await channel.client.send(message.account, body, attempt=message.number)

    @property
    def _upload_seconds(self) -> float:
        """What a lease leaves for uploading: a message still under way when it ends would count as unknown."""
        settings = self._settings
        return max(settings.outbox_lease_seconds - settings.whatsapp_send_timeout_seconds - 2.0, 1.0)

    async def _record(self) -> None:
        """Results that come while others are being recorded go together in the next call."""
        async with self._recording:
            batch, self._results = self._results, []
            if not batch:
                return
            try:
                await self._store.record_sends(
                    batch,
                    settle_seconds=self._settings.outbox_settle_seconds,
                    max_attempts=self._settings.outbox_max_attempts,
                )
            except Exception as error:
                # The leases run out, the messages become `unknown`, and their receipts settle them.
                log.error("outbox: %d results were not recorded: %s", len(batch), describe(error))

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("outbox task: %s", describe(error))
        self.wake.ring()
