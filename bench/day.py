"""A scripted day: customers order, dealers race for the orders, riders deliver them, every message ends read.

Each order must be accepted by exactly one dealer, fetched and delivered by its rider, paid and receipted with the
total that the customer said yes to; its total must be the database's, and the rows
must agree with the simulator's log message by message.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import asyncpg

from bench.partial import partial_stack
from bench.traffic import Ledger, Wire, audit, buttons, now, settled

CUSTOMERS = 20
DEALERS = ("393331000001", "393331000002", "393331000003")
RIDERS = ("393332000001", "393332000002")
WAIT_SECONDS = 60.0
DELIVERY_SECONDS = 600.0
"""A dealer gets one message in 6 s after a burst of 45: a busy day takes its time."""

ADDRESS = "via Dante 7, 20121 Milano"

ORDERS = (
    ("avete candele alla lavanda?", "vorrei 2 candele profumate alla lavanda"),
    ("quanto costa lo shampoo secco?", "prendo 3 shampoo secco in schiuma"),
    ("avete crocchette al salmone?", "mi servono 2 crocchette al salmone per cani adulti formato 3kg"),
    ("che ciotole avete?", "ordino 1 ciotola rallenta pasto"),
    ("do you sell incense?", "I would like 2 incenso sandalo"),
)


@dataclass(frozen=True, kw_only=True)
class Day:
    """How the day went."""

    orders: int
    accepted_once: int
    delivered: int
    wrong_totals: int
    riders_pushed: int
    receipted: int
    """Paid in full, with a receipt that names the order."""
    ledger: Ledger
    seconds: float

    @property
    def faults(self) -> int:
        unread = sum(n for status, n in self.ledger.by_status.items() if status != "read")
        missing = (
            (self.orders - self.accepted_once)
            + (self.orders - self.delivered)
            + (self.orders - self.receipted)
        )
        return missing + self.wrong_totals + unread + self.ledger.faults


async def main() -> None:
    async with partial_stack("gateway", "simulators", "api", "worker") as stack:
        day = await run(stack.places.url("simulators"), stack.owner_url, customers=CUSTOMERS)
    print(f"{CUSTOMERS} customers, {len(DEALERS)} dealers, {len(RIDERS)} riders, {day.seconds:.0f} s")
    print(
        f"orders {day.orders}, accepted by exactly one dealer {day.accepted_once}, delivered {day.delivered}"
    )
    print(f"totals that are not the database's {day.wrong_totals}, pushes to riders {day.riders_pushed}")
    print(f"paid in full with one receipt {day.receipted}")
    print("\n".join(day.ledger.lines()))
    if day.faults:
        raise SystemExit(f"faults: {day.faults}")


async def run(simulators_url: str, database_url: str, *, customers: int, seed: int = 1) -> Day:
    """Play the day against a running stack. `seed` gives the customers their phones and hours."""
    wire, chance, started = Wire(simulators_url), random.Random(seed), time.monotonic()
    since = await now(database_url)
    await _switch_zones_on(database_url)
    phones = [f"39348{seed:04d}{n:04d}" for n in range(customers)]
    stop = asyncio.Event()
    taps = dict.fromkeys(DEALERS, ("offer:accept:", "status:ready:"))
    taps |= dict.fromkeys(RIDERS, ("ride:out_for_delivery:", "ride:delivered:"))
    partners = [asyncio.create_task(_partner(wire, phone, wanted, stop)) for phone, wanted in taps.items()]
    shoppers = (
        _customer(wire, phone, ORDERS[n % len(ORDERS)], chance.uniform(0, 5))
        for n, phone in enumerate(phones)
    )
    try:
        await asyncio.gather(*shoppers)
        await _delivered(database_url, phones)
        await settled(database_url, seconds=DELIVERY_SECONDS, since=since)
    finally:
        stop.set()
        await asyncio.gather(*partners)
    await settled(database_url, seconds=WAIT_SECONDS, since=since)
    everybody = [*phones, *taps]
    ledger = await audit(database_url, await wire.log(), everybody, since)
    return await _report(database_url, phones, ledger, time.monotonic() - started)


async def _switch_zones_on(database_url: str) -> None:
    """Customers are asked where to bring things, and pay for it by zone."""
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute("update delivery_zones set active = true")
    finally:
        await connection.close()


async def _customer(wire: Wire, phone: str, words: tuple[str, str], pause: float) -> None:
    await asyncio.sleep(pause)
    seen = await _say(wire, phone, "Ciao!", 0)
    seen = await _say(wire, phone, words[0], seen)
    seen = await _say(wire, phone, words[1], seen)
    # Nobody knows a new customer's address: it is asked before the summary.
    await wire.inbound(phone, ADDRESS)
    confirm = await _button(wire, phone, "order:confirm:", seen)
    seen = len(await wire.sent_to(phone))
    await wire.tap(phone, confirm, "Conferma")
    await _more(wire, phone, seen)


async def _say(wire: Wire, phone: str, text: str, seen: int) -> int:
    await wire.inbound(phone, text)
    return await _more(wire, phone, seen)


async def _more(wire: Wire, phone: str, seen: int) -> int:
    async def count() -> int | None:
        found = len(await wire.sent_to(phone))
        return found if found > seen else None

    return int(await _until(count, f"no answer to {phone}"))


async def _button(wire: Wire, phone: str, prefix: str, seen: int) -> str:
    async def find() -> str | None:
        for body in (await wire.sent_to(phone))[seen:]:
            for button in buttons(body).values():
                if button.startswith(prefix):
                    return button
        return None

    return str(await _until(find, f"no button {prefix} for {phone}"))


async def _partner(wire: Wire, phone: str, wishes: tuple[str, ...], stop: asyncio.Event) -> None:
    """A dealer or rider who taps, of each message, the first button that begins with one of `wishes`."""
    seen, tapped = 0, set[str]()
    while not stop.is_set():
        bodies = await wire.sent_to(phone)
        for body in bodies[seen:]:
            wanted = [b for b in buttons(body).values() if b.startswith(wishes)]
            for button in wanted[:1]:
                if button not in tapped:
                    tapped.add(button)
                    await wire.tap(phone, button)
        seen = len(bodies)
        await asyncio.sleep(0.2)


async def _delivered(database_url: str, phones: list[str]) -> None:
    connection = await asyncpg.connect(database_url)
    try:

        async def done() -> bool | None:
            left = await connection.fetchval(
                "select count(*) from market_orders m join whatsapp_order_relays r on r.id = m.relay_id "
                "where r.phone = any ($1) and m.status <> 'delivered'",
                phones,
            )
            return True if left == 0 else None

        await _until(done, "orders are not delivered", seconds=DELIVERY_SECONDS)
    finally:
        await connection.close()


async def _until(probe: Callable[[], Any], complaint: str, *, seconds: float = WAIT_SECONDS) -> Any:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if (found := await probe()) is not None:
            return found
        await asyncio.sleep(0.15)
    raise TimeoutError(f"{complaint} within {seconds:.0f} s")


async def _report(database_url: str, phones: list[str], ledger: Ledger, seconds: float) -> Day:
    connection = await asyncpg.connect(database_url)
    try:
        row = await connection.fetchrow(
            """
            select count(*) as orders,
              count(*) filter (where (select count(*) from order_offers o where o.market_order_id = m.id
                and o.outcome = 'accepted') = 1) as accepted_once,
              count(*) filter (where m.status = 'delivered') as delivered,
              count(*) filter (where m.total_price <> (select sum((l ->> 'quantity')::integer * p.price)
                from jsonb_array_elements(m.lines) l
                join products p on p.id = (l ->> 'product_id')::uuid)) as wrong_totals,
              count(*) filter (where exists (select 1 from notifications n join notification_deliveries d
                on d.notification_id = n.id where n.kind = 'new_order' and d.status = 'sent'
                and n.data ->> 'market_order_id' = m.id::text)) as riders_pushed,
              count(*) filter (where exists (select 1 from payments p where p.relay_id = r.id and p.status = 'paid'
                  and p.amount = r.total_price)
                and (select count(*) from whatsapp_messages x where x.conversation_id = r.conversation_id
                  and x.content ~ ('(Ricevuta|Receipt|Bukti pembayaran) ' || m.code || '[*]')) = 1) as receipted
            from market_orders m join whatsapp_order_relays r on r.id = m.relay_id where r.phone = any ($1)
            """,
            phones,
        )
    finally:
        await connection.close()
    assert row is not None
    return Day(ledger=ledger, seconds=seconds, **dict(row))
