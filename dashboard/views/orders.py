"""The orders board: a column for each stretch of an order's way, a card for each order, its next step on the card."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import TypeVar

import streamlit as st
from postgrest import AsyncPostgrestClient

from dashboard.amounts import amount_in
from dashboard.client import Refused
from dashboard.queries import orders, payments
from dashboard.views import cards
from dashboard.visitor import Visitor
from processors.language.lines import lines_short
from processors.language.money import money
from processors.model import Json

T = TypeVar("T")

COLUMNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("waiting", ("held", "offered")),
    ("preparing", ("accepted", "preparing")),
    ("ready", ("ready",)),
    ("out", ("out_for_delivery", "failed_delivery")),
    ("over", orders.OVER),
)
NEXT = {
    "accepted": "preparing",
    "preparing": "ready",
    "ready": "out_for_delivery",
    "out_for_delivery": "delivered",
    "failed_delivery": "out_for_delivery",
}
FAILABLE = ("accepted", "preparing", "ready", "out_for_delivery")
WHY = ("nobody_home", "wrong_address", "refused", "other")
TURNED = "riders_turned"
REPAINT_SECONDS = 5
SHOWN = "orders_shown"
LATE_MINUTES = {
    "offered": 10,
    "accepted": 15,
    "preparing": 30,
    "ready": 15,
    "out_for_delivery": 60,
    "failed_delivery": 0,
}
"""From then on the time on a card is a warning."""
MAY_ACT = ("admin", "agent")


def show(visitor: Visitor) -> None:
    """Draw the page; it looks again every few seconds."""
    cards.style()

    @st.fragment(run_every=REPAINT_SECONDS, key="orders_board")
    def painted() -> None:
        _board(visitor)

    painted()


def _board(visitor: Visitor) -> None:
    limit = st.session_state.get(SHOWN, orders.PAGE_ROWS)
    found = visitor.ask(lambda client: orders.board(client, visitor.businesses, limit=limit))
    everything = [*found.under_way, *found.over]
    _riders(visitor, found)
    if not everything:
        st.info(visitor.say("orders.empty"))
        return
    for column, (name, statuses) in zip(st.columns(len(COLUMNS)), COLUMNS, strict=True):
        here = [order for order in everything if order["status"] in statuses]
        others = found.more_over if name == "over" else found.more
        with column:
            st.markdown(f"##### {visitor.say(f'orders_column.{name}')} · {len(here)}{'+' if others else ''}")
            if not here:
                st.caption(visitor.say("orders.nothing"))
            for order in here:
                _card(visitor, found, order)
    if found.more:
        st.caption(visitor.say("orders.oldest", count=limit))
        if st.button(visitor.say("orders.show_more"), icon=":material/expand_more:", key="orders_more"):
            st.session_state[SHOWN] = limit + orders.PAGE_ROWS
            st.rerun(scope="fragment")


def _riders(visitor: Visitor, board: orders.Board) -> None:
    """Who is on duty, and a switch for each where the person may act."""
    if not board.riders:
        return
    on_duty = sum(not rider["paused"] for rider in board.riders)
    label = visitor.say("orders.riders", count=on_duty, total=len(board.riders))
    with st.popover(label, icon=":material/two_wheeler:"):
        st.caption(visitor.say("orders.riders_hint"))
        for rider in board.riders:
            _duty(visitor, board, rider)


def _duty(visitor: Visitor, board: orders.Board, rider: Json) -> None:
    bringing = sum(order["rider_id"] == rider["id"] for order in board.under_way)
    # Of a long board only the oldest orders are read.
    shown = f"{bringing}{'+' if board.more else ''}"
    label = f"{_plain(rider['name'])} · {visitor.say('orders.bringing', count=shown)}"
    # The key holds what the database says and how often a switch was turned, so that it always shows how things are.
    key = f"duty_{rider['id']}_{rider['paused']}_{st.session_state.get(TURNED, 0)}"
    may = visitor.may(*MAY_ACT)
    st.toggle(
        label, value=not rider["paused"], key=key, disabled=not may, on_change=_turn, args=(visitor, rider)
    )


def _turn(visitor: Visitor, rider: Json) -> None:
    st.session_state[TURNED] = st.session_state.get(TURNED, 0) + 1
    try:
        visitor.ask(lambda client: orders.pause_rider(client, rider["id"], not rider["paused"]))
    except Refused as refused:
        st.toast(visitor.refusal(refused), icon="⚠️")


def _card(visitor: Visitor, board: orders.Board, order: Json) -> None:
    with st.container(border=True, key=f"order_{order['id']}", gap="small"):
        # One piece for all that is read: a full board has dozens of cards and repaints every few seconds.
        cards.block(
            cards.line(cards.strong(f"{order['code']} · {_total(visitor, order)}")),
            *(cards.plain(text) for text in (_customer(order), lines_short(order["lines"])) if text),
            cards.plain(f"📝 {order['note']}") if order["note"] else "",
            *(cards.small(fact) for fact in _facts(visitor, order)),
        )
        payment = payments.current(order["relay"]["payments"])
        can_refund = visitor.may("admin") and payment is not None and payments.left(payment) > 0
        is_open = visitor.may(*MAY_ACT) and order["status"] not in orders.OVER
        with st.container(horizontal=True, gap="xsmall"):
            if is_open:
                _next_step(visitor, order)
            st.link_button(
                "💬", f"/?conversation={order['relay']['conversation_id']}", help=visitor.say("orders.talk")
            )
        if not (is_open or can_refund):
            return
        more = st.popover(
            visitor.say("orders.more"), width="stretch", key=f"more_{order['id']}", on_change="rerun"
        )
        # What nobody has opened is not drawn: a full board repaints every few seconds.
        if not more.open:
            return
        with more:
            if is_open:
                _more(visitor, board, order)
            if payment is not None and can_refund:
                _refund(visitor, order, payment)


def _next_step(visitor: Visitor, order: Json) -> None:
    step = NEXT.get(order["status"])
    label = visitor.say(f"orders_step.{step}") if step else ""
    if step and st.button(label, key=f"step_{order['id']}", type="primary", width="stretch"):
        _do(visitor, lambda client: orders.move(client, order, step))


def _more(visitor: Visitor, board: orders.Board, order: Json) -> None:
    if order["status"] == "offered":
        pending = {offer["dealer"]["id"] for offer in order["offers"] if offer["outcome"] == "pending"}
        free = [dealer for dealer in _of(board.dealers, order) if dealer["id"] not in pending]
        dealer = _choice(visitor, "offer", order, free, lambda d: d["name"] + (" ⏸" if d["paused"] else ""))
        if dealer:
            _do(visitor, lambda client: orders.offer(client, order, dealer["id"]))
    if order["status"] in NEXT and order["delivery"].get("way") != "pickup":
        others = [rider for rider in _of(board.riders, order) if rider["id"] != order["rider_id"]]
        rider = _choice(visitor, "rider", order, others, lambda r: str(r["name"]))
        if rider:
            _do(visitor, lambda client: orders.assign(client, order, rider["id"]))
    if order["status"] in FAILABLE and order["delivery"].get("way") != "pickup":
        why = _choice(visitor, "fail", order, WHY, lambda reason: visitor.say(f"delivery_failed.{reason}"))
        if why:
            _do(visitor, lambda client: orders.fail(client, order, why))
    if order["status"] != "out_for_delivery":
        reason = st.text_input(visitor.say("orders.reason"), key=f"why_{order['id']}", max_chars=300)
        if st.button(visitor.say("orders.cancel"), key=f"cancel_{order['id']}", disabled=not reason.strip()):
            _do(visitor, lambda client: orders.cancel(client, order, reason))


def _refund(visitor: Visitor, order: Json, payment: Json) -> None:
    rest = money(payments.left(payment), payment["currency"], visitor.language)
    typed = st.text_input(
        visitor.say("orders.refund_amount"), key=f"refund_{order['id']}", placeholder=rest, max_chars=12
    )
    try:
        amount = amount_in(typed, visitor.language)
    except ValueError:
        st.error(visitor.say("refusal.amount"))
        return
    shown = rest if amount is None else money(amount, payment["currency"], visitor.language)
    # Of an order in several parts each card shows the same payment.
    key = f"do_refund_{order['id']}"
    if st.button(visitor.say("orders.refund", amount=shown), key=key):
        _do(visitor, lambda client: payments.refund(client, payment, amount))


def _choice(
    visitor: Visitor, name: str, order: Json, choices: Sequence[T], label: Callable[[T], str]
) -> T | None:
    """One of the choices once its button is pressed."""
    if not choices:
        return None
    key = f"{name}_{order['id']}"
    chosen = st.selectbox(
        visitor.say(f"orders_choose.{name}"),
        choices,
        format_func=label,
        key=key,
        index=None,
        placeholder=visitor.say("orders.choose"),
    )
    pressed = st.button(visitor.say(f"orders_do.{name}"), key=f"do_{key}", disabled=chosen is None)
    return chosen if pressed else None


def _do(visitor: Visitor, act: Callable[[AsyncPostgrestClient], Awaitable[None]]) -> None:
    try:
        visitor.ask(act)
    except Refused as refused:
        st.toast(visitor.refusal(refused), icon="⚠️")
    st.rerun(scope="fragment")


def _facts(visitor: Visitor, order: Json) -> list[str]:
    status, minutes = order["status"], _minutes(order)
    late = "⚠️ " if minutes >= LATE_MINUTES.get(status, 10**9) else ""
    payment = payments.current(order["relay"]["payments"])
    is_unpaid = status == "held" and payment is not None and payments.is_open(payment)
    state = "order.unpaid" if is_unpaid else f"order.{status}"
    facts = [f"{late}{visitor.say(state)} · {_ago(visitor, minutes)}"]
    if order["dealer"]:
        facts.append(f"🏬 {order['dealer']['name']}")
    waiting = [offer for offer in order["offers"] if offer["outcome"] == "pending"]
    if status == "offered":
        names = ", ".join(offer["dealer"]["name"] for offer in waiting)
        facts.append(
            visitor.say("orders.asked", names=names) if names else f"⚠️ {visitor.say('orders.nobody')}"
        )
    if payment:
        facts.append(visitor.say(f"payment.{payments.word(payment)}"))
    if order["rider"]:
        facts.append(f"🛵 {order['rider']['name']}")
    if address := order["delivery"].get("address"):
        facts.append(f"📍 {address}")
    return facts


def _ago(visitor: Visitor, minutes: int) -> str:
    if minutes < 60:
        return visitor.say("orders.minutes", count=minutes)
    return visitor.say("orders.hours", count=minutes // 60)


def _minutes(order: Json) -> int:
    return int((datetime.now(UTC) - datetime.fromisoformat(order["updated_at"])).total_seconds() // 60)


def _total(visitor: Visitor, order: Json) -> str:
    total = Decimal(str(order["total_price"])) + Decimal(str(order["delivery_fee"]))
    return money(total, order["currency"], visitor.language)


def _customer(order: Json) -> str:
    contact = order["relay"]["contact"] or {}
    return str(contact.get("name") or order["relay"]["phone"] or "")


def _of(choices: Sequence[Json], order: Json) -> list[Json]:
    return [choice for choice in choices if choice["business_id"] == order["business_id"]]


def _plain(text: str) -> str:
    """A text inside a caption, which reads markdown: its signs lose their meaning."""
    return "".join(f"\\{sign}" if sign in r"\`*_{}[]()#+-.!|~<>$:&" else sign for sign in text)
