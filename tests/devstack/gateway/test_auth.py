"""Auth, as the real client speaks it."""

from __future__ import annotations

import asyncio
from typing import Any

import jwt
import pytest
from supabase_auth.errors import AuthApiError, AuthWeakPasswordError

from devstack.gateway.auth_sessions import hash_password
from tests.devstack.gateway.conftest import Project

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
    plain = await own_project.http.get(f"{own_project.gateway.url}/auth/v1/user")
    assert (plain.status_code, plain.json()["message"]) == (401, "No API key found in request")


async def test_open_documents(own_project: Project) -> None:
    base = f"{own_project.gateway.url}/auth/v1"
    assert (await own_project.http.get(f"{base}/.well-known/jwks.json")).json() == {"keys": []}
    assert (await own_project.http.get(f"{base}/settings")).json()["disable_signup"] is True
    assert (await own_project.http.get(f"{base}/health")).json()["name"] == "GoTrue"
