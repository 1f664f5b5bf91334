"""Plays one dialogue on the stage, step by step, and keeps what was seen."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import uuid4

from bench.dialogues.script import DEALERS, RIDERS, Act, Dialogue, Step
from bench.dialogues.shop import Shop
from bench.dialogues.stage import Bubble, Choice, Stage, Unmet


@dataclass(kw_only=True)
class Player:
    """One customer with their dialogue. `seen` counts the bubbles of the steps before."""

    stage: Stage
    shop: Shop
    dialogue: Dialogue
    phone: str
    turns: int = 0
    seen: int = 0
    said: list[str] = field(default_factory=list)

    async def play(self) -> None:
        """Raises Unmet at the first thing that is not as the script says."""
        for number, step in enumerate(self.dialogue.steps, start=1):
            try:
                await self._do(step)
                await self.stage.settled(self.phone)
                await self._look(step)
            except Unmet as problem:
                raise Unmet(f"step {number} ({step.deeds[0]}): {problem}") from None

    async def _do(self, step: Step) -> None:
        self.turns += 1
        partner = step.by_partner()
        if partner is not None:
            await self._partner(*partner)
        elif step.brought_by is not None:
            await self._bring(step.brought_by)
        elif step.agent is not None:
            await self._agent(step.agent)
        elif step.wait is not None:
            await self._offers_expire()
        elif step.price is not None:
            await self._reprice(step.price)
        elif step.tap is not None:
            await self._tap(await self._filled(step.tap))
        else:
            await self._say(step)

    async def _say(self, step: Step) -> None:
        stage, phone = self.stage, self.phone
        if step.customer is not None:
            texts = (step.customer,) if isinstance(step.customer, str) else step.customer
            for text in texts:
                self.said.append(await self._filled(text))
                await stage.send(phone, text=self.said[-1])
        elif step.place is not None:
            pin = step.place.model_dump(exclude_defaults=True)
            await stage.send(phone, message={"type": "location", "location": pin})
        elif step.form is not None:
            form = {"type": "nfm_reply", "nfm_reply": _form(step.form)}
            self.said.extend(step.form.values())
            await stage.send(phone, message={"type": "interactive", "interactive": form})
        elif step.catalogue is not None:
            await stage.send(phone, message={"type": "order", "order": self._catalogue(step.catalogue)})
        elif step.quote is not None:
            bubbles = await stage.received(phone)
            quoted = [b for b in bubbles if step.quote.of.casefold() in b.words.casefold()]
            if not quoted:
                raise Unmet(f"nothing to quote holds {step.quote.of!r}")
            self.said.append(step.quote.say)
            said = {"body": step.quote.say}
            await stage.send(
                phone, message={"type": "text", "text": said, "context": {"id": quoted[-1].wamid}}
            )

    def _catalogue(self, wanted: dict[str, int]) -> dict[str, object]:
        items = [
            {
                "product_retailer_id": sku,
                "quantity": str(quantity),
                "item_price": str(max(self.shop.prices[sku])),
                "currency": "EUR",
            }
            for sku, quantity in wanted.items()
        ]
        return {"catalog_id": "1001", "product_items": items}

    async def _tap(self, title: str) -> None:
        bubbles = await self.stage.received(self.phone)
        bubble, choice = _choice(bubbles, title)
        kind = "list_reply" if len(bubble.choices) > 3 or choice.description else "button_reply"
        await self.stage.tap(self.phone, choice, kind)

    async def _partner(self, name: str, act: Act) -> None:
        needs_code = act.say is None or "{code}" in act.say or name == "rider"
        code = await self._code() if needs_code else ""
        phone = DEALERS.get(name) or await self._rider(code)
        async with self.stage.locks[phone]:
            if act.say is not None:
                wamid = await self.stage.send(phone, text=act.say.replace("{code}", code))
            else:
                wanted = act.tap or ""

                async def offered() -> tuple[Bubble, Choice] | None:
                    about = [b for b in await self.stage.received(phone) if b.names(code)]
                    return _find(about, wanted)

                try:
                    _, choice = await self.stage.until(offered, f"nothing to tap like {wanted!r} for {code}")
                except Unmet as missing:
                    told = [b.words for b in await self.stage.received(phone) if b.names(code)]
                    raise Unmet(f"{name}: {missing}; told {told}") from None
                wamid = await self.stage.tap(phone, choice)
            await self.stage.answered(wamid)

    async def _bring(self, dealer: str) -> None:
        way = ((dealer, "Accetta"), (dealer, "Pronto"), ("rider", "Ritirato"), ("rider", "Consegnato"))
        for who, title in way:
            await self._partner(who, Act(tap=title))
            await self.stage.settled(self.phone)
        self.turns += len(way) - 1

    async def _rider(self, code: str) -> str:
        async def told() -> str | None:
            for phone in RIDERS:
                if any(bubble.names(code) for bubble in await self.stage.received(phone)):
                    return phone
            return None

        return await self.stage.until(told, f"no rider knows of {code}")

    async def _agent(self, act: Act) -> None:
        of = "select id from whatsapp_conversations where phone = $1 and status <> 'resolved'"
        conversation = str(await self.stage.pool.fetchval(of, self.phone))
        key = str(uuid4())
        if act.take:
            await self.stage.desk("take_over", p_conversation_id=conversation, p_client_key=key)
        elif act.give_back:
            await self.stage.desk("hand_back", p_conversation_id=conversation, p_client_key=key)
        else:
            await self.stage.desk(
                "staff_send", p_conversation_id=conversation, p_text=act.say, p_client_key=key
            )

    async def _offers_expire(self) -> None:
        """The minutes pass in which dealers may answer; the worker finds out by itself."""
        await self.stage.pool.execute(
            "update order_offers o set expires_at = now() - interval '1 second' from market_orders m, "
            "whatsapp_order_relays r where m.id = o.market_order_id and r.id = m.relay_id and r.phone = $1 "
            "and o.outcome = 'pending'",
            self.phone,
        )

        async def expired() -> bool:
            left = (
                "select count(*) from order_offers o join market_orders m on m.id = o.market_order_id join "
            )
            left += (
                "whatsapp_order_relays r on r.id = m.relay_id where r.phone = $1 and o.outcome = 'pending' "
            )
            return bool(await self.stage.pool.fetchval(left + "and o.expires_at < now()", self.phone) == 0)

        await self.stage.until(expired, "offers do not expire")

    async def _reprice(self, prices: dict[str, Decimal]) -> None:
        for sku, price in prices.items():
            self.shop.prices[sku].add(price)
            await self.stage.pool.execute("update products set price = $2 where sku = $1", sku, price)

    async def _look(self, step: Step) -> None:
        bubbles = await self.stage.received(self.phone)
        fresh, self.seen = bubbles[self.seen :], len(bubbles)
        words = "\n".join(b.words for b in fresh)
        lower = words.casefold()
        speaks = step.deeds[0] in ("customer", "tap", "place", "form", "catalogue", "quote")
        if step.silent and fresh:
            raise Unmet(f"there is an answer: {words!r}")
        if speaks and not step.silent and not fresh:
            raise Unmet("there is no answer")
        for text in step.sees:
            if (await self._filled(text)).casefold() not in lower:
                raise Unmet(f"{text!r} is missing in {words!r}")
        if step.sees_any and not any(text.casefold() in lower for text in step.sees_any):
            raise Unmet(f"none of {step.sees_any} is in {words!r}")
        for text in step.unseen:
            if text.casefold() in lower:
                raise Unmet(f"{text!r} is in {words!r}")

    async def _filled(self, text: str) -> str:
        return text.replace("{code}", await self._code()) if "{code}" in text else text

    async def _code(self) -> str:
        code = await self.stage.pool.fetchval(
            "select code from whatsapp_order_relays where phone = $1 and market_order_id is not null "
            "order by created_at desc limit 1",
            self.phone,
        )
        if code is None:
            raise Unmet("the customer has no order")
        return str(code)


def _form(fields: dict[str, str]) -> dict[str, str]:
    return {"name": "address_message", "body": "Sent", "response_json": json.dumps({"values": fields})}


def _choice(bubbles: list[Bubble], title: str) -> tuple[Bubble, Choice]:
    found = _find(bubbles, title)
    if found is None:
        titles = [c.title for b in bubbles[-2:] for c in b.choices]
        raise Unmet(f"nothing to tap begins with {title!r}; there is {titles}")
    return found


def _find(bubbles: list[Bubble], title: str) -> tuple[Bubble, Choice] | None:
    for bubble in reversed(bubbles):
        for choice in bubble.choices:
            if choice.title.casefold().startswith(title.casefold()):
                return bubble, choice
    return None
