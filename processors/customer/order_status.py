"""An order in words: what, where to, how far it is, and when it may be there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from processors.customer import hours
from processors.customer.paying import awaits
from processors.customer.talk import Talk
from processors.language.lines import lines_short
from processors.model import Json
from processors.understanding.numbers import words_of

STATES: Final = frozenset(
    words_of("held offered accepted preparing ready out_for_delivery delivered failed_delivery cancelled")
)
LONGEST_GOODS: Final = 200
_COMING: Final = frozenset(words_of("accepted preparing ready out_for_delivery"))


def order_text(talk: Talk, order: Json) -> str:
    """Code, goods, total, state and time; a state for each part when several dealers work on it."""
    return "\n".join(_lines(talk, order))


def _lines(talk: Talk, order: Json) -> Iterator[str]:
    total = talk.money(Decimal(order["total"]), order["currency"])
    yield talk.say("status.order", code=order["code"], total=total)
    goods = lines_short(order["lines"])
    yield goods if len(goods) <= LONGEST_GOODS else goods[: LONGEST_GOODS - 1].rstrip() + "…"
    parts = order["parts"]
    states = {part["status"] for part in parts}
    if len(states) <= 1:
        yield _state(talk, order, next(iter(states), "offered"))
    else:
        yield from (f"• {part['code']}: {_state(talk, order, part['status'])}" for part in parts)
    coming = [part for part in parts if part["status"] in _COMING]
    if coming:
        yield from _way(talk, order, coming)
    if url := (order.get("payment") or {}).get("url"):
        yield talk.say("pay.link_again", url=url)
    if order["note"] and states - {"delivered", "cancelled"}:
        yield talk.say("delivery.note", note=order["note"])


def _way(talk: Talk, order: Json, coming: list[Json]) -> Iterator[str]:
    """Who brings it where, and between when and when by what was promised."""
    delivery, names = order["delivery"], [part["rider"] for part in coming if part["rider"]]
    if delivery.get("way") == "pickup":
        for part in coming:
            yield talk.say("status.collect", dealer=part["dealer"], place=part["dealer_address"])
            if part.get("ready_at"):
                at = datetime.fromisoformat(part["ready_at"])
                yield talk.say("status.agreed", when=hours.when(at, talk.turn.business, talk.language))
        return
    if delivery.get("address"):
        yield talk.say("status.to", address=delivery["address"])
    if names:
        yield talk.say("status.rider", rider=", ".join(dict.fromkeys(names)))
    if agreed := [datetime.fromisoformat(part["ready_at"]) for part in coming if part.get("ready_at")]:
        yield talk.say("status.agreed", when=hours.when(max(agreed), talk.turn.business, talk.language))
        return
    accepted = [datetime.fromisoformat(part["accepted_at"]) for part in coming if part["accepted_at"]]
    if accepted and "minutes_to" in delivery:
        yield _time(talk, max(accepted), delivery["minutes_from"], delivery["minutes_to"])


def _time(talk: Talk, accepted: datetime, low: int, high: int) -> str:
    """ "Arrivo previsto tra le 17:30 e le 18:10"; once that is over, that it is late."""
    business = talk.turn.business
    first, last = accepted + timedelta(minutes=low), accepted + timedelta(minutes=high)
    end = hours.clock(last, business)
    if last < hours.now():
        return talk.say("status.late", time=end)
    return talk.say("status.expected", first=hours.clock(first, business), last=end)


def _state(talk: Talk, order: Json, state: str) -> str:
    if state == "held" and order.get("held_until"):
        opening = datetime.fromisoformat(order["held_until"])
        return talk.say("state.held", when=hours.when(opening, talk.turn.business, talk.language))
    if state == "held" and awaits(order):
        return talk.say("state.unpaid")
    return talk.say(f"state.{state}") if state in STATES else state
