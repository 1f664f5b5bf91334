"""What an advertisement speaks of, clause by clause: paying and a charge, receiving and passing on, a contract.

The same trick has a thousand wordings and few ideas. Two ideas in one clause ("you pay" beside "a fee") tell more than
their words, and tell it in all three languages at once; beside a "no" or "never" they are counted apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations, pairwise
from pathlib import Path
from typing import Final

from processors.search.words import fold, tokens

LEXICON: Final = Path(__file__).with_name("concepts.txt")
_CLAUSE: Final = re.compile(r"(?:[.!?;]+(?=\s|$)|\n)+")
_ODD_ADDRESS: Final = re.compile(
    r"\b(?:bit\.ly|tinyurl\.com|t\.me|cutt\.ly|wa\.me|s\.id)/\w|"
    r"\b[\w-]+(?:\.[\w-]+)*\.(?:xyz|top|click|info|online|site|club|icu|live|shop|vip|work|cc|apk)\b"
)
_FREE_MAIL: Final = re.compile(
    r"@(?:gmail|googlemail|yahoo|ymail|hotmail|outlook|live|libero|proton(?:mail)?|gmx|mail)\.\w+"
)
_FAMOUS: Final = re.compile(
    r"\b(?:amaz[o0]n|google|microsoft|netflix|tiktok|youtube|indeed|linkedin|poste italiane|enel|eni|lidl|ferrovie|"
    r"costco|walmart|unicef|onu|pertamina|astra|freeport|pt kai|alfamart|indomaret|shopee|tokopedia|bumn)\b"
)


def concepts(text: str) -> Iterator[str]:
    """The names of the ideas in a text, and of two that share a clause; a name may come more than once."""
    plain = fold(text)
    for name, pattern in (("odd_address", _ODD_ADDRESS), ("free_mail", _FREE_MAIL), ("famous", _FAMOUS)):
        if pattern.search(plain):
            yield name
    for clause in _CLAUSE.split(plain):
        found = sorted(_ideas(tokens(clause)))
        denied = "refused" in found
        for name in found:
            yield f"no {name}" if denied else name
        for first, second in combinations(found, 2):
            yield f"no {first}+{second}" if denied else f"{first}+{second}"


def _ideas(words: list[str]) -> set[str]:
    beginnings, whole = _lexicon()
    said = [*words, *(f"{first}_{second}" for first, second in pairwise(words))]
    found = {whole[word] for word in said if word in whole}
    for word in said:
        found.update(beginnings[word[:size]] for size in range(2, len(word) + 1) if word[:size] in beginnings)
    return {name for names in found for name in names}


@lru_cache(maxsize=1)
def _lexicon() -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """Beginnings of words and whole words, each with the ideas it stands for."""
    beginnings: dict[str, tuple[str, ...]] = {}
    whole: dict[str, tuple[str, ...]] = {}
    name = ""
    for line in LEXICON.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            name = line.strip("[]")
        elif not line.startswith("#"):
            for word in line.split():
                table = whole if word.endswith("$") else beginnings
                key = word.removesuffix("$")
                table[key] = (*table.get(key, ()), name)
    return beginnings, whole
