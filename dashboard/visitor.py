"""The person at a page, and storage as they see it: all that a native page of the desk is given.

Streamlit runs a page in a thread of its own; clients and tokens belong to the event loop of the desk. So a page hands
over an async question and waits for its answer:

    found = visitor.ask(lambda client: rows(client.from_("products").select("id, name")))
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

import streamlit as st
from postgrest import AsyncPostgrestClient

from dashboard.client import Refused
from dashboard.sessions import Session
from dashboard.texts import Voice, catalogue
from processors.errors import NotAllowed, NotSignedIn, StorageError

if TYPE_CHECKING:
    from dashboard.desk import Desk

T = TypeVar("T")
Question = Callable[[AsyncPostgrestClient], Awaitable[T]]

WAIT_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True)
class Visitor(Voice):
    """A signed-in person who looks at a page, in the language they chose."""

    session: Session
    desk: Desk = field(repr=False)

    @property
    def businesses(self) -> Mapping[UUID, str]:
        """Names of the businesses this person works for, by id."""
        return {m.business_id: m.business for m in self.session.memberships}

    def may(self, *roles: str) -> bool:
        """Whether the person has one of these roles anywhere. Storage checks again, business by business."""
        return any(m.role in roles for m in self.session.memberships)

    def refusal(self, refused: Refused) -> str:
        """Why the database refused an action, in the person's language."""
        texts = catalogue(self.language)
        return texts.get(f"refusal.{refused.reason}", texts["refusal.other"])

    def ask(self, question: Question[T]) -> T:
        """The answer of storage under the person's own token.

        What can't be answered is told on the page in words and ends the run of the page. Raises Refused when the
        database says no to an action; `refusal` has the words for that.
        """
        try:
            return self._wait(question)
        except NotSignedIn:
            self.desk.sessions.end(self.session)
            st.rerun()
        except Refused:
            raise
        except NotAllowed:
            st.error(self.say("refusal.not_allowed"))
        except (StorageError, TimeoutError):
            st.error(self.say("desk.failed"))
        return st.stop()

    def _wait(self, question: Question[T]) -> T:
        async def asked() -> T:
            token = await self.desk.sessions.access_token(self.session)
            async with asyncio.timeout(WAIT_SECONDS):
                return await question(self.desk.storage.of(token))

        return asyncio.run_coroutine_threadsafe(asked(), self.desk.loop).result()
