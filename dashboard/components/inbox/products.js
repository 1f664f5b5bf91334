// A field that finds products by their words as customers would, and hands over the one that is chosen with its variant.

import { h } from "../common/dom.js"
import { createFinder } from "./finder.js"

/** `ask(op, body)` of the link; `add(product, variant)`. */
export function createProductSearch(words, { ask, add }) {
  const { element, input, show, search, reset } = createFinder(words, { label: words.say("cart.search"), glyph: "plus", find, clears: true })
  let row = null

  async function find(text) {
    const { rows } = await ask("products", { business: row.business_id, words: text })
    return rows.length ? rows.map(option) : [h("p", { class: "soft" }, words.say("cart.nothing_found"))]
  }

  function option(product) {
    const none = product.available <= 0
    return h("button", { type: "button", role: "option", class: "found-one", disabled: none, on: { click: () => chosen(product) } },
      h("span", { dir: "auto" }, product.name), h("span", { class: "total" }, words.money(product.price, product.currency)),
      h("small", {}, product.sku), h("small", { class: none ? "short" : "" }, words.say(none ? "cart.sold_out" : "cart.left", { count: product.available })))
  }

  function chosen(product) {
    const attributes = Object.entries(product.attributes ?? {}).filter(([, values]) => values.length > 0)
    const open = attributes.filter(([, values]) => values.length > 1)
    const fixed = Object.fromEntries(attributes.filter(([, values]) => values.length === 1).map(([name, [value]]) => [name, value]))
    if (!open.length) return done(product, fixed)
    const selects = open.map(([name, values]) => [name, h("select", { class: "field", required: true, "aria-label": name },
      h("option", { value: "" }, "—"), values.map((value) => h("option", { value }, value)))])
    const form = h("form", { class: "choose", on: { submit: (event) => {
      event.preventDefault()
      done(product, { ...fixed, ...Object.fromEntries(selects.map(([name, select]) => [name, select.value])) })
    } } },
    h("b", { dir: "auto" }, product.name),
    selects.map(([name, select]) => h("label", {}, h("span", {}, name), select)),
    h("div", { class: "pop-foot" },
      h("button", { type: "button", class: "button", on: { click: () => { search(); input.focus() } } }, words.say("act.cancel")),
      h("button", { type: "submit", class: "button main" }, words.say("cart.add"))))
    show([form])
    selects[0][1].focus()
  }

  function done(product, variant) {
    reset()
    input.focus()
    add(product, variant)
  }

  return {
    element, reset,
    draw(given, may) {
      row = given
      element.hidden = !may
    },
    focus: () => input.focus(),
  }
}
