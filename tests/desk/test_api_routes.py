"""What the desk passes on to the api: only from its own page, only for somebody signed in, told when it fails."""

from __future__ import annotations

import httpx

from tests.desk.conftest import AGENT, RunningDesk

SAY = {"phone": "390000000001", "message": {"type": "text", "text": {"body": "ciao"}}}


async def test_only_the_desks_own_page_of_somebody_signed_in_reaches_the_api(
    seeded_desk: RunningDesk,
) -> None:
    async def status(http: httpx.AsyncClient, origin: str) -> int:
        return (await http.post("/api/phone/say", json=SAY, headers={"origin": origin})).status_code

    nobody, somebody = await seeded_desk.browser(), await seeded_desk.signed_in(AGENT)
    assert await status(nobody.http, seeded_desk.url) == 401
    assert await status(somebody.http, "http://example.com") == 403
    # No api runs beside this desk.
    assert await status(somebody.http, seeded_desk.url) == 503
