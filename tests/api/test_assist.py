"""Suggested answers and translations: from the database's facts, checked, paid for, kept, and for agents only."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest_asyncio
from pydantic import SecretStr

from devstack.simulators.app import create_app
from devstack.simulators.config import Config
from processors.search.indexer import Indexer
from processors.services import open_services
from processors.settings import Settings
from tests.api.backend import ADMIN, AGENT, VIEWER, Backend
from tests.api.service import serving
from tests.devstack.simulators.serving import serving as simulated

EMILY, DEALER = (f"00000000-0000-4000-8000-0000000000{n}" for n in (63, 64))
CALLS = (
    "select purpose, outcome, error, cost_usd, input_tokens from public.ai_calls "
    "where purpose in ('suggestion', 'translation') order by id"
)


@dataclass
class Desk:
    """An api with a model, the model's switches, and what is asked of it."""

    api: httpx.AsyncClient
    wire: httpx.AsyncClient
    backend: Backend

    async def reply(self, who: str = AGENT, conversation: str = EMILY) -> httpx.Response:
        body = {"conversation_id": conversation}
        return await self.api.post("/api/assist/reply", json=body, headers=self.backend.bearer(who))

    async def translate(self, who: str = AGENT, **body: Any) -> httpx.Response:
        body = {"conversation_id": EMILY, "language": "it", **body}
        return await self.api.post("/api/assist/translate", json=body, headers=self.backend.bearer(who))

    async def model(self, **what: Any) -> None:
        (await self.wire.post("/openai/_control", json=what)).raise_for_status()

    async def prompts(self) -> list[str]:
        """What the model was sent, chats only."""
        log: list[dict[str, Any]] = (await self.wire.get("/openai/_log")).json()
        return [str(entry["body"]) for entry in log if "chat" in entry["path"]]

    async def calls(self) -> list[dict[str, Any]]:
        return [dict(row) for row in await self.backend.rows(CALLS)]


@pytest_asyncio.fixture
async def asking(backend: Backend) -> None:
    """Emily asked for something that is in the catalogue, and nobody has answered."""
    await backend.execute(
        f"""
        insert into public.whatsapp_messages
          (business_id, conversation_id, account_id, phone, direction, author, type, content, status, provider_time)
        select business_id, id, account_id, phone, 'inbound', 'customer', 'text',
          'Do you have a leather leash? I have 3 dogs', 'received', now()
        from public.whatsapp_conversations where id = '{EMILY}'
        """
    )


async def _index(settings: Settings) -> None:
    """Fill the search as the worker does: vectors of two models never mix."""
    async with open_services(settings) as services:
        while await Indexer(services.store.call, services.search).run_once():
            pass


@pytest_asyncio.fixture
async def desk(backend: Backend, asking: None) -> AsyncIterator[Desk]:
    environ = {"SIMULATORS_WEBHOOK_URL": "http://127.0.0.1:9/none", "SIMULATORS_APP_SECRET": "secret"}
    async with simulated(create_app(Config.from_environment(environ))) as url:
        settings = backend.settings(
            openai_api_key=SecretStr("sk-test"), openai_base_url=f"{url}/openai/v1", ai_timeout_seconds=15
        )
        await _index(settings)
        async with (
            httpx.AsyncClient(base_url=url, trust_env=False) as wire,
            serving(settings) as api,
        ):
            yield Desk(api=api, wire=wire, backend=backend)


@pytest_asyncio.fixture
async def offline(backend: Backend, asking: None, api: httpx.AsyncClient) -> Desk:
    await _index(backend.settings())
    return Desk(api=api, wire=api, backend=backend)


async def test_a_model_suggests_from_the_shops_facts_and_is_paid_for(desk: Desk) -> None:
    (price,) = await desk.backend.rows(
        "select price::text from public.products where name ilike '%guinzaglio in pelle%' limit 1"
    )
    words = f"Yes, we do: our leather leash is €{price['price']}. Shall I add one for each of your 3 dogs?"
    await desk.model(answers=[{"reply": words, "answers": True}])
    answer = await desk.reply()
    assert answer.json() == {"text": words, "source": "model", "language": "en", "problem": ""}, answer.text
    (prompt,) = await desk.prompts()
    assert f"€{price['price']}" in prompt
    assert "I have 3 dogs" in prompt
    (call,) = await desk.calls()
    assert (call["purpose"], call["outcome"], call["input_tokens"] > 0) == ("suggestion", "ok", True)
    # Nothing was said to the customer, and the bot was not disturbed.
    sent = (
        "select count(*) from public.whatsapp_messages where author = 'agent' and conversation_id = $1::uuid"
    )
    assert await desk.backend.value(sent, EMILY) == 0


async def test_a_price_of_the_models_own_is_never_suggested(desk: Desk) -> None:
    for words in (
        "It is only €9.99 for you!",
        "See https://cheap.example/leash",
        "Delivery is free of charge.",
    ):
        await desk.model(answers=[{"reply": words, "answers": True}])
        found = (await desk.reply()).json()
        assert (found["problem"], words in found["text"]) == ("unsafe", False)
        assert found["source"] == "bot"
        assert "€" in found["text"]

    # A model that fails is named too.
    await desk.model(case="quota")
    found = (await desk.reply()).json()
    assert (found["source"], found["problem"]) == ("bot", "quota")
    call = (await desk.calls())[-1]
    assert (call["outcome"], call["error"]) == ("failed", "quota")


async def test_without_a_model_the_bots_words_or_a_fitting_text_begin(offline: Desk) -> None:
    found = (await offline.reply()).json()
    assert (found["source"], found["problem"], found["language"]) == ("bot", "no_model", "en")
    assert "€" in found["text"]
    said = "update public.whatsapp_messages set content = '{}' where content like 'Do you have a leather%'"
    await offline.backend.execute(said.format("I want to talk to a real person now"))
    person = (await offline.reply()).json()
    assert person["source"] in ("canned", "template")
    assert person["text"]
    dealer = (await offline.reply(conversation=DEALER)).json()
    assert (dealer["source"], dealer["language"]) == ("bot", "it")
    assert "cucce" in dealer["text"]
    assert await offline.calls() == []


async def test_only_who_may_answer_may_ask_and_twenty_times_a_minute(offline: Desk) -> None:
    stranger = await offline.backend.other_business()
    assert (await offline.reply(VIEWER)).status_code == 403
    assert (await offline.reply(stranger)).status_code == 404
    assert (await offline.translate(VIEWER, draft="ciao")).status_code == 403
    assert (await offline.reply(ADMIN)).status_code == 200
    # Without a model nothing is translated, and it says so.
    answer = await offline.translate(draft="ciao", language="en")
    assert (answer.status_code, answer.json()["field"]) == (409, "no_model")
    await offline.backend.execute(
        "insert into public.assist_uses (staff_id, business_id, minute_at, count) "
        f"select id, business_id, now(), 19 from public.staff where user_id = '{AGENT}' "
        "on conflict (staff_id) do update set minute_at = excluded.minute_at, count = excluded.count"
    )
    assert (await offline.reply()).status_code == 200
    refused = await offline.reply()
    assert (refused.status_code, refused.json()["field"]) == (429, "assist")


async def test_a_message_is_translated_once_and_its_figures_are_looked_at(desk: Desk) -> None:
    message = str(
        await desk.backend.value(
            "select id from public.whatsapp_messages where content like 'Do you have a leather%'"
        )
    )
    texts = [{"id": "m1", "text": "Avete un guinzaglio in pelle? Ho 4 cani"}]
    await desk.model(answers=[{"translations": texts}])
    first = (await desk.translate(message_ids=[message])).json()
    assert first["translations"][message] == {"text": texts[0]["text"], "numbers_differ": True}
    again = (await desk.translate(ADMIN, message_ids=[message])).json()
    assert again == first
    assert len(await desk.prompts()) == 1
    # An edited message is another message.
    await desk.backend.execute(
        f"update public.whatsapp_messages set content = 'And a bowl?', edited_at = now() where id = '{message}'"
    )
    await desk.model(answers=[{"translations": [{"id": "m1", "text": "E una ciotola?"}]}])
    edited = (await desk.translate(message_ids=[message])).json()
    assert edited["translations"][message] == {"text": "E una ciotola?", "numbers_differ": False}
    assert [call["purpose"] for call in await desk.calls()] == ["translation", "translation"]


async def test_a_draft_is_translated_and_kept_nowhere_and_others_messages_are_not(desk: Desk) -> None:
    other = str(
        await desk.backend.value(
            f"select id from public.whatsapp_messages where conversation_id <> '{EMILY}' limit 1"
        )
    )
    assert (await desk.translate(message_ids=[other])).json() == {"translations": {}, "problem": ""}
    assert await desk.prompts() == []
    await desk.model(answers=[{"translations": [{"id": "m1", "text": "It arrives tomorrow."}]}])
    found = (await desk.translate(language="en", draft="Arriva domani.")).json()
    assert found == {
        "translations": {"draft": {"text": "It arrives tomorrow.", "numbers_differ": False}},
        "problem": "",
    }
    assert await desk.backend.value("select count(*) from public.message_translations") == 0
