"""The catalogue in a real Chromium: products, stock, the search tried out, words, files in and out."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from tests.desk.conftest import VIEWER
from tests.desk.pages import field, press, visit
from tests.fixtures.agent import Agent
from tests.fixtures.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.stack]

HAMMOCK = "Amaca da finestra"
SEARCH = "Cerca per nome, codice o descrizione"


@pytest_asyncio.fixture
async def sku(stack: Stack) -> AsyncIterator[str]:
    """A code that no product has; what was made with it is gone afterwards."""
    code = f"Z{stack.new_phone()[-6:]}"
    yield code
    await stack.sql(
        "delete from dealer_stock where product_id in (select id from products where sku = $1)", code
    )
    await stack.sql("delete from products where sku = $1", code)
    await stack.sql("delete from synonyms where term like $1", f"%{code.lower()}%")


@pytest_asyncio.fixture
async def hammock(stack: Stack) -> AsyncIterator[str]:
    """A product of the seed that no other test asks for, with the stock that it had."""
    before = await stack.sql(
        "select dealer_id, on_hand from dealer_stock s join products p on p.id = s.product_id where p.name = $1",
        HAMMOCK,
    )
    yield HAMMOCK
    for row in before:
        await stack.sql(
            "update dealer_stock set on_hand = $2 where dealer_id = $1 "
            "and product_id = (select id from products where name = $3)",
            *row,
            HAMMOCK,
        )


async def _open_product(page: Page, words: str, name: str) -> Locator:
    await page.get_by_label(SEARCH).fill(words)
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name=name).click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_be_visible()
    return dialog


async def test_a_product_is_added_stocked_and_retired(agent: Agent, sku: str) -> None:
    stack, name = agent.stack, f"Fontanella zigurat {sku}"
    page = await visit(agent, "catalogue")
    dialog = page.get_by_role("dialog")

    # A code in use is refused beside its field; the other product stays what it was, and what was typed too.
    await press(page, "Nuovo prodotto")
    await field(dialog, "Nome").fill(name)
    await field(dialog, "Codice (sku)").fill("C01")
    await field(dialog, "Prezzo").fill("1.234,50")
    await press(dialog, "Salva")
    await expect(dialog.get_by_text("C’è un altro prodotto con questo codice.")).to_be_visible()
    await expect(dialog.get_by_text("Non è stato salvato: correggi «Codice (sku)».")).to_be_visible()
    await expect(field(dialog, "Nome")).to_have_value(name)
    assert (await stack.sql("select name from products where sku = 'C01'"))[0]["name"].startswith(
        "Guinzaglio"
    )
    await field(dialog, "Codice (sku)").fill(sku)
    await field(dialog, "Varianti").fill("colore rosso")
    await press(dialog, "Salva")
    await expect(dialog.get_by_text("Scrivi una variante per riga")).to_be_visible()
    await field(dialog, "Varianti").fill("colore: rosso, blu")
    await press(dialog, "Salva")
    await expect(dialog).to_be_hidden()
    (row,) = await stack.sql("select price::text, attributes from products where sku = $1", sku)
    assert (row["price"], json.loads(row["attributes"])) == ("1234.50", {"colore": ["rosso", "blu"]})

    # Nobody has it yet; with two pieces it is nearly sold out.
    dialog = await _open_product(page, sku, name)
    product = page.locator(".product", has_text=name)
    await expect(product).to_contain_text("Esaurito")
    await expect(product).to_contain_text("1.234,50 €")
    await dialog.get_by_role("tab", name="Scorte").click()
    await dialog.get_by_role("spinbutton", name="Dloop Store Milano").fill("2")
    await press(dialog, "Salva le scorte")
    await expect(dialog).to_be_hidden()
    await expect(product).to_contain_text("Ne restano 2")
    await page.get_by_role("radio", name="Quasi finiti").click()
    await expect(product).to_be_visible()

    # What is promised to an order can't be taken out of the stock.
    await stack.sql(
        "update dealer_stock set reserved = 2 where product_id = (select id from products where sku = $1)",
        sku,
    )
    dialog = await _open_product(page, sku, name)
    await dialog.get_by_role("tab", name="Scorte").click()
    await expect(dialog.get_by_text("2 di questi sono promessi a ordini.")).to_be_visible()
    await dialog.get_by_role("spinbutton", name="Dloop Store Milano").fill("1")
    await press(dialog, "Salva le scorte")
    await expect(dialog.get_by_text("2 pezzi sono promessi a ordini: non meno di questi")).to_be_visible()
    await dialog.get_by_role("button", name="Close").click()

    # Out of the sale, it stays among what is not sold.
    await page.get_by_role("radio", name="Tutti").click()
    dialog = await _open_product(page, sku, name)
    await dialog.get_by_text("Attivo", exact=True).click()
    await press(dialog, "Salva")
    await expect(dialog).to_be_hidden()
    await expect(product).to_contain_text("Non in vendita")
    await page.get_by_role("radio", name="Non in vendita").click()
    await expect(product).to_be_visible()
    assert not (await stack.sql("select active from products where sku = $1", sku))[0]["active"]


async def test_customers_hear_what_is_sold_out_and_find_by_the_words_they_use(
    agent: Agent, sku: str, hammock: str
) -> None:
    stack, word = agent.stack, f"dondolo{sku.lower()}"
    page = await visit(agent, "catalogue")
    dialog = await _open_product(page, hammock, hammock)
    await dialog.get_by_role("tab", name="Scorte").click()
    for dealer in await stack.sql("select name from dealers"):
        await dialog.get_by_role("spinbutton", name=dealer["name"]).fill("0")
    await press(dialog, "Salva le scorte")
    await expect(dialog).to_be_hidden()
    await expect(page.locator(".product", has_text=hammock)).to_contain_text("Esaurito")
    phone = stack.new_phone()
    await stack.inbound(phone, f"avete l'{hammock.lower()}?")
    assert "esaurit" in json.dumps(await stack.replies(phone), ensure_ascii=False)

    # A word of theirs leads to it once it is taught, and the page says why.
    await page.get_by_role("tab", name="Sinonimi").click()
    await press(page, "Aggiungi")
    await expect(page.get_by_text("Scrivi da 1 a 100 caratteri.")).to_be_visible()
    await field(page, "I clienti dicono").fill(word)
    await field(page, "Il catalogo dice").fill("amaca")
    await press(page, "Aggiungi")
    await expect(page.get_by_text(f"{word}  →  amaca")).to_be_visible()
    await page.get_by_role("tab", name="Prova la ricerca").click()
    await field(page, "Un cliente scrive").fill(f"vorrei uno {word}")
    await page.keyboard.press("Enter")
    hit = page.locator("[class*=st-key-row_try_]", has_text=hammock)
    await expect(hit).to_contain_text(f"sinonimo: {word} → amaca")
    await expect(hit).to_contain_text("24,90 €")
    await page.get_by_role("tab", name="Sinonimi").click()
    await field(page, "Trova una parola").fill(word)
    await page.keyboard.press("Enter")
    await press(page.locator("[class*=st-key-row_]", has_text=word), "Rimuovi")
    await expect(page.get_by_text(f"{word}  →  amaca")).to_have_count(0)
    assert not await stack.sql("select 1 from synonyms where term = $1", word)


async def test_the_catalogue_goes_out_as_a_file_and_comes_in_line_by_line(agent: Agent, sku: str) -> None:
    stack = agent.stack
    page = await visit(agent, "catalogue")
    await page.get_by_role("tab", name="Importa ed esporta").click()
    async with page.expect_download() as started:
        await press(page, "Scarica CSV")
    text = (await (await started.value).path()).read_text(encoding="utf-8-sig")
    found = {row["sku"]: row for row in csv.DictReader(io.StringIO(text), delimiter=";")}
    kept = {row["sku"]: row["price"] for row in await stack.sql("select sku, price from products")}
    assert {code: float(row["price"]) for code, row in found.items()} == {
        c: float(p) for c, p in kept.items()
    }

    before = await stack.sql("select md5(string_agg(p::text, ',' order by id)) as sum from products p")
    problems = page.get_by_role("table")

    async def take(*lines: str) -> None:
        content = "\n".join(lines).encode()
        await page.locator("input[type=file]").set_input_files(
            {"name": "prodotti.csv", "mimeType": "text/csv", "buffer": content}
        )

    # The line and the column of each mistake are named, first those of the file, then those of the values.
    await take("sku;name;price", f"{sku};Torcia;12,90", f"{sku}B;Lampada;dodici", f"{sku};Torcia;13")
    await expect(page.get_by_text("Non è stato scritto nulla: 2 punti da correggere.")).to_be_visible()
    await expect(problems.get_by_role("cell", name="price", exact=True)).to_have_count(1)
    await expect(problems).to_contain_text("Scrivi un importo come 12,90")
    await expect(problems).to_contain_text("Questo sku è già alla riga 2.")
    await take("sku;name;price;image_url", f"{sku};Torcia;12,90;", f"{sku}B;Lampada;8;ftp://a")
    await expect(page.get_by_text("Non è stato scritto nulla: 1 punti da correggere.")).to_be_visible()
    await expect(problems.get_by_role("cell", name="image_url", exact=True)).to_have_count(1)
    assert (
        await stack.sql("select md5(string_agg(p::text, ',' order by id)) as sum from products p") == before
    )

    # A good file is shown first and written at a word.
    await take(
        "sku;name;price",
        f"{sku};Torcia frontale;12,90",
        f"C01;{found['C01']['name']};{found['C01']['price']}",
    )
    await expect(
        page.get_by_text("1 nuovi, 0 modificati, 1 invariati. Non è ancora stato scritto nulla.")
    ).to_be_visible()
    assert not await stack.sql("select 1 from products where sku = $1", sku)
    await press(page, "Scrivi 1 prodotti")
    await expect(page.get_by_text("1 prodotti scritti.")).to_be_visible()
    (row,) = await stack.sql("select name, price::text, active from products where sku = $1", sku)
    assert tuple(row) == ("Torcia frontale", "12.90", True)


async def test_a_viewer_sees_products_and_stock_and_changes_nothing(agent: Agent) -> None:
    page = await visit(agent, "catalogue", email=VIEWER)
    await expect(page.get_by_role("tab", name="Sinonimi")).to_be_visible()
    await expect(page.get_by_role("button", name="Nuovo prodotto")).to_have_count(0)
    dialog = await _open_product(page, "C02", "Guinzaglio in pelle artigianale")
    await expect(dialog.get_by_text("Dloop Store Milano")).to_be_visible()
    await expect(dialog.get_by_role("textbox")).to_have_count(0)
    await expect(dialog.get_by_role("spinbutton")).to_have_count(0)
    await dialog.get_by_role("button", name="Close").click()
    await page.get_by_role("tab", name="Importa ed esporta").click()
    await expect(page.get_by_role("button", name="Scarica CSV")).to_be_visible()
    await expect(page.locator("input[type=file]")).to_have_count(0)
