"""Realtime hints: the database tells workers that there is something to claim.

Only a hint: after every (re)connection the bells are rung, and the poll is the floor. The client gives up
for good after a few failed reconnects and its errors die in background tasks, so it is supervised here.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any

from realtime import AsyncRealtimeChannel, AsyncRealtimeClient, RealtimeSubscribeStates

from processors.logs import describe
from processors.settings import Settings

log = logging.getLogger(__name__)

TOPIC = "workers"
CHECK_SECONDS = 2.0
LONGEST_PAUSE_SECONDS = 30.0


async def listen(settings: Settings, ring: Callable[[], None]) -> None:
    """Ring whenever the database says so, until cancelled."""
    pause = 0.5
    while True:
        client = AsyncRealtimeClient(
            f"{settings.supabase_url}/realtime/v1",
            settings.supabase_service_role_key.get_secret_value(),
            auto_reconnect=False,
        )
        try:
            await _subscribe(client, settings, ring)
            pause = 0.5
            while client.is_connected:
                await asyncio.sleep(CHECK_SECONDS)
            log.warning("hints: the connection was lost")
        except asyncio.CancelledError:
            await _close(client)
            raise
        except Exception as error:
            log.warning("hints: %s", describe(error))
        await _close(client)
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE_SECONDS)


async def _subscribe(client: AsyncRealtimeClient, settings: Settings, ring: Callable[[], None]) -> None:
    def on_work(_: Mapping[str, Any]) -> None:
        ring()

    def on_state(state: RealtimeSubscribeStates, error: Exception | None) -> None:
        if state == RealtimeSubscribeStates.SUBSCRIBED:
            # Whatever was missed while nobody listened is found by looking once.
            ring()

    await client.connect()
    await client.set_auth(settings.supabase_service_role_key.get_secret_value())
    channel: AsyncRealtimeChannel = client.channel(
        TOPIC, {"config": {"private": True, "broadcast": None, "presence": None}}
    )
    channel.on_broadcast("work", on_work)
    await channel.subscribe(on_state)


async def _close(client: AsyncRealtimeClient) -> None:
    try:
        await client.close()
    except Exception as error:
        log.debug("hints: closing failed: %s", describe(error))
