"""Vectors from a service over the wire: a slow one costs a turn little, and the next turn nothing."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from typing import Any
from uuid import UUID

import httpx
import pytest
from pydantic import SecretStr

from devstack.simulators.app import create_app
from devstack.simulators.config import Config
from processors.search import search as search_module
from processors.search.hashing import MODEL
from processors.search.meter import cost_usd, metering
from processors.search.openai_embedder import OpenAIEmbedder
from processors.search.search import ProductSearch
from processors.settings import Settings
from tests.devstack.simulators.serving import serving

BUSINESS = UUID(int=1)


class Asked:
    """Stands for the database: no glossary, no products; remembers which model's vectors were compared."""

    def __init__(self) -> None:
        self.models: list[str] = []

    async def __call__(self, function: str, params: Mapping[str, Any]) -> Any:
        if function == "glossary":
            return {}
        if function in ("search_ready", "model_allowed"):
            return True
        self.models.append(params["p_model"])
        return []


@pytest.fixture
async def wire() -> AsyncIterator[str]:
    environ = {"SIMULATORS_WEBHOOK_URL": "http://127.0.0.1:9/none", "SIMULATORS_APP_SECRET": "secret"}
    async with serving(create_app(Config.from_environment(environ))) as url:
        yield url


async def test_a_slow_service_is_left_at_once_and_not_asked_again(
    wire: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_module, "QUERY_SECONDS", 1.0)
    async with httpx.AsyncClient(base_url=wire, trust_env=False) as control:
        (await control.post("/openai/_control", json={"case": "slow", "slow_seconds": 60})).raise_for_status()
        embedder = OpenAIEmbedder(
            Settings(
                supabase_url=wire,
                supabase_anon_key=SecretStr("a"),
                supabase_service_role_key=SecretStr("s"),
                openai_api_key=SecretStr("sk-test"),
                openai_base_url=f"{wire}/openai/v1",
            )
        )
        asked = Asked()
        search = ProductSearch(asked, embedder)
        started = time.monotonic()
        with metering() as calls:
            for _ in range(3):
                await search.find(BUSINESS, "guinzaglio rosso")
        await embedder.close()
        # What was asked for is told with its outcome, for the budget and for whoever looks why.
        assert [(call.purpose, call.outcome) for call in calls] == [("embedding", "failed")]
        assert time.monotonic() - started < 30
        assert asked.models == [MODEL] * 3
        assert len((await control.get("/openai/_log")).json()) == 1


async def test_tokens_of_several_searches_are_one_call_of_the_turn(wire: str) -> None:
    embedder = OpenAIEmbedder(
        Settings(
            supabase_url=wire,
            supabase_anon_key=SecretStr("a"),
            supabase_service_role_key=SecretStr("s"),
            openai_api_key=SecretStr("sk-test"),
            openai_base_url=f"{wire}/openai/v1",
        )
    )
    with metering() as calls:
        for text in ("guinzaglio rosso", "candela alla lavanda"):
            await embedder.embed([text])
    await embedder.close()
    [call] = calls
    assert (call.purpose, call.model, call.outcome) == ("embedding", "text-embedding-3-small", "ok")
    assert call.input_tokens > 1
    assert call.cost_usd == cost_usd("text-embedding-3-small", call.input_tokens) > 0
