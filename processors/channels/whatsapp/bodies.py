"""A stored reply (`Reply.to_json()`) → the body of `POST /{phone_number_id}/messages`.

What is too long is cut with an ellipsis instead of refused: a shortened answer helps, a refused one is
lost. Call `split_reply` first where a long text must not be lost.
Shapes: https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from processors.channels.base import Json
from processors.channels.whatsapp import limits
from processors.channels.whatsapp.limits import clamp
from processors.channels.whatsapp.phones import to_recipient
from processors.errors import ChannelError

DEFAULT_LIST_BUTTON = "Menu"
"""The label that opens a list without a label of its own; the same word in all three languages."""


def build_body(
    reply: Json,
    *,
    phone: str | None,
    bsuid: str | None,
    callback_data: str | None,
    context_id: str | None = None,
) -> dict[str, Any]:
    """The request body for one reply to one person.

    Args: `phone` digits as stored, preferred where both ids are known (Meta lets `to` win as well);
    `callback_data` our row's id, which every receipt of the message returns; `context_id` the message
    that is quoted. Raises ChannelError when there is nobody to send to or nothing to say.
    """
    body: dict[str, Any] = {"messaging_product": "whatsapp", "recipient_type": "individual"}
    body |= _recipient(phone, bsuid)
    # A reaction names its message itself.
    if context_id and reply.get("kind") != "reaction":
        body["context"] = {"message_id": context_id}
    if callback_data:
        body["biz_opaque_callback_data"] = callback_data[: limits.CALLBACK_DATA]
    builder = _BUILDERS.get(reply.get("kind", "text"))
    if builder is None:
        raise ChannelError("the reply has a kind that WhatsApp does not know")
    return body | builder(reply)


def _recipient(phone: str | None, bsuid: str | None) -> dict[str, str]:
    if phone:
        return {"to": to_recipient(phone)}
    if bsuid:
        return {"recipient": bsuid}
    raise ChannelError("the person has neither a phone nor a user id on WhatsApp")


def split_reply(reply: Json) -> list[dict[str, Any]]:
    """The reply itself, or several: long text first, then the short end with buttons, list or file.

    Every bubble is billed, so nothing is divided that fits into one.
    """
    text, kind = str(reply.get("text") or ""), reply.get("kind", "text")
    if kind == "text":
        return [{**reply, "text": part} for part in limits.pieces(text, limits.TEXT_BODY)] or [dict(reply)]
    is_file = kind in ("image", "video", "document")
    short = limits.CAPTION if is_file else limits.INTERACTIVE_BODY
    if kind in ("template", "audio") or limits.length(text) <= short:
        return [dict(reply)]
    before, end = (text, "") if is_file else limits.last_piece(text, short)
    if not is_file and not end:
        # A text without any pause: its last part goes with the buttons.
        *front, end = limits.pieces(text, short)
        before = " ".join(front)
    texts = [{"kind": "text", "text": part} for part in limits.pieces(before, limits.TEXT_BODY)]
    return [*texts, {**reply, "text": end}]


def _text(reply: Json) -> dict[str, Any]:
    text = str(reply.get("text") or "")
    if not text.strip():
        raise ChannelError("the reply has no text")
    content: dict[str, Any] = {"body": clamp(text, limits.TEXT_BODY)}
    if "https://" in text or "http://" in text:
        content["preview_url"] = True
    return {"type": "text", "text": content}


def _buttons(reply: Json) -> dict[str, Any]:
    choices = _choices(reply.get("buttons") or (), limits.BUTTON_ID, limits.BUTTON_TITLE)
    if not choices:
        return _text(reply)
    if len(choices) > limits.BUTTONS:
        # A fourth choice would be lost as a button; as a list all of them stay.
        return _list({**reply, "rows": reply["buttons"]})
    buttons = [{"type": "reply", "reply": {"id": c["id"], "title": c["title"]}} for c in choices]
    return _interactive("button", reply, {"buttons": buttons})


def _list(reply: Json) -> dict[str, Any]:
    rows = _choices(reply.get("rows") or (), limits.ROW_ID, limits.ROW_TITLE)[: limits.ROWS]
    if not rows:
        return _text(reply)
    label = _one_line(reply.get("list_button")) or DEFAULT_LIST_BUTTON
    return _interactive(
        "list", reply, {"button": clamp(label, limits.LIST_BUTTON), "sections": [{"rows": rows}]}
    )


def _cta_url(reply: Json) -> dict[str, Any]:
    link, label = str(reply.get("link") or ""), _one_line(reply.get("list_button"))
    if not link.startswith(("https://", "http://")) or not label:
        raise ChannelError("the button has no address or no title")
    parameters = {"display_text": clamp(label, limits.BUTTON_TITLE), "url": link}
    return _interactive("cta_url", {**reply, "link": ""}, {"name": "cta_url", "parameters": parameters})


def _interactive(kind: str, reply: Json, action: dict[str, Any]) -> dict[str, Any]:
    # Meta requires a body; an ellipsis stands for the words that a pipeline left out.
    text = str(reply.get("text") or "").strip() or limits.ELLIPSIS
    content: dict[str, Any] = {"type": kind, "body": {"text": clamp(text, limits.INTERACTIVE_BODY)}}
    if kind == "button" and reply.get("link"):
        content["header"] = {"type": "image", "image": {"link": str(reply["link"])}}
    return {"type": "interactive", "interactive": content | {"action": action}}


def _choices(items: Sequence[Json], id_limit: int, title_limit: int) -> list[dict[str, str]]:
    """Buttons or rows with ids and titles that are short and all different.

    Meta refuses the whole message for one doubled title or id. A second choice with the id of an earlier
    one would do the same thing and is dropped; a doubled title gets a number.
    """
    found: dict[str, dict[str, str]] = {}
    titles: set[str] = set()
    for item in items:
        choice_id = str(item.get("id") or "").strip()[:id_limit]
        if not choice_id or choice_id in found:
            continue
        title = _distinct(_one_line(item.get("title")) or choice_id, titles, title_limit)
        titles.add(title)
        found[choice_id] = {"id": choice_id, "title": title}
        if description := _one_line(item.get("description")):
            found[choice_id]["description"] = clamp(description, limits.ROW_DESCRIPTION)
    return list(found.values())


def _distinct(title: str, taken: set[str], limit: int) -> str:
    candidate, number = clamp(title, limit), 1
    while candidate in taken:
        number += 1
        suffix = f" {number}"
        candidate = clamp(title, limit - len(suffix)) + suffix
    return candidate


def _one_line(value: Any) -> str:
    """Titles and template parameters may hold no line breaks, tabs or runs of spaces."""
    return " ".join(str(value or "").split())


def _file(kind: str, *, caption: bool = True) -> Callable[[Json], dict[str, Any]]:
    """A builder for a reply whose file WhatsApp holds under `media.id`, or fetches itself from `link`."""

    def build(reply: Json) -> dict[str, Any]:
        media = reply.get("media") or {}
        if media.get("id"):
            content: dict[str, Any] = {"id": str(media["id"])}
        elif reply.get("link"):
            content = {"link": str(reply["link"])}
        else:
            raise ChannelError(f"the {kind} has neither a file nor a link")
        text = str(reply.get("text") or "").strip()
        if caption and text:
            content["caption"] = clamp(text, limits.CAPTION)
        if kind == "document" and (name := _one_line(media.get("file_name"))):
            content["filename"] = name[: limits.FILE_NAME]
        return {"type": kind, kind: content}

    return build


def _template(reply: Json) -> dict[str, Any]:
    template = reply.get("template") or {}
    if not template.get("name") or not template.get("language"):
        raise ChannelError("the template has no name or no language")
    components: list[dict[str, Any]] = []
    if params := [_parameter(value) for value in template.get("params") or ()]:
        components.append({"type": "body", "parameters": params})
    components += [
        {
            "type": "button",
            "sub_type": "quick_reply",
            "index": str(index),
            "parameters": [{"type": "payload", "payload": str(payload)[: limits.BUTTON_ID]}],
        }
        for index, payload in enumerate(template.get("button_payloads") or ())
    ]
    content: dict[str, Any] = {"name": template["name"], "language": {"code": template["language"]}}
    if components:
        content["components"] = components
    return {"type": "template", "template": content}


def _reaction(reply: Json) -> dict[str, Any]:
    """An empty emoji takes the reaction back."""
    reaction = reply.get("reaction") or {}
    if not reaction.get("message_id"):
        raise ChannelError("the reaction names no message")
    content = {"message_id": str(reaction["message_id"]), "emoji": str(reaction.get("emoji") or "")}
    return {"type": "reaction", "reaction": content}


def _parameter(value: Any) -> dict[str, str]:
    """A text parameter: a plain value by position, or {name, text} for templates with named ones."""
    if isinstance(value, dict):
        return {"type": "text", "parameter_name": str(value.get("name")), "text": _filled(value.get("text"))}
    return {"type": "text", "text": _filled(value)}


def _filled(value: Any) -> str:
    """Meta refuses an empty parameter; a dash shows that there is nothing."""
    return clamp(_one_line(value), limits.TEMPLATE_PARAMETER) or "-"


_BUILDERS: dict[str, Callable[[Json], dict[str, Any]]] = {
    "text": _text,
    "buttons": _buttons,
    "list": _list,
    "cta_url": _cta_url,
    "image": _file("image"),
    "video": _file("video"),
    "document": _file("document"),
    "audio": _file("audio", caption=False),
    "template": _template,
    "reaction": _reaction,
}
