"""Plays scenarios against the running engine, on the simulated account, and cleans up behind itself."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from processors.errors import RelaydeskError
from processors.language.money import money
from processors.model import Json
from processors.reads import one, rows
from processors.scenarios.scripts import Expectation, Scenario, Step
from processors.services import Services
from processors.simulation import PHONE_PREFIX, SimulatedTurn, Simulator, tap_message, text_message

AT_ONCE = 4
CANCELLABLE = ("pending", "confirmed", "created")


@dataclass(frozen=True, kw_only=True)
class ScenarioResult:
    """`steps` holds what was said and what came back; `error` why it failed."""

    name: str
    passed: bool
    steps: tuple[Json, ...]
    error: str | None
    ms: int


class Failed(Exception):
    """An expectation was not met."""


class ScenarioRunner:
    """Runs scenarios; each with a phone number of its own, so that runs can't meet."""

    def __init__(self, services: Services, simulator: Simulator) -> None:
        self._client = services.store.client
        self._simulator = simulator
        # Dealers and riders are people of the business with one number each: their talks must not mix.
        self._partner = asyncio.Lock()

    async def run_all(self, scenarios: Sequence[Scenario]) -> list[ScenarioResult]:
        """The results in the same order. Raises Conflict without a simulated account."""
        business_id = await self._simulator.business_id()
        values = await self._values(business_id)
        slots = asyncio.Semaphore(AT_ONCE)

        async def run(scenario: Scenario) -> ScenarioResult:
            async with slots:
                if scenario.speaker == "customer":
                    phone = PHONE_PREFIX + "".join(secrets.choice("0123456789") for _ in range(11))
                    return await self._run(scenario, phone, values)
                async with self._partner:
                    number = await self._partner_phone(business_id, scenario.speaker)
                    return await self._run(scenario, number, values)

        return list(await asyncio.gather(*(run(scenario) for scenario in scenarios)))

    async def _run(self, scenario: Scenario, phone: str | None, values: Mapping[str, str]) -> ScenarioResult:
        started = time.monotonic()
        steps: list[Json] = []
        turn: SimulatedTurn | None = None
        error: str | None = None
        try:
            if phone is None:
                raise Failed(f"the business has no {scenario.speaker} with a number")
            for number, step in enumerate(scenario.steps, start=1):
                if step.delivers and "address" not in values:
                    continue
                said, message = _message(step, turn, values)
                turn = await self._simulator.say(phone, message=message)
                steps.append(_record(said, turn))
                if problem := unmet(step.expect, turn, values):
                    raise Failed(f"step {number}: {problem}")
        except (Failed, RelaydeskError) as problem:
            error = str(problem)
        if turn is not None and phone is not None and scenario.speaker == "customer":
            error = await self._clean_up(phone, turn.conversation_id) or error
        ms = round((time.monotonic() - started) * 1000)
        return ScenarioResult(
            name=scenario.name, passed=error is None, steps=tuple(steps), error=error, ms=ms
        )

    async def _values(self, business_id: UUID) -> dict[str, str]:
        """The placeholders: two products that dealers have plenty of, the same ones in every run."""
        stock = await rows(
            self._client.table("dealer_stock")
            .select("product_id", "on_hand", "reserved")
            .eq("business_id", str(business_id))
            .order("on_hand", desc=True)
            .order("product_id")
            .limit(200)
        )
        free = [row["product_id"] for row in stock if row["on_hand"] - row["reserved"] >= 5]
        columns = ("id", "name", "price", "currency", "attributes")
        products = await rows(
            self._client.table("products")
            .select(*columns)
            .in_("id", list(dict.fromkeys(free))[:50])
            .eq("active", True)
            .order("sku")
        )
        # One without variants can be ordered in a single sentence.
        plain = [product for product in products if not product["attributes"]]
        if len(plain) < 2:
            return {}
        first, second = plain[:2]
        price = money(Decimal(str(first["price"])), first["currency"], "it")
        found = {"product": first["name"], "price": price, "other": second["name"]}
        return found | await self._address(business_id)

    async def _address(self, business_id: UUID) -> dict[str, str]:
        """An address in the zone with the lowest minimum, if the business delivers by postcode."""
        query = self._client.table("delivery_zones").select("postcodes").eq("business_id", str(business_id))
        zones = await rows(query.eq("active", True).order("minimum_order").order("id"))
        code = next((code for zone in zones for code in zone["postcodes"]), None)
        return {"address": f"via Prova 1, {code.ljust(5, '1')}"} if code else {}

    async def _partner_phone(self, business_id: UUID, kind: str) -> str | None:
        query = self._client.table("rider_contacts").select("contact_value")
        found = await one(
            query.eq("business_id", str(business_id))
            .eq("contact_type", kind)
            .order("created_at")
            .order("id")
            .limit(1)
        )
        return found["contact_value"] if found else None

    async def _clean_up(self, phone: str, conversation_id: UUID) -> str | None:
        """Cancel what was ordered and close the conversation. Returns what could not be cancelled."""
        problem = None
        try:
            for relay in await self._open_relays(conversation_id):
                tap = tap_message(f"order:cancel:{relay['id']}", "Annulla", is_row=False)
                await self._simulator.say(phone, message=tap)
            if left := await self._open_relays(conversation_id):
                problem = f"order {left[0]['code']} could not be cancelled"
            closed = {"status": "resolved"}
            escalations = self._client.table("escalations").update(closed)
            await rows(escalations.eq("conversation_id", str(conversation_id)).eq("status", "open"))
            conversations = self._client.table("whatsapp_conversations").update(closed)
            await rows(conversations.eq("id", str(conversation_id)))
        except RelaydeskError as error:
            problem = f"cleaning up: {error}"
        return problem

    async def _open_relays(self, conversation_id: UUID) -> list[Json]:
        """Relays of the conversation that may still hold stock."""
        relays = await rows(
            self._client.table("whatsapp_order_relays")
            .select("id", "code")
            .eq("conversation_id", str(conversation_id))
            .in_("status", list(CANCELLABLE))
        )
        return [relay for relay in relays if await self._is_open(relay["id"])]

    async def _is_open(self, relay_id: str) -> bool:
        orders = await rows(self._client.table("market_orders").select("status").eq("relay_id", relay_id))
        return not orders or any(order["status"] != "cancelled" for order in orders)


def _message(
    step: Step, before: SimulatedTurn | None, values: Mapping[str, str]
) -> tuple[str, dict[str, Any]]:
    """What is said in words, and its message object."""
    if step.say is not None:
        text = _filled(step.say, values) * step.times
        return text, text_message(text)
    title = _filled(step.tap or "", values)
    for reply in before.replies if before else ():
        for key in ("buttons", "rows"):
            for choice in reply.body.get(key) or ():
                if str(choice["title"]).casefold().startswith(title.casefold()):
                    said = f"[{choice['title']}]"
                    return said, tap_message(choice["id"], choice["title"], is_row=key == "rows")
    raise Failed(f"there is nothing to tap that begins with {title!r}")


def _filled(text: str, values: Mapping[str, str]) -> str:
    for name in ("product", "price", "other", "address"):
        placeholder = "{" + name + "}"
        if placeholder not in text:
            continue
        if name not in values:
            raise Failed("the catalogue has no two products without variants in stock")
        text = text.replace(placeholder, values[name])
    return text


def _record(said: str, turn: SimulatedTurn) -> Json:
    shown = said if len(said) <= 200 else said[:200] + "…"
    return {
        "said": shown,
        "intent": turn.intent,
        "language": turn.language,
        "replies": [reply.to_json() for reply in turn.replies],
        "ms": turn.timings_ms["total"],
    }


def unmet(expect: Expectation, turn: SimulatedTurn, values: Mapping[str, str]) -> str | None:
    """The first expectation that an answer does not meet, in words; None when it meets all."""
    words = "\n".join(_words(reply.body) for reply in turn.replies).casefold()

    def found(text: str) -> bool:
        return _filled(text, values).casefold() in words

    kinds = tuple(str(reply.body.get("kind", "text")) for reply in turn.replies)
    checks = {
        "there is an answer": expect.silent and bool(turn.replies),
        "there is no answer": not expect.silent and not turn.replies,
        f"intent is {turn.intent}": expect.intent is not None and turn.intent != expect.intent,
        f"language is {turn.language}": expect.language is not None and turn.language != expect.language,
        f"types are {kinds}": expect.types is not None and kinds != expect.types,
        f"none of {expect.contains_any}": bool(expect.contains_any)
        and not any(map(found, expect.contains_any)),
    }
    checks |= {f"{text!r} is missing": not found(text) for text in expect.contains}
    checks |= {f"{text!r} is there": found(text) for text in expect.not_contains}
    return next((problem for problem, is_so in checks.items() if is_so), None)


def _words(body: Json) -> str:
    """All words of a bubble that a person would see."""
    choices = [*(body.get("buttons") or ()), *(body.get("rows") or ())]
    parts = [str(body.get("text") or "")]
    parts += [f"{choice['title']} {choice.get('description') or ''}" for choice in choices]
    return "\n".join(parts)
