"""One message, heard as the customer's pipeline hears it: commands first, then understanding, piece by piece."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bench.evaluation.shop import Shop
from processors.customer.delivery_words import collects
from processors.customer.gate import Command, command_of, language_wish, says_confirm
from processors.customer.listen import pieces
from processors.customer.orders_to_us import orders_us
from processors.customer.talk import Talk
from processors.customer.understand import understand
from processors.model import AiCall, Intent
from processors.router import language_of
from processors.understanding.gate import is_greeting
from processors.understanding.types import CartAction, CartStep

NOTHING = CartStep(action="none", items=())

_INTENT_OF: dict[Command, Intent] = {
    "menu": "general_chat",
    "no": "general_chat",
    "catalogue": "product_inquiry",
    "orders": "support_request",
    "human": "support_request",
    "cancel": "order_request",
    "clear_cart": "order_request",
    "show_cart": "order_request",
    "checkout": "order_request",
}
_ACTION_OF: dict[Command, CartAction] = {"clear_cart": "clear", "cancel": "clear", "checkout": "confirm"}


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a message was understood to mean. `steps` are its wishes about the cart, in order."""

    language: str
    intent: Intent
    needs_human: bool
    steps: tuple[CartStep, ...]
    calls: tuple[AiCall, ...]

    @property
    def first(self) -> CartStep:
        """The first wish; one that does nothing when there is none."""
        return self.steps[0] if self.steps else NOTHING


async def read(shop: Shop, text: str) -> Reading:
    """The reading of one message, said first by somebody with an empty cart."""
    turn = shop.turn(text)
    language = language_of(turn)
    talk = shop.talk(turn, language)
    heard = Reading(language=language, intent="general_chat", needs_human=False, steps=(), calls=())
    for piece in pieces(text):
        talk, heard = await _hear(shop, talk, piece, heard)
    return replace(heard, calls=talk.ai_calls)


async def _hear(shop: Shop, talk: Talk, piece: str, heard: Reading) -> tuple[Talk, Reading]:
    command = command_of(piece)
    if command is not None:
        return talk, _commanded(heard, command, piece)
    if language_wish(piece) is not None or is_greeting(piece) or orders_us(piece):
        return talk, heard
    if heard.steps and collects(piece):
        return talk, heard
    talk, found = await understand(talk, shop.reads, piece)
    steps = (CartStep(action=found.cart_action, items=found.items), *found.also)
    return talk, replace(
        heard,
        intent=found.intent,
        needs_human=heard.needs_human or found.needs_human,
        steps=(*heard.steps, *(step for step in steps if step.action != "none")),
    )


def _commanded(heard: Reading, command: Command, piece: str) -> Reading:
    if command == "yes":
        # "Confermo" is about an order also where none waits; a mere "ok" is not.
        confirm = CartStep(action="confirm", items=())
        said = replace(heard, intent="order_request", steps=(*heard.steps, confirm))
        return said if says_confirm(piece) else heard
    action = _ACTION_OF.get(command)
    return replace(
        heard,
        intent=_INTENT_OF[command],
        needs_human=heard.needs_human or command == "human",
        steps=heard.steps if action is None else (*heard.steps, CartStep(action=action, items=())),
    )
