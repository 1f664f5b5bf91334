"""One dealer's turn while it is being answered: who speaks, in which language, and what is on the board."""

from __future__ import annotations

from processors.dealer.board import Board, board_from_row
from processors.model import Dealer, Turn
from processors.partners.talk import PartnerTalk
from processors.services import Services


class Talk(PartnerTalk):
    """Handed to every step. The board is read at the first look and once only."""

    group = "dealer"

    def __init__(self, turn: Turn, services: Services, dealer: Dealer) -> None:
        super().__init__(turn, services)
        self.dealer = dealer
        self._board: Board | None = None

    async def board(self) -> Board:
        """Open offers and orders of the dealer. Raises StorageError."""
        if self._board is None:
            self._board = board_from_row(await self.services.store.dealer_board(self.dealer.id))
        return self._board

    @property
    def offered(self) -> frozenset[str]:
        """The offers that the last message to the dealer asked about."""
        return frozenset(p[2] for p in self._choices() if p[0] == "offer" and p[1] != "decline")

    @property
    def spoken_of(self) -> frozenset[str]:
        """The orders that the last message to the dealer was about, by their market order."""
        return frozenset(p[2] for p in self._choices() if p[0] in ("status", "change"))

    def _choices(self) -> list[list[str]]:
        last = next((m for m in reversed(self.turn.history) if m.direction == "outbound"), None)
        choices = (last.payload.get("buttons") or last.payload.get("rows") or ()) if last else ()
        parts = [str(choice.get("id", "")).split(":") for choice in choices]
        return [p for p in parts if len(p) >= 3]
