"""The desk's own HTTP routes: log in, log out, health, and the code of its views."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from dashboard.guard import is_same_origin, safe_target
from dashboard.identity import Identity, TooManySignIns, WeakPassword
from dashboard.sessions import Session, Sessions
from dashboard.settings import DeskSettings
from dashboard.texts import COOKIE, LANGUAGES, choose
from dashboard.views.login import login_page, password_page
from processors.errors import NotAllowed, NotSignedIn, StorageError, StorageUnavailable

BODY_BYTES = 8192
ASSETS = Path(__file__).parent / "components"
LANGUAGE_SECONDS = 365 * 24 * 3600


class Assets(StaticFiles):
    """Code of the views. Browsers ask each time whether it changed, so that an update needs no reload trick."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]  # Passed on as they came.
        response.headers["cache-control"] = "no-cache"
        return response


@dataclass(kw_only=True)
class Attempts:
    """How often somebody may try a password: `limit` times in `seconds` for one address and e-mail."""

    limit: int = 10
    seconds: float = 300.0
    _times: dict[str, deque[float]] = field(default_factory=dict)

    def allow(self, who: str) -> bool:
        """Count one attempt; False when it is one too many."""
        now = time.monotonic()
        if len(self._times) > 10_000:
            self._times = {key: times for key, times in self._times.items() if times[-1] > now - self.seconds}
        times = self._times.setdefault(who, deque())
        while times and times[0] <= now - self.seconds:
            times.popleft()
        if len(times) >= self.limit:
            return False
        times.append(now)
        return True

    def forget(self, who: str) -> None:
        """The right password was given."""
        self._times.pop(who, None)


class DeskRoutes:
    """The routes with what they need."""

    def __init__(self, settings: DeskSettings, sessions: Sessions, http: httpx.AsyncClient) -> None:
        self._settings = settings
        self._sessions = sessions
        self._http = http
        self._identity = Identity(settings, http)
        self._attempts = Attempts()

    def all(self) -> list[BaseRoute]:
        """In the order in which they are tried."""
        return [
            Route("/login", self.show_login, methods=["GET"]),
            Route("/auth/login", self.login, methods=["POST"]),
            Route("/password", self.show_password, methods=["GET"]),
            Route("/auth/password", self.set_password, methods=["POST"]),
            Route("/auth/logout", self.logout, methods=["POST"]),
            Route("/healthz", self.health, methods=["GET"]),
            Mount("/assets", Assets(directory=ASSETS), name="assets"),
        ]

    async def show_login(self, request: Request) -> Response:
        """The log-in page; straight on to the desk for somebody who is signed in."""
        target = safe_target(request.query_params.get("next"))
        if await self._session(request) is not None:
            return RedirectResponse(target, 303)
        asked = request.query_params.get("lang")
        response = login_page(_language(request), target=target)
        if asked in LANGUAGES:
            response.set_cookie(COOKIE, str(asked), max_age=LANGUAGE_SECONDS, samesite="lax")
        return response

    async def login(self, request: Request) -> Response:
        """Exchange e-mail and password for the session's cookie."""
        if not is_same_origin(request, self._settings.hosts):
            return PlainTextResponse("This form is only accepted from the desk's own page.", 403)
        body = await _body(request)
        if body is None:
            return PlainTextResponse("Too large.", 413)
        form = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=8)
        email, password = form.get("email", [""])[0].strip(), form.get("password", [""])[0]
        target = safe_target(form.get("next", ["/"])[0])
        problem, status = "login.missing", 422
        if email and password:
            who = f"{request.client.host if request.client else ''} {email.lower()}"
            try:
                return await self._signed_in(who, email, password, target)
            except _Refused as refusal:
                problem, status = refusal.problem, refusal.status
        return login_page(_language(request), target=target, email=email, problem=problem, status=status)

    async def _signed_in(self, who: str, email: str, password: str, target: str) -> Response:
        if not self._attempts.allow(who):
            raise _Refused("login.too_many", 429)
        try:
            session, cookie = await self._sessions.open(email, password)
        except TooManySignIns:
            raise _Refused("login.too_many", 429) from None
        except NotSignedIn:
            raise _Refused("login.wrong", 401) from None
        except NotAllowed:
            raise _Refused("login.not_staff", 403) from None
        except StorageUnavailable:
            raise _Refused("login.unavailable", 503) from None
        self._attempts.forget(who)
        response = RedirectResponse(target, 303)
        response.set_cookie(
            self._settings.cookie_name,
            cookie,
            max_age=max(int(session.ends_at - time.time()), 0),
            httponly=True,
            secure=self._settings.is_https,
            samesite="lax",
        )
        return response

    async def show_password(self, request: Request) -> Response:
        """Where a link of an invitation or a password mail ends: a form for the new password."""
        return password_page(_language(request))

    async def set_password(self, request: Request) -> Response:
        """Give the person of a mail's proof a new password; they sign in with it next."""
        if not is_same_origin(request, self._settings.hosts):
            return PlainTextResponse("This form is only accepted from the desk's own page.", 403)
        body = await _body(request)
        if body is None:
            return PlainTextResponse("Too large.", 413)
        form = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=4)
        token, password = form.get("token", [""])[0], form.get("password", [""])[0]
        problem, status = "login.link_over", 401
        try:
            if token:
                await self._identity.set_password(token, password)
                return RedirectResponse("/login", 303)
        except WeakPassword:
            problem, status = "login.weak", 422
        except NotSignedIn:
            pass
        except StorageUnavailable:
            problem, status = "login.unavailable", 503
        return password_page(_language(request), token=token, problem=problem, status=status)

    async def logout(self, request: Request) -> Response:
        """End the session, here and at Auth, and go to the log-in page."""
        if not is_same_origin(request, self._settings.hosts):
            return PlainTextResponse("This form is only accepted from the desk's own page.", 403)
        session = await self._session(request)
        if session is not None:
            await self._sessions.close(session)
        response = RedirectResponse("/login", 303)
        response.delete_cookie(self._settings.cookie_name, httponly=True, samesite="lax")
        return response

    async def _session(self, request: Request) -> Session | None:
        """Who is signed in; None also while storage can't tell, for these pages work without."""
        try:
            return await self._sessions.look(request.cookies.get(self._settings.cookie_name))
        except StorageError:
            return None

    async def health(self, request: Request) -> Response:
        """200 while the desk can serve people, 503 with what is missing otherwise."""
        try:
            answer = await self._http.get(
                f"{self._settings.supabase_url}/auth/v1/health",
                headers={"apikey": self._settings.supabase_anon_key.get_secret_value()},
                timeout=3.0,
            )
            is_ready = answer.is_success
        except (httpx.HTTPError, OSError):
            is_ready = False
        body = {"status": "ok" if is_ready else "degraded", "supabase": "ok" if is_ready else "unreachable"}
        return JSONResponse(body, 200 if is_ready else 503)


class _Refused(Exception):
    def __init__(self, problem: str, status: int) -> None:
        super().__init__(problem)
        self.problem = problem
        self.status = status


def _language(request: Request) -> str:
    asked = request.query_params.get("lang")
    return choose(asked or request.cookies.get(COOKIE), request.headers.get("accept-language"))


async def _body(request: Request) -> bytes | None:
    """The body, None when it is larger than any honest log-in form."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES:
            return None
    return body
