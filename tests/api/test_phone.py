"""The phone of the desk: only admins speak there, only for people who are played, and the engine shows what it did."""

from __future__ import annotations

from typing import Any

import httpx
import orjson

from processors.search.indexer import Indexer
from processors.services import open_services
from tests.api.backend import ADMIN, AGENT, Backend

CUSTOMER = "390055500001"
HELLO = {"type": "text", "text": {"body": "vorrei due shampoo per cani"}}


async def _say(api: httpx.AsyncClient, backend: Backend, who: str = ADMIN, **changes: Any) -> httpx.Response:
    body = {"phone": CUSTOMER, "name": "Prova", "message": HELLO, **changes}
    return await api.post("/api/phone/say", json=body, headers=backend.bearer(who))


async def test_an_admin_speaks_and_sees_each_step(api: httpx.AsyncClient, backend: Backend) -> None:
    async with open_services(backend.settings()) as services:
        while await Indexer(services.store.call, services.search).run_once():
            pass
    answer = await _say(api, backend)
    assert answer.status_code == 200, answer.text
    (row,) = await backend.rows(
        "select t.trace, t.outcome, k.name from public.turns t "
        "join public.whatsapp_conversations c on c.id = t.conversation_id "
        "join public.contacts k on k.id = c.contact_id where t.id = $1::uuid",
        answer.json()["turn_id"],
    )
    trace = orjson.loads(row["trace"])
    steps = {step["step"]: step for step in trace["steps"]}
    assert (row["outcome"], row["name"]) == ("answered", "Prova")
    assert list(steps)[:3] == ["language", "processor", "heard"]
    assert steps["heard"]["words"] == "vorrei due shampoo per cani"
    assert (steps["understanding"]["by"], steps["understanding"]["intent"]) == ("rules", "order_request")
    assert steps["understanding"]["items"][0]["quantity"] == 2
    best = next(step for step in trace["steps"] if step["step"] == "search")["hits"][0]
    assert "hampoo" in best["name"]
    assert best["score"] > 0
    assert len(trace["message_ids"]) >= 1
    # Real people are not traced.
    real = (
        "select count(*) from public.turns t join public.whatsapp_conversations c on c.id = t.conversation_id "
        "join public.channel_accounts a on a.id = c.account_id where t.trace is not null and not a.simulated"
    )
    assert await backend.value(real) == 0


async def test_nobody_but_an_admin_speaks_and_for_nobody_who_is_real(
    api: httpx.AsyncClient, backend: Backend
) -> None:
    messages = "select count(*) from public.whatsapp_messages"
    before = await backend.value(messages)
    assert (await _say(api, backend, AGENT)).status_code == 403
    real = await _say(api, backend, phone="393471234567")
    assert (real.status_code, real.json()["field"]) == (422, "phone")
    forged = await _say(api, backend, message={**HELLO, "from": "393471234567"})
    assert (forged.status_code, forged.json()["field"]) == (422, "message")
    assert await backend.value(messages) == before
    await backend.execute("update public.channel_accounts set active = false where simulated")
    nowhere = await _say(api, backend)
    assert (nowhere.status_code, "channel_accounts" in nowhere.json()["remedy"]) == (409, True)


async def test_the_same_message_again_is_one_message(api: httpx.AsyncClient, backend: Backend) -> None:
    message = {**HELLO, "id": "wamid.simulated.again"}
    first, again = await _say(api, backend, message=message), await _say(api, backend, message=message)
    assert (first.json()["turn_id"], again.status_code) == (again.json()["turn_id"], 200)
    count = "select count(*) from public.whatsapp_messages where meta_message_id = 'wamid.simulated.again'"
    assert await backend.value(count) == 1


async def test_a_file_is_taken_from_the_business_own_folder_and_from_nowhere_else(
    api: httpx.AsyncClient, backend: Backend
) -> None:
    conversation = (await _say(api, backend)).json()["conversation_id"]
    path = f"{conversation}/out/{'0' * 32}.png"
    for file in (path, f"../{path}", "x.png", f"{path}/../../y.png"):
        image = {"id": f"played:{file}", "mime_type": "image/png"}
        answer = await _say(api, backend, message={"type": "image", "image": image})
        assert answer.status_code == 200, answer.text
    files = await backend.rows(
        "select f.state, f.storage_path from public.message_media f where f.external_id <> ''"
    )
    business = await backend.value("select business_id from public.channel_accounts where simulated")
    assert [(f["state"], f["storage_path"]) for f in files] == [("stored", f"{business}/{path}")]
