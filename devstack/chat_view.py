"""How a message sent to a phone looks in a terminal: lines of text, and the choices that can be tapped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A button or a list row that can be tapped."""

    number: int
    kind: str
    id: str
    title: str
    wamid: str

    def as_message(self) -> dict[str, Any]:
        """The message that a phone sends when it is tapped (Cloud API, webhook `messages[]`)."""
        context = {"id": self.wamid}
        if self.kind == "button":
            return {"type": "button", "context": context, "button": {"payload": self.id, "text": self.title}}
        reply = {"id": self.id, "title": self.title}
        return {
            "type": "interactive",
            "context": context,
            "interactive": {"type": self.kind, self.kind: reply},
        }


def render(body: dict[str, Any], *, wamid: str) -> tuple[list[str], list[Choice]]:
    """The lines and the choices of a message as it was posted to the Graph API."""
    kind = str(body.get("type"))
    content = body.get(kind)
    content = content if isinstance(content, dict) else {}
    if kind == "text":
        return str(content.get("body", "")).split("\n"), []
    if kind == "interactive":
        return _interactive(content, wamid)
    if kind == "template":
        return _template(content, wamid)
    if kind == "location":
        place = " ".join(str(content.get(key, "")) for key in ("name", "address", "latitude", "longitude"))
        return [f"[location] {place.strip()}"], []
    if kind == "reaction":
        return [f"[reaction] {content.get('emoji') or '(removed)'}"], []
    source = content.get("link") or content.get("id") or ""
    caption = str(content.get("caption") or content.get("filename") or "")
    return [f"[{kind}] {source}", *(caption.split("\n") if caption else [])], []


def _interactive(content: dict[str, Any], wamid: str) -> tuple[list[str], list[Choice]]:
    lines = [*_header(content.get("header")), *_text(content, "body"), *_text(content, "footer")]
    action = content.get("action") or {}
    choices: list[Choice] = []
    for button in action.get("buttons") or []:
        reply = button.get("reply") or {}
        _add(choices, "button_reply", reply, wamid)
        lines.append(f"[{len(choices)}] {reply.get('title')}")
    if action.get("sections"):
        lines.append(f"— {action.get('button', '')} —")
    for section in action.get("sections") or []:
        if section.get("title"):
            lines.append(str(section["title"]))
        for row in section.get("rows") or []:
            _add(choices, "list_reply", row, wamid)
            note = f" — {row['description']}" if row.get("description") else ""
            lines.append(f"[{len(choices)}] {row.get('title')}{note}")
    link = (action.get("parameters") or {}).get("url")
    if link:
        lines.append(f"↗ {(action.get('parameters') or {}).get('display_text', '')} {link}")
    if content.get("type") == "location_request_message":
        lines.append("[asks for your location]")
    return lines, choices


def _header(header: Any) -> list[str]:
    if not isinstance(header, dict):
        return []
    kind = str(header.get("type"))
    if kind == "text":
        return [f"*{header.get('text', '')}*"]
    return [f"[{kind}] {(header.get(kind) or {}).get('link', '')}"]


def _text(content: dict[str, Any], part: str) -> list[str]:
    text = (content.get(part) or {}).get("text")
    return str(text).split("\n") if text else []


def _template(content: dict[str, Any], wamid: str) -> tuple[list[str], list[Choice]]:
    lines = [f"[template {content.get('name')} · {(content.get('language') or {}).get('code')}]"]
    choices: list[Choice] = []
    for component in content.get("components") or []:
        parameters = component.get("parameters") or []
        if component.get("type") == "button":
            payload = next((str(p.get("payload")) for p in parameters if p.get("payload")), "")
            _add(choices, "button", {"id": payload, "title": payload}, wamid)
            lines.append(f"[{len(choices)}] {payload}")
        else:
            lines += [str(p["text"]) for p in parameters if p.get("text")]
    return lines, choices


def _add(choices: list[Choice], kind: str, reply: dict[str, Any], wamid: str) -> None:
    number = len(choices) + 1
    choices.append(
        Choice(number=number, kind=kind, id=str(reply.get("id")), title=str(reply.get("title")), wamid=wamid)
    )
