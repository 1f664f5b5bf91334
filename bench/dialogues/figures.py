"""Every figure a customer was shown, taken out of the bubble and compared with the database.

Each kind of figure has a reader; what it explains is crossed out. A digit that is left at the end, in a bubble to a
customer, has no source and is a fault as much as a wrong one. Money, prices and totals are worked out here
from products, zones and orders; the code that wrote the bubble has no part in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from bench.dialogues.shop import Product, Shop, Zone
from bench.dialogues.stage import Bubble

ROME = ZoneInfo("Europe/Rome")
MOST_PIECES = 20

_MONEY = r"(?:€\s?(\d[\d.,]*\d)|(\d[\d.,]*\d)\s?€)"
_LINE = re.compile(rf"(\d+) × ([^\n:]+?)(?: \(([^()\n]*)\))?(?:: {_MONEY})?(?=$|\n)", re.M)
_CARD = re.compile(rf"(?:^|\n)(?:• |\d+\. )?([^\n:•]+): {_MONEY}(?: \(([^()\n]*)\))?(?=\n|$)")
_ROW = re.compile(rf"^{_MONEY} · ([^·\n]+) · (.*)$", re.M)
_TOTAL = re.compile(rf"\btotale?\w*\W+(?:diventa |becomes |jadi )?{_MONEY}", re.I)
_FEE = re.compile(rf"^(?:Consegna in|Delivery to|Diantar ke) (.+): (?:{_MONEY}|gratis|free)$", re.M)
_RECEIPT_FEE = re.compile(rf"^(?:Consegna|Delivery|Ongkir|Ongkos kirim|Pengiriman): {_MONEY}$", re.M)
_STATUS = re.compile(rf"\*\w+ (D\d+)\* · {_MONEY}")
_CODE = re.compile(r"\bD\d+(?:-\d+)?\b")
_MINUTES = re.compile(r"(\d+)–(\d+) (?:minuti|minutes|menit)")
_CLOCK = re.compile(r"\b(\d\d:\d\d)\b")
_MINIMUM = re.compile(rf"(?:minim\w+)[^\n]*?{_MONEY}[^\n\d€]+{_MONEY}", re.I)
_ZONE = re.compile(rf"^• ([^:\n]+): (?:{_MONEY}|gratis|free)([^\n]*)$", re.M)
_THERE = re.compile(rf"\b(?:CAP|to|ke) (\d{{5}})\b[^\d\n]*(?:: (?:{_MONEY}|gratis|free))?(?=[,.])")
_OTHER_PRICE = re.compile(
    rf"(?:costa|costs|ongkirnya) {_MONEY}(?: invece di | instead of |, bukan ){_MONEY}", re.I
)
_LEFT = re.compile(r"\b(?:restano|ultimi pezzi:|last pieces:|there are|tersisa|sisa) (\d+)")
_UP_TO = re.compile(r"\b1 (?:a|to|sampai) (\d+)\b")
_NOW = re.compile(rf"^(.+?) (?:ora costa|costa|now costs|costs|sekarang|harganya) {_MONEY}", re.M)
_ALL_MONEY = re.compile(_MONEY)


@dataclass(frozen=True, kw_only=True)
class Placed:
    """An order as the database has it; `codes` of it and of its parts, `total` with the fee."""

    codes: frozenset[str]
    total: Decimal
    fee: Decimal
    accepted: dict[str, datetime]
    minutes: tuple[int, int] | None
    moved: bool
    """Whether its address was changed."""
    parts: dict[str, Decimal]
    """What each part costs, with the fee that it carries."""


@dataclass(kw_only=True)
class Figures:
    """Reads bubbles of one customer. `faults` are figures that are wrong or come from nowhere."""

    shop: Shop
    orders: Sequence[Placed]
    said: Sequence[str]
    known: Sequence[str]
    told: Sequence[int]
    """Pieces that a dealer of the script says to have."""
    checked: int = 0
    faults: list[str] = field(default_factory=list)

    def read(self, bubble: Bubble) -> None:
        """Check all figures of a bubble."""
        text = self._hidden(bubble.text)
        goods, seen = self._lines(text)
        text = seen
        fee, text = self._fees(text, goods)
        for reader in (self._statuses, self._prices, self._terms, self._others):
            text = reader(text)
        text = self._totals(text, goods, fee, bubble)
        text = self._codes(text, bubble)
        self._leftover(text, bubble)
        for choice in bubble.choices:
            self._choice(choice.title, choice.description)

    # ---- lines, totals and fees of one bubble belong together ----

    def _lines(self, text: str) -> tuple[Decimal, str]:
        goods = Decimal(0)

        def check(match: re.Match[str]) -> str:
            nonlocal goods
            quantity, name, variant, *amount = match.groups()
            product = self._product(name.strip())
            if product is None:
                return self._fault(f"no product is called {name!r}", match)
            values = {value for values in product.variants.values() for value in values}
            if variant and not set(variant.split(", ")) <= values:
                self._fault(f"{name} does not come in {variant!r}", match)
            if shown := _amount(amount):
                goods += shown
                each = {price * int(quantity) for price in self.shop.prices[product.sku]}
                self._expect(shown in each, f"{quantity} × {name} is shown for {shown}, not {each}")
            self.checked += 1
            return ""

        rest = _LINE.sub(check, text)
        return goods, rest

    def _fees(self, text: str, goods: Decimal) -> tuple[Decimal, str]:
        fee = Decimal(0)

        def check(match: re.Match[str]) -> str:
            nonlocal fee
            where, *amount = match.groups()
            fee = _amount(amount) or Decimal(0)
            zones = [zone for code in re.findall(r"\b\d{5}\b", where) if (zone := self.shop.zone_of(code))]
            right = {_fee(zone, goods) for zone in zones or self.shop.zones}
            self._expect(fee in right, f"bringing it to {where!r} is shown for {fee}, not {right}")
            return ""

        text = _FEE.sub(check, text)

        def receipt(match: re.Match[str]) -> str:
            nonlocal fee
            fee = _amount(match.groups()) or Decimal(0)
            self._expect(any(o.fee == fee for o in self.orders), f"a fee of {fee} is no order's")
            return ""

        text = _RECEIPT_FEE.sub(receipt, text)
        return fee, text

    def _totals(self, text: str, goods: Decimal, fee: Decimal, bubble: Bubble) -> str:
        codes = set(_CODE.findall(bubble.text))

        def check(match: re.Match[str]) -> str:
            shown = _amount(match.groups())
            if goods:
                self._expect(shown == goods + fee, f"a total of {shown} under lines and fee of {goods + fee}")
            else:
                placed = [o for o in self.orders if codes & o.codes]
                of = {o.total for o in placed}
                # An order that went to another address cost something else before.
                fees = {zone.fee for zone in self.shop.zones} | {Decimal(0)}
                of |= {o.total - o.fee + fee for o in placed if o.moved for fee in fees}
                self._expect(
                    shown in of or not codes, f"a total of {shown} beside {codes}, in the database {of}"
                )
            for code in codes & {code for order in self.orders for code in order.parts}:
                if goods:
                    right = {order.parts[code] for order in self.orders if code in order.parts}
                    whole = {order.total for order in self.orders if code in order.codes}
                    self._expect(shown in right | whole, f"{code} is shown for {shown}, not {right | whole}")
            return ""

        return _TOTAL.sub(check, text)

    # ---- figures that stand alone ----

    def _statuses(self, text: str) -> str:
        def check(match: re.Match[str]) -> str:
            code, *amount = match.groups()
            right = {order.total for order in self.orders if code in order.codes}
            self._expect(_amount(amount) in right, f"{code} is shown for {_amount(amount)}, not {right}")
            return code

        return _STATUS.sub(check, text)

    def _prices(self, text: str) -> str:
        def card(match: re.Match[str]) -> str:
            name, first, second, stock = match.groups()
            product = self._product(name.strip())
            if product is None:
                return match[0]
            self._expect(
                _amount((first, second)) in self.shop.prices[product.sku],
                f"{name} is shown for {_amount((first, second))}",
            )
            return f"\n{stock or ''}"

        def now(match: re.Match[str]) -> str:
            name, *amount = match.groups()
            product = self._product(name.strip())
            right = self.shop.prices[product.sku] if product else set()
            self._expect(_amount(amount) in right, f"{name} is shown for {_amount(amount)}, not {right}")
            rest = _ALL_MONEY.sub("", match.string[match.end() :].split("\n", 1)[0])
            return f"{name if product is None else ''} {rest}"

        text = _OTHER_PRICE.sub(self._any_fee, text)
        text = _CARD.sub(card, text)
        reorder = re.compile(_NOW.pattern + rf"(?:[^\n]*?{_MONEY})?", re.M)
        return reorder.sub(now, text)

    def _any_fee(self, match: re.Match[str]) -> str:
        first, second = _amount(match.groups()[:2]), _amount(match.groups()[2:])
        fees = {zone.fee for zone in self.shop.zones} | {Decimal(0)}
        self._expect({first, second} <= fees, f"fees of {first} and {second}")
        return ""

    def _terms(self, text: str) -> str:
        def zone(match: re.Match[str]) -> str:
            name, first, second, rest = match.groups()
            found = next((z for z in self.shop.zones if z.name == name), None)
            if found is None:
                return match[0]
            self._expect((_amount((first, second)) or 0) == found.fee, f"{name} costs {found.fee}")
            amounts = {_amount(m.groups()) for m in _ALL_MONEY.finditer(rest)}
            right = {found.free_above, found.minimum}
            self._expect(amounts <= right, f"{name} is shown with {amounts}, not {right}")
            return _ALL_MONEY.sub("", rest)

        def minutes(match: re.Match[str]) -> str:
            shown = (int(match[1]), int(match[2]))
            self._expect(shown in {z.minutes for z in self.shop.zones}, f"{shown} minutes are no zone's")
            return ""

        def least(match: re.Match[str]) -> str:
            minimum, missing = _amount(match.groups()[:2]), _amount(match.groups()[2:])
            right = {z.minimum for z in self.shop.zones}
            self._expect(minimum in right, f"a minimum of {minimum}")
            self._expect(
                missing is not None and minimum is not None and 0 < missing < minimum, f"{missing} missing"
            )
            return ""

        def there(match: re.Match[str]) -> str:
            code, *amount = match.groups()
            zone_there = self.shop.zone_of(code)
            fees = {zone_there.fee, Decimal(0)} if zone_there else {Decimal(0)}
            self._expect(
                (_amount(amount) or Decimal(0)) in fees, f"{code} costs {_amount(amount)}, not {fees}"
            )
            return ""

        text = _THERE.sub(there, text)
        return _MINUTES.sub(minutes, _MINIMUM.sub(least, _ZONE.sub(zone, text)))

    def _others(self, text: str) -> str:
        shelves = set(self.shop.shelves.values()) | self._scarce() | set(self.told)

        def left(match: re.Match[str]) -> str:
            self._expect(int(match[1]) in shelves, f"{match[1]} pieces are on no shelf")
            return ""

        def most(match: re.Match[str]) -> str:
            self._expect(int(match[1]) in shelves | {MOST_PIECES}, f"at most {match[1]}?")
            return ""

        def clock(match: re.Match[str]) -> str:
            self._expect(
                match[1] in self._promised(), f"{match[1]} was promised by no order: {self._promised()}"
            )
            return ""

        return _CLOCK.sub(clock, _UP_TO.sub(most, _LEFT.sub(left, text)))

    def _scarce(self) -> set[int]:
        """Few pieces may be fewer by what others have bought meanwhile."""
        return {
            n for pieces in self.shop.shelves.values() if pieces <= MOST_PIECES for n in range(pieces + 1)
        }

    def _promised(self) -> set[str]:
        return {
            f"{(moment + timedelta(minutes=minutes)).astimezone(ROME):%H:%M}"
            for order in self.orders
            if order.minutes
            for moment in order.accepted.values()
            for minutes in order.minutes
        }

    def _codes(self, text: str, bubble: Bubble) -> str:
        known = {code for order in self.orders for code in order.codes}

        def check(match: re.Match[str]) -> str:
            self._expect(match[0] in known, f"{match[0]} is no order of this customer: {bubble.text!r}")
            return ""

        return _CODE.sub(check, text)

    def _choice(self, title: str, description: str) -> None:
        if row := _ROW.match(description):
            first, second, stock, name = row.groups()
            price = _amount((first, second))
            names = [p for p in self.shop.products.values() if p.name.startswith(name.rstrip("… "))]
            right = {price for p in names for price in self.shop.prices[p.sku]}
            self._expect(price in right, f"{name} is shown for {price}, not {right}")
            self._others(stock)
            return
        if line := re.match(r"^(\d+) × (.+?)(?: \(.*)?…?$", description):
            self._expect(self._begins(line[2]), f"no product is called {line[2]!r}")
            return
        if re.search(r"\d", title) and _CODE.fullmatch(title):
            self._codes(title, Bubble(wamid="", text=title))

    # ---- helpers ----

    def _hidden(self, text: str) -> str:
        """The text without what the customer wrote and what it only repeats, which may hold any figure."""
        text = re.sub(r"«[^»]*»|“[^”]*”", "", text)
        for repeated in sorted(self.known, key=len, reverse=True):
            # An address stays in the line that tells its fee: its postcode says which one is right.
            text = re.sub(rf"(?<!in )(?<!to )(?<!ke ){re.escape(repeated)}", "", text)
        return text

    def _leftover(self, text: str, bubble: Bubble) -> None:
        for repeated in (*self.known, *(p.name for p in self.shop.products.values())):
            text = text.replace(repeated, "")
        for product in self.shop.products.values():
            for values in product.variants.values():
                for value in values:
                    if any(c.isdigit() for c in value):
                        text = re.sub(rf"(?<![\w]){re.escape(value)}(?![\w])", "", text)
        if re.search(r"\d", text):
            self.faults.append(f"a figure without a source: {text.strip()!r} of {bubble.text!r}")

    def _product(self, name: str) -> Product | None:
        return next((p for p in self.shop.products.values() if p.name == name), None)

    def _begins(self, name: str) -> bool:
        return any(p.name.startswith(name.rstrip("… ")) for p in self.shop.products.values())

    def _expect(self, is_so: bool, complaint: str) -> None:
        self.checked += 1
        if not is_so:
            self.faults.append(complaint)

    def _fault(self, complaint: str, match: re.Match[str]) -> str:
        self.faults.append(complaint)
        return re.sub(r"\d", "", match[0])


def _amount(groups: Iterable[str | None]) -> Decimal | None:
    """Money of either notation: "1.234,50" and "1,234.50"."""
    digits = next((group for group in groups if group), None)
    if digits is None:
        return None
    whole, cents = digits[:-3], digits[-2:]
    return Decimal(re.sub(r"[.,]", "", whole) + "." + cents)


def _fee(zone: Zone, goods: Decimal) -> Decimal:
    return Decimal(0) if zone.free_above is not None and goods >= zone.free_above else zone.fee
