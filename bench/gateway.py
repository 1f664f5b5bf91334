"""What the way through the gateway costs: calls and reads per second, beside the same SQL over asyncpg.

The same statements run on the same server in the same transactions with the same settings, once sent by the real
`supabase` client through the gateway, once by asyncpg without either. Between them stand ready-made requests over
raw sockets: the difference to the client's number is the client. Rounds alternate, medians are compared.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx
import uvloop
from supabase import AsyncClientOptions, acreate_client

from bench import processor
from bench.load import closed_loop
from bench.partial import PartialStack, partial_stack

ROUNDS = 3
SECONDS = 3.0
CONCURRENCY = 16

_BEGIN = (
    'begin read only; select set_config(\'search_path\', \'"public", "public", "extensions"\', true), '
    "set_config('statement_timeout', '8s', true), set_config('role', 'service_role', true), "
    "set_config('request.jwt.claims', '{\"role\":\"service_role\"}', true)"
)


@dataclass(frozen=True, kw_only=True)
class Work:
    """One thing to do, in the words of the client, of HTTP and of SQL."""

    name: str
    by_client: Callable[[Any], Any]
    request: tuple[str, str, bytes]
    """Method, target, body."""
    sql: str


def _work(business: str) -> list[Work]:
    body = json.dumps({"p_business_id": business}).encode()
    select = f"select=id,sku,name,price&business_id=eq.{business}&active=eq.true&order=name.asc&limit=20"
    return [
        Work(
            name="rpc",
            by_client=lambda client: client.rpc("glossary", {"p_business_id": business}),
            request=("POST", "/rest/v1/rpc/glossary", body),
            sql=f"select to_json(public.glossary('{business}'))::text",
        ),
        Work(
            name="select",
            by_client=lambda client: (
                client.table("products")
                .select("id,sku,name,price")
                .eq("business_id", business)
                .eq("active", True)
                .order("name")
                .limit(20)
            ),
            request=("GET", f"/rest/v1/products?{select}", b""),
            sql="select json_agg(r)::text from (select id, sku, name, price from public.products "
            f"where business_id = '{business}' and active order by name limit 20) r",
        ),
    ]


def main() -> None:
    uvloop.run(_main())


async def _main() -> None:
    async with partial_stack("gateway") as stack:
        owner = await asyncpg.connect(stack.owner_url)
        business = str(
            await owner.fetchval("select business_id from products group by 1 order by count(*) desc limit 1")
        )
        await owner.close()
        for work in _work(business):
            await _compare(stack, work)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One round of one way: how often per second, and the processor's microseconds for each, ours apart."""

    per_second: float
    gateway: float = 0.0
    server: float = 0.0


async def _compare(stack: PartialStack, work: Work) -> None:
    ways = {"supabase client": _by_client, "raw HTTP": _by_http, "asyncpg": _by_asyncpg}
    seen: dict[str, list[Seen]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            seen[name].append(await way(stack, work))
    medians = {name: statistics.median(s.per_second for s in rounds) for name, rounds in seen.items()}
    print(f"{work.name:7}" + "".join(f"  {name} {number:6.0f}/s" for name, number in medians.items()))
    for name in ("supabase client", "raw HTTP"):
        print(f"{work.name:7}  {name} to asyncpg: {medians[name] / medians['asyncpg']:.2f}")
    used = {
        "gateway": statistics.median(s.gateway for s in seen["raw HTTP"]),
        "its sessions": statistics.median(s.server for s in seen["raw HTTP"]),
        "those of asyncpg": statistics.median(s.server for s in seen["asyncpg"]),
    }
    shown = ", ".join(f"{name} {number:.0f} µs" for name, number in used.items())
    print(f"{work.name:7}  of a processor for each: {shown}", flush=True)


async def _per_second(once: Callable[[], Awaitable[Any]]) -> float:
    """How often CONCURRENCY tasks can do it."""
    done, until = 0, time.perf_counter() + SECONDS
    await once()

    async def worker() -> None:
        nonlocal done
        while time.perf_counter() < until:
            await once()
            done += 1

    started = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(CONCURRENCY)))
    return done / (time.perf_counter() - started)


async def _by_client(stack: PartialStack, work: Work) -> Seen:
    # As in processors/store.py: with more connections httpx spends its time on choosing one.
    limits = httpx.Limits(max_connections=4, max_keepalive_connections=4)
    async with httpx.AsyncClient(http2=False, verify=False, limits=limits, timeout=30) as http:
        options = AsyncClientOptions(httpx_client=http, auto_refresh_token=False, persist_session=False)
        key = stack.credentials.service_role_key
        client = await acreate_client(stack.places.url("gateway"), key, options=options)
        return Seen(per_second=await _per_second(lambda: work.by_client(client).execute()))


async def _by_http(stack: PartialStack, work: Work) -> Seen:
    method, target, body = work.request
    key = stack.credentials.service_role_key
    headers: Mapping[str, str] = {
        "Host": "gateway",
        "apikey": key,
        "Authorization": f"Bearer {key}",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    request = f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode() + body
    # The pool of the gateway is filled first: a session that begins costs as much as fifty requests.
    await closed_loop(
        stack.places.url("gateway"), [request] * 20 * CONCURRENCY, connections=CONCURRENCY, seconds=SECONDS
    )
    admin = await asyncpg.connect(stack.postgres.url())
    sessions = await processor.sessions_of(admin, "authenticator")
    await admin.close()
    gateway = [stack.processes["gateway"].pid]
    before = processor.milliseconds(gateway), processor.milliseconds(sessions)
    result = await closed_loop(
        stack.places.url("gateway"), [request] * 200_000, connections=CONCURRENCY, seconds=SECONDS
    )
    if set(result.statuses) != {200}:
        raise RuntimeError(f"{work.name}: {result.statuses}")
    each = 1000 / len(result.latencies)
    return Seen(
        per_second=result.per_second,
        gateway=(processor.milliseconds(gateway) - before[0]) * each,
        server=(processor.milliseconds(sessions) - before[1]) * each,
    )


async def _by_asyncpg(stack: PartialStack, work: Work) -> Seen:
    url = stack.postgres.url(role="authenticator", password=stack.credentials.database_password)
    connections = [await asyncpg.connect(url) for _ in range(10)]
    idle: asyncio.Queue[asyncpg.Connection] = asyncio.Queue()
    for connection in connections:
        idle.put_nowait(connection)
    done = 0

    async def once() -> None:
        nonlocal done
        connection = await idle.get()
        await connection.execute(_BEGIN)
        await connection.fetchval(work.sql)
        await connection.execute("commit")
        idle.put_nowait(connection)
        done += 1

    try:
        sessions = [connection.get_server_pid() for connection in connections]
        before = processor.milliseconds(sessions)
        per_second = await _per_second(once)
        return Seen(per_second=per_second, server=(processor.milliseconds(sessions) - before) * 1000 / done)
    finally:
        for connection in connections:
            await connection.close()
