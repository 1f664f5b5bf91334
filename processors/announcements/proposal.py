"""What a dealer proposes, as the customer is asked about it: what differs, the total, three answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from processors.announcements.event import OrderEvent
from processors.language.changes import change_texts
from processors.language.money import money
from processors.language.texts import say
from processors.model import Button, Reply

ANSWERS = ("accept", "elsewhere", "cancel")
"""Yes; another shop; not at all. Their buttons carry `change:<answer>:<proposal_id>`."""


def render_proposal(event: OrderEvent) -> Reply | None:
    """The question to the customer; None once nobody waits for the answer any more."""
    proposal = event.proposal
    if proposal is None or proposal["status"] not in ("sent", "expired"):
        return None
    texts = texts_of(proposal, event.language, event.timezone)
    total = money(Decimal(proposal["total"]), proposal["currency"], event.language)
    text = say(
        event.language,
        f"announce.customer.{event.kind}",
        code=event.code,
        dealer=event.dealer_name,
        changes="\n".join(f"• {one}" for one in texts),
        total=_total_text(proposal, event.language),
    )
    buttons = answer_buttons(event.language, str(proposal["id"]))
    template = {
        "name": "modifica_ordine",
        "language": event.language,
        "params": [event.code, event.dealer_name, " · ".join(texts), total],
        "button_payloads": [button.id for button in buttons],
    }
    return Reply(text=text, kind="buttons", buttons=buttons, template=template)


def _total_text(proposal: Mapping[str, Any], language: str) -> str:
    """The whole order's new total, and by how much it is dearer or cheaper."""
    total, before = Decimal(proposal["total"]), Decimal(proposal["before"])
    kind = "same" if total == before else "more" if total > before else "less"
    return say(
        language,
        f"announce.customer.proposal_{kind}",
        total=money(total, proposal["currency"], language),
        before=money(before, proposal["currency"], language),
        difference=money(abs(total - before), proposal["currency"], language),
    )


def texts_of(proposal: Mapping[str, Any], language: str, timezone: str) -> list[str]:
    """What would differ, in words; `proposal` in the shape of the SQL function `private.proposal_json`."""
    ready_at = proposal.get("ready_at")
    return change_texts(
        proposal["changes"],
        datetime.fromisoformat(ready_at) if ready_at else None,
        currency=proposal["currency"],
        timezone=timezone,
        language=language,
    )


def answer_buttons(language: str, proposal_id: str) -> tuple[Button, ...]:
    """The three ways to answer."""
    titles = ("change_accept", "change_elsewhere", "cancel_order")
    return tuple(
        Button(id=f"change:{answer}:{proposal_id}", title=say(language, f"customer.button.{title}"))
        for answer, title in zip(ANSWERS, titles, strict=True)
    )
