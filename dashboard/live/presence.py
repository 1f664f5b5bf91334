"""Who looks at the same conversation, and who writes there, among the pages of this process."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from dashboard.live.connection import Connection


class Presence:
    """Tells pages of each other. `connections` are all that are open, as the hub keeps them."""

    def __init__(self, connections: Collection[Connection]) -> None:
        self._connections = connections

    def look(self, connection: Connection, conversation_id: UUID | None) -> None:
        """A page is opening a conversation, or none; what changes there from now on reaches it."""
        if connection.open_id == conversation_id:
            return
        left, was_there = connection.open_id, connection.is_there
        connection.open_id, connection.is_there, connection.is_typing = conversation_id, False, False
        if left is not None and was_there:
            self._tell(left)

    def arrive(self, connection: Connection) -> None:
        """Storage has shown the page the conversation it is opening: it and all others there know of each other."""
        connection.is_there = connection.open_id is not None
        if connection.open_id is not None:
            self._tell(connection.open_id)

    def write(self, connection: Connection, typing: bool) -> None:
        """Somebody writes in the conversation they have open, or stopped."""
        if connection.open_id is None or not connection.is_there or connection.is_typing == typing:
            return
        connection.is_typing = typing
        self._tell(connection.open_id)

    def _tell(self, conversation_id: UUID) -> None:
        there = [c for c in self._connections if c.open_id == conversation_id and c.is_there]
        typing = {c.session.tokens.user_id for c in there if c.is_typing}
        for member in there:
            others = {c.session.tokens.user_id: c.session.name for c in there}
            others.pop(member.session.tokens.user_id, None)
            people = [{"name": name, "typing": user in typing} for user, name in others.items()]
            member.send({"op": "present", "id": str(conversation_id), "people": people})
