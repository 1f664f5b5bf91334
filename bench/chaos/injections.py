"""Every idea of an attacker, with the rules alone and with a model that obeys the attacker: nothing may come of it."""

from __future__ import annotations

import time

import asyncpg
import httpx
from pydantic import SecretStr

from bench.attacks.ideas import IDEAS
from bench.attacks.play import Breach, Playground
from bench.partial import PartialStack, partial_stack
from processors.services import open_services
from processors.settings import Settings
from tests.flows.phone import Phone, index_products

KEY = "sk-test"


async def main() -> int:
    started = time.monotonic()
    breaches: list[Breach] = []
    asked = 0
    for with_model in (False, True):
        async with partial_stack("gateway", "simulators") as stack:
            found, calls = await _run(stack, with_model=with_model)
        breaches += found
        asked += calls
    affected = len({(breach.idea, breach.mode) for breach in breaches})
    print(
        f"   {len(IDEAS)} ideas, each with the rules alone and with a model that obeys ({asked} calls of it)"
    )
    print(f"   in {time.monotonic() - started:.0f} s; with an effect: {affected}")
    for breach in breaches:
        print(f"   ✗ {breach.mode:5} {breach.idea}: {breach.what}\n           {breach.said}")
    return 1 if breaches else 0


async def _run(stack: PartialStack, *, with_model: bool) -> tuple[list[Breach], int]:
    url = stack.places.url("simulators")
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]  # Known at run time.
        environment="development",
        supabase_url=stack.places.url("gateway"),
        supabase_anon_key=SecretStr(stack.credentials.anon_key),
        supabase_service_role_key=SecretStr(stack.credentials.service_role_key),
        openai_api_key=SecretStr(KEY if with_model else ""),
        openai_base_url=f"{url}/openai/v1",
    )
    async with (
        httpx.AsyncClient(base_url=url, trust_env=False, timeout=30) as wire,
        asyncpg.create_pool(stack.postgres.url(), min_size=1, max_size=4) as admin,
        open_services(settings) as services,
    ):
        await index_products(services)
        ground = Playground(Phone(services, admin), wire if with_model else None)
        await ground.prepare()
        breaches = [breach for idea in IDEAS for breach in await ground.play(idea)]
        breaches += [
            Breach(idea="any", mode="model", what=f"sent {leak}", said="") for leak in await ground.leaked()
        ]
        calls = await admin.fetchval("select count(*) from ai_calls where outcome = 'ok'")
    return breaches, int(calls)
