"""Keys of the new style, where the project has them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from realtime import AsyncRealtimeClient, RealtimeSubscribeStates

from tests.contract.target import Callers
from tests.contract.test_realtime import WAIT_SECONDS


def key(callers: Callers, kind: str) -> str:
    """The publishable or secret key; a hosted project may have been given with either style."""
    gateway = callers.target.gateway
    if gateway is not None:
        return gateway.app.config.publishable_key if kind == "publishable" else gateway.app.config.secret_key
    given = callers.target.anon_key if kind == "publishable" else callers.target.service_role_key
    return given if given.startswith("sb_") else pytest.skip(f"no {kind} key was given")


async def test_a_publishable_key_is_the_anon_role(callers: Callers) -> None:
    """It may ask, and sees nothing that is not granted. Source: supabase docs, API keys."""
    client = await callers.client(key(callers, "publishable"))
    with pytest.raises(Exception, match="permission denied"):
        await callers.rows(client.table("synonyms").select("term"))


async def test_a_secret_key_is_the_service_role(callers: Callers) -> None:
    """REST, Auth and Storage take it. Source: supabase docs, API keys."""
    client = await callers.client(key(callers, "secret"))
    assert await callers.rows(client.table("businesses").select("id").limit(1))
    assert await callers.done(lambda: client.auth.admin.list_users(per_page=1))
    await callers.done(client.storage.list_buckets)


async def test_a_publishable_key_with_a_token_is_the_person(callers: Callers) -> None:
    """The token says who, the key only opens the door. Source: proxy of the Supabase CLI."""
    token = await callers.token("agente@dloop.example")
    client = await callers.client(key(callers, "publishable"), token=token)
    assert await callers.rows(client.table("staff").select("id").limit(1))


async def test_a_secret_key_opens_a_private_channel(listeners: Callers) -> None:
    """The worker joins with nothing but its key. Source: supabase/realtime ignores sb_ keys as tokens."""
    secret = key(listeners, "secret")
    client = AsyncRealtimeClient(f"{listeners.target.url}/realtime/v1", secret)
    states: asyncio.Queue[RealtimeSubscribeStates] = asyncio.Queue()
    await client.connect()
    try:
        await client.set_auth(secret)
        config: Any = {"private": True, "broadcast": None, "presence": None}
        channel = client.channel("workers", {"config": config})
        await channel.subscribe(lambda state, _: states.put_nowait(state))
        assert await asyncio.wait_for(states.get(), WAIT_SECONDS) == RealtimeSubscribeStates.SUBSCRIBED
    finally:
        await client.close()
