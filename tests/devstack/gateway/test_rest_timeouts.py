"""Nobody keeps a connection for ever: each role has its time, and who waits too long for one is told."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from postgrest.exceptions import APIError

from devstack.gateway import database
from tests.devstack.gateway.conftest import ALICE, Project
from tests.fixtures.gateway import GatewayFor


async def _given_up_after(client: Any) -> float:
    """Seconds until a statement that would take a minute is given up."""
    began = time.monotonic()
    with pytest.raises(APIError) as caught:
        await client.rpc("wait_for", {"p_seconds": 60}).execute()
    assert (caught.value.code, caught.value.message) == (
        "57014",
        "canceling statement due to statement timeout",
    )
    return time.monotonic() - began


async def test_each_role_has_its_time(project: Project) -> None:
    """3 s without a login, 8 s with one; the service has what the connection has. Source: Supabase docs, timeouts."""
    anon, alice, service = await asyncio.gather(
        _given_up_after(project.anon), _given_up_after(project.alice), _given_up_after(project.service)
    )
    assert 3 <= anon < alice
    assert min(alice, service) >= 8


async def test_who_gets_no_connection_in_time_is_told(
    own_project: Project, gateway_for: GatewayFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PGRST003 with status 504. Source: PostgREST docs, errors of the connection."""
    monkeypatch.setattr(database, "ACQUIRE_SECONDS", 0.3)
    gateway = await gateway_for(own_project.database, pool_size=1)
    alice: Any = await gateway.client(gateway.anon_key, token=gateway.user_token(ALICE))
    holding = asyncio.create_task(alice.rpc("wait_for", {"p_seconds": 3}).execute())
    # Asleep in the database: the only connection is taken.
    asleep = "select 1 from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'"
    while not await own_project.rows(asleep):
        assert not holding.done()
        await asyncio.sleep(0.02)
    response = await own_project.http.get(
        f"{gateway.url}/rest/v1/shops",
        headers={"apikey": gateway.anon_key, "authorization": f"Bearer {gateway.user_token(ALICE)}"},
    )
    assert (response.status_code, response.json()["code"]) == (504, "PGRST003")
    await holding
    assert (await alice.table("shops").select("id").limit(1).execute()).data is not None
