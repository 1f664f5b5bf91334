"""Ids of buttons and rows survive the way to the phone and back."""

from __future__ import annotations

from uuid import UUID

import pytest

from processors.customer import choices
from processors.customer.choices import (
    AddChoice,
    CartChoice,
    CategoryChoice,
    MenuChoice,
    OrderChoice,
    RemoveChoice,
    VariantChoice,
    read_choice,
)

ID = UUID("00000000-0000-4000-8000-000000001001")


@pytest.mark.parametrize(
    ("made", "read"),
    [
        (choices.order_id("confirm", ID), OrderChoice(verb="confirm", relay_id=ID)),
        (choices.order_id("edit", ID), OrderChoice(verb="edit", relay_id=ID)),
        (choices.order_id("cancel", str(ID)), OrderChoice(verb="cancel", relay_id=ID)),
        (choices.menu_id("human"), MenuChoice(name="human")),
        (choices.cart_id("checkout"), CartChoice(name="checkout")),
        (choices.add_id(ID), AddChoice(product_id=ID, quantity=None)),
        (choices.add_id(ID, 3), AddChoice(product_id=ID, quantity=3)),
        (choices.remove_id(ID), RemoveChoice(product_id=ID)),
        (choices.variant_id(ID, "formato", "12:85"), VariantChoice(product_id=ID, attribute="formato", value="12:85")),
        (choices.category_id("casa: luce", 9), CategoryChoice(name="casa: luce", offset=9)),
    ],
)  # fmt: skip
def test_what_is_made_can_be_read(made: str, read: object) -> None:
    assert len(made) <= 200
    assert read_choice(made) == read


@pytest.mark.parametrize(
    "choice_id",
    [
        "",
        "order",
        "order:confirm:not-an-id",
        f"order:pay:{ID}",
        f"offer:accept:{ID}",
        f"status:delivered:{ID}",
        "menu:admin",
        "cart:free",
        "add:1; drop table products",
        f"add:{ID}:many",
        f"variant:{ID}:taglia",
        "category:x:casa",
        "stock:set:5",
        "Conferma",
    ],
)
def test_what_is_no_choice_of_a_customer_is_nothing(choice_id: str) -> None:
    assert read_choice(choice_id) is None
