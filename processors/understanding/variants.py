"""Colours, sizes and packs in people's words, turned into the values of a product's attributes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz.fuzz import ratio

from processors.search.words import fold, stem, tokens
from processors.understanding.measures import Measure, names_value, value_measure

_COLOURS = """
    rosso: rosso rossa rossi rosse red merah rosson bordeaux
    blu: blu blue biru azzurro azzurra azzurri azzurre celeste navy
    nero: nero nera neri nere black hitam
    bianco: bianco bianca bianchi bianche white putih
    verde: verde verdi green hijau ijo
    giallo: giallo gialla gialli gialle yellow kuning
    grigio: grigio grigia grigi grigie grey gray abu
    marrone: marrone marroni brown coklat cokelat
    rosa: rosa pink
    arancione: arancione arancioni orange oranye jingga
    viola: viola purple ungu lilla
    beige: beige krem crema
    argento: argento argentata argentato silver perak
    oro: oro dorato dorata gold golden emas
    panna: panna cream avorio
    sabbia: sabbia sand
    legno: legno wood wooden kayu
    """
_COLOUR_OF: Final = {
    form: line.split(":")[0].strip()
    for line in _COLOURS.strip().splitlines()
    for form in line.split(":")[1].split()
}
_ALIKE: Final = (frozenset(["beige", "panna", "sabbia"]),)
"""Colours that people do not tell apart by name."""

_SIZES = """
    XXS: xxs
    XS: xs
    S: s esse small piccola piccolo piccole piccoli piccolina kecil
    M: m emme media medio medie medi medium sedang
    L: l elle large grande grandi big besar gede grossa grosso
    XL: xl extralarge
    XXL: xxl
    """
_SIZE_OF: Final = {
    form: line.split(":")[0].strip()
    for line in _SIZES.strip().splitlines()
    for form in line.split(":")[1].split()
}
_MARKERS: Final = {
    "taglia": frozenset(
        ["taglia", "taglie", "tg", "tag", "taja", "tajja", "talla", "size", "misura", "ukuran", "grandezza"]
    ),
    "colore": frozenset(["colore", "colori", "color", "colour", "warna"]),
    "formato": frozenset(["formato", "pack", "isi", "ukuran"]),
}
MARKER_WORDS: Final = frozenset().union(*_MARKERS.values())
_TYPO = 80.0


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a text says about variants. `places` are the words that are used up by it."""

    colour: str | None = None
    size: str | None = None
    colour_places: frozenset[int] = frozenset()
    size_places: frozenset[int] = frozenset()

    @property
    def places(self) -> frozenset[int]:
        """All words that speak of variants."""
        return self.colour_places | self.size_places


def said_in(words: Sequence[str]) -> Said:
    """Colour and size in folded words. A size word like "grande" is one, a lone letter too; "l" of "l'altro" is
    gone before.
    """
    colour = size = None
    colour_places: set[int] = set()
    size_places: set[int] = set()
    for i, word in enumerate(words):
        marked = i > 0 and _is_marker(words[i - 1])
        if word in _COLOUR_OF and colour is None:
            colour = _COLOUR_OF[word]
            colour_places.add(i)
            if marked:
                colour_places.add(i - 1)
        elif word in ("extra", "x") and i + 1 < len(words) and words[i + 1] in ("large", "small"):
            size = "XL" if words[i + 1] == "large" else "XS"
            size_places |= {i, i + 1, *([i - 1] if marked else [])}
        elif word in _SIZE_OF and (size is None or marked) and i not in size_places:
            size = _SIZE_OF[word]
            size_places.add(i)
            if marked:
                size_places.add(i - 1)
        elif marked and word.isdigit():
            size = word
            size_places |= {i - 1, i}
    return Said(
        colour=colour,
        size=size,
        colour_places=frozenset(colour_places),
        size_places=frozenset(size_places),
    )


def only_variant_words(words: Sequence[str]) -> bool:
    """Whether a text speaks of nothing but colour and size."""
    said = said_in(words)
    return bool(said.places) and all(
        i in said.places or w in ("e", "di", "in", "da", "con", "yang", "and", "one")
        for i, w in enumerate(words)
    )


def colour_value(values: Sequence[str], colour: str) -> str | None:
    """The catalogue's word for a colour; the only near one where it has no such word ("cream" for "beige")."""
    for value in values:
        if any(_COLOUR_OF.get(part) == colour or part == colour for part in tokens(str(value))):
            return str(value)
    near = next((family for family in _ALIKE if colour in family), frozenset())
    alike = [str(value) for value in values if any(_COLOUR_OF.get(p) in near for p in tokens(str(value)))]
    return alike[0] if len(alike) == 1 else None


def size_value(values: Sequence[str], size: str) -> str | None:
    """The catalogue's word for a size: its letter, or a word that means the letter."""
    for value in values:
        plain = fold(str(value)).strip()
        if _SIZE_OF.get(plain, plain.upper()) == size:
            return str(value)
    return None


def measure_value(values: Sequence[str], measure: Measure) -> str | None:
    """The catalogue's word for a pack."""
    return next((str(value) for value in values if names_value(measure, str(value))), None)


def variant_for(
    attributes: Mapping[str, Sequence[str]], said: Said, measures: Sequence[Measure], words: Sequence[str]
) -> dict[str, str]:
    """The attribute values that are said. A colour, size or pack that the product does not come in stays as said,
    so that it can be refused by name; what the product has no attribute for is left out.
    """
    variant: dict[str, str] = {}
    for name, values in attributes.items():
        if not values:
            continue
        exact = None
        if said.colour is not None:
            exact = colour_value(values, said.colour)
        if exact is None and said.size is not None:
            exact = size_value(values, said.size)
        for measure in measures:
            exact = exact or measure_value(values, measure)
        exact = exact or _named(values, words)
        refused = exact or _refused(name, values, said, measures)
        if refused is not None:
            variant[name] = refused
    return variant


def _named(values: Sequence[str], words: Sequence[str]) -> str | None:
    """A value in words of its own, whatever the attribute: "gusto pollo", "variante lavanda"."""
    stems = {stem(w) for w in words}
    for value in values:
        parts = [p for p in tokens(str(value)) if p.isalpha() and len(p) > 2]
        codes = [p for p in tokens(str(value)) if not p.isalpha() and not p.isdigit()]
        if (parts and all(stem(part) in stems for part in parts)) or (codes and set(codes) <= set(words)):
            return str(value)
    return None


def _refused(name: str, values: Sequence[str], said: Said, measures: Sequence[Measure]) -> str | None:
    kind = fold(name)
    if said.colour is not None and (
        kind in _MARKERS["colore"] or any(v in _COLOUR_OF for v in map(fold, values))
    ):
        return said.colour
    is_size = all(fold(str(v)) in _SIZE_OF for v in values)
    if said.size is not None and is_size:
        return said.size
    packs = [value_measure(str(v)) for v in values]
    units = {pack[1] for pack in packs if pack is not None}
    for measure in measures:
        if measure.kind == "pack" and measure.unit and measure.unit in units:
            return measure.words
    return None


def _is_marker(word: str) -> bool:
    return word in MARKER_WORDS or (
        len(word) >= 4 and any(ratio(word, m) >= _TYPO for m in ("taglia", "misura", "ukuran"))
    )
