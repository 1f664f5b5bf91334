"""A business with the folder's catalogue, on a database of its own that is gone afterwards."""

from __future__ import annotations

import contextlib
import json
import os
import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import asyncpg

from bench.evaluation.rows import Article
from bench.partial import PartialStack, partial_stack
from devstack.environment import given_settings
from processors.customer.catalogue import Catalogue
from processors.customer.session import Session
from processors.customer.talk import Reads, Talk
from processors.model import Account, Business, Contact, Message, Turn
from processors.search.indexer import Indexer
from processors.services import Services, open_services
from processors.settings import Settings

NAME = "The evaluated business"


UNLIMITED = {
    "model_usd_per_day": 1_000_000,
    "model_calls_per_day": 1_000_000,
    "contact_model_usd_per_day": 1_000_000,
    "contact_model_calls_per_day": 1_000_000,
}


@dataclass(frozen=True, kw_only=True)
class Shop:
    """The services of the product, and the business whose customers speak."""

    services: Services
    business: Business
    skus: dict[uuid.UUID, str] = field(default_factory=dict)

    @property
    def reads(self) -> Reads:
        return Reads(services=self.services, catalogue=Catalogue(self.services, self.business.id))

    def turn(self, text: str) -> Turn:
        """A turn as the worker would claim it for somebody who writes for the first time."""
        said = Message(
            id=uuid.uuid4(),
            sequence=1,
            author="customer",
            direction="inbound",
            type="text",
            content=text,
            payload={},
            transcript=None,
            provider_time=datetime.now(UTC),
        )
        return Turn(
            token=uuid.uuid4(),
            attempts=1,
            business=self.business,
            account=Account(id=uuid.uuid4(), channel="whatsapp", external_id="0", simulated=True),
            contact=Contact(
                id=self.business.id, name="", phone=None, language=None, opted_out=False, privacy_noticed=True
            ),
            conversation_id=uuid.uuid4(),
            conversation_type="customer",
            language=None,
            session={},
            summary="",
            message_count=1,
            escalated=False,
            messages=(said,),
            history=(),
            cart=(),
            dealer=None,
        )

    def talk(self, turn: Turn, language: str) -> Talk:
        """The beginning of the pipeline's work on a turn."""
        turn = replace(turn, language=language)
        return Talk(turn=turn, language=language, session=Session.from_json({}), cart=())


@contextlib.asynccontextmanager
async def open_shop(catalogue: Sequence[Article], *, with_model: bool) -> AsyncIterator[Shop]:
    """Start a database, put the catalogue into a business of its own, index it, and stop all at the end.

    `with_model` lets the model of the settings answer; otherwise nothing leaves this machine.
    """
    # Whatever project the settings name, rows are made only in a database of our own.
    async with partial_stack("gateway", SUPABASE_URL="") as stack:
        business, skus = await _fill(stack, catalogue)
        async with open_services(_settings(stack, with_model=with_model)) as services:
            indexer = Indexer(services.store.call, services.search)
            while await indexer.run_once():
                pass
            yield Shop(services=services, business=business, skus=skus)


def model_is_configured() -> bool:
    """Whether the settings hold a key of a language model."""
    given = given_settings(os.environ)
    return bool(given.get("OPENAI_API_KEY")) and given.get("AI_PROVIDER") != "offline"


def _settings(stack: PartialStack, *, with_model: bool) -> Settings:
    given = given_settings(os.environ)
    values = {name: given[name.upper()] for name in Settings.model_fields if given.get(name.upper())}
    values |= {
        "environment": "development",
        "supabase_url": stack.places.url("gateway"),
        "supabase_anon_key": stack.credentials.anon_key,
        "supabase_service_role_key": stack.credentials.service_role_key,
    }
    if not with_model:
        values["ai_provider"] = "offline"
    return Settings(_env_file=None, **values)  # type: ignore[arg-type, call-arg]  # Texts, as in the environment.


async def _fill(stack: PartialStack, catalogue: Sequence[Article]) -> tuple[Business, dict[uuid.UUID, str]]:
    connection = await asyncpg.connect(stack.owner_url)
    try:
        row = await connection.fetchrow(
            # One contact writes every row, and no day's budget ends in the middle of a measurement.
            "with b as (insert into businesses (name, slug, limits) values ($1, 'evaluated', $2::jsonb) "
            "returning *), k as (insert into contacts (id, business_id) select id, id from b) select * from b",
            NAME,
            json.dumps(UNLIMITED),
        )
        assert row is not None
        made = await connection.fetch(
            """
            insert into products (business_id, sku, name, description, category, price, currency, attributes)
            select $1, p.sku, p.name, p.description, p.category, p.price, p.currency, p.attributes
            from jsonb_to_recordset($2::jsonb) as p
              (sku text, name text, description text, category text, price numeric, currency text, attributes jsonb)
            on conflict (business_id, sku) do nothing returning id, sku
            """,
            row["id"],
            json.dumps([{**vars(article), "price": str(article.price)} for article in catalogue]),
        )
    finally:
        await connection.close()
    business = Business(
        id=uuid.UUID(str(row["id"])),
        name=row["name"],
        bot_kind=row["bot_kind"],
        languages=tuple(row["languages"]),
        default_language=row["default_language"],
        currency=row["currency"],
        timezone=row["timezone"],
        persona=row["persona"],
        limits=json.loads(row["limits"]),
        hours=json.loads(row["hours"]),
    )
    return business, {uuid.UUID(str(one["id"])): one["sku"] for one in made}
