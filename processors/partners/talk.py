"""One turn of somebody who works with the business: which language, which texts, what was asked last."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar

from processors.language.clock import zone_of
from processors.language.texts import say
from processors.model import Reply, Turn
from processors.services import Services


class PartnerTalk:
    """What the talks of dealers and riders have in common. `group` is where their texts are in the catalogue."""

    group: ClassVar[str]

    def __init__(self, turn: Turn, services: Services) -> None:
        self.turn = turn
        self.services = services
        self.language = turn.language or turn.contact.language or turn.business.default_language

    def say(self, key: str, **values: object) -> str:
        """A text of the group in the reader's language.

        Placeholders without a value are filled by the database from an action's outcome.
        """
        return say(self.language, f"{self.group}.{key}", **values)

    def text(self, key: str, **values: object) -> Reply:
        """The same as a reply."""
        return Reply(text=self.say(key, **values))

    @property
    def now(self) -> datetime:
        """The time where the business is."""
        return datetime.now(UTC).astimezone(zone_of(self.turn.business.timezone))

    @property
    def awaiting(self) -> dict[str, object]:
        """The question that the last turn left open."""
        found = self.turn.session.get("awaiting")
        return dict(found) if isinstance(found, dict) else {}
