"""Meta's Graph API as far as WhatsApp needs it: sending, read marks, media; and the customers behind it.

Source: developers.facebook.com, WhatsApp Cloud API (copies of September 2026).
"""

from __future__ import annotations

import re
import time
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from devstack.simulators import inbound
from devstack.simulators.config import Config, Number
from devstack.simulators.fields import invalid
from devstack.simulators.graph_control import GraphControl
from devstack.simulators.graph_errors import GraphError, no_token, unknown_object, unknown_path
from devstack.simulators.journal import Journal, json_or_none
from devstack.simulators.limits import check_mark, check_message
from devstack.simulators.media import MEDIA_TYPES, Media
from devstack.simulators.pacing import PairRate, Throughput, Windows
from devstack.simulators.people import BSUID, People, Person
from devstack.simulators.receipts import Accepted, send_receipts
from devstack.simulators.service import BadControl, Call, Service, recipient_key, refused
from devstack.simulators.templates import check_template
from devstack.simulators.wamid import new_wamid
from devstack.simulators.webhooks import Webhooks

VERSION = re.compile(r"v(\d+)\.\d+")
OLDEST_VERSION = 21
"""v20.0 ended in September 2026; an ended version answers like an unknown path."""

DOWNLOADS = "media-content"


class Graph(Service[GraphControl]):
    """The simulated Graph API."""

    prefix = "/graph"
    control_type = GraphControl

    def __init__(self, config: Config, webhooks: Webhooks) -> None:
        super().__init__(Journal(with_wamid=True))
        self._config = config
        self._webhooks = webhooks
        self._forget()

    def reset(self) -> None:
        """Defaults, an empty log, nobody known. Receipts of messages already accepted still arrive."""
        super().reset()
        self._forget()

    def _forget(self) -> None:
        self._people = People()
        self._windows = Windows()
        self._pairs = PairRate()
        self._throughput = Throughput()
        self._media = Media()

    # --- control ---

    def extra_routes(self) -> list[Route]:
        """Customers write through `_inbound`."""
        return [Route("/_inbound", self._inbound, methods=["POST"])]

    def apply(self, patch: dict[str, Any]) -> None:
        """Merge a control request; `window`, with an optional `to`, is an action and not kept.

        Raises BadControl.
        """
        rest = {key: value for key, value in patch.items() if key not in ("window", "to")}
        window, to = patch.get("window"), patch.get("to")
        if window not in (None, "open", "closed"):
            raise BadControl("window must be open or closed")
        if to is not None and (window is None or not isinstance(to, str)):
            raise BadControl("to must be a phone or BSUID and goes with window")
        super().apply(rest)
        if window is not None:
            self._set_window(to, is_open=window == "open")

    def _set_window(self, to: str | None, *, is_open: bool) -> None:
        if to is None:
            self._windows.set_all(is_open=is_open)
            return
        is_bsuid = BSUID.fullmatch(to) is not None
        # A script that speaks of somebody's window knows them: their phone then needs no `+` either.
        person = self._people.meet(
            phone=None if is_bsuid else recipient_key(to), bsuid=to if is_bsuid else None, name=None
        )
        bsuid = person.bsuid
        numbers = [number.id for number in self._config.numbers]
        if is_open:
            self._windows.reopen(numbers, bsuid, time.time())
        else:
            self._windows.close(numbers, bsuid)

    async def _inbound(self, request: Request) -> Response:
        given = json_or_none(await request.body())
        if not isinstance(given, dict):
            return refused("the body must be a JSON object")
        try:
            asked = inbound.parse(given)
            message = inbound.compose(asked, config=self._config, people=self._people)
        except BadControl as error:
            return refused(str(error))
        if asked.media is not None:
            self._media.keep(message.message[asked.media.type]["id"], asked.media.mime, asked.media.content)
        self._media.sent_by_customer(message.message)
        if message.opens_window:
            self._windows.customer_wrote(message.phone_number_id, message.person.bsuid, message.at)
        answer = await self._webhooks.try_once(message.body, url=asked.url)
        if answer.status != 200:
            self._webhooks.in_background(self._webhooks.deliver(message.body, url=asked.url, tries_made=1))
        report = {"wamid": message.wamid, "status": answer.status, "body": answer.body}
        return JSONResponse(report, status_code=200 if answer.status is not None else 502)

    # --- the API ---

    async def answer(self, call: Call) -> Response | None:
        """Answer one request to the Graph API."""
        try:
            failure = self._scripted_failure(call)
            if failure is not None:
                raise failure
            return await self._dispatch(call)
        except GraphError as error:
            return error.response()

    def _scripted_failure(self, call: Call) -> GraphError | None:
        is_send = call.path.endswith("/messages") and isinstance(call.body, dict) and "type" in call.body
        if not is_send or not self.control.fail_next:
            return None
        failure = self.control.fail_next.pop(0)
        return GraphError(failure.code, status=failure.status)

    async def _dispatch(self, call: Call) -> Response | None:
        if not call.token:
            raise no_token()
        method = call.request.method
        version, *nodes = call.path.strip("/").split("/")
        if version == DOWNLOADS and len(nodes) == 1 and method == "GET":
            return self._download(call, nodes[0])
        match = VERSION.fullmatch(version)
        if match is None or int(match[1]) < OLDEST_VERSION or not nodes:
            raise unknown_path(call.path)
        number = self._config.number(nodes[0])
        if len(nodes) == 1 and method in ("GET", "DELETE"):
            return self._describe_number(number) if number else self._media_node(call, nodes[0])
        if method != "POST" or len(nodes) != 2 or nodes[1] not in ("messages", "media"):
            raise unknown_path(call.path)
        if number is None:
            raise unknown_object(nodes[0])
        if nodes[1] == "media":
            return JSONResponse({"id": (await self._media.upload(call.request)).id})
        return await self._messages(call, number)

    async def _messages(self, call: Call, number: Number) -> Response | None:
        body = call.body
        if not isinstance(body, dict):
            raise invalid("The request body is not a JSON object.")
        if "status" in body:
            check_mark(body)
            return JSONResponse({"success": True})
        if "type" not in body:
            raise invalid("The parameter type is required.")
        return await self._send(call, number, body)

    async def _send(self, call: Call, number: Number, body: dict[str, Any]) -> Response | None:
        check_message(body)
        self._check_file(body)
        person = self._people.addressed(to=body.get("to"), recipient=body.get("recipient"), number=number)
        call.entry.recipient = person.phone or person.bsuid
        if person.phone == number.display:
            raise GraphError(131021)
        category = self._category(body, person)
        now = time.time()
        self._check_time(number, person, now, is_template=body["type"] == "template")
        message = Accepted(
            wamid=new_wamid(person.phone or person.bsuid, inbound=False),
            phone_number_id=number.id,
            person=person,
            kind=body["type"],
            category=category,
            callback_data=body.get("biz_opaque_callback_data"),
            at=now,
            failure=self.control.fail_later.pop(0).code if self.control.fail_later else None,
        )
        call.entry.wamid = message.wamid
        self._webhooks.in_background(
            send_receipts(
                self._webhooks,
                self._config,
                message,
                mode=self.control.receipts,
                delay_seconds=self.control.receipt_delay_ms / 1000,
            )
        )
        if self.control.accept_then_hang:
            self.control.accept_then_hang -= 1
            await call.closed_by_client()
            return None
        return JSONResponse(_accepted_body(message, given=body.get("to") or body["recipient"]))

    def _check_file(self, body: dict[str, Any]) -> None:
        """Refuse the id of a file that was never uploaded, or was forgotten."""
        media = body[body["type"]] if body["type"] in MEDIA_TYPES else {}
        if "id" in media and self._media.get(media["id"]) is None:
            raise invalid(f"Param {body['type']}['id'] is not a valid media attachment ID.")

    def _category(self, body: dict[str, Any], person: Person) -> str:
        if body["type"] != "template":
            return "service"
        return check_template(body["template"], self.control.templates, to_bsuid=person.phone is None)

    def _check_time(self, number: Number, person: Person, now: float, *, is_template: bool) -> None:
        """Refuse what comes too late or too fast, and count what is accepted."""
        if not is_template and not self._windows.is_open(number.id, person.bsuid, now):
            raise GraphError(131047)
        per_second = self.control.throughput_mps
        if per_second and not self._throughput.allows(number.id, now, per_second=per_second):
            raise GraphError(130429)
        if self.control.pair_rate and not self._pairs.allows(number.id, person.bsuid, now):
            raise GraphError(131056)
        if per_second:
            self._throughput.count(number.id, now)
        if self.control.pair_rate:
            self._pairs.count(number.id, person.bsuid, now)

    def _describe_number(self, number: Number) -> Response:
        return JSONResponse(
            {
                "id": number.id,
                "display_phone_number": number.display,
                "verified_name": "Simulated business",
                "quality_rating": "GREEN",
                "throughput": {"level": "STANDARD"},
            }
        )

    def _media_node(self, call: Call, media_id: str) -> Response:
        stored = self._media.get(media_id)
        if stored is None:
            raise unknown_object(media_id)
        if call.request.method == "DELETE":
            self._media.delete(media_id)
            return JSONResponse({"success": True})
        case = self.control.media_next.pop(0) if self.control.media_next else "ok"
        if case == "gone":
            raise unknown_object(media_id)
        key = self._media.address(media_id, case, seconds=self.control.media_url_seconds)
        return JSONResponse(stored.described(self._downloads(call) + key, case))

    def _download(self, call: Call, key: str) -> Response:
        pause = self.control.media_pause_ms / 1000
        return self._media.download(key, pause_seconds=pause, elsewhere=self._downloads(call))

    def _downloads(self, call: Call) -> str:
        return f"{call.request.url.scheme}://{call.request.url.netloc}{self.prefix}/{DOWNLOADS}/"


def _accepted_body(message: Accepted, *, given: str) -> dict[str, Any]:
    """The answer to a send: accepted, not yet delivered. `given` is the recipient as it was written."""
    person = message.person
    who = {"wa_id": person.phone} if person.phone else {"user_id": person.bsuid}
    status = {"message_status": "accepted"} if message.kind == "template" else {}
    return {
        "messaging_product": "whatsapp",
        "contacts": [{"input": given, **who}],
        "messages": [{"id": message.wamid, **status}],
    }
