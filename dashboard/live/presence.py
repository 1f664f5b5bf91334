"""Who looks at the same conversation, and who writes there: the pages of this process, and people at others."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from dashboard.live.connection import Connection
from dashboard.live.elsewhere import Elsewhere


class Presence:
    """Tells pages of each other. `connections` are all that are open, as the hub keeps them."""

    def __init__(self, connections: Collection[Connection], elsewhere: Elsewhere) -> None:
        self._connections = connections
        self._elsewhere = elsewhere

    def look(self, connection: Connection, conversation_id: UUID | None) -> None:
        """A page is opening a conversation, or none; what changes there from now on reaches it."""
        if connection.open_id == conversation_id:
            return
        left, was_there = connection.open_id, connection.is_there
        connection.open_id, connection.is_there, connection.is_typing = conversation_id, False, False
        if left is not None and was_there:
            self._changed(left)

    def arrive(self, connection: Connection) -> None:
        """Storage has shown the page the conversation it is opening: it and all others there know of each other."""
        connection.is_there = connection.open_id is not None
        if connection.open_id is not None:
            self._changed(connection.open_id)

    def write(self, connection: Connection, typing: bool) -> None:
        """Somebody writes in the conversation they have open, or stopped."""
        if connection.open_id is None or not connection.is_there or connection.is_typing == typing:
            return
        connection.is_typing = typing
        self._changed(connection.open_id)

    def _changed(self, conversation_id: UUID) -> None:
        self.tell(conversation_id)
        self._elsewhere.bell.set()

    def tell(self, conversation_id: UUID) -> None:
        """Tell the pages there who the others are."""
        there = [c for c in self._connections if c.open_id == conversation_id and c.is_there]
        if not there:
            return
        away = self._elsewhere.people(conversation_id)
        typing = {c.session.tokens.user_id for c in there if c.is_typing}
        typing |= {user for user, one in away.items() if one.typing}
        names = {user: one.name for user, one in away.items()}
        names |= {c.session.tokens.user_id: c.session.name for c in there}
        for member in there:
            others = {user: name for user, name in names.items() if user != member.session.tokens.user_id}
            people = [{"name": name, "typing": user in typing} for user, name in others.items()]
            member.send({"op": "present", "id": str(conversation_id), "people": people})
