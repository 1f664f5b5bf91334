"""From a commit to the callback of an agent's real client, while customers write.

Ten agents listen to the inboxes of two businesses. A hint is sent in a transaction of its own; its time runs from
before that statement, so the commit itself is counted in. Every agent must hear every hint of its business, in order,
and none of the other's; the run fails otherwise.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import statistics
import time
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import jwt
from realtime import AsyncRealtimeClient

from bench.load import open_loop, webhook_requests
from bench.partial import PartialStack, partial_stack
from devstack import facts

AGENTS = 10
HINTS = 600
HINTS_PER_SECOND = 30
MESSAGES_PER_SECOND = 60
TARGET_P50_MS = 25
TARGET_P95_MS = 80

_BUSINESSES = ("00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-0000000000b2")


@dataclass
class Agent:
    """One signed-in person at an inbox; `heard` holds (number, when)."""

    business: str
    client: AsyncRealtimeClient
    heard: list[tuple[int, float]] = field(default_factory=list)
    foreign: int = 0

    def hear(self, message: Any) -> None:
        """The client's callback."""
        payload = message["payload"]
        if "mark" not in payload:
            return
        if payload["business"] == self.business:
            self.heard.append((payload["mark"], time.perf_counter()))
        else:
            self.foreign += 1


async def main() -> None:
    async with partial_stack(
        "gateway", "api", RATE_LIMIT_PER_MINUTE="1000000", RATE_LIMIT_PER_HOUR="1000000"
    ) as stack:
        agents = await _agents(stack)
        quiet = await _measure(stack, agents)
        _print("quiet", quiet)
        requests = list(
            itertools.islice(
                webhook_requests(
                    stack.webhook_url, stack.credentials.app_secret, facts.PHONE_NUMBER_ID, people=500
                ),
                MESSAGES_PER_SECOND * HINTS // HINTS_PER_SECOND,
            )
        )
        traffic = asyncio.create_task(
            open_loop(stack.webhook_url, requests, rate=MESSAGES_PER_SECOND, connections=8)
        )
        busy = await _measure(stack, agents)
        answered = (await traffic).statuses
        _print(f"{MESSAGES_PER_SECOND} messages/s", busy)
        for agent in agents:
            await agent.client.close()
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    print(f"webhooks answered: {answered}; load of the machine: {load:.1f} per core")
    print(f"target: p50 {TARGET_P50_MS} ms, p95 {TARGET_P95_MS} ms or less")


async def _agents(stack: PartialStack) -> list[Agent]:
    """Joined agents, half of them at each business."""
    connection = await asyncpg.connect(stack.postgres.url())
    try:
        await connection.execute(
            "insert into public.businesses (id, name, slug) values ($1, 'Another', 'another')", _BUSINESSES[1]
        )
        agents = []
        for number in range(AGENTS):
            user = f"00000000-0000-4000-9000-{number:012d}"
            agent = Agent(
                _BUSINESSES[number % 2],
                AsyncRealtimeClient(f"{stack.places.url('gateway')}/realtime/v1", stack.credentials.anon_key),
            )
            await connection.execute(
                "insert into auth.users (id, email) values ($1, $2)", user, f"{number}@bench"
            )
            await connection.execute(
                "insert into public.staff (business_id, user_id, role) values ($1, $2, 'agent')",
                agent.business,
                user,
            )
            await _join(agent, user, stack.credentials.jwt_secret)
            agents.append(agent)
    finally:
        await connection.close()
    return agents


async def _join(agent: Agent, user: str, secret: str) -> None:
    claims = {"sub": user, "role": "authenticated", "aud": "authenticated", "exp": int(time.time()) + 3600}
    await agent.client.connect()
    await agent.client.set_auth(jwt.encode(claims, secret, "HS256"))
    channel = agent.client.channel(
        f"business:{agent.business}:inbox",
        {"config": {"private": True, "broadcast": None, "presence": None}},
    )
    channel.on_broadcast("changed", agent.hear)
    await channel.subscribe()
    if not channel.is_joined:
        raise SystemExit("an agent could not join")


async def _measure(stack: PartialStack, agents: list[Agent]) -> list[float]:
    """Milliseconds of every hint to every agent of its business."""
    for agent in agents:
        agent.heard.clear()
    sent: dict[int, float] = {}
    connection = await asyncpg.connect(stack.owner_url)
    try:
        began = time.perf_counter()
        for mark in range(HINTS):
            if (pause := began + mark / HINTS_PER_SECOND - time.perf_counter()) > 0:
                await asyncio.sleep(pause)
            business = _BUSINESSES[mark % 2]
            sent[mark] = time.perf_counter()
            await connection.execute(
                "select realtime.send($1::text::jsonb, 'changed', $2, true)",
                json.dumps({"mark": mark, "business": business}),
                f"business:{business}:inbox",
            )
    finally:
        await connection.close()
    expected = HINTS // 2
    until = time.perf_counter() + 10
    while any(len(agent.heard) < expected for agent in agents) and time.perf_counter() < until:
        await asyncio.sleep(0.02)
    for agent in agents:
        marks = [mark for mark, _ in agent.heard]
        if marks != list(range(_BUSINESSES.index(agent.business), HINTS, 2)) or agent.foreign:
            raise SystemExit(
                f"an agent heard {len(marks)} of {expected} hints, {agent.foreign} of another business"
            )
    return [(when - sent[mark]) * 1000 for agent in agents for mark, when in agent.heard]


def _print(name: str, milliseconds: list[float]) -> None:
    cuts = statistics.quantiles(milliseconds, n=100)
    print(
        f"{name:16} {len(milliseconds)} callbacks: p50 {cuts[49]:.1f} ms, p95 {cuts[94]:.1f} ms, "
        f"p99 {cuts[98]:.1f} ms, worst {max(milliseconds):.1f} ms",
        flush=True,
    )
