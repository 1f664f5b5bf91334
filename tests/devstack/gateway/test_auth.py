"""Auth, as the real client speaks it."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
import pytest
from supabase_auth.errors import AuthApiError, AuthInvalidJwtError, AuthWeakPasswordError

from devstack.gateway.auth.passwords import hash_password
from tests.devstack.gateway.conftest import Project
from tests.fixtures.gateway import GatewayFor

EMAIL = "ada@example.com"
PASSWORD = "correct horse"


async def add_user(project: Project, **attributes: Any) -> Any:
    """A confirmed person, unless `attributes` say else."""
    base = {"email": EMAIL, "password": PASSWORD, "email_confirm": True}
    return (await project.service.auth.admin.create_user(base | attributes)).user


async def client(project: Project) -> Any:
    """A fresh client of a browser."""
    return await project.gateway.client(project.gateway.anon_key)


async def sign_in(project: Project) -> Any:
    """A signed-in client."""
    fresh = await client(project)
    await fresh.auth.sign_in_with_password({"email": EMAIL, "password": PASSWORD})
    return fresh


async def refusal(action: Any) -> tuple[str | None, int]:
    """Code and status of the refusal of an awaitable."""
    with pytest.raises(AuthApiError) as error:
        await action
    return error.value.code, error.value.status


async def test_sign_in_gives_a_session_that_rest_accepts(own_project: Project) -> None:
    user = await add_user(own_project, user_metadata={"name": "Ada"}, app_metadata={"plan": "x"})
    signed_in = await client(own_project)
    answer = await signed_in.auth.sign_in_with_password({"email": EMAIL.upper(), "password": PASSWORD})
    assert (answer.user.id, answer.user.email, answer.user.user_metadata) == (user.id, EMAIL, {"name": "Ada"})
    assert answer.user.identities[0].provider == "email"
    claims = jwt.decode(answer.session.access_token, options={"verify_signature": False})
    assert (claims["sub"], claims["role"], claims["aal"]) == (user.id, "authenticated", "aal1")
    assert claims["app_metadata"]["plan"] == "x"
    seen = (await signed_in.rpc("whoami").execute()).data
    assert (seen["user"], seen["uid"]) == ("authenticated", user.id)


async def test_user_inserted_by_sql_signs_in(own_project: Project) -> None:
    async with own_project.database.connect(own_project.database.owner) as connection:
        user_id = await connection.fetchval(
            "insert into auth.users (email, encrypted_password, email_confirmed_at) values ($1, $2, now()) "
            "returning id",
            *(EMAIL, hash_password(PASSWORD)),
        )
    answer = await (await client(own_project)).auth.sign_in_with_password(
        {"email": EMAIL, "password": PASSWORD}
    )
    assert answer.user.id == str(user_id)


async def test_refused_sign_ins(own_project: Project) -> None:
    await add_user(own_project)
    await add_user(own_project, email="new@example.com", email_confirm=False)
    await add_user(own_project, email="bad@example.com", app_metadata={})
    await own_project.rows(
        "update auth.users set banned_until = now() + interval '1 day' where email = $1", "bad@example.com"
    )

    async def attempt(email: str, password: str) -> tuple[str | None, int]:
        fresh = await client(own_project)
        return await refusal(fresh.auth.sign_in_with_password({"email": email, "password": password}))

    assert await attempt(EMAIL, "wrong one") == ("invalid_credentials", 400)
    assert await attempt("nobody@example.com", PASSWORD) == ("invalid_credentials", 400)
    assert await attempt("new@example.com", PASSWORD) == ("email_not_confirmed", 400)
    assert await attempt("bad@example.com", PASSWORD) == ("user_banned", 400)


async def test_refresh_rotates_and_forgives_a_lost_answer(own_project: Project) -> None:
    await add_user(own_project)
    signed_in = await sign_in(own_project)
    first = (await signed_in.auth.get_session()).refresh_token
    second = (await signed_in.auth.refresh_session()).session.refresh_token
    assert second != first
    again = await (await client(own_project)).auth.refresh_session(first)
    assert again.session.refresh_token == second


async def test_late_reuse_of_a_grandparent_ends_the_session(own_project: Project) -> None:
    await add_user(own_project)
    signed_in = await sign_in(own_project)
    first = (await signed_in.auth.get_session()).refresh_token
    await signed_in.auth.refresh_session()
    last = (await signed_in.auth.refresh_session()).session.refresh_token
    await own_project.rows("update auth.refresh_tokens set updated_at = now() - interval '1 minute'")

    thief = await client(own_project)
    assert await refusal(thief.auth.refresh_session(first)) == ("refresh_token_already_used", 400)
    assert await refusal(thief.auth.refresh_session(last)) == ("refresh_token_not_found", 400)
    assert await refusal(thief.auth.refresh_session("invented")) == ("refresh_token_not_found", 400)


async def test_the_parent_of_the_active_token_is_forgiven_for_long(own_project: Project) -> None:
    """The answer to the last refresh may have been lost; a token before that can't be."""
    await add_user(own_project)
    signed_in = await sign_in(own_project)
    first = (await signed_in.auth.get_session()).refresh_token
    second = (await signed_in.auth.refresh_session()).session.refresh_token
    await own_project.rows("update auth.refresh_tokens set updated_at = now() - interval '1 day'")
    again = await (await client(own_project)).auth.refresh_session(first)
    assert again.session.refresh_token == second


async def test_refreshes_at_the_same_time_agree(own_project: Project) -> None:
    await add_user(own_project)
    token = (await (await sign_in(own_project)).auth.get_session()).refresh_token
    clients = [await client(own_project) for _ in range(5)]
    answers = await asyncio.gather(*(one.auth.refresh_session(token) for one in clients))
    assert len({answer.session.refresh_token for answer in answers}) == 1


async def test_sign_out_ends_the_session_but_not_the_token(own_project: Project) -> None:
    await add_user(own_project)
    signed_in = await sign_in(own_project)
    session = await signed_in.auth.get_session()
    assert (await signed_in.auth.get_user()).user.email == EMAIL
    await signed_in.auth.sign_out({"scope": "local"})

    other: Any = await own_project.gateway.client(own_project.gateway.anon_key, token=session.access_token)
    assert (await other.rpc("whoami").execute()).data["uid"] is not None
    assert await refusal(other.auth.get_user(session.access_token)) == ("session_not_found", 403)
    assert await refusal(other.auth.refresh_session(session.refresh_token)) == (
        "refresh_token_not_found",
        400,
    )


async def test_user_changes_password_and_data(own_project: Project) -> None:
    await add_user(own_project, user_metadata={"name": "Ada"})
    signed_in = await sign_in(own_project)
    changed = await signed_in.auth.update_user({"password": "new password", "data": {"desk": 4}})
    assert changed.user.user_metadata == {"name": "Ada", "desk": 4}
    with pytest.raises(AuthApiError):
        await sign_in(own_project)
    with pytest.raises(AuthWeakPasswordError) as error:
        await signed_in.auth.update_user({"password": "x"})
    assert error.value.reasons == ["length"]


async def test_admin_lists_reads_changes_and_deletes(own_project: Project) -> None:
    admin = own_project.service.auth.admin
    ids = [(await add_user(own_project, email=f"p{number}@example.com")).id for number in range(3)]
    assert [user.id for user in await admin.list_users()] == ids[::-1]
    assert [user.id for user in await admin.list_users(page=2, per_page=2)] == ids[:1]
    assert (await admin.get_user_by_id(ids[0])).user.email == "p0@example.com"
    changed = await admin.update_user_by_id(ids[0], {"email": "q@example.com", "user_metadata": {"a": 1}})
    assert (changed.user.email, changed.user.user_metadata) == ("q@example.com", {"a": 1})
    await admin.delete_user(ids[0])
    assert await refusal(admin.get_user_by_id(ids[0])) == ("user_not_found", 404)
    assert await refusal(add_user(own_project, email="p1@example.com")) == ("email_exists", 422)


async def test_admin_routes_are_for_the_service_only(own_project: Project) -> None:
    assert await refusal(own_project.anon.auth.admin.list_users()) == ("not_admin", 403)
    await add_user(own_project)
    signed_in = await sign_in(own_project)
    token = (await signed_in.auth.get_session()).access_token
    answer = await own_project.request("GET", "/auth/v1/admin/users", token=token)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_admin")


async def test_sign_ups_are_closed(own_project: Project) -> None:
    fresh = await client(own_project)
    assert await refusal(fresh.auth.sign_up({"email": EMAIL, "password": PASSWORD})) == (
        "signup_disabled",
        422,
    )


async def test_forged_and_missing_tokens(own_project: Project) -> None:
    forged = jwt.encode({"sub": "x", "role": "service_role"}, "y" * 40, algorithm="HS256")
    answer = await own_project.request("GET", "/auth/v1/user", token=forged)
    assert (answer.status_code, answer.json()["code"]) == (403, "bad_jwt")
    assert answer.headers["x-sb-error-code"] == "bad_jwt"
    assert answer.headers["x-supabase-api-version"] == "2024-01-01"
    plain = await own_project.http.get(f"{own_project.gateway.url}/auth/v1/user")
    assert (plain.status_code, plain.json()["message"]) == (401, "No API key found in request")


async def test_open_documents(own_project: Project) -> None:
    base = f"{own_project.gateway.url}/auth/v1"
    (key,) = (await own_project.http.get(f"{base}/.well-known/jwks.json")).json()["keys"]
    assert (key["kty"], key["crv"], key["alg"], "d" in key) == ("EC", "P-256", "ES256", False)
    assert (await own_project.http.get(f"{base}/health")).status_code == 401
    headers = {"apikey": own_project.gateway.anon_key}
    settings = await own_project.http.get(f"{base}/settings", headers=headers)
    assert settings.json()["disable_signup"] is True
    assert (await own_project.http.get(f"{base}/health", headers=headers)).json()["name"] == "GoTrue"


async def test_claims_are_verified_by_the_published_key(own_project: Project) -> None:
    await add_user(own_project)
    signed_in = await sign_in(own_project)
    answer = await signed_in.auth.get_claims()
    assert answer["headers"]["alg"] == "ES256"
    assert answer["claims"]["email"] == EMAIL
    token = (await signed_in.auth.get_session()).access_token
    head, body, signature = token.split(".")
    swapped = ("B" if signature[0] == "A" else "A") + signature[1:]
    with pytest.raises(AuthInvalidJwtError):
        await signed_in.auth.get_claims(f"{head}.{body}.{swapped}")


async def test_ban_holds_at_every_door(own_project: Project) -> None:
    user = await add_user(own_project)
    signed_in = await sign_in(own_project)
    session = await signed_in.auth.get_session()
    admin = own_project.service.auth.admin
    banned = await admin.update_user_by_id(user.id, {"ban_duration": "1h30m"})
    assert banned.user.id == user.id
    assert await refusal(sign_in(own_project)) == ("user_banned", 400)
    assert await refusal(signed_in.auth.get_user()) == ("user_banned", 403)
    assert await refusal(signed_in.auth.refresh_session(session.refresh_token)) == ("user_banned", 400)
    await admin.update_user_by_id(user.id, {"ban_duration": "none"})
    await sign_in(own_project)
    assert await refusal(admin.update_user_by_id(user.id, {"ban_duration": "a week"})) == (
        "validation_failed",
        400,
    )


async def test_a_new_password_ends_other_sessions(own_project: Project) -> None:
    user = await add_user(own_project)
    here, elsewhere = await sign_in(own_project), await sign_in(own_project)
    assert await refusal(here.auth.update_user({"password": PASSWORD})) == ("same_password", 422)
    await here.auth.update_user({"password": "another one"})
    assert (await here.auth.get_user()).user.id == user.id
    assert await refusal(elsewhere.auth.get_user()) == ("session_not_found", 403)
    await own_project.service.auth.admin.update_user_by_id(user.id, {"password": "the third one"})
    assert await refusal(here.auth.get_user()) == ("session_not_found", 403)


async def test_scopes_of_signing_out(own_project: Project) -> None:
    await add_user(own_project)
    first, second, third = [await sign_in(own_project) for _ in range(3)]
    await first.auth.sign_out({"scope": "others"})
    assert (await first.auth.get_user()).user.email == EMAIL
    assert await refusal(second.auth.get_user()) == ("session_not_found", 403)
    fourth = await sign_in(own_project)
    await fourth.auth.sign_out({"scope": "global"})
    for signed_out in (first, third):
        assert await refusal(signed_out.auth.get_user()) == ("session_not_found", 403)


async def test_invitation_by_mail(own_project: Project) -> None:
    admin = own_project.service.auth.admin
    options = {"data": {"name": "Bea"}, "redirect_to": "http://127.0.0.1:8501/welcome"}
    invited = (await admin.invite_user_by_email("Bea@example.com", options)).user
    assert (invited.email, invited.user_metadata, invited.email_confirmed_at) == (
        "bea@example.com",
        {"name": "Bea"},
        None,
    )
    mail = await _last_mail(own_project, "bea@example.com")
    assert mail["kind"] == "invite"
    answer = await own_project.http.get(mail["link"])
    assert answer.status_code == 303
    target, _, fragment = answer.headers["location"].partition("#")
    given = dict(parse_qsl(fragment))
    assert (target, given["type"]) == ("http://127.0.0.1:8501/welcome", "invite")
    guest: Any = await client(own_project)
    await guest.auth.set_session(given["access_token"], given["refresh_token"])
    await guest.auth.update_user({"password": PASSWORD})
    fresh = await client(own_project)
    await fresh.auth.sign_in_with_password({"email": "bea@example.com", "password": PASSWORD})
    again = await own_project.http.get(mail["link"])
    assert "error_code=otp_expired" in again.headers["location"]
    assert await refusal(admin.invite_user_by_email("bea@example.com")) == ("email_exists", 422)


async def test_forgotten_password(own_project: Project) -> None:
    await add_user(own_project)
    guest = await client(own_project)
    await guest.auth.reset_password_for_email("nobody@example.com")
    await guest.auth.reset_password_for_email(EMAIL, {"redirect_to": "https://evil.example/"})
    assert await refusal(guest.auth.reset_password_for_email(EMAIL)) == ("over_email_send_rate_limit", 429)
    mail = await _last_mail(own_project, EMAIL)
    assert "evil" not in mail["link"]
    wrong = {"type": "recovery", "email": EMAIL, "token": f"{(int(mail['otp']) + 1) % 10**6:06d}"}
    assert await refusal(guest.auth.verify_otp(wrong)) == ("otp_expired", 403)
    answer = await guest.auth.verify_otp({"type": "recovery", "email": EMAIL, "token": mail["otp"]})
    claims = jwt.decode(answer.session.access_token, options={"verify_signature": False})
    assert claims["amr"][0]["method"] == "otp"
    await guest.auth.update_user({"password": "remembered now"})


async def test_reset_link_gives_a_code_to_the_client_that_asked(own_project: Project) -> None:
    await add_user(own_project)
    asker = await client(own_project)
    await asker.auth.reset_password_for_email(EMAIL)
    mail = await _last_mail(own_project, EMAIL)
    location = (await own_project.http.get(mail["link"])).headers["location"]
    code = dict(parse_qsl(urlsplit(location).query))["code"]
    thief = {"auth_code": code, "code_verifier": "guessed", "redirect_to": ""}
    assert await refusal((await client(own_project)).auth.exchange_code_for_session(thief)) == (
        "bad_code_verifier",
        400,
    )
    await own_project.rows("update auth.users set recovery_sent_at = now() - interval '2 minutes'")
    await asker.auth.reset_password_for_email(EMAIL)
    mail = await _last_mail(own_project, EMAIL)
    location = (await own_project.http.get(mail["link"])).headers["location"]
    code = dict(parse_qsl(urlsplit(location).query))["code"]
    session = await asker.auth.exchange_code_for_session({"auth_code": code})
    assert session.user.email == EMAIL


async def test_generated_links(own_project: Project) -> None:
    await add_user(own_project)
    admin = own_project.service.auth.admin
    made = await admin.generate_link({"type": "recovery", "email": EMAIL})
    assert made.user.email == EMAIL
    assert made.properties.verification_type == "recovery"
    guest = await client(own_project)
    spent = {"type": "recovery", "token_hash": made.properties.hashed_token}
    assert (await guest.auth.verify_otp(spent)).user.email == EMAIL
    assert await refusal(guest.auth.verify_otp(spent)) == ("otp_expired", 403)
    nobody = admin.generate_link({"type": "recovery", "email": "nobody@example.com"})
    assert await refusal(nobody) == ("user_not_found", 404)
    late = await admin.generate_link({"type": "magiclink", "email": EMAIL})
    await own_project.rows("update auth.users set recovery_sent_at = now() - interval '2 hours'")
    token = {"type": "magiclink", "token_hash": late.properties.hashed_token}
    assert await refusal(guest.auth.verify_otp(token)) == ("otp_expired", 403)
    assert await refusal(own_project.anon.auth.admin.invite_user_by_email("x@example.com")) == (
        "not_admin",
        403,
    )


async def test_softly_deleted_users_are_gone(own_project: Project) -> None:
    user = await add_user(own_project)
    signed_in = await sign_in(own_project)
    await own_project.service.auth.admin.delete_user(user.id, True)
    assert await refusal(signed_in.auth.get_user()) == ("user_not_found", 403)
    assert await refusal(sign_in(own_project)) == ("invalid_credentials", 400)
    assert (await add_user(own_project)).id != user.id


async def test_metadata_merge_and_pages_are_linked(own_project: Project) -> None:
    user = await add_user(own_project, user_metadata={"a": 1, "b": 2})
    admin = own_project.service.auth.admin
    changed = await admin.update_user_by_id(user.id, {"user_metadata": {"a": None, "c": 3}})
    assert changed.user.user_metadata == {"b": 2, "c": 3}
    await add_user(own_project, email="second@example.com")
    answer = await own_project.request(
        "GET", "/auth/v1/admin/users?page=1&per_page=1", token=own_project.gateway.service_role_key
    )
    assert answer.headers["x-total-count"] == "2"
    assert 'page=2&per_page=1>; rel="next"' in answer.headers["link"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "validation_failed"),
        ({"email": "no address"}, "validation_failed"),
        ({"email": EMAIL, "password": "x" * 73}, "validation_failed"),
        ({"email": EMAIL, "password": "short"}, "weak_password"),
        ({"email": EMAIL, "user_metadata": "text"}, "validation_failed"),
        ({"email": EMAIL, "surprise": True}, "validation_failed"),
        ({"email": EMAIL, "role": "service_role"}, "validation_failed"),
        ({"email": EMAIL, "id": "7"}, "validation_failed"),
        ({"email": EMAIL, "user_metadata": {"a": "\0"}}, "validation_failed"),
    ],
)
async def test_users_that_are_refused(project: Project, body: dict[str, Any], code: str) -> None:
    key = project.gateway.service_role_key
    answer = await project.request(
        "POST", "/auth/v1/admin/users", token=key, content=json.dumps(body), content_type="application/json"
    )
    assert (answer.status_code // 100, answer.json()["code"]) == (4, code)


async def test_sign_ins_of_an_address_are_limited(own_project: Project, gateway_for: GatewayFor) -> None:
    gateway = await gateway_for(own_project.database, sign_ins_per_5_min=2)
    guest: Any = await gateway.client(gateway.anon_key)
    for expected in ("invalid_credentials", "invalid_credentials", "over_request_rate_limit"):
        code, _ = await refusal(guest.auth.sign_in_with_password({"email": EMAIL, "password": "wrong"}))
        assert code == expected


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b'{"email": 7, "password": "x"}', b""])
async def test_bodies_that_are_no_sign_in(project: Project, body: bytes) -> None:
    answer = await project.request(
        "POST", "/auth/v1/token?grant_type=password", token=project.gateway.anon_key, content=body
    )
    assert (answer.status_code, answer.json()["code"] in ("bad_json", "validation_failed")) == (400, True)


@pytest.mark.parametrize(
    ("claims", "code", "status"),
    [
        ({"sub": None}, "bad_jwt", 403),
        ({"sub": "seven"}, "bad_jwt", 400),
        ({"sub": "00000000-0000-0000-0000-0000000000ff"}, "user_not_found", 403),
        ({"session_id": "00000000-0000-0000-0000-0000000000ff"}, "session_not_found", 403),
        ({"aud": "elsewhere"}, "validation_failed", 400),
        ({"exp": 1}, "bad_jwt", 403),
    ],
)
async def test_tokens_that_name_no_session(
    own_project: Project, claims: dict[str, Any], code: str, status: int
) -> None:
    user = await add_user(own_project)
    token = own_project.gateway.user_token(user.id, **claims)
    answer = await own_project.request("GET", "/auth/v1/user", token=token)
    assert (answer.json()["code"], answer.status_code) == (code, status)


async def _last_mail(project: Project, to: str) -> dict[str, str]:
    answer = await project.http.get(f"{project.gateway.url}/mails", params={"to": to})
    last: dict[str, str] = answer.json()[0]
    return last
