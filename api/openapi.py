"""The webhook in OpenAPI: it stands in front of the framework, so its paths are described here by hand."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.functions.whatsapp_webhook import INLINE_PATHS, WEBHOOK_PATHS

_MESSAGE = {
    "object": "whatsapp_business_account",
    "entry": [
        {
            "id": "102290129340398",
            "changes": [
                {
                    "field": "messages",
                    "value": {
                        "messaging_product": "whatsapp",
                        "metadata": {
                            "display_phone_number": "15550783881",
                            "phone_number_id": "106540352242922",
                        },
                        "contacts": [{"profile": {"name": "Giulia"}, "wa_id": "393471234567"}],
                        "messages": [
                            {
                                "from": "393471234567",
                                "id": "wamid.HBgMMzkzNDcxMjM0NTY3FQIAEhgU",
                                "timestamp": "1795255200",
                                "type": "text",
                                "text": {"body": "Ciao, avete guinzagli in pelle?"},
                            }
                        ],
                    },
                }
            ],
        }
    ],
}


def schema(app: FastAPI) -> dict[str, Any]:
    """The whole description, made once."""
    if app.openapi_schema is None:
        described = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
        for path in (*WEBHOOK_PATHS, *INLINE_PATHS):
            described["paths"][path] = _webhook(path, inline=path in INLINE_PATHS)
        app.openapi_schema = described
    return app.openapi_schema


def _webhook(path: str, *, inline: bool) -> dict[str, Any]:
    name = path.strip("/").replace("/", "_").replace("-", "_")
    after = " This address also answers what it stored, for a service without a worker." if inline else ""
    return {
        "get": {
            "tags": ["webhook"],
            "summary": "Handshake of the provider",
            "operationId": f"{name}_handshake",
            "parameters": [
                _query("hub.mode", "subscribe"),
                _query("hub.verify_token", "the word of WHATSAPP_VERIFY_TOKEN"),
                _query("hub.challenge", "1158201444"),
            ],
            "responses": {
                "200": {
                    "description": "The challenge alone.",
                    "content": {"text/plain": {"schema": {"type": "string"}, "example": "1158201444"}},
                },
                "403": _problem(
                    "The verify token is wrong.", "the verify token is wrong", "hub.verify_token"
                ),
            },
        },
        "post": {
            "tags": ["webhook"],
            "summary": "Events of the WhatsApp Cloud API",
            "description": "Answered 200 only after everything in it is committed. The same post again "
            f"changes nothing. Unknown or broken items are kept raw and never refused.{after}",
            "operationId": f"{name}_events",
            "parameters": [
                {
                    "name": "X-Hub-Signature-256",
                    "in": "header",
                    "required": True,
                    "description": "`sha256=` and the HMAC-SHA256 of the raw body under the app secret.",
                    "schema": {"type": "string"},
                }
            ],
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": {"type": "object"}, "example": _MESSAGE}},
            },
            "responses": {
                "200": {
                    "description": "Stored.",
                    "content": {"application/json": {"example": {"status": "stored"}}},
                },
                "400": _problem("Not JSON.", "the body is not JSON", "body"),
                "401": _problem(
                    "Not signed by the provider.",
                    "the signature is missing or wrong",
                    "X-Hub-Signature-256",
                ),
                "413": _problem("Too large.", "the body is larger than 3145728 bytes", "body"),
                "503": _problem("Not stored; send it again.", "storage is unavailable, send it again", None),
            },
        },
    }


def _query(name: str, example: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": True,
        "schema": {"type": "string"},
        "example": example,
    }


def _problem(description: str, error: str, field: str | None) -> dict[str, Any]:
    return {
        "description": description,
        "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "example": {"error": error, "field": field},
            }
        },
    }
