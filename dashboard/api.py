"""Our api, asked as the person at the desk: for what takes the service's key or the model's, which the desk has not."""

from __future__ import annotations

from typing import Any

import httpx

from dashboard.client import Refused
from dashboard.settings import DeskSettings
from processors.errors import BadRequest, NotAllowed, NotSignedIn, StorageError, StorageUnavailable
from processors.model import Json

SECONDS = 40.0
"""Longer than the api itself waits for a turn or a model, so that its own words arrive."""

_STATES = {404: "PT404", 409: "PT409"}


class Api:
    """Posts JSON with a person's token over the connections of the desk."""

    def __init__(self, settings: DeskSettings, http: httpx.AsyncClient) -> None:
        self._url = settings.api_url
        self._http = http

    async def post(self, path: str, body: Json, *, token: str) -> Any:
        """What the api answers.

        Raises NotSignedIn, NotAllowed, Refused with the field as its reason, StorageUnavailable when the api or
        what it needs can't be reached, StorageError for what it did not expect.
        """
        try:
            answer = await self._http.post(
                f"{self._url}{path}",
                json=dict(body),
                headers={"Authorization": f"Bearer {token}"},
                timeout=SECONDS,
            )
        except (httpx.HTTPError, OSError) as error:
            raise StorageUnavailable(type(error).__name__) from None
        if not answer.is_success:
            raise _refusal(answer)
        try:
            return answer.json()
        except ValueError:
            raise StorageError("what answered in place of the api speaks no JSON") from None


def _refusal(answer: httpx.Response) -> BadRequest | StorageError:
    if answer.status_code == 401:
        return NotSignedIn("the access token is wrong or has expired")
    if answer.status_code == 403:
        return NotAllowed("the api refused it")
    if answer.status_code in (502, 503, 504):
        return StorageUnavailable(f"the api answered {answer.status_code}")
    if answer.status_code >= 500:
        return StorageError(f"the api answered {answer.status_code}")
    try:
        body = answer.json()
    except ValueError:
        return StorageError(f"the api answered {answer.status_code}")
    field = str(body.get("field") or "other").rpartition(".")[2]
    code = _STATES.get(answer.status_code, "22023")
    return Refused(str(body.get("error")), reason=field, code=code, remedy=str(body.get("remedy") or ""))
