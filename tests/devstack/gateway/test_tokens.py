"""API keys and tokens at the REST door."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time

import jwt
import pytest

from devstack.gateway.config import GatewayConfig
from devstack.gateway.tokens import KeyRefused, TokenRefused, Tokens
from tests.devstack.gateway.conftest import ALICE, Project

SECRET = "x" * 40
CONFIG = GatewayConfig(
    database_url="",
    admin_url="",
    jwt_secret=SECRET,
    anon_key="anon.key.jwt",
    service_role_key="service.key.jwt",
    publishable_key="sb_publishable_1",
    secret_key="sb_secret_1",
)


@pytest.mark.parametrize(
    ("key", "authorization", "expected"),
    [
        ("anon.key.jwt", "", "anon.key.jwt"),
        ("anon.key.jwt", "Bearer user.token.jwt", "user.token.jwt"),
        ("sb_publishable_1", "Bearer sb_publishable_1", "anon.key.jwt"),
        ("sb_secret_1", "Bearer sb_secret_1", "service.key.jwt"),
        ("sb_secret_1", "Bearer user.token.jwt", "user.token.jwt"),
        ("sb_publishable_1", "", "anon.key.jwt"),
        ("anon.key.jwt", "Basic abc", "anon.key.jwt"),
    ],
)
def test_keys_are_translated(key: str, authorization: str, expected: str) -> None:
    assert Tokens(CONFIG).bearer({"apikey": key, "authorization": authorization}) == expected


@pytest.mark.parametrize("key", ["", "sb_secret_2", "something"])
def test_unknown_keys_are_refused(key: str) -> None:
    with pytest.raises(KeyRefused):
        Tokens(CONFIG).bearer({"apikey": key, "authorization": "Bearer a.b.c"})


@pytest.mark.parametrize(
    ("key", "headers", "message"),
    [
        ("sb_secret_1", {"user-agent": "Mozilla/5.0 (X11)"}, "Forbidden use of secret API key in browser"),
        ("sb_publishable_1", {"authorization": "Bearer sb_secret_1"}, "Invalid API key"),
        ("anon.key.jwt", {"authorization": "Bearer sb_publishable_1"}, "Invalid API key"),
    ],
)
def test_keys_in_the_wrong_place_are_refused(key: str, headers: dict[str, str], message: str) -> None:
    with pytest.raises(KeyRefused) as refused:
        Tokens(CONFIG).bearer({"apikey": key, **headers})
    assert refused.value.body["message"] == message


def test_tokens_of_users_are_verified_by_the_public_key() -> None:
    tokens = Tokens(CONFIG)
    token = tokens.sign_for_user({"role": "authenticated", "sub": ALICE})
    assert Tokens(CONFIG).verify(token).user_id == ALICE
    (key,) = tokens.public_keys["keys"]
    assert jwt.get_unverified_header(token) == {"alg": "ES256", "kid": key["kid"], "typ": "JWT"}
    assert jwt.decode(token, jwt.PyJWK(key), algorithms=["ES256"])["sub"] == ALICE


@pytest.mark.parametrize("kid", [None, "another", "../../etc/passwd", "' or 1=1", 7])
def test_a_kid_that_is_not_ours_is_refused(kid: object) -> None:
    tokens = Tokens(CONFIG)
    head, body, signature = tokens.sign_for_user({"role": "service_role"}).split(".")
    header = {"alg": "ES256", "typ": "JWT"} | ({} if kid is None else {"kid": kid})
    forged = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
    with pytest.raises(TokenRefused):
        tokens.verify(f"{forged}.{body}.{signature}")
    assert head != forged


def test_the_public_key_is_no_shared_secret() -> None:
    """A token signed with the published key as if it were a secret must not pass."""
    tokens = Tokens(CONFIG)
    (key,) = tokens.public_keys["keys"]
    forged = _hmac_token(
        {"alg": "HS256", "kid": key["kid"]}, {"role": "service_role"}, json.dumps(key).encode()
    )
    with pytest.raises(TokenRefused):
        tokens.verify(forged)


def _hmac_token(header: dict[str, str], claims: dict[str, str], secret: bytes) -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, claims)]
    digest = hmac.new(secret, b".".join(parts), hashlib.sha256).digest()
    return b".".join([*parts, base64.urlsafe_b64encode(digest).rstrip(b"=")]).decode()


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": -40},
        {"nbf": 40},
        {"iat": 40},
        {"exp": "soon"},
        {"role": 7.5},
    ],
)
def test_claims_that_do_not_hold(claims: dict[str, object]) -> None:
    tokens = Tokens(CONFIG)
    now = time.time()
    # Whole numbers are seconds from now.
    moved = {name: now + value if isinstance(value, int) else value for name, value in claims.items()}
    with pytest.raises(TokenRefused) as error:
        tokens.verify(tokens.sign(moved))
    assert error.value.code == "PGRST303"


def test_skew_of_30_seconds_is_allowed() -> None:
    tokens = Tokens(CONFIG)
    now = time.time()
    assert tokens.verify(tokens.sign({"exp": now - 20, "nbf": now + 20, "iat": now + 20})).role == "anon"


@pytest.mark.parametrize(
    "token",
    [
        jwt.encode({"role": "service_role"}, "", algorithm="none"),
        jwt.encode({"role": "service_role"}, "y" * 40, algorithm="HS256"),
        jwt.encode({"role": "service_role"}, SECRET * 2, algorithm="HS512"),
        "a.b.c",
        "nonsense",
        "a.b",
        "." * 2,
    ],
)
def test_forged_tokens_are_refused(token: str) -> None:
    with pytest.raises(TokenRefused) as error:
        Tokens(CONFIG).verify(token)
    assert error.value.code == "PGRST301"


async def test_expired_token_is_answered_401(project: Project) -> None:
    response = await project.get("/rest/v1/shops", token=project.gateway.user_token(ALICE, seconds=-60))
    assert (response.status_code, response.json()["message"]) == (401, "JWT expired")
    assert "invalid_token" in response.headers["www-authenticate"]


async def test_role_that_does_not_exist_or_is_not_granted(project: Project) -> None:
    unknown = await project.get("/rest/v1/shops", token=project.gateway.user_token(ALICE, role="nobody-here"))
    assert (unknown.status_code, unknown.json()["code"]) == (401, "22023")
    stolen = await project.get(
        "/rest/v1/shops", token=project.gateway.user_token(ALICE, role="supabase_auth_admin")
    )
    assert (stolen.status_code, stolen.json()["code"]) == (403, "42501")


async def test_missing_key(project: Project) -> None:
    response = await project.http.get(f"{project.gateway.url}/rest/v1/shops")
    assert (response.status_code, response.json()["message"]) == (401, "No API key found in request")
