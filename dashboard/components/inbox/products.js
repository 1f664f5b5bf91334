// A field that finds products by their words as customers would, and hands over the one that is chosen with its variant.

import { fill, h, icon } from "../common/dom.js"

const PAUSE_MS = 180

/** `ask(op, body)` of the link; `add(product, variant)`. */
export function createProductSearch(words, { ask, add }) {
  const input = h("input", {
    type: "search", maxlength: 80, autocomplete: "off", spellcheck: "false", role: "combobox", "aria-expanded": "false",
    placeholder: words.say("cart.search"), "aria-label": words.say("cart.search"), on: { input: search, keydown: onKey },
  })
  const results = h("div", { class: "found", role: "listbox", "aria-label": words.say("cart.search"), hidden: true, on: { keydown: walk } })
  const element = h("div", { class: "products" }, h("label", { class: "search" }, icon("plus", 16), input), results)
  let row = null
  let timer = 0
  let asked = ""

  function reset() {
    clearTimeout(timer)
    input.value = ""
    asked = ""
    show(null)
  }

  function show(nodes) {
    results.hidden = nodes === null
    input.setAttribute("aria-expanded", String(nodes !== null))
    fill(results, ...(nodes ?? []))
    if (nodes) results.scrollIntoView({ block: "nearest" })
  }

  function search() {
    clearTimeout(timer)
    const text = input.value.trim()
    asked = text
    if (!text) return show(null)
    timer = setTimeout(async () => {
      try {
        const answer = await ask("products", { business: row.business_id, words: text })
        if (asked === text) show(answer.rows.length ? answer.rows.map(option) : [h("p", { class: "soft" }, words.say("cart.nothing_found"))])
      } catch {
        if (asked === text) show([h("p", { class: "soft" }, words.say("refusal.unavailable"))])
      }
    }, PAUSE_MS)
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

  function options() {
    return [...results.querySelectorAll("button:not(:disabled)")]
  }

  function onKey(event) {
    if (event.key === "Escape" && input.value) {
      event.preventDefault()
      event.stopPropagation()
      reset()
    }
    if (event.key === "ArrowDown" && options().length) {
      event.preventDefault()
      options()[0].focus()
    }
    if (event.key === "Enter" && options().length) {
      event.preventDefault()
      options()[0].click()
    }
  }

  function walk(event) {
    const all = options()
    const at = all.indexOf(results.getRootNode().activeElement)
    if (event.key === "Escape") {
      event.preventDefault()
      event.stopPropagation()
      reset()
      input.focus()
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (!step || at < 0) return
    event.preventDefault()
    if (at + step < 0) input.focus()
    else all[Math.min(at + step, all.length - 1)].focus()
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
