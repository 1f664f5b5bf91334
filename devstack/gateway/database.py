"""Connections for requests: one transaction each, nothing left behind.

Everything a request sets is local to its transaction, so a connection goes back to the pool without a reset,
which would cost a round trip. A connection whose transaction did not end cleanly is closed, not reused.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import asyncpg

ACQUIRE_SECONDS = 10.0
CONNECT_SECONDS = 10.0

T = TypeVar("T")
Work = Callable[[asyncpg.Connection], Awaitable[T]]

CONNECTION_ERRORS = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
)


class DatabaseDown(Exception):
    """No connection could be made, or it broke during the request."""


class DatabaseBusy(Exception):
    """Every connection stayed in use for ACQUIRE_SECONDS."""


class Database:
    """A pool of connections of one role."""

    def __init__(self, url: str, *, size: int, name: str) -> None:
        self._url = url
        self._name = name
        self._idle: list[asyncpg.Connection] = []
        self._slots = asyncio.Semaphore(size)
        self._closed = False

    async def run(self, begin: str, work: Work[T]) -> T:
        """Do `work` in one transaction that `begin` opens; commit, or roll back whatever it raised.

        `begin` is SQL: `begin …`, perhaps followed by what sets the transaction up. Raises what `work` raised,
        errors of PostgreSQL, DatabaseDown, DatabaseBusy.
        """
        try:
            async with asyncio.timeout(ACQUIRE_SECONDS):
                await self._slots.acquire()
        except TimeoutError:
            raise DatabaseBusy from None
        try:
            connection = await self._begin(begin)
            return await self._finish(connection, work)
        finally:
            self._slots.release()

    async def _begin(self, begin: str) -> asyncpg.Connection:
        """A connection with an open transaction. Idle ones may have died with their server: the next is tried."""
        while self._idle:
            connection = self._idle.pop()
            if connection.is_closed():
                continue
            try:
                await self._open(connection, begin)
                return connection
            except CONNECTION_ERRORS:
                connection.terminate()
        connection = await self._connect()
        try:
            await self._open(connection, begin)
        except CONNECTION_ERRORS as error:
            connection.terminate()
            raise DatabaseDown(str(error)) from error
        return connection

    async def _open(self, connection: asyncpg.Connection, begin: str) -> None:
        try:
            await connection.execute(begin)
        except CONNECTION_ERRORS:
            raise
        except asyncpg.PostgresError:
            await self._give_back_after_error(connection)
            raise
        except BaseException:
            connection.terminate()
            raise

    async def _finish(self, connection: asyncpg.Connection, work: Work[T]) -> T:
        try:
            result = await work(connection)
            await connection.execute("commit")
        except CONNECTION_ERRORS as error:
            connection.terminate()
            raise DatabaseDown(str(error)) from error
        except Exception:
            await self._give_back_after_error(connection)
            raise
        except BaseException:
            # A cancelled request may have a statement under way: only a new connection is surely clean.
            connection.terminate()
            raise
        self._give_back(connection)
        return result

    async def _give_back_after_error(self, connection: asyncpg.Connection) -> None:
        try:
            await connection.execute("rollback")
        except (asyncpg.PostgresError, *CONNECTION_ERRORS):
            connection.terminate()
        except BaseException:
            connection.terminate()
            raise
        else:
            self._give_back(connection)

    def _give_back(self, connection: asyncpg.Connection) -> None:
        # PostgreSQL says with every answer whether a transaction is open; trust that, not our own bookkeeping.
        if self._closed or connection.is_in_transaction():
            connection.terminate()
        else:
            self._idle.append(connection)

    async def _connect(self) -> asyncpg.Connection:
        try:
            return await asyncpg.connect(
                self._url,
                timeout=CONNECT_SECONDS,
                statement_cache_size=500,
                max_cached_statement_lifetime=0,
                server_settings={
                    "application_name": self._name,
                    "timezone": "UTC",
                    "standard_conforming_strings": "on",
                    "client_min_messages": "error",
                },
            )
        except (*CONNECTION_ERRORS, TimeoutError, asyncpg.TooManyConnectionsError) as error:
            raise DatabaseDown(str(error)) from error

    async def close(self) -> None:
        """Close what is idle; what is in use closes when it comes back."""
        self._closed = True
        idle, self._idle = self._idle, []
        for connection in idle:
            await connection.close(timeout=2)
