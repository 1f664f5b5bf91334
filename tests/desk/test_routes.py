"""What stands at the door: the log-in form, where posts may come from, what a browser is told to refuse."""

from __future__ import annotations

import pytest

from dashboard.guard import safe_target
from dashboard.routes import Attempts
from tests.desk.conftest import AGENT, PASSWORD, RIDER, RunningDesk

HTML = {"accept": "text/html"}


async def test_who_is_not_signed_in_is_led_to_the_log_in_page_and_back(seeded_desk: RunningDesk) -> None:
    browser = await seeded_desk.browser()
    answer = await browser.http.get("/?c=abc", headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=%2F%3Fc%3Dabc")
    page = await browser.http.get(answer.headers["location"])
    assert 'value="/?c=abc"' in page.text
    assert (await browser.sign_in(next="/?c=abc")).headers["location"] == "/?c=abc"
    assert (await browser.http.get("/login")).headers["location"] == "/"


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(seeded_desk: RunningDesk) -> None:
    browser = await seeded_desk.browser()
    cookie = (await browser.sign_in()).headers["set-cookie"]
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))


async def test_a_wrong_password_says_so_and_keeps_the_email(seeded_desk: RunningDesk) -> None:
    browser = await seeded_desk.browser()
    answer = await browser.sign_in(password="wrong")
    assert answer.status_code == 401
    assert "E-mail o password non corrette" in answer.text
    assert f'value="{AGENT}"' in answer.text
    assert "set-cookie" not in answer.headers


async def test_a_person_without_business_is_told_what_to_do(seeded_desk: RunningDesk) -> None:
    browser = await seeded_desk.browser()
    answer = await browser.sign_in(RIDER)
    assert answer.status_code == 403
    assert "non ha accesso al desk" in answer.text


async def test_what_is_typed_is_shown_as_text(seeded_desk: RunningDesk) -> None:
    browser = await seeded_desk.browser()
    answer = await browser.sign_in('"><script>alert(1)</script>', "x", next="javascript:alert(1)")
    assert "<script>" not in answer.text
    assert 'name="next" value="/"' in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_a_post_from_elsewhere_is_refused(seeded_desk: RunningDesk) -> None:
    browser = await seeded_desk.signed_in()
    body = {"email": AGENT, "password": PASSWORD}
    foreign: list[dict[str, str]] = [
        {},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:1"},
        # A foreign name that points to this address.
        {"host": "evil.example", "origin": "http://evil.example"},
    ]
    for headers in foreign:
        assert (await browser.http.post("/auth/login", data=body, headers=headers)).status_code == 403, (
            headers
        )
        assert (await browser.http.post("/auth/logout", headers=headers)).status_code == 403, headers
    assert (await browser.http.get("/login")).status_code == 303, "still signed in"


async def test_a_form_that_is_empty_or_too_large_is_refused(seeded_desk: RunningDesk) -> None:
    browser = await seeded_desk.browser()
    answer = await browser.sign_in("", "")
    assert answer.status_code == 422
    assert "Scrivi e-mail e password" in answer.text
    assert (await browser.sign_in(AGENT, "x" * 20_000)).status_code == 413


async def test_sign_out_ends_the_session_and_forgets_the_cookie(seeded_desk: RunningDesk) -> None:
    browser = await seeded_desk.signed_in()
    kept = dict(browser.http.cookies)
    assert (await browser.sign_out()).headers["location"] == "/login"
    assert not browser.http.cookies
    browser.http.cookies.update(kept)
    assert (await browser.http.get("/", headers=HTML)).headers["location"] == "/login"


async def test_nothing_but_the_door_is_open(seeded_desk: RunningDesk) -> None:
    browser = await seeded_desk.browser()
    assert (await browser.http.get("/")).status_code == 401
    assert (await browser.http.get("/_stcore/host-config")).status_code == 401
    assert (await browser.http.post("/_stcore/upload_file/a/b")).status_code == 401
    assert (await browser.http.get("/assets/inbox/main.js")).status_code == 200
    assert (await browser.http.get("/assets/../settings.py")).status_code in (401, 404)
    answer = await browser.http.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "supabase": "ok"})
    assert answer.headers["x-frame-options"] == "DENY"


async def test_the_language_of_the_page_can_be_chosen(seeded_desk: RunningDesk) -> None:
    browser = await seeded_desk.browser()
    english = {"accept-language": "en"}
    assert "Welcome back" in (await browser.http.get("/login", headers=english)).text
    assert "Bentornato" in (await browser.http.get("/login?lang=it", headers=english)).text
    assert "Bentornato" in (await browser.http.get("/login", headers=english)).text


def test_attempts_are_counted_per_person_and_forgiven_by_success() -> None:
    attempts = Attempts(limit=2)
    assert [attempts.allow("a"), attempts.allow("a"), attempts.allow("a")] == [True, True, False]
    assert attempts.allow("b")
    attempts.forget("a")
    assert attempts.allow("a")


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/?c=1", "/?c=1"),
        (None, "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("/auth/logout", "/"),
        ("/a\r\nset-cookie: x", "/"),
    ],
)
def test_only_paths_of_the_desk_are_gone_on_to(target: str | None, expected: str) -> None:
    assert safe_target(target) == expected
