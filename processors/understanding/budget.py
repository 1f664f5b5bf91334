"""Today's budget: asked before every call of a model, counted and charged in the database."""

from __future__ import annotations

import logging
from uuid import UUID

from processors.errors import ModelUnavailable
from processors.settings import Settings
from processors.store import Store

log = logging.getLogger(__name__)


async def begin_call(store: Store, settings: Settings, business_id: UUID, contact_id: UUID | None) -> None:
    """Count one call. Raises ModelUnavailable with `budget_business` or `budget_contact` when today's is used up.

    Raises StorageUnavailable as every read does: without the database nobody is answered anyway.
    """
    # Not repeated when its answer is lost: that would count one call twice.
    found = await store.call(
        "begin_model_call",
        {
            "p_business_id": str(business_id),
            "p_contact_id": None if contact_id is None else str(contact_id),
            "p_usual": settings.model_limits,
        },
        retry=False,
    )
    if not found["allowed"]:
        if found["first"] and found["over"] == "business":
            log.warning(
                "business %s: today's budget of the model is spent, offline until tomorrow", business_id
            )
        elif found["first"]:
            log.info("business %s: a contact used up today's calls of the model", business_id)
        raise ModelUnavailable(f"budget_{found['over']}")
    if found["warn"]:
        log.warning("business %s: 80 %% of today's budget of the model is used", business_id)
