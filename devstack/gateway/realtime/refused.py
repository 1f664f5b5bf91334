"""Why something is refused, in the words of the platform."""

from __future__ import annotations


class Refused(Exception):
    """A join, a token or a call is refused.

    `message` is what a joined channel is closed with; `reason`, with the platform's code, what a join is answered.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    @property
    def reason(self) -> str:
        """Code and message, as replies carry them."""
        return f"{self.code}: {self.message}"


def unreadable(topic: str) -> Refused:
    """No policy lets the caller read the topic."""
    return Refused("Unauthorized", f"You do not have permissions to read from this Channel topic: {topic}")


def database_unreachable() -> Refused:
    """The database does not answer."""
    return Refused("UnableToConnectToProject", "Realtime was unable to connect to the project database")
