"""Inviting staff: only admins, once, and nobody of another business."""

from __future__ import annotations

from typing import Any

import httpx

from tests.api.backend import Backend

ADMIN, AGENT = (f"00000000-0000-4000-8000-0000000000{n}" for n in (22, 21))
DLOOP = "00000000-0000-4000-8000-000000000001"


async def _invite(api: httpx.AsyncClient, backend: Backend, who: str, **changes: Any) -> httpx.Response:
    body = {
        "business_id": DLOOP,
        "email": "Nuova@Dloop.example ",
        "name": "Nuova",
        "role": "agent",
        **changes,
    }
    token = backend.gateway.user_token(who)
    return await api.post("/api/staff/invite", json=body, headers={"Authorization": f"Bearer {token}"})


async def test_an_admin_invites_and_again_changes_nothing(api: httpx.AsyncClient, backend: Backend) -> None:
    first = await _invite(api, backend, ADMIN)
    assert (first.status_code, first.json()["mailed"]) == (200, True)
    again = await _invite(api, backend, ADMIN)
    assert (again.json()["mailed"], again.json()["staff"]) == (False, first.json()["staff"])
    count = "select count(*) from auth.users where email = 'nuova@dloop.example'"
    assert await backend.connection.fetchval(count) == 1


async def test_nobody_else_invites_and_no_user_is_made(api: httpx.AsyncClient, backend: Backend) -> None:
    assert (await _invite(api, backend, AGENT)).status_code == 403
    assert (await _invite(api, backend, ADMIN, business_id=ADMIN)).status_code == 403
    refused = await _invite(api, backend, ADMIN, email="nessuna")
    assert (refused.status_code, refused.json()["field"]) == (422, "email")
    count = "select count(*) from auth.users where email not like '%@dloop.example' or email like 'nuova%'"
    assert await backend.connection.fetchval(count) == 0
