"""Auth: signing in and out, refreshing, the user, administrators, links."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import httpx
import jwt
import pytest
import pytest_asyncio
from supabase_auth.errors import AuthApiError, AuthError

from tests.contract.target import Callers, unique

PASSWORD = "correct horse 9"


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who was made for one test."""

    id: str
    email: str


@pytest_asyncio.fixture
async def person(callers: Callers) -> AsyncIterator[Person]:
    """A confirmed user, removed in the end."""
    service = await callers.service()
    email = f"{unique()}@example.com"
    attributes = {"email": email, "password": PASSWORD, "email_confirm": True, "user_metadata": {"name": "C"}}
    user = (await callers.done(lambda: service.auth.admin.create_user(attributes))).user
    yield Person(id=user.id, email=email)
    await callers.done(lambda: service.auth.admin.delete_user(user.id))


async def refusal(callers: Callers, call: Callable[..., Any], *arguments: Any) -> tuple[str | None, int]:
    """Code and status of a refused call."""
    with pytest.raises(AuthApiError) as error:
        await callers.done(call, *arguments)
    return error.value.code, error.value.status


async def signed_in(callers: Callers, person: Person, password: str = PASSWORD) -> Any:
    """A client that the person signed in with."""
    client = await callers.client()
    given = {"email": person.email, "password": password}
    await callers.done(lambda: client.auth.sign_in_with_password(given))
    return client


@pytest.mark.covers("auth: POST token password", "auth: GET user")
async def test_password_gives_a_session(callers: Callers, person: Person) -> None:
    """A bearer token of one hour with the claims that policies read. Source: supabase/auth tokens/service.go."""
    client = await signed_in(callers, person)
    session = await callers.done(client.auth.get_session)
    assert (session.token_type, session.expires_in) == ("bearer", 3600)
    claims = jwt.decode(session.access_token, options={"verify_signature": False})
    assert (claims["sub"], claims["role"], claims["aud"], claims["aal"]) == (
        person.id,
        "authenticated",
        "authenticated",
        "aal1",
    )
    assert claims["email"] == person.email
    assert claims["session_id"]
    assert claims["amr"][0]["method"] == "password"
    user = (await callers.done(client.auth.get_user)).user
    assert (user.id, user.email, user.user_metadata["name"]) == (person.id, person.email, "C")


async def test_refused_sign_ins(callers: Callers, person: Person) -> None:
    """Wrong password and unknown address look alike; the code survives. Source: supabase/auth errorcode.go."""
    client = await callers.client()
    for email, password in ((person.email, "wrong password"), (f"{unique()}@example.com", PASSWORD)):
        given = {"email": email, "password": password}
        assert await refusal(callers, client.auth.sign_in_with_password, given) == (
            "invalid_credentials",
            400,
        )


@pytest.mark.covers("auth: POST token refresh_token")
async def test_refresh_tokens_rotate(callers: Callers, person: Person) -> None:
    """Each use gives a new one; the parent is forgiven, an invented one is not. Source: tokens/service.go."""
    client = await signed_in(callers, person)
    first = (await callers.done(client.auth.get_session)).refresh_token
    second = (await callers.done(client.auth.refresh_session)).session.refresh_token
    assert second != first
    other = await callers.client()
    again = await callers.done(lambda: other.auth.refresh_session(first))
    assert again.session.refresh_token == second
    code, status = await refusal(callers, lambda: other.auth.refresh_session("no-such-token"))
    assert (code, status) == ("refresh_token_not_found", 400)


@pytest.mark.covers("auth: POST logout local")
async def test_signing_out_ends_the_session_at_auth(callers: Callers, person: Person) -> None:
    """/user says session_not_found at once; REST takes the token until it expires. Source: supabase/auth logout.go."""
    client = await signed_in(callers, person)
    session = await callers.done(client.auth.get_session)
    await callers.done(lambda: client.auth.admin.sign_out(session.access_token, "local"))
    assert await refusal(callers, lambda: client.auth.get_user(session.access_token)) == (
        "session_not_found",
        403,
    )
    other = await callers.client()
    code, _ = await refusal(callers, lambda: other.auth.refresh_session(session.refresh_token))
    assert code == "refresh_token_not_found"
    by_token = await callers.client(token=session.access_token)
    assert await callers.rows(by_token.table("staff").select("id")) == []


@pytest.mark.covers("auth: PUT user")
async def test_people_change_their_password(callers: Callers, person: Person) -> None:
    """A weak or the same one is refused; data are merged. Source: supabase/auth user.go, password.go."""
    client = await signed_in(callers, person)
    changed = await callers.done(
        lambda: client.auth.update_user({"password": "another horse 9", "data": {"desk": 4}})
    )
    assert changed.user.user_metadata["desk"] == 4
    assert changed.user.user_metadata["name"] == "C"
    with pytest.raises(AuthError) as weak:
        await callers.done(lambda: client.auth.update_user({"password": "x"}))
    assert weak.value.code == "weak_password"
    code, status = await refusal(callers, lambda: client.auth.update_user({"password": "another horse 9"}))
    assert (code, status) == ("same_password", 422)
    await signed_in(callers, person, "another horse 9")


@pytest.mark.covers("auth: POST admin/users", "auth: GET admin/users/{id}", "auth: PUT admin/users/{id}")
async def test_administrators_change_and_ban(callers: Callers, person: Person) -> None:
    """Metadata, address, ban and its end. Source: supabase/auth admin.go."""
    service = await callers.service()
    admin = service.auth.admin
    changed = await callers.done(lambda: admin.update_user_by_id(person.id, {"app_metadata": {"plan": "x"}}))
    assert changed.user.app_metadata["plan"] == "x"
    assert (await callers.done(lambda: admin.get_user_by_id(person.id))).user.email == person.email
    await callers.done(lambda: admin.update_user_by_id(person.id, {"ban_duration": "24h"}))
    guest = await callers.client()
    given = {"email": person.email, "password": PASSWORD}
    assert (await refusal(callers, lambda: guest.auth.sign_in_with_password(given)))[0] == "user_banned"
    await callers.done(lambda: admin.update_user_by_id(person.id, {"ban_duration": "none"}))
    await signed_in(callers, person)


@pytest.mark.covers("auth: GET admin/users", "auth: DELETE admin/users/{id}")
async def test_administrators_list_and_delete(callers: Callers) -> None:
    """Newest first, in pages; a deleted user is not found. Source: supabase/auth admin.go."""
    service = await callers.service()
    admin = service.auth.admin
    emails = [f"{unique()}@example.com" for _ in range(2)]
    for email in emails:
        await callers.done(admin.create_user, {"email": email, "email_confirm": True})
    first = await callers.done(lambda: admin.list_users(page=1, per_page=2))
    assert [user.email for user in first] == emails[::-1]
    taken = {"email": emails[0], "email_confirm": True}
    assert await refusal(callers, lambda: admin.create_user(taken)) == ("email_exists", 422)
    for user in first:
        await callers.done(admin.delete_user, user.id)
    gone = first[0].id
    assert await refusal(callers, lambda: admin.get_user_by_id(gone)) == ("user_not_found", 404)


async def test_administration_is_for_the_service_key(callers: Callers, person: Person) -> None:
    """not_admin for the anon key and for people. Source: supabase/auth auth.go, requireAdmin."""
    anon = await callers.client()
    assert await refusal(callers, lambda: anon.auth.admin.list_users()) == ("not_admin", 403)


@pytest.mark.covers("auth: POST admin/generate_link", "auth: POST verify")
async def test_links_are_good_once(callers: Callers, person: Person) -> None:
    """The token of a link becomes a session, once. Source: supabase/auth mail.go, verify.go."""
    service = await callers.service()
    made = await callers.done(
        lambda: service.auth.admin.generate_link({"type": "recovery", "email": person.email})
    )
    given = {"type": "recovery", "token_hash": made.properties.hashed_token}
    client = await callers.client()
    session = (await callers.done(lambda: client.auth.verify_otp(given))).session
    assert session.user.id == person.id
    other = await callers.client()
    assert await refusal(callers, lambda: other.auth.verify_otp(given)) == ("otp_expired", 403)


@pytest.mark.covers("auth: POST admin/generate_link")
async def test_invited_people_choose_their_password(callers: Callers) -> None:
    """An invitation makes an unconfirmed user, its link confirms them. Source: supabase/auth mail.go, verify.go."""
    service = await callers.service()
    email = f"{unique()}@example.com"
    made = await callers.done(lambda: service.auth.admin.generate_link({"type": "invite", "email": email}))
    try:
        assert made.user.email_confirmed_at is None
        client = await callers.client()
        given = {"type": "invite", "token_hash": made.properties.hashed_token}
        await callers.done(lambda: client.auth.verify_otp(given))
        await callers.done(lambda: client.auth.update_user({"password": PASSWORD}))
        await signed_in(callers, Person(id=made.user.id, email=email))
    finally:
        await callers.done(lambda: service.auth.admin.delete_user(made.user.id))


async def test_claims_are_verified(callers: Callers, person: Person) -> None:
    """By the published key, or by asking where the secret is shared. Source: client 2.34 get_claims."""
    client = await signed_in(callers, person)
    answer = await callers.done(client.auth.get_claims)
    assert answer["claims"]["sub"] == person.id


async def test_forged_tokens_are_refused(callers: Callers, person: Person) -> None:
    """bad_jwt, whatever the header says. Source: supabase/auth auth.go, parseJWTClaims."""
    client = await signed_in(callers, person)
    token = (await callers.done(client.auth.get_session)).access_token
    _, body, _ = token.split(".")
    forged = jwt.encode(
        {"sub": person.id, "role": "service_role", "exp": 4102444800}, "k" * 40, algorithm="HS256"
    )
    for bad in (forged, f"eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{body}."):
        assert (await refusal(callers, client.auth.get_user, bad))[0] == "bad_jwt"


@pytest.mark.covers("auth: GET health")
async def test_health_is_for_who_has_a_key(callers: Callers) -> None:
    """200 with a key, 401 without. Source: Kong template of supabase/supabase, routes of auth-v1."""
    address = f"{callers.target.url}/auth/v1/health"
    async with httpx.AsyncClient(timeout=30, verify=address.startswith("https")) as http:
        assert (await http.get(address, headers={"apikey": callers.target.anon_key})).status_code == 200
        assert (await http.get(address)).status_code == 401


@pytest.mark.covers("auth: POST recover")
async def test_who_asks_for_a_new_password_learns_of_nobody(callers: Callers, person: Person) -> None:
    """The answer is the same for an address that nobody has. Source: supabase/auth recover.go."""
    client = await callers.client()
    assert await callers.done(client.auth.reset_password_for_email, person.email) is None
    assert await callers.done(client.auth.reset_password_for_email, f"{unique()}@example.com") is None


@pytest.mark.covers("auth: POST invite")
async def test_an_invited_person_is_unconfirmed_and_invited_once(callers: Callers, person: Person) -> None:
    """A mail goes to whoever is not there yet; others are refused. Source: supabase/auth invite.go."""
    service = await callers.service()
    admin = service.auth.admin
    invited = (await callers.done(admin.invite_user_by_email, f"{unique()}@example.com")).user
    try:
        assert (invited.invited_at is not None, invited.email_confirmed_at) == (True, None)
        assert await refusal(callers, admin.invite_user_by_email, person.email) == ("email_exists", 422)
    finally:
        await callers.done(admin.delete_user, invited.id)
