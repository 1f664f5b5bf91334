"""Every captured webhook, twice, shuffled, over the three addresses at once: stored once, as it is counted."""

from __future__ import annotations

import asyncio
import random

import httpx

from tests.api.backend import Backend
from tests.api.payloads import UNKNOWN_NUMBER, Payload, webhook_payloads
from tests.api.service import WEBHOOKS, signed

AT_ONCE = 16


async def post_all(api: httpx.AsyncClient, payloads: list[Payload], seed: int) -> list[int]:
    """Post each body twice to each address in random order; the statuses that came back."""
    posts = [(path, payload) for payload in payloads for path in WEBHOOKS for _ in range(2)]
    random.Random(seed).shuffle(posts)
    slots = asyncio.Semaphore(AT_ONCE)

    async def post(path: str, payload: Payload) -> int:
        async with slots:
            answer = await api.post(path, content=payload.body, headers=signed(payload.body))
            return answer.status_code

    return await asyncio.gather(*(post(path, payload) for path, payload in posts))


async def test_all_payloads_are_stored_as_the_manifest_counts_them(
    api: httpx.AsyncClient, backend: Backend
) -> None:
    payloads = webhook_payloads()
    assert len(payloads) > 120
    inbound = "select count(*) from whatsapp_messages where direction = 'inbound'"
    before = [await backend.value(inbound), await backend.value("select count(*) from message_receipts")]
    statuses = await post_all(api, payloads, seed=random.randrange(10**9))
    assert set(statuses) == {200}
    after = [await backend.value(inbound), await backend.value("select count(*) from message_receipts")]
    assert after[0] - before[0] == sum(payload.messages for payload in payloads)
    assert after[1] - before[1] == sum(payload.statuses for payload in payloads)


async def test_each_payload_alone_leaves_its_own_rows(api: httpx.AsyncClient, backend: Backend) -> None:
    wrong = []
    for payload in webhook_payloads():
        inbound = "select count(*) from whatsapp_messages where direction = 'inbound'"
        receipts = "select count(*) from message_receipts"
        before = await backend.value(inbound), await backend.value(receipts)
        answer = await api.post(WEBHOOKS[0], content=payload.body, headers=signed(payload.body))
        rows = await backend.value(inbound) - before[0], await backend.value(receipts) - before[1]
        if (answer.status_code, *rows) != (200, payload.messages, payload.statuses):
            wrong.append((payload.name, answer.status_code, rows))
    assert wrong == []


async def test_an_unknown_number_leaves_a_raw_row(api: httpx.AsyncClient, backend: Backend) -> None:
    (payload,) = [p for p in webhook_payloads() if p.name == UNKNOWN_NUMBER]
    await api.post(WEBHOOKS[0], content=payload.body, headers=signed(payload.body))
    assert (
        await backend.value("select count(*) from webhook_events where error like 'no account with id%'") == 1
    )


async def test_another_product_is_answered_200_and_counted(api: httpx.AsyncClient, backend: Backend) -> None:
    body = b'{"object":"instagram","entry":[]}'
    answer = await api.post(WEBHOOKS[0], content=body, headers=signed(body))
    assert answer.status_code == 200
    page = (await api.get("/metrics")).text
    assert "relaydesk_webhooks_wrong_object_total 1.0" in page
    assert await backend.value("select count(*) from webhook_events where error like 'object is not%'") == 1
