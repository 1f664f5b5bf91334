"""One dealer's turn while it is being answered: who speaks, in which language, and what is on the board."""

from __future__ import annotations

from processors.dealer.board import Board, board_from_row
from processors.language.texts import say
from processors.model import Dealer, Reply, Turn
from processors.services import Services


class Talk:
    """Handed to every step. The board is read at the first look and once only."""

    def __init__(self, turn: Turn, services: Services, dealer: Dealer) -> None:
        self.turn = turn
        self.services = services
        self.dealer = dealer
        self.language = turn.language or turn.contact.language or turn.business.default_language
        self._board: Board | None = None

    async def board(self) -> Board:
        """Open offers and orders of the dealer. Raises StorageError."""
        if self._board is None:
            self._board = board_from_row(await self.services.store.dealer_board(self.dealer.id))
        return self._board

    def say(self, key: str, **values: object) -> str:
        """A text of the dealer's group in the dealer's language.

        Placeholders without a value are filled by the database from an action's outcome.
        """
        return say(self.language, f"dealer.{key}", **values)

    def text(self, key: str, **values: object) -> Reply:
        """The same as a reply."""
        return Reply(text=self.say(key, **values))

    @property
    def awaiting(self) -> dict[str, object]:
        """The question that the last turn left open."""
        found = self.turn.session.get("awaiting")
        return dict(found) if isinstance(found, dict) else {}

    @property
    def offered(self) -> frozenset[str]:
        """The offers that the last message to the dealer asked about."""
        last = next((m for m in reversed(self.turn.history) if m.direction == "outbound"), None)
        choices = (last.payload.get("buttons") or last.payload.get("rows") or ()) if last else ()
        parts = [str(choice.get("id", "")).split(":") for choice in choices]
        return frozenset(p[2] for p in parts if len(p) == 3 and p[0] == "offer" and p[1] != "decline")
