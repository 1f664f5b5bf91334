"""The files that the Supabase CLI reads, and the page that leads to a hosted project."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest

from devstack import migrate
from devstack.gateway.auth import passwords, sessions
from devstack.gateway.config import MAX_ROWS, GatewayConfig
from devstack.gateway.storage.bodies import FILE_LIMIT_BYTES
from devstack.places import ROOT
from processors.settings import Settings
from tests.fixtures.cluster import Database
from tests.fixtures.gateway import GatewayFor

PAGE = ROOT / "docs" / "hosted.md"


@pytest.fixture(scope="module")
def config() -> dict[str, Any]:
    """`supabase/config.toml`."""
    return tomllib.loads((ROOT / "supabase" / "config.toml").read_text(encoding="utf-8"))


def test_migrations_are_named_as_the_cli_wants_them() -> None:
    files = sorted(path.name for path in migrate.MIGRATIONS_DIR.iterdir())
    assert all(re.fullmatch(r"\d{14}_[a-z0-9_]+\.sql", name) for name in files)
    versions = [name[:14] for name in files]
    assert len(set(versions)) == len(versions)


def test_a_hosted_project_is_set_as_the_gateway_behaves(config: dict[str, Any]) -> None:
    """What differs here passes locally and fails there."""
    auth = config["auth"]
    assert config["api"]["max_rows"] == MAX_ROWS
    assert config["api"]["auto_expose_new_tables"] is False
    assert tuple(config["api"]["schemas"]) == GatewayConfig.schemas
    assert auth["jwt_expiry"] == sessions.TOKEN_SECONDS
    assert auth["refresh_token_reuse_interval"] == sessions.REUSE_SECONDS
    assert auth["minimum_password_length"] == passwords.MIN_LENGTH
    assert auth["enable_signup"] is False
    assert auth["site_url"] == GatewayConfig.site_url
    assert config["storage"]["file_size_limit"] == f"{FILE_LIMIT_BYTES // 2**20}MiB"


async def test_the_first_business_is_made_as_the_page_says(
    database: Database, gateway_for: GatewayFor
) -> None:
    """Step 4 on a project with nothing but the migrations; the admin then signs in and sees the business."""
    found = re.search(r"```sql\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    gateway = await gateway_for(database)
    service: Any = await gateway.client()
    person = {"email": "you@example.com", "password": "correct horse", "email_confirm": True}
    await service.auth.admin.create_user(person)
    async with database.connect(database.owner) as connection:
        rows = await connection.fetch(found[1])
    assert len(rows) == 1
    admin: Any = await gateway.client(gateway.anon_key)
    await admin.auth.sign_in_with_password({"email": "you@example.com", "password": "correct horse"})
    (business,) = (await admin.table("businesses").select("id, name, staff(role)").execute()).data
    assert (business["name"], business["staff"]) == ("Your shop", [{"role": "admin"}])
    dealer = {"p_business_id": business["id"], "p_dealer": {"name": "First dealer", "priority": 10}}
    assert (await admin.rpc("save_dealer", dealer).execute()).data["name"] == "First dealer"
    accounts = (await admin.table("channel_accounts").select("simulated").execute()).data
    assert sorted(row["simulated"] for row in accounts) == [False, True]


def test_settings_of_the_page_exist() -> None:
    """Every variable that the page sets is one of ours."""
    block = re.search(r"```sh\nENVIRONMENT=.*?```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    named = set(re.findall(r"^([A-Z_]+)=", block[0], re.MULTILINE))
    known = {name.upper() for name in Settings.model_fields}
    assert named <= known
