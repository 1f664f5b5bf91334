"""What became of a dialogue: its rows, worked out from the script, and the figures the customer was shown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import asyncpg

from bench.dialogues.figures import Figures, Placed
from bench.dialogues.play import Player
from bench.dialogues.script import DEALERS, Order
from bench.dialogues.shop import Line, Shop


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """How one dialogue ended."""

    name: str
    turns: int
    bubbles: int
    figures: int
    faults: tuple[str, ...]
    talk: tuple[str, ...]
    """What was said, for whoever wants to read it."""


async def judge(player: Player, problem: str | None) -> Verdict:
    """Compare everything with the database. `problem` is the step that went wrong, if any."""
    pool, phone, ends = player.stage.pool, player.phone, player.dialogue.ends
    bubbles = await player.stage.received(phone)
    rows = await _orders(pool, phone)
    faults = [problem] if problem else []
    figures = Figures(
        shop=player.shop,
        orders=[_placed(row) for row in rows],
        said=player.said,
        known=await _known(pool, player),
        told=[count for shelf in ends.shelf.values() for count in shelf.values()],
    )
    for bubble in bubbles:
        figures.read(bubble)
    faults += figures.faults
    if problem is None:
        faults += _compare_orders(player.shop, ends.orders, [row for row in rows if row["parts"]])
        faults += await _compare_talk(player)
    return Verdict(
        name=player.dialogue.name,
        turns=player.turns,
        bubbles=len(bubbles),
        figures=figures.checked,
        faults=tuple(faults),
        talk=await _talk(pool, phone),
    )


async def compare_shelves(pool: asyncpg.Pool, expected: dict[tuple[str, str], tuple[int, int]]) -> list[str]:
    """Shelves that don't hold what the scripts leave on them."""
    names = {phone: name for name, phone in DEALERS.items()}
    rows = await pool.fetch(
        "select c.contact_value as phone, p.sku, s.on_hand, s.reserved from dealer_stock s "
        "join products p on p.id = s.product_id join rider_contacts c on c.dealer_id = s.dealer_id"
    )
    found = {(names[r["phone"]], r["sku"]): (r["on_hand"], r["reserved"]) for r in rows}
    return [
        f"{dealer} has {found[dealer, sku]} of {sku}, by the scripts {right}"
        for (dealer, sku), right in sorted(expected.items())
        if found[dealer, sku] != right
    ]


async def _talk(pool: asyncpg.Pool, phone: str) -> tuple[str, ...]:
    rows = await pool.fetch(
        "select direction, coalesce(nullif(content, ''), type) as content from whatsapp_messages "
        "where phone = $1 order by sequence",
        phone,
    )
    return tuple(f"{'>' if row['direction'] == 'inbound' else '   '} {row['content']}" for row in rows)


async def _orders(pool: asyncpg.Pool, phone: str) -> list[dict[str, Any]]:
    rows = await pool.fetch(
        """
        select r.id, r.code, r.status, r.products, r.total_price, r.delivery_fee, r.delivery, r.note,
          exists (select 1 from order_events e where e.relay_id = r.id
            and e.kind = 'address_changed') as moved,
          (select status || ' ' || amount from payments p where p.relay_id = r.id
            order by created_at desc limit 1) as payment,
          (select coalesce(jsonb_agg(jsonb_build_object('code', m.code, 'status', m.status,
             'accepted_at', m.accepted_at,
             'amount', (m.total_price + m.delivery_fee)::text, 'dealer', (select contact_value from rider_contacts c
               where c.dealer_id = m.dealer_id), 'lines', m.lines) order by m.code), '[]'::jsonb)
           from market_orders m where m.relay_id = r.id) as parts
        from whatsapp_order_relays r where r.phone = $1 order by r.created_at, r.code
        """,
        phone,
    )
    loaded = ("products", "delivery", "parts")
    return [{k: json.loads(v) if k in loaded else v for k, v in row.items()} for row in rows]


def _placed(row: dict[str, Any]) -> Placed:
    delivery, parts = row["delivery"], row["parts"]
    minutes = (delivery["minutes_from"], delivery["minutes_to"]) if "minutes_from" in delivery else None
    return Placed(
        codes=frozenset({row["code"], *(part["code"] for part in parts)}),
        total=row["total_price"],
        fee=row["delivery_fee"],
        accepted={p["code"]: datetime.fromisoformat(p["accepted_at"]) for p in parts if p["accepted_at"]},
        minutes=minutes,
        moved=row["moved"],
        parts={p["code"]: Decimal(p["amount"]) for p in parts},
    )


async def _known(pool: asyncpg.Pool, player: Player) -> list[str]:
    """Texts that bubbles only repeat: kept addresses, notes, the shops' own addresses."""
    rows = await pool.fetch(
        "select a.text from contact_addresses a join contact_identities i on i.contact_id = a.contact_id "
        "where i.value = $1 "
        "union select address from dealers where address <> '' "
        "union select note from whatsapp_order_relays where phone = $1 and note <> '' "
        "union select content from whatsapp_messages where phone = $1 and author = 'agent'",
        player.phone,
    )
    return [row["text"] for row in rows]


def _compare_orders(shop: Shop, expected: Sequence[Order], rows: Sequence[dict[str, Any]]) -> list[str]:
    if len(expected) != len(rows):
        return [f"{len(rows)} orders instead of {len(expected)}: {[r['products'] for r in rows]}"]
    return [f for right, row in zip(expected, rows, strict=True) for f in _compare_order(shop, right, row)]


def _compare_order(shop: Shop, right: Order, row: dict[str, Any]) -> list[str]:
    lines, fee = shop.lines(right.lines), shop.fee(right)
    total = shop.goods(lines) + fee
    skus = {product.id: product for product in shop.products.values()}
    have = [
        Line(quantity=x["quantity"], product=skus[x["product_id"]], variant=x.get("variant") or {})
        for x in row["products"]
    ]
    payment = {"delivered": f"paid {total}", "cancelled": f"failed {total}"}.get(right.status, f"due {total}")
    dealers = sorted(DEALERS[name] for name in right.dealers)
    pairs = {
        "lines": (_told(have), _told(lines)),
        "fee": (row["delivery_fee"], fee),
        "total": (row["total_price"], total),
        "note": (row["note"], right.note),
        "states": ({part["status"] for part in row["parts"]}, {right.status}),
        "payment": (row["payment"], payment),
        "way": (row["delivery"].get("way"), "pickup" if right.to == "pickup" else "delivery"),
    }
    if right.to != "pickup":
        zone = shop.zone_of(right.to)
        pairs["zone"] = (row["delivery"].get("zone"), zone.name if zone else None)
    if right.status not in ("offered", "cancelled"):
        pairs["dealers"] = (sorted(part["dealer"] for part in row["parts"]), dealers)
    return [
        f"{row['code']}: {what} {is_}, by the script {must}"
        for what, (is_, must) in pairs.items()
        if is_ != must
    ]


def _told(lines: Sequence[Line]) -> list[tuple[int, str, str]]:
    return sorted((line.quantity, *line.key) for line in lines)


async def _compare_talk(player: Player) -> list[str]:
    pool, ends = player.stage.pool, player.dialogue.ends
    row = await pool.fetchrow(
        """
        select c.language, c.owner, coalesce(k.lines, '[]'::jsonb) as cart,
          array(select reason from escalations e where e.conversation_id = c.id
            and e.status = 'open' order by 1) as asked,
          exists (select 1 from contacts p where p.id = c.contact_id
            and p.opted_out_at is not null) as opted_out
        from whatsapp_conversations c left join carts k on k.conversation_id = c.id
        where c.phone = $1 and c.status <> 'resolved'
        """,
        player.phone,
    )
    if row is None:
        return ["there is no conversation"]
    skus = {product.id: product for product in player.shop.products.values()}
    cart = [
        Line(quantity=x["quantity"], product=skus[x["product_id"]], variant=x.get("variant") or {})
        for x in json.loads(row["cart"])
    ]
    pairs = {
        "cart": (_told(cart), _told(player.shop.lines(ends.cart))),
        "asked": (sorted(set(row["asked"])), sorted(set(ends.asked))),
        "owner": (row["owner"], ends.owner),
        "opted out": (row["opted_out"], ends.opted_out),
    }
    if ends.language is not None:
        pairs["language"] = (row["language"], ends.language)
    return [f"{what} is {is_}, by the script {must}" for what, (is_, must) in pairs.items() if is_ != must]
