"""The private Realtime topic of one business, joined with the token of somebody who works there.

Only a hint: it tells which conversations changed, and whether orders did. The client gives up for good after failures
and its errors die in background tasks, so it is supervised here and built anew whenever it stops being joined.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any
from uuid import UUID

from realtime import AsyncRealtimeChannel, AsyncRealtimeClient

from dashboard.settings import DeskSettings
from processors.errors import NotSignedIn, StorageUnavailable
from processors.logs import describe

log = logging.getLogger(__name__)

EVENT = "changed"
CHECK_SECONDS = 1.0
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 4.0
JOINING_SECONDS = 5.0

Token = Callable[[], Awaitable[str]]
"""An access token of somebody who may join now; NotSignedIn when nobody is left."""


class Feed:
    """Keeps a topic joined until cancelled. What it is given is called on the loop and must not wait.

    `on_event` are other events of the topic by name, given their payload.
    """

    def __init__(
        self,
        settings: DeskSettings,
        business_id: UUID,
        token: Token,
        *,
        on_ids: Callable[[set[UUID]], None],
        on_orders: Callable[[], None],
        on_state: Callable[[bool], None],
        on_event: Mapping[str, Callable[[Mapping[str, Any]], None]],
    ) -> None:
        self._url = f"{settings.supabase_url}/realtime/v1"
        self._anon_key = settings.supabase_anon_key.get_secret_value()
        self._topic = f"business:{business_id}:inbox"
        self._token = token
        self._on_ids = on_ids
        self._on_orders = on_orders
        self._on_state = on_state
        self._on_event = on_event
        self.is_joined = False
        self._unjoined_since = time.monotonic()
        self._is_nobody_here = False

    @property
    def is_cut(self) -> bool:
        """Whether it hears nothing though somebody wants it to, for longer than joining takes."""
        if self.is_joined or self._is_nobody_here:
            return False
        return time.monotonic() - self._unjoined_since > JOINING_SECONDS

    async def run(self) -> None:
        """Join, watch, and join again; ends only when cancelled."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            client = AsyncRealtimeClient(self._url, self._anon_key, auto_reconnect=False)
            try:
                channel = await self._join(client)
                if channel.is_joined:
                    pause = FIRST_PAUSE_SECONDS
                    self._set_joined(True)
                    await self._watch(client, channel)
                log.warning("feed: the topic is not joined (any more)")
            except NotSignedIn:
                # Whoever had the inbox open has gone to another page.
                self._is_nobody_here = True
            except StorageUnavailable as error:
                log.info("feed: no token to join with (%s)", type(error).__name__)
            except Exception as error:
                log.warning("feed: %s", describe(error))
            finally:
                self._set_joined(False)
                await _close(client)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def _join(self, client: AsyncRealtimeClient) -> AsyncRealtimeChannel:
        token = await self._token()
        if self._is_nobody_here:
            self._is_nobody_here, self._unjoined_since = False, time.monotonic()
        await client.connect()
        await client.set_auth(token)
        channel = client.channel(
            self._topic, {"config": {"private": True, "broadcast": None, "presence": None}}
        )
        channel.on_broadcast(EVENT, self._hear)
        for event, on_event in self._on_event.items():
            channel.on_broadcast(event, partial(_pass_on, on_event))
        return await channel.subscribe()

    async def _watch(self, client: AsyncRealtimeClient, channel: AsyncRealtimeChannel) -> None:
        """Return once the topic is lost. The token is replaced before it ends."""
        given = client.access_token
        while client.is_connected and channel.is_joined:
            token = await self._token()
            if token != given:
                await client.set_auth(token)
                given = token
            await asyncio.sleep(CHECK_SECONDS)

    def _hear(self, message: Mapping[str, Any]) -> None:
        # An error raised here would end the client's listener for good, without a word.
        try:
            payload = message.get("payload", {})
            self._on_ids({UUID(one) for one in payload.get("conversations", [])})
            if payload.get("orders"):
                self._on_orders()
        except (AttributeError, TypeError, ValueError):
            log.warning("feed: a hint that can't be read")

    def _set_joined(self, joined: bool) -> None:
        if joined != self.is_joined:
            self.is_joined = joined
            self._unjoined_since = time.monotonic()
            self._on_state(joined)


def _pass_on(on_event: Callable[[Mapping[str, Any]], None], message: Mapping[str, Any]) -> None:
    try:
        on_event(message.get("payload", {}))
    except (AttributeError, KeyError, TypeError, ValueError):
        log.warning("feed: an event that can't be read")


async def _close(client: AsyncRealtimeClient) -> None:
    try:
        await client.close()
    except Exception as error:
        log.debug("feed: closing failed: %s", describe(error))
