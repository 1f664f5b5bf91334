"""A hostile customer at every field that a customer can fill: nothing runs, nothing is fetched, nothing breaks out.

Foreign requests, script errors and dialogs fail every test with an `agent`.
"""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import expect

from dashboard.navigation import PAGES
from tests.fixtures.agent import Agent
from tests.fixtures.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.stack, pytest.mark.timeout(240)]

ADMIN = "admin@dloop.example"
HTML = (
    '"><i class="pwned">x</i><img src=x class=pwned onerror="window.pwned=1"><script>window.pwned=1</script>'
)
MARKDOWN = (
    "![x](http://evil.example/a.png) [qui](javascript:window.pwned=1) $x^2$ :red[r] :material/home: <br>"
)
BIDI = "\u202e\u2066\u200f al contrario"
BAD = f"{HTML} {MARKDOWN} {BIDI}"
LONG_WORD = "W" * 4096
CROWD = "😈" * 500
SUSPECTS = """
() => {
  const roots = [document], found = []
  for (const root of roots) for (const e of root.querySelectorAll('*')) {
    if (e.shadowRoot) roots.push(e.shadowRoot)
    const href = e.getAttribute('href') ?? ''
    // A written address may be a link, as long as it leads where it says.
    const leads = e.localName === 'a' && href.startsWith('http') && href === e.textContent
    const runs = [href, e.getAttribute('src') ?? ''].some((url) => /^javascript:|evil\\.example/.test(url))
    if (e.classList.contains('pwned') || (runs && !leads)) found.push(e.outerHTML.slice(0, 200))
  }
  return found
}
"""
OVERFLOW = """
() => {
  const roots = [...document.querySelectorAll('*')].map((e) => e.shadowRoot).filter(Boolean)
  const places = [document.scrollingElement, document.querySelector('[data-testid=stMain]'),
    ...roots.flatMap((root) => [...root.querySelectorAll('.messages, .rows, .panel, .bubble .text')])]
  return places.filter((e) => e && e.scrollWidth > e.clientWidth + 1)
    .map((e) => `${e.className}: ${e.scrollWidth} > ${e.clientWidth}`)
}
"""


def _messages() -> list[dict[str, Any]]:
    """One of each type that carries words, with the same words everywhere."""
    reply = {"id": BAD[:200], "title": BAD, "description": BAD}
    file = {"id": "1", "mime_type": "application/pdf", "sha256": "x", "caption": BAD, "filename": BAD}
    place = {
        "latitude": 45.46,
        "longitude": 9.19,
        "name": BAD,
        "address": BAD,
        "url": "javascript:window.pwned=1",
    }
    person = {
        "name": {"formatted_name": BAD, "first_name": BAD},
        "org": {"company": BAD},
        "phones": [{"phone": BAD, "type": BAD}],
        "emails": [{"email": BAD}],
        "urls": [{"url": "javascript:window.pwned=1"}],
    }
    return [
        {"type": "text", "text": {"body": BAD}},
        {"type": "text", "text": {"body": LONG_WORD}},
        {"type": "text", "text": {"body": CROWD}},
        {"type": "document", "document": file},
        {"type": "location", "location": place},
        {"type": "contacts", "contacts": [person]},
        {"type": "button", "button": {"text": BAD, "payload": BAD}},
        {"type": "interactive", "interactive": {"type": "list_reply", "list_reply": reply}},
        {"type": "interactive", "interactive": {"type": "button_reply", "button_reply": reply}},
        {
            "type": "interactive",
            "interactive": {
                "type": "nfm_reply",
                "nfm_reply": {"name": BAD, "body": BAD, "response_json": '{"campo": "<i class=pwned>"}'},
            },
        },
        {
            "type": "text",
            "text": {"body": "da un annuncio"},
            "referral": {"headline": BAD, "body": BAD, "source_url": "javascript:window.pwned=1"},
        },
        {"type": BAD[:60], BAD[:60]: {"body": BAD}},
    ]


ORDER = """
with c as (select * from public.whatsapp_conversations where phone = $1 order by created_at desc limit 1),
r as (
  insert into public.whatsapp_order_relays (business_id, conversation_id, contact_id, phone, code, total_price,
    currency, status, failure_reason, note, delivery)
  select business_id, id, contact_id, phone, 'H' || right($1, 6), 1, 'EUR', 'created', $2, left($2, 300),
    jsonb_build_object('address', $2, 'zone', $2, 'details', $2) from c returning *
), m as (
  insert into public.market_orders (business_id, relay_id, code, status, lines, total_price, currency, note, delivery)
  select business_id, id, code, 'offered', jsonb_build_array(jsonb_build_object('name', $2, 'quantity', 1,
    'unit_price', 1, 'total', 1, 'variant', jsonb_build_object($2, $2))), 1, 'EUR', note, delivery from r
), e as (
  insert into public.escalations (business_id, conversation_id, reason, detail)
  select business_id, id, 'hostile', $2 from c
)
update public.whatsapp_conversations set summary = $2, escalated_at = now() where id = (select id from c)
"""


async def _come(stack: Stack) -> tuple[str, str]:
    """The customer writes everything there is. Returns phone and name."""
    phone = stack.new_phone()
    name = f"{BAD} {phone[-4:]}"
    for message in _messages():
        await stack.inbound(phone, message=message, name=name)
    counted = "select count(*) from public.whatsapp_messages where phone = $1 and direction = 'inbound'"

    async def stored() -> bool:
        return bool((await stack.sql(counted, phone))[0]["count"] >= len(_messages()))

    await stack.until(stored, what="messages of all kinds")
    await stack.sql(ORDER, phone, BAD)
    return phone, name


async def test_nothing_that_a_customer_writes_does_anything_at_the_desk(agent: Agent) -> None:
    page = agent.page
    phone, _ = await _come(agent.stack)
    await agent.sign_in(email=ADMIN)
    await page.get_by_role("searchbox").fill(phone)
    await expect(page.locator(".row[data-id]")).to_have_count(1)
    await page.locator(".row[data-id]").click()
    await expect(page.locator(".message.in")).to_have_count(len(_messages()))
    await expect(page.locator(".message.in .text").first).to_have_text(BAD.strip())
    assert await page.evaluate(SUSPECTS) == []
    assert await page.evaluate(OVERFLOW) == []
    for entry in PAGES:
        await page.goto(f"{agent.stack.desk_url}/{entry.name}")
        await expect(page.get_by_test_id("stMain")).to_be_visible()
        await expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)
        await page.wait_for_load_state("networkidle")
        assert await page.evaluate(SUSPECTS) == [], entry.name
        assert await page.evaluate(OVERFLOW) == [], entry.name
    assert await page.evaluate("window.pwned") is None
