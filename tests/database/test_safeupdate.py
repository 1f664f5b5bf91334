"""No function of the migrations changes or empties a whole table.

Sessions of the hosted API load `safeupdate`: an update or delete without a WHERE fails there with 21000, also inside a
function. The library is not part of the embedded server, so the functions are read instead, as the gateway reads them;
what it finds and what not is in `tests/devstack/gateway/test_rest_safeupdate.py`.
"""

from __future__ import annotations

import pytest

from devstack.gateway.rest import catalogue
from devstack.gateway.rest.safeupdate import Body, findings
from tests.fixtures.cluster import Database

pytestmark = pytest.mark.database


async def test_no_function_writes_a_whole_table(database: Database) -> None:
    async with database.connect() as connection:
        bodies = [Body(**row) for row in await connection.fetch(catalogue.BODIES)]
    assert len(bodies) > 100
    assert any("delete from" in body.source for body in bodies)
    found = [f"{f.function}: {f.statement}" for body in bodies for f in findings(body)]
    assert found == [], "a hosted project refuses these"
