"""The ids of buttons and list rows, made and read in one place.

They stay valid for ever: a customer may tap a button of last month.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args
from uuid import UUID

MenuName = Literal["catalogue", "order", "support", "human", "show", "more"]
CartName = Literal["show", "checkout", "clear"]
OrderVerb = Literal["confirm", "edit", "cancel"]
ChangeVerb = Literal["accept", "elsewhere", "cancel"]
AddressVerb = Literal["change", "use", "pickup", "apply"]
PayWay = Literal["card", "cash"]
PayAnswer = Literal["card", "cash", "instead"]


@dataclass(frozen=True, kw_only=True)
class OrderChoice:
    """A button below an order's summary."""

    verb: OrderVerb
    relay_id: UUID


@dataclass(frozen=True, kw_only=True)
class MenuChoice:
    """An entry of the menu."""

    name: MenuName


@dataclass(frozen=True, kw_only=True)
class CartChoice:
    """Something to do with the cart as a whole."""

    name: CartName


@dataclass(frozen=True, kw_only=True)
class AddChoice:
    """A product, to be added `quantity` times (1 when the id names none)."""

    product_id: UUID
    quantity: int | None


@dataclass(frozen=True, kw_only=True)
class RemoveChoice:
    """A product to be taken out of the cart in all its variants."""

    product_id: UUID


@dataclass(frozen=True, kw_only=True)
class VariantChoice:
    """One value of a product's variant, such as taglia L."""

    product_id: UUID
    attribute: str
    value: str


@dataclass(frozen=True, kw_only=True)
class CategoryChoice:
    """A category of the catalogue, from its `offset`-th product on."""

    name: str
    offset: int


@dataclass(frozen=True, kw_only=True)
class WatchChoice:
    """A sold-out product, to hear of when it is back."""

    product_id: UUID


@dataclass(frozen=True, kw_only=True)
class AddressChoice:
    """Where an order goes.

    change: asks for another address, of the cart or of the placed order `relay_id` · use: the kept address
    `address_id` · pickup: collected at the shop · apply: the address last told, at its new price.
    """

    verb: AddressVerb
    address_id: UUID | None = None
    relay_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class ChangeChoice:
    """An answer to a change that a shop proposed."""

    verb: ChangeVerb
    proposal_id: UUID


@dataclass(frozen=True, kw_only=True)
class PayChoice:
    """How an order is paid. card, cash: confirms it so · instead: cash for one that waits for a card."""

    way: PayAnswer
    relay_id: UUID


Choice = (
    OrderChoice
    | MenuChoice
    | CartChoice
    | AddChoice
    | RemoveChoice
    | VariantChoice
    | CategoryChoice
    | AddressChoice
    | WatchChoice
    | ChangeChoice
    | PayChoice
)


def read_choice(choice_id: str) -> Choice | None:
    """The choice behind an id; None when it is not one of a customer's."""
    kind, _, rest = choice_id.partition(":")
    reader = _READERS.get(kind)
    if reader is None:
        return None
    try:
        return reader(rest)
    except ValueError:
        return None


def order_id(verb: OrderVerb, relay_id: UUID | str) -> str:
    return f"order:{verb}:{relay_id}"


def pay_id(way: PayAnswer, relay_id: UUID | str) -> str:
    return f"pay:{way}:{relay_id}"


def menu_id(name: MenuName) -> str:
    return f"menu:{name}"


def cart_id(name: CartName) -> str:
    return f"cart:{name}"


def add_id(product_id: UUID, quantity: int = 1) -> str:
    return f"add:{product_id}" if quantity == 1 else f"add:{product_id}:{quantity}"


def watch_id(product_id: UUID) -> str:
    return f"watch:{product_id}"


def remove_id(product_id: UUID) -> str:
    return f"remove:{product_id}"


def variant_id(product_id: UUID, attribute: str, value: str) -> str:
    return f"variant:{product_id}:{attribute}:{value}"


def category_id(name: str, offset: int = 0) -> str:
    # The number stands first because a category's name may hold a colon.
    return f"category:{offset}:{name}"


def address_id(verb: AddressVerb, *, address: UUID | str = "", relay: UUID | str = "") -> str:
    return f"address:{verb}:{address}:{relay}"


def _one_of(kind: Any, name: str) -> Any:
    """A name that is one of a Literal's. Raises ValueError for any other."""
    if name not in get_args(kind):
        raise ValueError(f"{name!r} is none of {get_args(kind)}")
    return name


def _address(rest: str) -> Choice | None:
    verb, _, ids = rest.partition(":")
    address, _, relay = ids.partition(":")
    if verb == "use" and not address:
        return None
    return AddressChoice(
        verb=_one_of(AddressVerb, verb),
        address_id=UUID(address) if address else None,
        relay_id=UUID(relay) if relay else None,
    )


def _order(rest: str) -> Choice:
    verb, _, relay_id = rest.partition(":")
    return OrderChoice(verb=_one_of(OrderVerb, verb), relay_id=UUID(relay_id))


def _change(rest: str) -> Choice:
    verb, _, proposal_id = rest.partition(":")
    return ChangeChoice(verb=_one_of(ChangeVerb, verb), proposal_id=UUID(proposal_id))


def _pay(rest: str) -> Choice:
    way, _, relay_id = rest.partition(":")
    return PayChoice(way=_one_of(PayAnswer, way), relay_id=UUID(relay_id))


def _menu(rest: str) -> Choice:
    return MenuChoice(name=_one_of(MenuName, rest))


def _cart(rest: str) -> Choice:
    return CartChoice(name=_one_of(CartName, rest))


def _add(rest: str) -> Choice:
    product_id, _, quantity = rest.partition(":")
    return AddChoice(product_id=UUID(product_id), quantity=int(quantity) if quantity else None)


def _remove(rest: str) -> Choice:
    return RemoveChoice(product_id=UUID(rest))


def _watch(rest: str) -> Choice:
    return WatchChoice(product_id=UUID(rest))


def _variant(rest: str) -> Choice | None:
    product_id, _, pair = rest.partition(":")
    attribute, _, value = pair.partition(":")
    if not attribute or not value:
        return None
    return VariantChoice(product_id=UUID(product_id), attribute=attribute, value=value)


def _category(rest: str) -> Choice | None:
    offset, _, name = rest.partition(":")
    return CategoryChoice(name=name, offset=max(0, int(offset))) if name else None


_READERS: Mapping[str, Callable[[str], Choice | None]] = {
    "order": _order,
    "change": _change,
    "menu": _menu,
    "cart": _cart,
    "add": _add,
    "remove": _remove,
    "variant": _variant,
    "category": _category,
    "address": _address,
    "watch": _watch,
    "pay": _pay,
}
