"""The pages of the desk, in the order of the header, and who may open which.

A page is a module in `dashboard/views/` with `show(visitor)`; its row here gives it a place, its text `page.<name>` a
name. Leaving a page out for a role spares people a refusal; what keeps them out is row level security.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dashboard.views import (
    analytics,
    attention,
    broadcasts,
    catalogue,
    health,
    inbox,
    orders,
    phone,
    settings,
)
from dashboard.visitor import Visitor

EVERYBODY = ("admin", "agent", "viewer")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One page. `name` is its path and its key in the texts, `icon` one of `components/common/dom.js`."""

    name: str
    icon: str
    show: Callable[[Visitor], None]
    roles: tuple[str, ...] = EVERYBODY


PAGES: tuple[Entry, ...] = (
    Entry(name="inbox", icon="inbox", show=inbox.show),
    Entry(name="orders", icon="cart", show=orders.show),
    Entry(name="attention", icon="alert", show=attention.show),
    Entry(name="catalogue", icon="store", show=catalogue.show),
    Entry(name="analytics", icon="chart", show=analytics.show),
    Entry(name="broadcasts", icon="broadcast", show=broadcasts.show),
    Entry(name="health", icon="pulse", show=health.show),
    Entry(name="phone", icon="phone", show=phone.show, roles=("admin",)),
    Entry(name="settings", icon="settings", show=settings.show, roles=("admin",)),
)
"""The first one is what opens at `/`."""


def pages_of(visitor: Visitor) -> Sequence[Entry]:
    """The pages that this person finds in the header."""
    return [entry for entry in PAGES if visitor.may(*entry.roles)]
