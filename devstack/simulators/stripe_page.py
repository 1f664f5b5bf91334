"""The page that a customer pays at, as far as a developer needs one: cards that pass, and cards that don't."""

from __future__ import annotations

from html import escape
from typing import Any

CARDS = {
    "4242424242424242": "pays at once",
    "4000000000000002": "is declined",
    "4000000000003220": "is confirmed by the bank a few seconds later",
}

_LAYOUT = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Pay (simulated)</title><style>
body{{font:16px/1.5 system-ui,sans-serif;background:#f4f5f7;color:#1c2230;
  display:grid;place-items:center;min-height:100vh;margin:0}}
main{{background:#fff;border-radius:16px;box-shadow:0 8px 32px #1c223018;padding:32px;width:min(420px,90vw)}}
h1{{font-size:18px;margin:0}}
.sum{{font-size:36px;font-weight:700;margin:4px 0 20px}} label{{display:block;margin:8px 0}}
button{{width:100%;padding:14px;border:0;border-radius:10px;background:#5147e8;color:#fff;
  font-size:17px;margin-top:16px;cursor:pointer}}
small,.soft{{color:#667}} .bad{{color:#b3261e}} a{{color:#5147e8}} code{{font-size:14px}}
</style><main>{body}<p><small>This page stands in for Stripe Checkout. No money moves.</small></p></main></html>"""


def page(session: dict[str, Any], problem: str = "") -> str:
    """The form of an open session, or how it ended."""
    amount = f"{session['amount_total'] / 100:.2f} {session['currency'].upper()}"
    back = escape(session["success_url"])
    if session["status"] != "open":
        ends = {"paid": "Paid. Thank you!", "unpaid": "The bank is at it. Thank you!"}
        text = (
            ends[session["payment_status"]] if session["status"] == "complete" else "This page has expired."
        )
        return _LAYOUT.format(
            body=f'<h1>{text}</h1><p class="sum">{amount}</p><a href="{back}">Back to the chat</a>'
        )
    choices = "".join(
        f'<label><input type="radio" name="card" value="{number}"{" checked" if i == 0 else ""}> '
        f"<code>{number}</code> {escape(text)}</label>"
        for i, (number, text) in enumerate(CARDS.items())
    )
    trouble = f'<p class="bad" role="alert">{escape(problem)}</p>' if problem else ""
    order = escape(str(session["metadata"].get("order_code", "")))
    return _LAYOUT.format(
        body=f'<h1>Order {order}</h1><p class="sum">{amount}</p>{trouble}<form method="post">{choices}'
        f'<button>Pay {amount}</button></form><p><a href="{back}">Not now</a></p>'
    )
