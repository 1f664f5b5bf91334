"""How an order is paid: asked with the confirmation where there is a choice, and changed while a page waits."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Final
from uuid import UUID

from processors.customer.choices import PayWay, pay_id
from processors.customer.menus import checkout_button, menu_button
from processors.customer.talk import Reads, Talk
from processors.customer.titles import button_title
from processors.model import Action, Button, Json, Reply, Turn
from processors.settings import Settings
from processors.understanding.gate import plain

_BEFORE = (
    r"(?:(?:si|ok|va bene|yes|ya) )?(?:(?:pago|pagare|paghero|preferisco|vorrei|voglio|posso|facciamo|i ll|i|will|"
    r"pay|want|to|prefer|saya|mau|bayar) ){0,4}(?:(?:con|in|la|il|una|by|with|a|my|in|pakai|pake|dengan|secara) ){0,2}"
)
_AFTER = r"(?: (?:per favore|grazie|please|thanks|ya|aja|saja|dong|kak))?"

_CARD: Final = re.compile(
    _BEFORE + r"(?:carta(?: di (?:credito|debito))?|bancomat|(?:credit |debit )?card|"
    r"kartu(?: (?:kredit|debit))?|online)" + _AFTER
)
_CASH: Final = re.compile(
    _BEFORE + r"(?:contanti|contante|cash|tunai|cod)(?: (?:alla consegna|on delivery))?" + _AFTER + "|"
    rf"{_BEFORE}(?:alla consegna|al fattorino|alla porta|quando arriva|on delivery|at the door|di tempat|saat diantar)"
    + _AFTER
)


_MEANS: Final = (
    r"(?:cart[ae]|bancomat|pos|contanti|contrassegno|satispay|paypal|postepay|bonifico|apple pay|google pay|"
    r"credit card|"
    r"debit card|card|cards|cash|bank transfer|kartu|tunai|transfer|qris|ovo|gopay|dana|cod)"
)
_ASKS: Final = re.compile(
    rf"^(?:\w+ ){{0,3}}?(?:(?:posso|possiamo|si puo|potrei|accettate|prendete|avete|fate|c e|hai|can (?:i|we)|could i|"
    rf"do you|is it possible to|bisa|boleh|terima|ada)\b(?: \w+){{0,5}}? {_MEANS}\b(?: \w+){{0,3}}$"
    r"|(?:come|in che modo|how)(?: (?:si|posso|devo|can|do|should|i|we))* (?:pag\w+|pay)\b(?: \w+){0,2}$"
    r"|(?:che |quali )?(?:metodi|modalita|forme) di pagamento\b|payment (?:methods|options)|"
    r"(?:gimana|bagaimana|cara) (?:cara )?(?:saya )?(?:pem)?bayar\w*|metode pembayaran)"
)
_PAID: Final = re.compile(
    r"\b(?:ho|abbiamo|gia|already|sudah|udah|rimbors\w*|refund\w*|doppio|twice|addebit\w*|regalo|gift)\b"
)
_LONGEST_QUESTION = 12


def offered(turn: Turn, settings: Settings) -> tuple[str, ...]:
    """How this customer may pay. A shop that takes cards alone takes cash where no key for cards is set.

    Who plays in the simulator never gets a page to pay real money at.
    """
    can_card = settings.stripe_enabled and not turn.account.simulated
    ways = tuple(way for way in turn.business.payment_methods if way != "stripe" or can_card)
    return ways or ("cash_on_delivery",)


def way_of(text: str) -> PayWay | None:
    """The way of paying that a short text names, when it says nothing else."""
    words = plain(text)
    if _CARD.fullmatch(words):
        return "card"
    return "cash" if _CASH.fullmatch(words) else None


def asks_ways(text: str) -> bool:
    """Whether a text asks how one can pay: "avete il POS?", "can I pay by card?"."""
    words = plain(text)
    return (
        len(words.split()) <= _LONGEST_QUESTION
        and _ASKS.search(words) is not None
        and not _PAID.search(words)
    )


def tell_ways(talk: Talk, text: str) -> Talk:
    """The talk ending with the ways on offer; the summary that waits goes on waiting."""
    key = "both" if len(talk.ways_to_pay) > 1 else ("card" if "stripe" in talk.ways_to_pay else "cash")
    onward = checkout_button(talk) if talk.cart else menu_button(talk, "catalogue")
    reply = Reply(
        text=talk.say(f"pay.ways_{key}"), kind="buttons", buttons=(onward, menu_button(talk, "human"))
    )
    return replace(talk, ending=reply, intent=talk.intent or "product_inquiry")


def way_for(talk: Talk, chosen: PayWay | None) -> str | None:
    """The provider for a confirmation; None where the customer has to be asked first."""
    pending = talk.session.proposal
    if pending is not None and pending.total == 0:
        return "cash_on_delivery"
    if chosen is not None:
        named = "stripe" if chosen == "card" else "cash_on_delivery"
        return named if named in talk.ways_to_pay else talk.ways_to_pay[0]
    return talk.ways_to_pay[0] if len(talk.ways_to_pay) == 1 else None


def ask(talk: Talk, relay_id: UUID) -> Talk:
    """The talk ending with the question how to pay."""
    pending = talk.session.proposal
    if pending is not None and pending.relay_id == relay_id:
        talk = replace(talk, session=replace(talk.session, proposal=replace(pending, paying=True)))
        text = talk.say("pay.how", total=talk.money(pending.total))
    else:
        text = talk.say("pay.how_plain")
    return replace(
        talk,
        ending=Reply(
            text=text,
            kind="buttons",
            buttons=tuple(
                Button(id=pay_id(way, relay_id), title=button_title(talk.say(f"button.pay_{way}")))
                for way in ("card", "cash")
            ),
        ),
        intent="order_request",
        checkout=False,
    )


async def instead(talk: Talk, reads: Reads) -> Talk | None:
    """Cash for the order that waits for a payment by card; None when there is none."""
    if not reads.services.settings.stripe_enabled:
        return None
    orders = await reads.services.store.customer_orders(talk.turn.conversation_id)
    waiting = next((order for order in orders if awaits(order)), None)
    return at_the_door(talk, UUID(waiting["relay_id"])) if waiting else None


def at_the_door(talk: Talk, relay_id: UUID) -> Talk:
    """The order goes on without the card."""
    human = (menu_button(talk, "human"),)
    action = Action(
        kind="pay_cash",
        args={"relay_id": str(relay_id)},
        outcomes={
            "created": (Reply(text=talk.say("order.created_plain")),),
            "held": (Reply(text=talk.say("pay.cash_held")),),
            "paid": (Reply(text=talk.say("pay.already")),),
            "not_offered": (Reply(text=talk.say("pay.no_cash"), kind="buttons", buttons=human),),
            "*": (
                Reply(text=talk.say("pay.too_late"), kind="buttons", buttons=(menu_button(talk, "order"),)),
            ),
        },
    )
    return replace(talk, actions=(*talk.actions, action), intent="order_request")


def awaits(order: Json) -> bool:
    """Whether an order, in the shape of `customer_orders`, waits for a payment by card."""
    payment = order.get("payment") or {}
    return (
        order["status"] == "confirmed"
        and not order["held_until"]
        and payment.get("provider") == "stripe"
        and Decimal(order["total"]) > 0
    )
