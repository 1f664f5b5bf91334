"""Where is my order? Told from the database, never guessed."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from uuid import UUID

from processors.customer import changes, checkout
from processors.customer.cart import Cart, with_quantity
from processors.customer.checkout import cancel
from processors.customer.choices import order_id
from processors.customer.menus import menu_button
from processors.customer.order_status import order_text
from processors.customer.swaps import names_any
from processors.customer.talk import Reads, Talk
from processors.customer.titles import button_title
from processors.model import Button, Json, Reply
from processors.search.words import fold

Listen = Callable[[Talk, Reads, str], Awaitable[Talk]]
"""What hears words: handed in, because the words may be anything."""

MOST_ORDERS = 3
ALIVE = ("confirmed", "created")
"""States of an order that was placed and not taken back."""

_CODE = re.compile(r"\b[dD]?(\d{4,9})\b")
_ONLY_CODE = re.compile(r"(ordine|order|pesanan|il|l|my|numero|number|nomor| )*d\d{4,9}")
_STATUS = re.compile(
    r"\b(dov ?e|ndo sta|dove (si trova|sta)|a che punto|che fine|stato|"
    r"quando (arriva|mi arriva|arrivera|consegnate|arrivano)|"
    r"traccia\w*|tracking|non (e|mi e) (ancora )?arrivat\w+|nn (mi )?e arivat\w+|i miei ordini|ultimo ordine|"
    r"where( is| s)? (my|the)|status|track|when will (it|my)|not (yet )?arrived|hasn t arrived|my orders?|"
    r"di ?mana|sampai mana|belum (sampai|datang)|kapan (sampai|datang|tiba)|status pesanan|lacak)\b"
)
_ABOUT_ORDER = re.compile(
    r"\b(ordin[ei]|pacc[oh]i?|consegna|spedizione|corriere|rider|fattorino|kurir|driver|merce|order|orders|parcel|package|delivery|shipment|"
    r"pesanan\w*|paket\w*|kiriman\w*|orderan\w*|barang\w*|arrivat\w+|arriva)\b"
)
_CANCEL = re.compile(
    r"\b(annull\w*|disdi\w*|cancella\w*|cancel|batalkan|batal\w*)\b.*\b(ordine|ordini|order|pesanan|orderan)\b"
)

_ON_TOP = re.compile(r"\b(aggiung\w+|aggiunt\w+|add|tambah\w*)\b")

_BEYOND_EDIT = re.compile(
    r"^(?:[^\s,;:]+\s+){0,5}?(?:modific|cambi|corregg|change|edit|modify|ubah|ganti|mengubah)\w*\s+(?:\S+\s+){0,3}?"
    r"(?:l['’])?(?:ordine|order|pesanan\w*|orderan)\b(?:\s+d?\d{4,9}\b)?[\s,;:.!-]*(?:(?:e|ed|and|then|dan|poi|lalu)\s+)?",
    re.IGNORECASE,
)
_EDIT = re.compile(
    r"^(?:\w+ ){0,4}?(?:modific\w*|cambi\w*|corregg\w*|change|edit|modify|ubah|ganti|mengubah)"
    r"(?: (?:il|l|al|un|mio|la|my|the|this|questo|ultimo|saya|nya|ini)){0,3} (?:ordine|order|pesanan\w*|orderan)\b"
)


def asks_status(text: str) -> bool:
    """Whether a text asks where an order is."""
    plain = _plain(text)
    if _ONLY_CODE.fullmatch(plain):
        return True
    return bool(_STATUS.search(plain) and (_ABOUT_ORDER.search(plain) or _CODE.search(plain)))


_UNDER_WAY = re.compile(
    r"(?:(?:e|ma|ciao|scus[aio]|ok|allora|hi|hey|sorry|so|kak|min|halo|and|but) )*"
    r"(?:(?:quando|tra quanto|fra quanto|per quando|a che ora) (?:mi |me lo |me la |lo |la )?"
    r"(?:arriv\w+|consegn\w+|portat\w+|ricev\w+)|"
    r"(?:dove|come) (?:posso )?(?:vedo|vedere|controll\w+|segu\w+) (?:lo stato|a che punto e)|"
    r"when (?:will|does|is) (?:it|this) (?:arriv\w+|come|coming|get here|be here|delivered|be delivered)|"
    r"what time will it arrive|"
    r"kapan (?:sampai|datang|tiba|diantar|dikirim)\w*)(?: (?:ya|kak|dong|grazie|please|a casa|da me|nya))*"
)


def asks_when(text: str) -> bool:
    """Whether a short text asks when what was ordered, or is about to be, comes: "quando arriva?"."""
    return _UNDER_WAY.fullmatch(_plain(text)) is not None


def asks_edit(text: str) -> bool:
    """Whether a text asks to change an order as a whole: "modifica il mio ordine"."""
    return _EDIT.search(_plain(text)) is not None


def beyond_edit(text: str) -> str:
    """What else a text wants that asks to change an order: "modifica l'ordine, metti 3 sapone" → "metti 3 sapone"."""
    return _BEYOND_EDIT.sub("", text, count=1).strip(" ,;:.!?-") if asks_edit(text) else ""


def asks_cancel(text: str) -> bool:
    """Whether a text asks to take an order back."""
    return _CANCEL.search(_plain(text)) is not None


async def status(talk: Talk, reads: Reads, text: str = "") -> Talk:
    """The latest orders with their states; only the one whose code is named, if it is the customer's."""
    placed = _placed(await reads.services.store.customer_orders(talk.turn.conversation_id))
    named = _named(placed, text)
    if not placed and talk.cart:
        return replace(talk.noting("status.not_placed"), checkout=True, asking=True)
    if not placed:
        ways = (menu_button(talk, "catalogue"), menu_button(talk, "support"))
        return replace(talk, ending=Reply(text=talk.say("status.none"), kind="buttons", buttons=ways))
    if _CODE.search(text) and not named:
        talk = talk.noting("status.unknown_code")
    shown = named or placed[:MOST_ORDERS]
    text = "\n\n".join(order_text(talk, order) for order in shown)
    buttons = [menu_button(talk, "support"), menu_button(talk, "catalogue")]
    if len(shown) == 1 and _is_open(shown[0]):
        title = button_title(talk.say("button.cancel_order"))
        change = Button(
            id=order_id("edit", shown[0]["relay_id"]), title=button_title(talk.say("button.edit"))
        )
        buttons = [change, Button(id=order_id("cancel", shown[0]["relay_id"]), title=title), buttons[0]]
    if (
        len(shown) == 1
        and (question := await changes.open_question(talk, reads, shown[0]["parts"])) is not None
    ):
        # What a shop waits for comes before what could be done otherwise.
        text, buttons = f"{text}\n\n{question.text}", list(question.buttons)
    return replace(talk, ending=Reply(text=text, kind="buttons", buttons=tuple(buttons)))


async def ask_cancel(talk: Talk, reads: Reads, text: str = "") -> Talk:
    """Cancel the summary that waits; else the order named, or the latest, when no dealer has it yet.

    A named order, or a clear sentence about "my order", is a decision; nothing is asked twice.
    """
    if talk.session.proposal is not None and not _CODE.search(text):
        return cancel(talk, talk.session.proposal.relay_id)
    placed = _placed(await reads.services.store.customer_orders(talk.turn.conversation_id))
    named = _named(placed, text)
    if _CODE.search(text) and not named:
        return await status(talk, reads, text)
    alive = [order for order in named or placed if order["status"] in ALIVE and not _is_over(order)]
    if not alive and talk.cart and not named:
        # What is meant is not ordered yet.
        session = replace(talk.session, proposal=None, questions=(), awaited=None)
        return checkout.empty(replace(talk, cart=(), session=session))
    if not alive:
        return replace(talk, ending=Reply(text=talk.say("order.nothing_to_cancel")))
    if len(alive) > 1:
        return _which(talk, alive)
    return cancel(talk, UUID(alive[0]["relay_id"]))


async def edit_and(talk: Talk, reads: Reads, rest: str, listen: Listen) -> Talk:
    """A placed order is the cart again and the rest of the sentence is about that cart, in one go."""
    if talk.cart:
        return await listen(talk, reads, rest)
    placed = _placed(await reads.services.store.customer_orders(talk.turn.conversation_id))
    order = next((order for order in placed if _is_open(order)), None)
    if order is None:
        # A dealer has it: a person changes it, and reads what was wanted.
        return await edit(talk, reads)
    cart = await _as_cart(talk, reads, order)
    delivery = order["delivery"]
    reopened = replace(
        talk,
        cart=cart,
        reopened=order["relay_id"],
        delivery={"pickup": True}
        if delivery.get("way") == "pickup"
        else {"address": {"address_id": delivery["address_id"]}}
        if delivery.get("address_id")
        else {},
    )
    heard = await listen(reopened, reads, rest)
    if heard.cart == cart and not heard.session.questions and not heard.checkout:
        return await edit(talk, reads)
    return heard


async def change_placed(talk: Talk, reads: Reads, text: str, listen: Listen) -> Talk | None:
    """What takes something out of a cart that is empty is about the order just placed; None without one that has it."""
    placed = _placed(await reads.services.store.customer_orders(talk.turn.conversation_id))
    order = next((order for order in placed if order["status"] in ALIVE and not _is_over(order)), None)
    if order is None:
        return None
    glossary = await reads.services.search.glossary(talk.turn.business.id)
    if not names_any([line["name"] for line in order["lines"]], text, glossary):
        return None
    return await (edit_and(talk, reads, text, listen) if _is_open(order) else edit(talk, reads))


async def beside(talk: Talk, reads: Reads) -> Talk:
    """The talk that says that a cart begun now is another order than the one under way."""
    placed = _placed(await reads.services.store.customer_orders(talk.turn.conversation_id))
    order = next((order for order in placed if order["status"] in ALIVE and not _is_over(order)), None)
    if order is None:
        return talk
    return talk.noting("order.beside_open" if _is_open(order) else "order.beside", code=order["code"])


def asks_beside(text: str) -> bool:
    """Whether something is wanted on top of what was ordered: "posso aggiungere un sapone?"."""
    return _ON_TOP.search(_plain(text)) is not None


async def edit(talk: Talk, reads: Reads, relay_id: UUID | None = None) -> Talk:
    """The cart, when there is one; else a placed order becomes the cart again while no dealer has it."""
    if talk.cart:
        return checkout.edit(talk)
    orders = await reads.services.store.customer_orders(talk.turn.conversation_id)
    for order in _placed(orders):
        if (
            order["status"] in ALIVE
            and not _is_over(order)
            and str(relay_id or order["relay_id"]) == order["relay_id"]
        ):
            return checkout.reopen(talk, order["relay_id"], await _as_cart(talk, reads, order))
    return checkout.empty(talk)


async def _as_cart(talk: Talk, reads: Reads, order: Json) -> Cart:
    """An order's lines at today's prices; products no longer sold are not among them."""
    _, products = await reads.products(talk, tuple(UUID(line["product_id"]) for line in order["lines"]))
    known = {product.id: product for product in products}
    cart: Cart = ()
    for line in order["lines"]:
        if (product := known.get(UUID(line["product_id"]))) is not None:
            cart = with_quantity(cart, product, line["variant"], line["quantity"])
    return cart


async def offer_cancel(talk: Talk, reads: Reads) -> Talk:
    """A mere "annulla" with nothing else to take back: which order is meant is tapped, not guessed."""
    placed = _placed(await reads.services.store.customer_orders(talk.turn.conversation_id))
    alive = [order for order in placed if _is_open(order)]
    return (
        _which(talk, alive)
        if alive
        else replace(talk, ending=Reply(text=talk.say("order.nothing_to_cancel")))
    )


def _which(talk: Talk, orders: Sequence[Json]) -> Talk:
    buttons = tuple(
        Button(id=order_id("cancel", order["relay_id"]), title=button_title(order["code"]))
        for order in orders[:3]
    )
    reply = Reply(text=talk.say("order.which_to_cancel"), kind="buttons", buttons=buttons)
    return replace(talk, ending=reply)


def _placed(orders: Sequence[Json]) -> list[Json]:
    """Orders that the customer did place: summaries that were never confirmed are none."""
    return [
        order
        for order in orders
        if order["status"] in ("confirmed", "created") or (order["status"] == "failed" and order["parts"])
    ]


def _named(orders: Sequence[Json], text: str) -> list[Json]:
    codes = {f"D{digits}" for digits in _CODE.findall(text)}
    return [order for order in orders if order["code"] in codes]


def _states(order: Json) -> list[str]:
    return [part["status"] for part in order["parts"]]


def _is_open(order: Json) -> bool:
    """No dealer has it yet, so it can still be taken back."""
    states = _states(order)
    return order["status"] in ALIVE and bool(states) and all(state in ("held", "offered") for state in states)


def _is_over(order: Json) -> bool:
    return all(state in ("cancelled", "delivered") for state in _states(order))


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", fold(text)))
