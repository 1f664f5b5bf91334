"""From a message that is stored to its reply accepted by the channel: everything but model and quiet window."""

from __future__ import annotations

import asyncio

import asyncpg

from bench.partial import partial_stack
from bench.traffic import Wire, settled

PEOPLE = 200
PER_SECOND = 8
TARGET_P95_MS = 250


async def main() -> None:
    async with partial_stack("gateway", "simulators", "api", "worker", QUIET_WINDOW_MS="0") as stack:
        wire = Wire(stack.places.url("simulators"))
        await wire.inbound("393490000000", "ciao")
        await settled(stack.owner_url, seconds=30)
        for n in range(PEOPLE):
            await asyncio.sleep(1 / PER_SECOND)
            text = ("ciao", "avete candele alla lavanda?", "vorrei 2 candele alla lavanda", "menu")[n % 4]
            await wire.inbound(f"39349{n:07d}", text)
        await settled(stack.owner_url, seconds=120)
        connection = await asyncpg.connect(stack.owner_url)
        try:
            row = await connection.fetchrow(
                """
                select count(*) as turns,
                  percentile_cont(0.5) within group (order by ms) as p50,
                  percentile_cont(0.95) within group (order by ms) as p95, max(ms) as worst
                from (
                  select extract(epoch from min(a.finished_at) - min(i.created_at)) * 1000 as ms
                  from turns t
                  join whatsapp_messages i on i.turn_id = t.id and i.direction = 'inbound'
                  join whatsapp_messages o on o.turn_id = t.id and o.direction = 'outbound'
                  join message_attempts a on a.message_id = o.id and a.outcome = 'sent'
                  group by t.id
                ) x
                """
            )
        finally:
            await connection.close()
    assert row is not None
    print(
        f"{row['turns']} turns: p50 {row['p50']:.0f} ms, p95 {row['p95']:.0f} ms, worst {row['worst']:.0f} ms"
        f"   (target p95 {TARGET_P95_MS} or less)"
    )
