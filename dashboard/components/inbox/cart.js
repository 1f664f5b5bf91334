// The customer's cart beside the thread: what is in it, what may be added, where it goes, and the order placed for them.
// Made once and updated in place, so that changes from elsewhere take no focus and no typed word away.

import { fill, h, icon } from "../common/dom.js"
import { createProductSearch } from "./products.js"
import { title } from "../common/words.js"

const PAUSE_MS = 350
const MOST = 999
const GOOD = ["ok", "none", "pickup"]

const keyOf = (line) => `${line.product_id} ${JSON.stringify(Object.entries(line.variant ?? {}).sort())}`

/** `ask(op, body)` of the link; `known(id, cart, number)` when an answer tells of a newer cart; `mayAct(row)`. */
export function createCart(words, { ask, known, sending, over, mayAct }) {
  const search = createProductSearch(words, { ask, add })
  const count = h("span", { class: "count" })
  const list = h("ul", { class: "plain cart-lines" })
  const foot = h("div", { class: "cart-foot" })
  const element = h("section", { class: "part cart" }, h("h3", {}, h("span", {}, words.say("cart.title")), count), list, search.element, foot)
  const shown = new Map()
  // Pieces that the person wants and storage does not know yet, by conversation and line.
  const pending = new Map()
  let row = null
  let cart = null

  const placeOf = (id, line) => `${id} ${keyOf(line)}`
  const wantedOf = (line) => pending.get(placeOf(row.id, line))?.wanted ?? line.quantity
  const piecesOf = (line) => cart.lines.filter((one) => one.product_id === line.product_id).reduce((sum, one) => sum + wantedOf(one), 0)

  function draw(givenRow, givenCart) {
    if (row?.id !== givenRow.id) search.reset()
    row = givenRow
    cart = givenCart
    const may = mayAct(row)
    search.draw(row, may)
    const pieces = cart.lines.reduce((sum, line) => sum + wantedOf(line), 0)
    count.textContent = pieces === 1 ? words.say("cart.piece") : pieces ? words.say("cart.pieces", { count: pieces }) : ""
    drawLines(may)
    drawFoot(may)
  }

  function drawLines(may) {
    const keys = cart.lines.map((line) => placeOf(row.id, line))
    for (const [key, one] of shown) {
      if (keys.includes(key) && one.may === may) continue
      one.element.remove()
      shown.delete(key)
    }
    cart.lines.forEach((line, index) => {
      const key = keys[index]
      if (!shown.has(key)) shown.set(key, lineView(line, may))
      const one = shown.get(key)
      if (list.children[index] !== one.element) list.insertBefore(one.element, list.children[index] ?? null)
      one.update(line)
    })
    list.hidden = cart.lines.length === 0
  }

  function lineView(first, may) {
    let line = first
    const name = h("b", { dir: "auto" })
    const total = h("span", { class: "total" })
    const facts = h("small", { dir: "auto" })
    const less = h("button", { type: "button", class: "icon-button", title: words.say("cart.less"), on: { click: () => change(line, wantedOf(line) - 1) } }, icon("minus", 15))
    const more = h("button", { type: "button", class: "icon-button", title: words.say("cart.add_one"), on: { click: () => change(line, wantedOf(line) + 1) } }, icon("plus", 15))
    const input = h("input", {
      class: "field", inputmode: "numeric", maxlength: 3, on: {
        change: () => change(line, /^\d+$/.test(input.value) ? Number(input.value) : wantedOf(line), 0),
        focus: () => input.select(),
        keydown: (event) => {
          const step = { ArrowUp: 1, ArrowDown: -1 }[event.key]
          if (step) { event.preventDefault(); change(line, wantedOf(line) + step); input.value = wantedOf(line) }
          if (event.key === "Enter") input.blur()
        },
      },
    })
    const remove = h("button", { type: "button", class: "icon-button remove", on: { click: () => change(line, 0, 0) } }, icon("close", 15))
    const element = h("li", { class: "cart-line" }, h("div", {}, name, total, may && remove),
      h("div", {}, facts, may ? h("span", { class: "stepper" }, less, input, more) : null))
    function update(given) {
      line = given
      const wanted = wantedOf(line)
      const gone = !line.unit_price
      const few = !gone && piecesOf(line) > line.available
      const label = `${line.name ?? ""}${variant(line.variant)}`
      name.textContent = may ? label : `${wanted} × ${label}`
      total.textContent = gone ? "" : words.money(Number(line.unit_price) * wanted, cart.currency)
      facts.textContent = gone ? words.say("cart.not_sold") : few ? words.say(line.available > 0 ? "cart.only" : "cart.sold_out", { count: line.available })
        : words.say("cart.each", { price: words.money(line.unit_price, cart.currency), count: line.available })
      facts.className = gone || few ? "short" : ""
      element.classList.toggle("busy", pending.has(placeOf(row.id, line)))
      input.setAttribute("aria-label", words.say("cart.quantity", { name: label }))
      remove.title = words.say("cart.remove", { name: label })
      more.disabled = gone || piecesOf(line) >= line.available || wanted >= MOST
      less.disabled = wanted < 1
      if (input !== input.getRootNode().activeElement) input.value = wanted
    }
    return { element, update, may }
  }

  function variant(chosen) {
    const values = Object.values(chosen ?? {})
    return values.length ? ` (${values.join(", ")})` : ""
  }

  // Presses that follow each other are one change.
  function change(line, quantity, pause = PAUSE_MS) {
    const place = placeOf(row.id, line)
    const entry = pending.get(place) ?? { id: row.id, line, seen: line.quantity }
    entry.wanted = Math.min(Math.max(quantity, 0), MOST)
    if (entry.wanted === entry.seen && !entry.busy) pending.delete(place)
    else pending.set(place, entry)
    clearTimeout(entry.timer)
    if (pending.has(place)) entry.timer = setTimeout(() => push(place), pause)
    draw(row, cart)
  }

  async function push(place) {
    const entry = pending.get(place)
    if (!entry || entry.busy) return
    entry.busy = true
    const { wanted, seen, line } = entry
    const answer = await sending.ask("cart_line", entry.id, { product_id: line.product_id, variant: line.variant ?? {}, quantity: wanted, seen })
    entry.busy = false
    if (answer.reason || entry.wanted === wanted) pending.delete(place)
    else Object.assign(entry, { seen: wanted })
    told(entry.id, answer)
    if (pending.has(place)) push(place)
  }

  function add(product, chosen) {
    const line = { product_id: product.id, variant: chosen, name: product.name }
    const there = cart.lines.find((one) => keyOf(one) === keyOf(line))
    if (there) return change(there, wantedOf(there) + 1, 0)
    return sending.ask("cart_line", row.id, { product_id: product.id, variant: chosen, quantity: 1, seen: 0 }).then((answer) => told(row.id, answer))
  }

  /** Show what an answer tells; what was refused is read again, so that the person sees why. */
  async function told(id, answer) {
    if (!answer.reason) {
      known(id, answer.result, answer.number)
      return true
    }
    over.toast(words.name("refusal", answer.reason))
    try {
      const now = await ask("cart", { id })
      known(id, now.cart, now.number)
    } catch {
      // Without a connection it is read again with the next one.
    }
    return false
  }

  // Where it goes, what it costs, and the order.

  function drawFoot(may) {
    const quote = cart.quote
    const sign = JSON.stringify([row.id, row.contact, cart, may, pending.size])
    if (foot.sign === sign) return
    foot.sign = sign
    foot.hidden = cart.lines.length === 0
    if (foot.hidden) return fill(foot)
    const state = problem()
    const hasFee = quote.way === "delivery" && GOOD.includes(quote.state)
    fill(foot,
      (cart.delivers || quote.note || may) && h("div", { class: "cart-where" }, icon(cart.pickup ? "store" : "location", 16),
        h("p", { dir: "auto" }, where(quote), quote.note && h("small", { dir: "auto" }, quote.note)),
        may && h("button", { type: "button", class: "icon-button", title: words.say("cart.delivery_edit"), on: { click: (event) => delivery(event.currentTarget) } }, icon("edit", 15))),
      h("dl", {},
        hasFee && [h("dt", {}, words.say("cart.fee")), h("dd", {}, Number(quote.fee) ? words.money(quote.fee, cart.currency) : words.say("cart.free"))],
        h("dt", { class: "sum" }, words.say("cart.total")), h("dd", { class: "sum" }, words.money(quote.total ?? cart.goods, cart.currency))),
      cart.waits_for_yes && h("p", { class: "soft" }, words.say("cart.waits_for_yes")),
      state && h("p", { class: "warning" }, icon("alert", 15), state),
      may && h("button", { type: "button", class: "button main place", disabled: Boolean(state) || pending.size > 0, on: { click: (event) => place(event.currentTarget) } },
        icon("check", 16), words.say("cart.place")))
  }

  function where(quote) {
    if (cart.pickup) return words.say("cart.pickup")
    if (!cart.delivers) return words.say("cart.no_address")
    return quote.address ?? words.say("cart.missing_address")
  }

  /** Why it can't be ordered as it is, empty when it can. */
  function problem() {
    const quote = cart.quote
    if (cart.lines.some((line) => !line.unit_price)) return words.say("cart.has_not_sold")
    if (cart.lines.some((line) => piecesOf(line) > line.available)) return words.say("cart.has_too_many")
    if (GOOD.includes(quote.state)) return ""
    return words.say(`cart_state.${quote.state}`, { minimum: words.money(quote.minimum, cart.currency), missing: words.money(quote.missing, cart.currency) })
  }

  function delivery(anchor, given = null) {
    const { quote, can_collect: canCollect = quote.can_collect } = cart
    const id = row.id
    const seen = cart.delivery_version
    const saved = cart.delivers ? quote.saved ?? [] : []
    const values = given ?? { way: cart.pickup ? "pickup" : "delivery", address: quote.address ?? "", postcode: quote.postcode ?? "", note: quote.note ?? "" }
    const fields = [
      canCollect && { name: "way", label: words.say("cart.way"), value: values.way, options: ["delivery", "pickup"].map((one) => ({ value: one, label: words.say(`cart_way.${one}`) })) },
      cart.delivers && { name: "address", label: words.say("cart.address"), value: values.address, max: 200, rows: 2, placeholder: words.say("cart.address_hint") },
      cart.delivers && { name: "postcode", label: words.say("cart.postcode"), value: values.postcode, max: 12 },
      { name: "note", label: words.say("cart.note"), value: values.note, max: 300, rows: 2 },
    ].filter(Boolean)
    const made = over.form(anchor, {
      heading: words.say("cart.delivery_edit"), submit: words.say("act.save"), fields,
      extra: saved.length > 0 && h("div", { class: "quick" }, saved.map((one) =>
        h("button", { type: "button", class: "button", dir: "auto", on: { click: () => {
          made.controls.address.value = one.address
          made.controls.postcode.value = one.postcode ?? ""
          if (made.controls.way) made.controls.way.value = "delivery"
        } } }, one.address))),
      done: async (entered) => {
        const own = saved.find((one) => one.address === entered.address?.trim() && (one.postcode ?? "") === entered.postcode?.trim())
        const wish = { way: "delivery", ...entered, address_id: own?.address_id ?? null }
        const answer = await sending.ask("cart_delivery", id, { delivery: wish, seen })
        // What was typed comes back with the form, below what has changed meanwhile.
        if (!(await told(id, answer)) && row?.id === id && element.isConnected) delivery(foot.querySelector(".cart-where button"), entered)
      },
    })
  }

  function place(anchor) {
    const id = row.id
    const body = { seen: cart.version, expected_total: cart.quote.total }
    const ways = cart.ways_to_pay ?? []
    const hints = [words.say("cart.place_hint", { name: title(row, words), total: words.money(cart.quote.total, cart.currency) }),
      ways.length === 1 && ways[0] === "stripe" && words.say("cart.place_card"),
      cart.opens_at && words.say("cart.place_closed", { time: words.moment(cart.opens_at) }),
      row.contact?.opted_out_at && words.say("cart.place_opted_out")]
    over.form(anchor, {
      heading: words.say("cart.place"), hint: hints.filter(Boolean).join(" "), submit: words.say("cart.place_now"),
      fields: ways.length > 1 ? [{ name: "pay", label: words.say("cart.pay"), value: "cash_on_delivery", options: ways.map((one) => ({ value: one, label: words.say(`cart_pay.${one}`) })) }] : [],
      done: async ({ pay }) => {
        const answer = await sending.ask("place_order", id, { ...body, pay: pay ?? null })
        if (answer.reason) return told(id, answer)
        over.toast(words.say(answer.result.by_card ? "cart.placed_card" : "cart.placed", { code: answer.result.order_code }), "good")
        const now = await ask("cart", { id }).catch(() => null)
        if (now) known(id, now.cart, now.number)
      },
    })
  }

  return { element, draw, focus: () => search.focus() }
}
