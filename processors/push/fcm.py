"""Firebase Cloud Messaging through the real firebase-admin, and what its refusals mean.

Wire: `POST https://fcm.googleapis.com/v1/projects/{project}/messages:send`
(https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages/send), error codes at
https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode.

The SDK is loaded at the first push, in a thread: it brings requests, google-auth and several TLS contexts.
Its own repetitions (four more requests on 500 and 503, and waits as long as `Retry-After` says) are switched
off, because the deliveries' rows repeat already: with both, one outage would cost five times the requests
and hold a lease for seconds.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from processors.errors import ConfigurationError
from processors.push.verdicts import Verdict, judge
from processors.settings import Settings

if TYPE_CHECKING:
    import requests

THREADS = 8
"""Pushes on their way at once. Each is one blocking request of the SDK."""

TIMEOUT_SECONDS = 8


@dataclass(frozen=True, kw_only=True)
class Push:
    """One message to one device. `address` is a registration token or a Firebase installation id.

    Messages with the same `collapse_key` replace each other on a device, waiting or shown.
    """

    address_kind: Literal["token", "fid"]
    address: str
    title: str
    body: str
    data: Mapping[str, str]
    collapse_key: str
    link: str
    ttl_seconds: int


class FcmClient:
    """Sends pushes of one Firebase project. Build it in a thread, it loads the SDK."""

    def __init__(self, settings: Settings) -> None:
        import firebase_admin
        from firebase_admin import messaging

        self._messaging = messaging
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="fcm")
        self._app = firebase_admin.initialize_app(
            _credential(settings),
            {"projectId": settings.fcm_project_id, "httpTimeout": TIMEOUT_SECONDS},
            name=f"relaydesk-{uuid.uuid4()}",
        )
        self._service = messaging._get_messaging_service(self._app)
        if settings.fcm_api_url:
            # The SDK knows no setting for its address.
            base = settings.fcm_api_url.rstrip("/")
            self._service._fcm_url = f"{base}/v1/projects/{settings.fcm_project_id}/messages:send"
        self._session = self._without_repetitions()

    def _without_repetitions(self) -> requests.Session:
        from requests.adapters import HTTPAdapter

        session: requests.Session = self._service._client.session
        for prefix in list(session.adapters):
            session.mount(prefix, HTTPAdapter(pool_maxsize=THREADS, max_retries=0))
        return session

    async def send(self, push: Push) -> Verdict:
        """Send one push. Never raises for anything that Firebase or the network does."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._send, push)

    def _send(self, push: Push) -> Verdict:
        try:
            # One call each: where the SDK sends several, one failed token refresh hides that others left.
            name = self._messaging.send(self._message(push), app=self._app)
        except Exception as error:
            return judge(error)
        return Verdict(outcome="sent", external_id=name)

    def _message(self, push: Push) -> Any:
        fcm = self._messaging
        # A link in a web push must be HTTPS; the app finds it in the data in any case.
        link = fcm.WebpushFCMOptions(link=push.link) if push.link.startswith("https://") else None
        message = fcm.Message(
            data={**push.data, "link": push.link},
            notification=fcm.Notification(title=push.title, body=push.body),
            android=fcm.AndroidConfig(
                collapse_key=push.collapse_key,
                priority="high",
                ttl=push.ttl_seconds,
                notification=fcm.AndroidNotification(tag=push.collapse_key),
            ),
            apns=fcm.APNSConfig(
                headers={"apns-collapse-id": topic_of(push.collapse_key), "apns-priority": "10"},
                payload=fcm.APNSPayload(aps=fcm.Aps(sound="default")),
            ),
            webpush=fcm.WebpushConfig(
                headers={
                    "TTL": str(push.ttl_seconds),
                    "Urgency": "high",
                    "Topic": topic_of(push.collapse_key),
                },
                notification=fcm.WebpushNotification(tag=push.collapse_key),
                fcm_options=link,
            ),
            fid=push.address if push.address_kind == "fid" else None,
        )
        if push.address_kind == "token":
            # Set here because the constructor warns that tokens are deprecated; devices still have them.
            message.token = push.address
        return message

    def close(self) -> None:
        """Free threads and connections."""
        import firebase_admin

        # In a thread of its own, because the SDK closes with `asyncio.run`, which fails where a loop runs.
        self._threads.submit(firebase_admin.delete_app, self._app).result()
        self._threads.shutdown(wait=True)
        self._session.close()


def topic_of(collapse_key: str) -> str:
    """The key in 32 letters and digits: web push allows no more (RFC 8030 section 5.4), APNs 64."""
    return hashlib.sha256(collapse_key.encode()).hexdigest()[:32]


def _credential(settings: Settings) -> Any:
    """The service account's, a fixed token for a simulator, or what a machine of Google's cloud offers."""
    from firebase_admin import credentials
    from google.auth.credentials import Credentials

    text = settings.fcm_credentials_json.get_secret_value()
    if text:
        try:
            return credentials.Certificate(json.loads(text))
        except (ValueError, OSError):
            raise ConfigurationError("FCM_CREDENTIALS_JSON is not the JSON of a service account") from None
    if not settings.fcm_api_url:
        return credentials.ApplicationDefault()

    class FixedToken(Credentials):
        """Never expires and never asks anybody."""

        def __init__(self) -> None:
            super().__init__()  # type: ignore[no-untyped-call]  # google-auth has no types here.
            self.token = "simulator"  # noqa: S105  # Not a secret.

        def refresh(self, request: object) -> None:
            return None

    return FixedToken()


_clients: dict[tuple[str, str, str], FcmClient] = {}
_opening = threading.Lock()


def client_for(settings: Settings) -> FcmClient:
    """The process's client for these settings, built at the first call. Blocks: call it in a thread.

    Raises ConfigurationError when the credential can't be read.
    """
    key = (
        settings.fcm_project_id,
        settings.fcm_api_url,
        settings.fcm_credentials_json.get_secret_value(),
    )
    with _opening:
        if key not in _clients:
            _clients[key] = _open(settings)
        return _clients[key]


def _open(settings: Settings) -> FcmClient:
    from google.auth.exceptions import GoogleAuthError

    try:
        return FcmClient(settings)
    except GoogleAuthError:
        text = "FCM_CREDENTIALS_JSON is empty and this machine has no Google credentials of its own"
        raise ConfigurationError(text) from None


def close_clients() -> None:
    """Close every client of this process."""
    with _opening:
        while _clients:
            _clients.popitem()[1].close()
