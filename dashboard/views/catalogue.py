"""The page of the catalogue: products and stock, the search tried out, the glossary, files in and out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from uuid import UUID

import streamlit as st

from dashboard.client import Refused
from dashboard.components.catalogue import Row, show_rows
from dashboard.queries import catalogue
from dashboard.views import catalogue_file, forms, page
from dashboard.views.forms import Field
from dashboard.visitor import Visitor
from processors.language.money import money
from processors.model import Json

SHOWN: tuple[catalogue.Shown, ...] = ("active", "low", "retired", "all")
LOW_PIECES = 3
"""What `catalogue_page` calls low when nobody says otherwise."""

FIELDS = (
    Field(name="name"),
    Field(name="sku"),
    Field(name="price", kind="money"),
    Field(name="category"),
    Field(name="description", kind="area"),
    Field(name="attributes", kind="variants"),
    Field(name="image_url", empty=None),
    Field(name="active", kind="flag", default=True),
)


def show(visitor: Visitor) -> None:
    """Draw the page."""
    business = page.head(visitor, "catalogue", visitor.say("catalogue.lead"))
    parts: Sequence[tuple[str, Callable[[Visitor, UUID], None]]] = (
        ("catalogue.products", _products),
        ("catalogue.try", _try),
        ("catalogue.synonyms", _synonyms),
        ("catalogue.file", catalogue_file.show),
    )
    tabs = st.tabs([visitor.say(key) for key, _ in parts], key="catalogue.tab", on_change="rerun")
    for tab, (_, draw) in zip(tabs, parts, strict=True):
        # What nobody looks at is neither asked for nor drawn.
        if tab.open:
            with tab:
                draw(visitor, business)


def _products(visitor: Visitor, business: UUID) -> None:
    # What is typed and chosen is known before its fields are drawn, so that what was found can say what they offer.
    state = st.session_state
    words: str = state.get("products.words") or ""
    category: str | None = state.get("products.category")
    shown: catalogue.Shown = state.get("products.shown") or "active"
    asked = (str(business), words, category, shown)
    if state.get("products.asked") != asked:
        state["products.asked"], state["products.page"] = asked, 0
    number = int(state.get("products.page", 0))
    found = visitor.ask(
        lambda client: catalogue.products(
            client, business, words=words, shown=shown, category=category, page=number
        )
    )
    _filters(visitor, business, found)
    if not found["rows"]:
        st.info(visitor.say("catalogue.none"), icon=":material/search_off:")
    opened = show_rows(visitor, [_row(visitor, product) for product in found["rows"]])
    product = next((one for one in found["rows"] if one["id"] == opened), None)
    if product is not None:
        page.dialog(page.plain(product["name"]), lambda: _detail(visitor, business, product), wide=True)
    _pager(visitor, number, found["total"])


def _filters(visitor: Visitor, business: UUID, found: Json) -> None:
    """The fields above the products; what they hold was asked for already."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            visitor.say("catalogue.search"),
            key="products.words",
            icon=":material/search:",
            width="stretch",
            persist_state="page",
        )
        st.selectbox(
            visitor.say("field.category"),
            found["categories"],
            index=None,
            key="products.category",
            placeholder=visitor.say("catalogue.every_category"),
            width=200,
            persist_state="page",
        )
        if page.may(visitor, business, "admin") and st.button(
            visitor.say("catalogue.new"), icon=":material/add:", type="primary", key="products.new"
        ):
            page.dialog(visitor.say("catalogue.new"), lambda: _edit(visitor, business, {}), wide=True)
    st.segmented_control(
        visitor.say("catalogue.show"),
        SHOWN,
        default="active",
        key="products.shown",
        label_visibility="collapsed",
        format_func=lambda one: visitor.say(f"shown.{one}", count=found.get(one, "")),
        persist_state="page",
    )


def _row(visitor: Visitor, product: Json) -> Row:
    free = product["free"]
    if not product["active"]:
        tone, state = "calm", visitor.say("catalogue.retired")
    elif free <= 0:
        tone, state = "bad", visitor.say("catalogue.sold_out")
    else:
        is_low = free <= LOW_PIECES
        tone = "warn" if is_low else "good"
        state = visitor.say("catalogue.low" if is_low else "catalogue.free", count=free)
    return {
        "id": product["id"],
        "name": product["name"],
        "about": " · ".join(part for part in (product["sku"], product["category"]) if part),
        "tone": tone,
        "state": state,
        "price": money(Decimal(product["price"]), product["currency"], visitor.language),
    }


def _pager(visitor: Visitor, number: int, total: int) -> None:
    pages = max(1, -(-total // catalogue.PAGE_ROWS))
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        first = number * catalogue.PAGE_ROWS
        last = min(first + catalogue.PAGE_ROWS, total)
        st.caption(visitor.say("catalogue.range", first=first + 1 if total else 0, last=last, total=total))
        if pages > 1:
            with st.container(horizontal=True, width="content"):
                if st.button(
                    visitor.say("form.before"),
                    icon=":material/chevron_left:",
                    disabled=number == 0,
                    key="page.before",
                ):
                    _turn(number - 1)
                if st.button(
                    visitor.say("form.after"),
                    icon=":material/chevron_right:",
                    disabled=number + 1 >= pages,
                    key="page.after",
                ):
                    _turn(number + 1)


def _turn(number: int) -> None:
    st.session_state["products.page"] = number
    st.rerun()


def _detail(visitor: Visitor, business: UUID, product: Json) -> None:
    if page.may(visitor, business, "admin"):
        details, stock = st.tabs([visitor.say("catalogue.details"), visitor.say("catalogue.stock")])
        with details:
            _edit(visitor, business, product)
        with stock:
            _stock(visitor, business, product)
        return
    if product["description"]:
        st.text(product["description"])
    if product["attributes"]:
        st.text(forms.variants_text(product["attributes"]))
    _stock(visitor, business, product)


def _edit(visitor: Visitor, business: UUID, product: Json) -> None:
    def save(values: Json) -> object:
        # With null the database refuses to write over a product with this sku.
        given = {**values, "id": product.get("id")}
        return visitor.ask(
            lambda client: catalogue.call(
                client, "save_product", {"p_business_id": str(business), "p_product": given}
            )
        )

    if forms.edit(visitor, f"product_{product.get('id', 'new')}", FIELDS, product, save) is not None:
        page.done(visitor)


def _stock(visitor: Visitor, business: UUID, product: Json) -> None:
    known = {row["dealer_id"]: row for row in product["stock"]}
    dealers = visitor.ask(lambda client: catalogue.dealers(client, business))
    if not dealers:
        st.info(visitor.say("catalogue.no_dealers"))
    if not page.may(visitor, business, "admin", "agent"):
        for dealer in dealers:
            st.text(f"{dealer['name']}: {known.get(dealer['id'], {}).get('on_hand', 0)}")
        return
    with st.form(f"stock_{product['id']}", border=False, enter_to_submit=False):
        typed, places = {}, {}
        for dealer in dealers:
            row = known.get(dealer["id"], {"on_hand": 0, "reserved": 0})
            reserved = visitor.say("catalogue.reserved", count=row["reserved"]) if row["reserved"] else None
            typed[dealer["id"]] = st.number_input(
                page.plain(dealer["name"])
                + (f" · {visitor.say('catalogue.paused')}" if dealer["paused"] else ""),
                value=row["on_hand"],
                min_value=0,
                step=1,
                key=f"stock_{product['id']}_{dealer['id']}",
            )
            if reserved:
                st.caption(reserved)
            places[dealer["id"]] = st.empty()
        pressed = st.form_submit_button(visitor.say("catalogue.save_stock"), type="primary")
    if not pressed:
        return
    is_good = True
    for dealer_id, pieces in typed.items():
        if pieces == known.get(dealer_id, {}).get("on_hand", 0):
            continue
        values = {"p_dealer_id": dealer_id, "p_product_id": product["id"], "p_on_hand": pieces}
        try:
            visitor.ask(partial(catalogue.call, function="set_dealer_stock", values=values))
        except Refused as refused:
            is_good = False
            places[dealer_id].error(forms.words(visitor, refused))
    if is_good:
        page.done(visitor)


def _try(visitor: Visitor, business: UUID) -> None:
    st.caption(visitor.say("catalogue.try_lead"))
    text = st.text_input(
        visitor.say("catalogue.try_text"), key="try.text", placeholder=visitor.say("catalogue.try_example")
    )
    if not text.strip():
        return
    matches = visitor.ask(lambda client: catalogue.try_search(client, business, text))
    if not matches:
        st.info(visitor.say("catalogue.try_nothing"), icon=":material/search_off:")
        return
    if matches[0].hit.foreign:
        st.warning(visitor.say("catalogue.try_foreign"), icon=":material/help:")
    for place, match in enumerate(matches, 1):
        hit = match.hit
        with st.container(horizontal=True, vertical_alignment="center", key=f"row_try_{hit.product_id}"):
            with st.container(gap="xsmall"):
                st.text(f"{place}. {hit.name}")
                with st.container(horizontal=True, gap="xsmall"):
                    for word in match.words:
                        st.badge(visitor.say("catalogue.by_word", word=word), color="green")
                    for said, instead in match.synonyms:
                        meant = f"{said} → {instead}" if said else instead
                        st.badge(visitor.say("catalogue.by_synonym", word=meant), color="violet")
                    if match.by_likeness:
                        st.badge(visitor.say("catalogue.by_likeness"), color="gray")
                st.caption(
                    visitor.say(
                        "catalogue.scores",
                        score=f"{hit.score:.3f}",
                        meaning=f"{max(hit.cosine, 0) * 100:.0f}",
                        words=f"{hit.text_rank:.3f}",
                    )
                )
            if not hit.in_stock:
                st.badge(visitor.say("catalogue.sold_out"), color="red")
            st.text(money(hit.price, hit.currency, visitor.language), width=96)


def _synonyms(visitor: Visitor, business: UUID) -> None:
    st.caption(visitor.say("catalogue.synonyms_lead"))
    if page.may(visitor, business, "admin"):
        _new_synonym(visitor, business)
    words = st.text_input(
        visitor.say("catalogue.synonyms_search"), key="synonyms.words", icon=":material/search:"
    )
    found = visitor.ask(lambda client: catalogue.synonyms(client, business, words))
    count = f"{len(found)}+" if len(found) >= catalogue.GLOSSARY_ROWS else len(found)
    st.caption(visitor.say("catalogue.synonyms_count", count=count))
    for row in found[:60]:
        with st.container(horizontal=True, vertical_alignment="center", key=f"row_{row['id']}"):
            st.text(f"{row['term']}  →  {row['expansion']}", width="stretch")
            if row["business_id"] is None:
                st.badge(visitor.say("catalogue.common"), color="gray")
            elif page.may(visitor, business, "admin") and st.button(
                visitor.say("form.remove"), icon=":material/delete:", type="tertiary", key=f"drop_{row['id']}"
            ):
                given = {"p_business_id": str(business), "p_synonym_id": row["id"]}
                visitor.ask(partial(catalogue.call, function="remove_synonym", values=given))
                page.done(visitor, "form.removed")
    if len(found) > 60:
        st.caption(visitor.say("catalogue.synonyms_more"))


def _new_synonym(visitor: Visitor, business: UUID) -> None:
    places = {}
    with (
        st.form("synonym", border=True, enter_to_submit=False),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        with st.container(gap=None):
            term = st.text_input(visitor.say("field.term"), key="synonym.term", placeholder="lead")
            places["term"] = st.empty()
        with st.container(gap=None):
            expansion = st.text_input(
                visitor.say("field.expansion"), key="synonym.expansion", placeholder="guinzaglio"
            )
            places["expansion"] = st.empty()
        pressed = st.form_submit_button(visitor.say("form.add"), icon=":material/add:")
    if not pressed:
        return
    given = {"p_business_id": str(business), "p_term": term, "p_expansion": expansion}
    try:
        visitor.ask(lambda client: catalogue.call(client, "save_synonym", given))
    except Refused as refused:
        forms.show_refusal(visitor, refused, places, places["expansion"])
        return
    del st.session_state["synonym.term"], st.session_state["synonym.expansion"]
    page.done(visitor)
