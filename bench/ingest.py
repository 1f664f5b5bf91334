"""Messages acknowledged through webhook, client, gateway and commit, beside pgbench on the same SQL function.

pgbench calls `ingest_events` with one message per transaction from 32 clients on the same server; the webhook gets
one message per request over 64 connections. Rounds alternate, medians are compared. Every acknowledged message is
looked up afterwards: an acknowledged one that is not stored fails the run.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import re
import statistics
import tempfile
from pathlib import Path

import asyncpg
import uvloop

from bench.load import Result, closed_loop, open_loop, webhook_requests
from bench.partial import PartialStack, partial_stack
from devstack import facts
from devstack.postgres import programs as postgres_programs

ROUNDS = 3
SECONDS = 6.0
PEOPLE = 2000
PGBENCH_CLIENTS = 32
CONNECTIONS = 64
OFFERED_PER_SECOND = 500
TARGET_RATIO = 0.6
TARGET_P99_MS = 25.0

_OPTIONS = json.dumps({"quiet_ms": 1200, "quiet_max_ms": 6000, "per_minute": 10**9, "per_hour": 10**9})


def main() -> None:
    uvloop.run(_main())


async def _main() -> None:
    unlimited = {"RATE_LIMIT_PER_MINUTE": "1000000000", "RATE_LIMIT_PER_HOUR": "1000000000"}
    async with partial_stack("gateway", "api", **unlimited) as stack:
        ours, theirs = [], []
        for n in range(ROUNDS):
            theirs.append(await _pgbench(stack))
            run = await _webhook(stack)
            ours.append(run.per_second)
            print(
                f"round {n + 1}: pgbench {theirs[-1]:7.0f}/s   webhook {run.per_second:7.0f}/s   "
                f"p50 {run.percentile(0.5) * 1000:5.1f} ms   p99 {run.percentile(0.99) * 1000:5.1f} ms",
                flush=True,
            )
        offered = await _offered(stack)
        ratio = statistics.median(ours) / statistics.median(theirs)
        p99 = offered.percentile(0.99) * 1000
        print(f"ratio to pgbench ({PGBENCH_CLIENTS} clients): {ratio:.2f}   (target {TARGET_RATIO} or more)")
        print(
            f"at {OFFERED_PER_SECOND}/s offered: p50 {offered.percentile(0.5) * 1000:.1f} ms, p99 {p99:.1f} ms"
            f"   (target {TARGET_P99_MS:.0f} ms or less)"
        )


def _requests(stack: PartialStack, count: int) -> list[bytes]:
    supply = webhook_requests(
        stack.webhook_url, stack.credentials.app_secret, facts.PHONE_NUMBER_ID, people=PEOPLE
    )
    return list(itertools.islice(supply, count))


async def _webhook(stack: PartialStack) -> Result:
    before = await _stored(stack)
    run = await closed_loop(
        stack.webhook_url, _requests(stack, 60_000), connections=CONNECTIONS, seconds=SECONDS
    )
    await _check(stack, before, run)
    return run


async def _offered(stack: PartialStack) -> Result:
    requests = _requests(stack, int(OFFERED_PER_SECOND * SECONDS * 2))
    before = await _stored(stack)
    run = await open_loop(stack.webhook_url, requests, rate=OFFERED_PER_SECOND, connections=CONNECTIONS)
    await _check(stack, before, run)
    return run


async def _check(stack: PartialStack, before: int, run: Result) -> None:
    stored = await _stored(stack) - before
    if set(run.statuses) != {200} or stored != run.statuses[200]:
        raise SystemExit(f"answers {run.statuses}, but {stored} messages stored")


async def _stored(stack: PartialStack) -> int:
    connection = await asyncpg.connect(stack.postgres.url())
    try:
        count = await connection.fetchval(
            "select count(*) from whatsapp_messages where meta_message_id like 'wamid.%' and direction = 'inbound'"
        )
        return int(count)
    finally:
        await connection.close()


async def _pgbench(stack: PartialStack) -> float:
    """Transactions per second, one message each."""
    event = {
        "kind": "message",
        "channel": "whatsapp",
        "account": facts.PHONE_NUMBER_ID,
        "external_id": "wamid.%1$s",
        "type": "text",
        "content": "vorrei due candele alla lavanda e un guinzaglio",
        "payload": {},
        "provider_time": 1_800_000_000,
        "sender": {"phone": "3934%2$s", "bsuid": None, "parent_bsuid": None, "name": "Ada", "username": None},
        "group_id": None,
        "wants_turn": True,
        "raw": {
            "from": "3934%2$s",
            "id": "wamid.%1$s",
            "text": {"body": "vorrei due candele"},
            "type": "text",
        },
        "identity_change": None,
        "target_id": None,
    }
    items = json.dumps([{"events": [event]}])
    script = (
        f"\\set n random(0, {PEOPLE - 1})\n"
        f"select ingest_events(format('{items}', gen_random_uuid(), lpad(:n::text, 8, '0'))::jsonb, "
        f"'{_OPTIONS}'::jsonb);\n"
    )
    before = await _stored(stack)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ingest.sql"
        file.write_text(script, encoding="utf-8")
        command = [
            str(postgres_programs() / "bin" / "pgbench"),
            "--no-vacuum",
            "--file",
            str(file),
            "--protocol",
            "prepared",
        ]
        command += [
            "--client",
            str(PGBENCH_CLIENTS),
            "--jobs",
            "2",
            "--time",
            str(int(SECONDS)),
            stack.postgres.url(),
        ]
        process = await asyncio.create_subprocess_exec(
            *command,
            env={**os.environ, "PGOPTIONS": "-c role=service_role -c search_path=public,extensions"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
    done = re.search(r"number of transactions actually processed: (\d+)", out.decode())
    rate = re.search(r"^tps = ([\d.]+)", out.decode(), re.MULTILINE)
    if done is None or rate is None:
        raise SystemExit(f"pgbench failed: {err.decode()[-800:]}")
    if await _stored(stack) - before != int(done[1]):
        raise SystemExit("pgbench did not store what it counted")
    return float(rate[1])


if __name__ == "__main__":
    main()
