"""Turns the parts of a wish into mentions of products, with the help of the parts around them, the cart, and what
was shown last.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from processors.model import CartLine
from processors.search.search import Hit
from processors.search.words import content_words, stem
from processors.understanding.carts import Step
from processors.understanding.gate import chosen_number
from processors.understanding.measures import Measure, names_value
from processors.understanding.numbers import words_of
from processors.understanding.parts import LEADING_PREPOSITIONS, Part, is_container
from processors.understanding.resolve import NOTHING, Resolved, Resolver, ids, variant_of
from processors.understanding.types import ItemMention
from processors.understanding.variants import only_variant_words, said_in

_PACK_NUMBER = 20
_BEGINNING = 6
"""Letters in which two words must agree from the start."""
_PURPOSE = frozenset(words_of("per for buat untuk"))


@dataclass(frozen=True, kw_only=True)
class _Meant:
    part: Part
    words: str
    found: Resolved


class Mentions:
    """The mentions of one message."""

    def __init__(self, resolver: Resolver, *, cart: Sequence[CartLine], last_shown: tuple[UUID, ...]) -> None:
        self._resolver = resolver
        self._cart = cart
        self._shown = last_shown

    async def of(self, step: Step) -> tuple[ItemMention, ...]:
        """The things that a wish is about."""
        parts = _in_groups(_joined_variants(step.parts))
        meant: list[_Meant] = []
        head: _Meant | None = None
        for part in parts:
            found = await self._meant(part, head, step)
            if found is None:
                continue
            if meant and _may_belong(meant[-1].part, part) and await self._belongs(meant[-1], found):
                meant[-1] = await self._merged(meant[-1], part)
                continue
            if _is_talk(part, found.found):
                continue
            meant.append(found)
            head = found if found.part is part and not part.elliptic else head or found
        items = [self._item(one, step) for one in _without_announcements(meant)]
        if not items and step.pronoun:
            return self._pointed(step)
        return tuple(item for item in items if item is not None)

    async def _meant(self, part: Part, head: _Meant | None, step: Step) -> _Meant | None:
        alone = part.words
        if head is not None and (only_variant_words(alone.split()) or not content_words(alone)):
            words = f"{_without_variant(head.words)} {alone}".strip()
            return _Meant(part=part, words=words, found=await self._resolver.find(words, part.measures))
        if head is not None and part.elliptic:
            words = f"{_noun(head, self._resolver)} {alone}"
            found = await self._resolver.find(words, part.measures)
            if found.complete or alone.split()[0] in LEADING_PREPOSITIONS:
                return _Meant(part=part, words=words, found=found)
        if step.action in ("remove", "set") and (inside := self._inside(alone)):
            return _Meant(part=part, words=alone, found=inside)
        if not content_words(alone) or only_variant_words(alone.split()):
            return _Meant(part=part, words=alone, found=NOTHING)
        found = await self._resolver.find(alone, part.measures)
        if step.action in ("remove", "set") and (inside := self._there(found)):
            return _Meant(part=part, words=alone, found=inside)
        if head is not None and not found.clear:
            # "Una candela alla vaniglia e una lavanda": the noun may be said once for all.
            words = f"{_noun(head, self._resolver)} {alone}"
            longer = await self._resolver.find(words, part.measures)
            if longer.clear and longer.complete:
                return _Meant(part=part, words=words, found=longer)
        return _Meant(part=part, words=alone, found=found)

    async def _belongs(self, before: _Meant, this: _Meant) -> bool:
        """Whether "e gamberetti" is the end of the name before it."""
        joint = await self._resolver.find(f"{before.words} {this.words}", before.part.measures)
        return joint.clear and joint.complete and bool(content_words(this.words))

    async def _merged(self, before: _Meant, part: Part) -> _Meant:
        if not before.words.strip():
            # "Nu poco 'e incenso, dammene 5": what came before named nothing.
            before = replace(before, part=replace(before.part, quantity=None))
        words = f"{before.words} {part.words}".strip()
        measures = (*before.part.measures, *part.measures)
        return _Meant(
            part=replace(
                before.part, words=words, measures=measures, quantity=before.part.quantity or part.quantity
            ),
            words=words,
            found=await self._resolver.find(words, measures),
        )

    def _inside(self, words: str) -> Resolved | None:
        """What a mention means within the cart; None when nothing there has such a name."""
        asked = {stem(w) for w in content_words(words)}
        if not asked or not self._cart:
            return None
        shared = [(len(asked & {stem(w) for w in content_words(line.name)}), line) for line in self._cart]
        most = max(count for count, _ in shared)
        if not most:
            shared = [(_begun(content_words(words), line.name), line) for line in self._cart]
            most = max(count for count, _ in shared)
        lines = [line for count, line in shared if count == most and count > 0]
        if not lines or most < len(asked) / 2:
            return None
        return _InCart(products=(), clear=len(lines) == 1, complete=True, lines=tuple(lines))

    def _there(self, found: Resolved) -> Resolved | None:
        """What of the products that may be meant is in the cart: only that can be taken out or counted anew."""
        named = {product.product_id for product in found.products}
        lines = tuple(line for line in self._cart if line.product_id in named)
        if not lines or found.clear:
            return None
        return _InCart(products=(), clear=len(lines) == 1, complete=True, lines=lines)

    def _item(self, meant: _Meant, step: Step) -> ItemMention | None:
        part, found = meant.part, meant.found
        if isinstance(found, _InCart):
            return _of_lines(part, [line.product_id for line in found.lines])
        if not found.products:
            return self._unknown(meant, step)
        quantity, measures = _quantity(part, found.products[0])
        chosen = found.products[0] if found.clear else None
        return ItemMention(
            mention=meant.words,
            quantity=quantity or 1,
            quantity_given=bool(quantity),
            variant=variant_of(found.products[0], meant.words, measures),
            product_id=chosen.product_id if chosen else None,
            ambiguous=() if chosen else ids(found.products),
        )

    def _unknown(self, meant: _Meant, step: Step) -> ItemMention | None:
        """Words that name nothing we sell: pointed at ("quello blu"), or to be told back."""
        pointing = (
            not content_words(meant.words)
            or only_variant_words(meant.words.split())
            or bool(self._shown and chosen_number(meant.words, len(self._shown)))
        )
        targets = self._targets(step, meant.words) if pointing or step.pronoun else ()
        if not targets and not content_words(meant.words):
            return None
        if (
            not targets
            and meant.part.quantity is None
            and not meant.part.bare
            and len(meant.words.split()) > 6
        ):
            return None
        item = _of_lines(meant.part, targets)
        said = said_in(meant.words.split())
        variant = {k: v for k, v in (("colore", said.colour), ("taglia", said.size)) if v} if targets else {}
        return replace(item, mention=meant.words, variant=variant)

    def _pointed(self, step: Step) -> tuple[ItemMention, ...]:
        targets = self._targets(step, "")
        if not targets:
            return ()
        part = Part(words="", quantity=None, measures=(), joint="start", bare=True, elliptic=True)
        return (_of_lines(step.parts[0] if step.parts else part, targets),)

    def _targets(self, step: Step, words: str) -> tuple[UUID, ...]:
        if self._shown and (place := chosen_number(words, len(self._shown))):
            return (self._shown[place - 1],)
        inside = tuple(dict.fromkeys(line.product_id for line in self._cart))
        if step.action in ("remove", "set") and inside:
            return inside[-1:] if step.action == "set" or len(inside) == 1 else inside
        return self._shown


def _begun(asked: Iterable[str], name: str) -> int:
    """How many of the words begin as one of a name does: "drop the collar" of a "collarino"."""
    words = content_words(name)
    return sum(len(w) >= _BEGINNING and any(n.startswith(w[:_BEGINNING]) for n in words) for w in asked)


@dataclass(frozen=True, kw_only=True)
class _InCart(Resolved):
    lines: tuple[CartLine, ...]


def _may_belong(before: Part, part: Part) -> bool:
    """Whether a part could end the name before it: "tonno e gamberetti", "manzo e patate x3"."""
    if part.joint != "and" or part.refers:
        return False
    return part.bare or (part.trailing and before.quantity is None)


def _is_talk(part: Part, found: Resolved) -> bool:
    """Words around the wish: "per natale regalo" before a number, "passo domani" after the question mark."""
    if not found.products and part.words.split()[:1] and part.words.split()[0] in _PURPOSE:
        # "Lilin 5, buat acara": what for, not what.
        return True
    if part.lead:
        return not found.clear
    return part.joint == "sentence" and part.bare and not found.products


def _joined_variants(parts: Sequence[Part]) -> list[Part]:
    """ "One leather leash, size L, black" is one thing: what only says more goes to the part before."""
    joined: list[Part] = []
    for part in parts:
        last = joined[-1] if joined and not joined[-1].group and not joined[-1].lead else None
        more = _said_more(last, part) if last is not None else None
        if more is not None:
            joined[-1] = more
        else:
            joined.append(part)
    return joined


def _said_more(last: Part, part: Part) -> Part | None:
    """The part before with what this one adds, None when it is a thing of its own."""
    said = part.words.split()
    if part.quantity is not None:
        if not part.measures and last.quantity is None and all(w in _ALONE or is_container(w) for w in said):
            # "Candela cannella, una sola": the number comes after the thing.
            return replace(last, quantity=part.quantity)
        if not said and not part.measures and part.quantity > 1:
            pieces = Measure("pack", f"{part.quantity}pz", Decimal(part.quantity), "pz")
            return replace(last, measures=(*last.measures, pieces))
        return None
    if said and not only_variant_words(said) and not part.refers:
        return None
    return replace(
        last, words=f"{last.words} {part.words}".strip(), measures=(*last.measures, *part.measures)
    )


_ALONE = frozenset(
    words_of(
        "paia paio pairs pair pasang sola solo sole soli soltanto basta only just aja saja cuma in tutto total"
    )
)


def _in_groups(parts: Sequence[Part]) -> list[Part]:
    """Marks "uno rigido e uno morbido" behind "due trasportini" as kinds of it; whether they are, the names decide."""
    if len(parts) < 3 or any(part.quantity is None for part in parts):
        return list(parts)
    first, *rest = parts
    if sum(part.quantity or 1 for part in rest) != first.quantity:
        return list(parts)
    return [first, *(replace(part, elliptic=True) for part in rest)]


def _without_variant(words: str) -> str:
    said = said_in(words.split())
    return " ".join(w for i, w in enumerate(words.split()) if i not in said.places)


def _without_announcements(meant: Sequence[_Meant]) -> list[_Meant]:
    """Drops "4 candele:" before "2 lavanda e 2 cannella", said with a colon or seen from the sum."""
    kept: list[_Meant] = []
    for place, one in enumerate(meant):
        rest = meant[place + 1 :] if place == 0 else []
        if one.part.group and rest:
            continue
        counts = [m.part.quantity or 1 for m in rest]
        same = len(rest) > 1 and all(m.words != m.part.words for m in rest)
        if one.part.quantity and one.part.quantity > 1 and same and sum(counts) == one.part.quantity:
            continue
        kept.append(one)
    return kept


def _noun(head: _Meant, resolver: Resolver) -> str:
    """The words of a part that the next one leaves out: all of an announcement, else the head noun."""
    if head.part.group:
        return head.part.words
    return resolver.head(head.words)


def _quantity(part: Part, hit: Hit) -> tuple[int | None, tuple[Measure, ...]]:
    """The quantity, and the measures left. A large last number that stands on a pack is the pack: "bagnoschiuma 500";
    "6 pz" of what comes in no packs are six.
    """
    values = [str(v) for group in hit.attributes.values() for v in group]
    if part.quantity is not None:
        number = Measure("pack", str(part.quantity), Decimal(part.quantity), "")
        if part.trailing and part.quantity >= _PACK_NUMBER and any(names_value(number, v) for v in values):
            return None, (*part.measures, number)
        return part.quantity, part.measures
    for measure in part.measures:
        if measure.unit == "pz" and not any(v.endswith("pz") for v in values) and measure.amount is not None:
            return int(measure.amount), tuple(m for m in part.measures if m is not measure)
        if measure.count > 1:
            return measure.count, part.measures
    return None, part.measures


def _of_lines(part: Part, targets: Sequence[UUID]) -> ItemMention:
    return ItemMention(
        mention=part.words,
        quantity=part.quantity or 1,
        quantity_given=part.quantity is not None,
        product_id=targets[0] if len(targets) == 1 else None,
        ambiguous=tuple(targets[:10]) if len(targets) > 1 else (),
    )
