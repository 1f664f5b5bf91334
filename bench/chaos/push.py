"""Every way in which a push can fail, and a worker killed between sending and recording: what each device got.

A device that is gone is asked once and never again; whatever passes is tried again after a pause, alone; the same
cause pushes once. Which answer the service gives is told by the device's token or by the simulator's switches.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx

from bench.partial import PartialStack, partial_stack
from devstack.supervisor import Program

BUSINESS = UUID("00000000-0000-4000-8000-000000000001")
WAIT_SECONDS = 45.0


@dataclass(frozen=True, kw_only=True)
class Case:
    """One failure. `token` begins as the simulator reads it; `control` are its switches beforehand.

    `passes`: the push arrives after all; `dead`: the device is disabled; `waits`: until a person mends our keys;
    `pause`: the least seconds before the next try.
    """

    name: str
    token: str = "phone-"
    control: dict[str, Any] = field(default_factory=dict)
    error: str | None = None
    passes: bool = False
    dead: bool = False
    waits: bool = False
    pause: float = 0.0


CASES = (
    Case(name="UNREGISTERED", token="unregistered-", error="UNREGISTERED", dead=True),
    Case(name="INVALID_ARGUMENT", token="invalid-", error="INVALID_ARGUMENT", dead=True),
    Case(name="SENDER_ID_MISMATCH", token="mismatch-", error="SENDER_ID_MISMATCH", dead=True),
    Case(
        name="QUOTA_EXCEEDED, told to wait 3 s",
        control={"fail_next": [{"kind": "QUOTA_EXCEEDED", "retry_after_seconds": 3}]},
        passes=True,
        pause=3.0,
    ),
    Case(name="UNAVAILABLE", control={"fail_next": [{"kind": "UNAVAILABLE"}]}, passes=True, pause=0.4),
    Case(
        name="UNAVAILABLE three times",
        control={"fail_next": [{"kind": "UNAVAILABLE"}] * 3},
        passes=True,
        pause=0.4,
    ),
    Case(name="INTERNAL", control={"fail_next": [{"kind": "INTERNAL"}]}, passes=True, pause=0.4),
    # Of a 401 the SDK asks for a new token and tries at once; after that it waits for a person.
    Case(name="THIRD_PARTY_AUTH_ERROR", token="auth-", error="AUTH_ERROR", waits=True),
    Case(name="no answer in time", control={"hang_next": 1}, passes=True, pause=0.4),
    Case(name="connection breaks", control={"drop_next": 1}, passes=True, pause=0.4),
)


@dataclass(kw_only=True)
class Seen:
    """What became of one case."""

    tries: int
    status: str
    error: str
    is_dead: bool
    asked_again: int
    pauses: list[float]
    faults: list[str]


async def main() -> int:
    started, faults = time.monotonic(), 0
    async with partial_stack("gateway", "simulators", "worker") as stack:
        pool = await asyncpg.create_pool(stack.owner_url, min_size=1, max_size=4)
        async with httpx.AsyncClient(
            base_url=stack.places.url("simulators"), trust_env=False, timeout=30
        ) as http:
            show = Show(stack, pool, http)
            print(f"{'failure':34} sends  status   device    reason")
            for case in CASES:
                faults += _print(case.name, await show.play(case))
            faults += _print("worker killed before recording", await show.killed())
            faults += _print("no token for our own account", await show.refused_account())
        await pool.close()
    print(f"{faults} faults, {time.monotonic() - started:.0f} s")
    return faults


def _print(name: str, seen: Seen) -> int:
    device = "disabled" if seen.is_dead else "kept"
    pauses = ", ".join(f"{pause:.1f} s" for pause in seen.pauses)
    print(
        f"{name:34} {seen.tries:5}  {seen.status:8} {device:9} {seen.error}"
        + (f"  pauses {pauses}" if pauses else "")
        + "".join(f"\n    WRONG: {fault}" for fault in seen.faults),
        flush=True,
    )
    return len(seen.faults)


class Show:
    """Plays the cases, each with a rider and a device of its own."""

    def __init__(self, stack: PartialStack, pool: asyncpg.Pool, http: httpx.AsyncClient) -> None:
        self._stack, self._pool, self._http = stack, pool, http

    async def play(self, case: Case) -> Seen:
        """One failure, from the cause to what the database says in the end."""
        rider, token = await self._device(case.token)
        (await self._http.post("/fcm/_control", json=case.control)).raise_for_status()
        key = str(uuid4())
        # The same cause three times over: it is one push.
        for _ in range(3):
            await self._notify(rider, key)
        row = await self._over(rider, "failed" if case.dead else "sent", first_error=case.waits)
        entries = await self._sends(token)
        before = len(entries)
        await self._notify(rider, str(uuid4()))
        await asyncio.sleep(1.5 if case.dead else 0)
        seen = Seen(
            tries=before,
            status=row["status"],
            error=row["error"] or "",
            is_dead=row["disabled_at"] is not None,
            asked_again=len(await self._sends(token)) - before,
            pauses=[second - first for first, second in pairwise(entries)],
            faults=[],
        )
        if seen.is_dead != case.dead:
            seen.faults.append("the device should be disabled" if case.dead else "the device should be kept")
        if case.dead and seen.asked_again:
            seen.faults.append("a device that is gone was asked again")
        if case.waits and seen.status != "pending":
            seen.faults.append("it should wait until the keys are mended")
        if case.passes and seen.status != "sent":
            seen.faults.append("it should have arrived in the end")
        if case.passes and any(pause < case.pause for pause in seen.pauses):
            seen.faults.append(f"tried again sooner than {case.pause} s")
        if case.error and case.error not in seen.error:
            seen.faults.append(f"the reason should be {case.error}")
        failing = len(case.control.get("fail_next", ())) or bool(case.control)
        if case.passes and seen.tries != int(failing) + 1:
            seen.faults.append(f"{seen.tries} sends instead of {int(failing) + 1}")
        await self._pool.execute("delete from notification_deliveries")
        return seen

    async def killed(self) -> Seen:
        """The push leaves, the worker dies before it can record that, the next one takes over when the lease ends."""
        rider, token = await self._device("phone-")
        (await self._http.post("/fcm/_control", json={"latency_ms": 1500})).raise_for_status()
        await self._notify(rider, str(uuid4()))
        await self._until(lambda: self._sends(token), "nothing was sent")
        worker = self._stack.processes["worker"]
        os.kill(worker.pid, signal.SIGKILL)
        await worker.wait()
        (await self._http.post("/fcm/_control", json={"latency_ms": 0})).raise_for_status()
        # The lease of the dead worker ends.
        await self._pool.execute("update notification_deliveries set run_at = now() where status = 'pending'")
        self._stack.processes["worker"] = await self._stack.start("worker")
        row = await self._over(rider, "sent")
        bodies = [e["body"]["message"] for e in await self._log() if _address(e) == token]
        keys = {body["android"]["collapse_key"] for body in bodies}
        faults = [] if len(keys) == 1 else [f"two pushes that don't replace each other: {keys}"]
        return Seen(
            tries=len(bodies),
            status=row["status"],
            error="same collapse key: the second replaces the first",
            is_dead=row["disabled_at"] is not None,
            asked_again=0,
            pauses=[],
            faults=faults,
        )

    async def refused_account(self) -> Seen:
        """Our own key is refused: nothing is lost, no device is blamed, and it goes out once the key is mended."""
        await self._stop_worker()
        refused = json.dumps({"type": "service_account", "project_id": "x"})
        program = self._stack.known["worker"]
        self._stack.known["worker"] = _with(program, FCM_CREDENTIALS_JSON=refused)
        self._stack.processes["worker"] = await self._stack.start("worker")
        rider, token = await self._device("phone-")
        await self._notify(rider, str(uuid4()))
        row = await self._over(rider, "sent", first_error=True)
        faults = [] if row["status"] == "pending" and not await self._sends(token) else ["it should wait"]
        reason = row["error"]
        await self._stop_worker()
        self._stack.known["worker"] = program
        await self._pool.execute("update notification_deliveries set run_at = now() where status = 'pending'")
        self._stack.processes["worker"] = await self._stack.start("worker")
        row = await self._over(rider, "sent")
        if row["status"] != "sent" or row["disabled_at"] is not None:
            faults.append("it should have gone out with the right key")
        return Seen(
            tries=len(await self._sends(token)),
            status=row["status"],
            error=f"{reason}, then sent with the right key",
            is_dead=row["disabled_at"] is not None,
            asked_again=0,
            pauses=[],
            faults=faults,
        )

    async def _device(self, prefix: str) -> tuple[UUID, str]:
        rider, token = uuid4(), f"{prefix}{uuid4()}"
        await self._pool.execute(
            "insert into riders (id, business_id, name) values ($1, $2, 'Rider')", rider, BUSINESS
        )
        await self._pool.execute(
            "insert into devices (business_id, rider_id, kind, value) values ($1, $2, 'token', $3)",
            BUSINESS,
            rider,
            token,
        )
        return rider, token

    async def _notify(self, rider: UUID, key: str) -> None:
        data = json.dumps({"market_order_id": str(uuid4()), "order_code": "D1"})
        await self._pool.fetchval(
            "select send_notification($1, 'new_order', 'rider', $2, $3, $4)", BUSINESS, rider, data, key
        )

    async def _over(self, rider: UUID, status: str, *, first_error: bool = False) -> asyncpg.Record:
        """The delivery once it has this status, or its first error."""

        async def row() -> asyncpg.Record | None:
            found = await self._pool.fetchrow(
                "select d.status, d.error, v.disabled_at from notification_deliveries d join devices v "
                "on v.id = d.device_id where v.rider_id = $1 order by d.created_at limit 1",
                rider,
            )
            is_over = found and (found["status"] == status or (first_error and found["error"]))
            return found if is_over else None

        ended: asyncpg.Record = await self._until(row, f"a push is not {status}")
        return ended

    async def _log(self) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = (await self._http.get("/fcm/_log")).raise_for_status().json()
        return entries

    async def _sends(self, token: str) -> list[float]:
        """When a device was asked."""
        return [float(entry["at"]) for entry in await self._log() if _address(entry) == token]

    async def _stop_worker(self) -> None:
        worker = self._stack.processes["worker"]
        worker.terminate()
        await worker.wait()

    async def _until(self, probe: Any, complaint: str) -> Any:
        until = time.monotonic() + WAIT_SECONDS
        while not (found := await probe()):
            if time.monotonic() > until:
                raise TimeoutError(f"{complaint} after {WAIT_SECONDS:.0f} s")
            await asyncio.sleep(0.1)
        return found


def _address(entry: dict[str, Any]) -> str:
    body = entry.get("body")
    return str(body.get("message", {}).get("token", "")) if isinstance(body, dict) else ""


def _with(program: Program, **settings: str) -> Program:
    return replace(program, environ={**program.environ, **settings})
