"""What words say about an intent: points for patterns over folded words, in three languages.

A pattern of another language seldom matches by chance, so all are tried. Points add up; the most point the way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from processors.model import Intent
from processors.understanding.intent_rules import chat, inquiry, order, support

Rule = tuple[Intent, float, re.Pattern[str]]


def _compiled(intent: Intent, rules: Iterable[tuple[float, str]]) -> list[Rule]:
    return [(intent, points, re.compile(pattern)) for points, pattern in rules]


RULES: Final[list[Rule]] = [
    *_compiled("order_request", order.RULES),
    *_compiled("product_inquiry", inquiry.RULES),
    *_compiled("support_request", support.RULES),
    *_compiled("general_chat", chat.RULES),
]
