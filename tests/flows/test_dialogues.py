"""The small version of `./dev bench dialogues`."""

from __future__ import annotations

import pytest

from bench import dialogues
from bench.dialogues.script import load
from tests.fixtures.stack import Stack

SOME = ("it-dictated", "change-variant", "id-chat", "en-change-of-mind", "dealer-declines")


@pytest.mark.stack
@pytest.mark.timeout(480)
async def test_people_order_as_scripted_and_are_shown_the_figures_of_the_database(stack: Stack) -> None:
    await stack.reset()
    try:
        went = await dialogues.run(
            load(*SOME),
            simulators_url=stack.simulators_url,
            gateway_url=stack.supabase_url,
            anon_key=stack.anon_key,
            database_url=stack.database_url,
            first_phone=int(stack.new_phone()) * 10,
        )
    finally:
        await stack.reset()
        # Other tests on this stack order without an address.
        await stack.sql("update delivery_zones set active = false returning 1")
    talks = "\n".join(dialogues.line(verdict) for verdict in went.verdicts)
    assert went.faults == [], talks
    assert sum(verdict.figures for verdict in went.verdicts) > 50


def test_every_dialogue_can_be_read() -> None:
    assert len(load()) >= 50
