"""The evaluation as a program: its own database, the adapter of the product, one JSON object."""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from bench.evaluation.__main__ import DATA
from devstack.simulators.app import create_app
from devstack.simulators.config import Config
from tests.devstack.simulators.serving import serving

ROOT = Path(__file__).parents[2]
ANSWER = {
    "language": "it",
    "intent": "product_inquiry",
    "confidence": 0.9,
    "cart_action": "none",
    "items": [],
    "search_query": None,
    "needs_human": False,
    "human_reason": "none",
    "reply": "",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A few rows of the repository's, the same ones in every run, and the whole catalogue."""
    chosen = random.Random(7)
    for name, rows in (("nlu.dev", 4), ("carts.heldout", 3), ("search_queries.dev", 5)):
        lines = (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        (tmp_path / f"{name}.jsonl").write_text("\n".join(chosen.sample(lines, rows)), encoding="utf-8")
    catalogue = (DATA / "search_catalogue.jsonl").read_text(encoding="utf-8")
    (tmp_path / "search_catalogue.jsonl").write_text(catalogue, encoding="utf-8")
    return tmp_path


async def evaluated(folder: Path, **environ: str) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.evaluation", "--data", str(folder), "--json"),
        cwd=ROOT,
        env={**os.environ, "ENV_FILE": "", **environ},
        stdout=asyncio.subprocess.PIPE,
    )
    printed, _ = await asyncio.wait_for(process.communicate(), timeout=150)
    assert process.returncode == 0
    found: dict[str, Any] = json.loads(printed)
    return found


async def test_with_a_key_each_row_is_one_call_of_the_products_adapter(folder: Path) -> None:
    environ = {"SIMULATORS_WEBHOOK_URL": "http://127.0.0.1:9/none", "SIMULATORS_APP_SECRET": "secret"}
    async with serving(create_app(Config.from_environment(environ))) as url:
        async with httpx.AsyncClient(base_url=url, trust_env=False) as wire:
            await wire.post("/openai/_control", json={"answers": [ANSWER] * 50})
        live = await evaluated(folder, OPENAI_API_KEY="sk-test", OPENAI_BASE_URL=f"{url}/openai/v1")
    assert (live["mode"], live["model"]) == ("live", "gpt-6-luna")
    messages, carts = live["sets"]["dev"], live["sets"]["heldout"]["carts"]
    # Whatever the messages were, the scripted model took them for questions, and only commands were not asked.
    asked = sum(row["product_inquiry"] for row in messages["intent"]["confusion"].values())
    assert 0 < asked <= 4
    assert asked + carts["n"] - 1 <= live["calls"]["n"] <= 4 + carts["n"] + 1
    assert live["calls"]["failed"] == 0
    assert live["calls"]["input_tokens"] > 1000
    assert live["calls"]["usd"] > 0
    assert messages["search"]["n"] == 5
