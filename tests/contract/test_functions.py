"""Functions: the embedded gateway hands them to the api; a hosted project has none of ours, see docs/hosted.md."""

from __future__ import annotations

import json

import httpx
import pytest
from supabase_functions.errors import FunctionsHttpError

from tests.contract.target import Callers, unique

NAME = "whatsapp-simulate"


@pytest.fixture(autouse=True)
def api_behind(callers: Callers) -> None:
    """Only where the api answers them."""
    if not callers.target.developer_key:
        pytest.skip("functions are answered by the api, which is not part of this project")


@pytest.mark.covers("functions: POST")
async def test_a_function_answers(callers: Callers) -> None:
    """Body and headers arrive, its JSON comes back. Source: supabase_functions 2.34 invoke."""
    client = await callers.client()
    phone = f"3930{int(unique('1').rpartition('-')[2], 16) % 10**8:08d}"
    options = {
        "body": {"phone": phone, "text": "Ciao"},
        "headers": {"X-Api-Key": callers.target.developer_key},
    }
    answer = json.loads(await callers.done(lambda: client.functions.invoke(NAME, options)))
    assert answer["replies"]


async def test_what_a_function_refuses_is_told(callers: Callers) -> None:
    """Its status is passed on. Source: supabase_functions 2.34, FunctionsHttpError."""
    client = await callers.client()
    for name, status in ((NAME, 401), ("no-such-function", 404)):
        with pytest.raises(FunctionsHttpError) as error:
            await callers.done(client.functions.invoke, name, {"body": {"text": "x"}})
        assert error.value.status == status


async def test_browsers_may_ask_first(callers: Callers) -> None:
    """A preflight is answered without a key. Source: supabase docs, CORS of edge functions."""
    address = f"{callers.target.url}/functions/v1/{NAME}"
    async with httpx.AsyncClient(verify=False) as http:
        answer = await http.options(address, headers={"origin": "https://x.example"})
    assert (answer.status_code // 100, answer.headers["access-control-allow-origin"]) == (2, "*")
