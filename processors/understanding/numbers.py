"""Quantities in running text, as digits or as words of three languages: "due", "una decina", "dua belas"."""

from __future__ import annotations


def words_of(text: str) -> tuple[str, ...]:
    """The words of a line, so that tables of words stay readable."""
    return tuple(text.split())


_IT_UNITS = words_of("zero uno due tre quattro cinque sei sette otto nove")
_IT_TEENS = words_of(
    "dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove"
)
_IT_TENS = words_of("venti trenta quaranta cinquanta sessanta settanta ottanta novanta")
_EN_SMALL = words_of(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_EN_TENS = words_of("twenty thirty forty fifty sixty seventy eighty ninety")
_ID_UNITS = words_of("nol satu dua tiga empat lima enam tujuh delapan sembilan")

_ROUND = {
    "un paio": 2,
    "una coppia": 2,
    "mezza dozzina": 6,
    "una decina": 10,
    "decina": 10,
    "una dozzina": 12,
    "dozzina": 12,
    "una quindicina": 15,
    "una ventina": 20,
    "una trentina": 30,
    "una cinquantina": 50,
    "un centinaio": 100,
    "un": 1,
    "una": 1,
    "uno": 1,
    "a couple": 2,
    "a pair": 2,
    "half a dozen": 6,
    "a dozen": 12,
    "dozen": 12,
    "sepasang": 2,
    "selusin": 12,
    "seekor": 1,
    "sebuah": 1,
    "nessuno": 0,
    "nessuna": 0,
}


def _italian() -> dict[str, int]:
    words = {word: n for n, word in enumerate(_IT_UNITS + _IT_TEENS)}
    for n, ten in enumerate(_IT_TENS, start=2):
        words[ten] = n * 10
        for unit in range(1, 10):
            # "Ventuno" and "ventotto" lose the vowel before a vowel.
            stem = ten[:-1] if unit in (1, 8) else ten
            words[stem + _IT_UNITS[unit]] = n * 10 + unit
    return {**words, "cento": 100, "duecento": 200}


def _english() -> dict[str, int]:
    words = {word: n for n, word in enumerate(_EN_SMALL)}
    for n, ten in enumerate(_EN_TENS, start=2):
        words[ten] = n * 10
        for unit in range(1, 10):
            words[f"{ten} {_EN_SMALL[unit]}"] = n * 10 + unit
    return {**words, "a hundred": 100, "one hundred": 100, "two hundred": 200}


def _indonesian() -> dict[str, int]:
    words = {word: n for n, word in enumerate(_ID_UNITS)} | {"sepuluh": 10, "sebelas": 11, "seratus": 100}
    for unit in range(2, 10):
        words[f"{_ID_UNITS[unit]} belas"] = 10 + unit
        words[f"{_ID_UNITS[unit]} puluh"] = unit * 10
        for last in range(1, 10):
            words[f"{_ID_UNITS[unit]} puluh {_ID_UNITS[last]}"] = unit * 10 + last
    return words


NUMBER_WORDS: dict[str, int] = {**_indonesian(), **_english(), **_italian(), **_ROUND}
"""Words without accents, of one to four parts, and what they count."""

_LONGEST = 4
_LARGEST_DIGITS = 6

MEASURES = words_of(
    "metri metro m litri litro lt l mesi mese anni anno settimane kg kili chili chilo g gr grammi ml cl cm mm "
    "watt w volt v meters metres meter months month years liters litres liter grams bulan tahun"
)
"""A number before one of these belongs to the product: "acquario 30 litri"."""

COUNTERS = words_of(
    "pezzi pezzo pz pcs pc pieces piece units unit unita buah confezioni confezione scatole scatola pacchi pacco "
    "sacchi sacco box boxes bags x"
)
"""Words that count: the number before them is a quantity for sure."""

_SKIPPED_AFTER = (*COUNTERS, "di", "d", "of")


def number_in(folded: str) -> tuple[int | None, str]:
    """The quantity in a text of plain lower-case words, and the text without it; None when there is none.

    A number before a counter ("5 pezzi") wins over one that comes earlier; a number before a measure is part
    of a product's name and is left where it is.
    """
    words = folded.split()
    candidates = [(start, *found) for start in range(len(words)) if (found := _number_at(words, start))]
    counted = [c for c in candidates if c[1] < len(words) and words[c[1]] in COUNTERS]
    free = [c for c in candidates if c[1] >= len(words) or words[c[1]] not in MEASURES]
    chosen = next(iter(counted or free), None)
    if chosen is None:
        return None, folded
    start, end, value = chosen
    while end < len(words) and words[end] in _SKIPPED_AFTER:
        end += 1
    return value, " ".join(words[:start] + words[end:])


def _number_at(words: list[str], start: int) -> tuple[int, int] | None:
    """(end, value) of the number that begins at `start`."""
    if words[start].isascii() and words[start].isdigit():
        return (start + 1, int(words[start])) if len(words[start]) <= _LARGEST_DIGITS else None
    for length in range(min(_LONGEST, len(words) - start), 0, -1):
        value = NUMBER_WORDS.get(" ".join(words[start : start + length]))
        if value is not None:
            return start + length, value
    return None
