"""One rider's turn while it is being answered."""

from __future__ import annotations

from processors.model import Rider, Turn
from processors.partners.talk import PartnerTalk
from processors.rider.board import Board, board_from_row
from processors.services import Services


class Talk(PartnerTalk):
    """Handed to every step. The board is read at the first look and once only."""

    group = "rider"

    def __init__(self, turn: Turn, services: Services, rider: Rider) -> None:
        super().__init__(turn, services)
        self.rider = rider
        self._board: Board | None = None

    async def board(self) -> Board:
        """The rider's orders; in the simulator those of the simulator. Raises StorageError."""
        if self._board is None:
            row = await self.services.store.rider_board(self.rider.id, simulated=self.turn.account.simulated)
            self._board = board_from_row(row)
        return self._board
