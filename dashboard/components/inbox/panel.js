// What stands beside the thread: the contact, the window for answers, the cart, orders, escalations, the last request.

import { avatar, h, icon, reconcile } from "../common/dom.js"
import { phone, title } from "../common/words.js"

const FAILABLE = ["accepted", "preparing", "ready", "out_for_delivery"]
const WINDOW_MS = 24 * 3_600_000
const SOON_MS = 2 * 3_600_000
const LATE_SOON_MS = 5 * 60_000

/** doings as in doings.js; `choose(id)` opens a conversation; `cart` as in cart.js; `me`: the person's staff id in each business; `mayAct(row)`. */
export function createPanel(words, { close, choose, doings, cart, me, mayAct }) {
  const body = h("div", { class: "panel-body" })
  const element = h("aside", { class: "panel", "aria-label": words.say("desk.details") },
    h("button", { type: "button", class: "icon-button close", title: words.say("desk.back"), on: { click: close } }, icon("close", 18)), body)

  function draw(thread) {
    const row = thread.row
    const shown = Boolean(row) && thread.state !== "gone" && thread.id !== null
    element.hidden = !shown
    if (!shown) return
    const beside = thread.panel ?? { orders: [], dealer_orders: [], escalations: [], turn: null }
    const ready = Boolean(thread.panel)
    const parts = [
      ["contact", [row.contact, row.phone, row.language, row.account, row.owner, row.assignee, beside.identities, beside.consent, beside.rider, mayAct(row)], () => contact(row, beside)],
      ["reminders", [row.reminders, Math.floor(Date.now() / 60_000)], () => reminders(row)],
      // It updates itself, so that nothing takes the focus away while somebody types there.
      ["cart", [], () => cart.element],
      ["labels", [row.labels, mayAct(row)], () => labels(row)],
      ["window", [row.window_expires_at, words.span(new Date(row.window_expires_at ?? 0) - Date.now())], () => answerWindow(row)],
      ["times", [row.due_at, row.response_due_at, row.resolution_due_at, row.due_at && Math.floor(Date.now() / 15_000), beside.times, ready], () => times(row, beside.times ?? [])],
      ["ratings", [beside.ratings], () => ratings(beside.ratings ?? [])],
      ["escalations", [beside.escalations, ready], () => escalations(beside.escalations)],
      ["summary", [beside.summary], () => summary(beside.summary)],
      ["intent", [beside.turn, beside.model, ready], () => intent(beside)],
      ["history", [beside.history], () => history(beside.history)],
      ["orders", [beside.orders, beside.dealer_orders, ready, mayAct(row)], () => orders(row, beside)],
    ]
    const shownAnyway = ["contact", "times", "window", "labels", "reminders"]
    const hasCart = beside.cart && (mayAct(row) || beside.cart.lines.length > 0)
    if (hasCart) cart.draw(row, beside.cart)
    const empty = { ratings: !beside.ratings?.length, times: !row.due_at && !beside.times?.length, cart: !hasCart, history: !beside.history?.length, escalations: beside.escalations.length === 0, summary: !beside.summary, reminders: !row.reminders?.length }
    const visible = parts.filter(([key]) => (ready || shownAnyway.includes(key)) && !empty[key])
    reconcile(body, visible.map(([key, sign, make]) => ({ key, sign: (key === "cart" ? "" : row.id) + JSON.stringify(sign), make })))
  }

  function section(name, ...children) {
    return h("section", { class: `part ${name}` }, ...children)
  }

  function summary({ words: text, made_by: by }) {
    const note = by ? h("small", { class: "by" }, words.say(`panel.summary_${by}`)) : null
    return section("summary", heading(words.say("panel.summary"), note), h("p", { dir: "auto" }, text))
  }

  function heading(text, extra) {
    return h("h3", {}, h("span", {}, text), extra)
  }

  function fact(label, value) {
    return value ? [h("dt", {}, label), h("dd", { dir: "auto" }, value)] : []
  }

  function contact(row, beside) {
    const person = row.contact ?? {}
    const name = title(row, words)
    const channel = [{ whatsapp: "WhatsApp", twilio: "Twilio", telegram: "Telegram", webchat: "Web" }[row.account?.channel] ?? row.account?.channel, row.account?.label]
    const owner = row.assignee?.name || words.say(row.owner === "human" ? "owner.human" : "owner.bot")
    return section("contact",
      h("div", { class: "person" }, avatar(name, person.id ?? row.id, "large"), h("b", { dir: "auto" }, name),
        h("span", { class: `tag ${row.conversation_type}` }, words.name("kind", row.conversation_type)),
        mayAct(row) && h("button", { type: "button", class: "icon-button edit", title: words.say("act.edit_contact"), on: { click: (event) => doings.contact(event.currentTarget, row) } }, icon("edit", 16))),
      person.opted_out_at && h("p", { class: "warning" }, icon("ban", 15), words.say("panel.opted_out")),
      person.blocked_at && h("p", { class: "warning" }, icon("ban", 15), words.say("panel.blocked")),
      h("dl", {},
        fact(words.say("panel.phone"), phone(row.phone ?? person.phone) || words.say("panel.hidden_phone")),
        fact(words.say("panel.username"), person.username && `@${person.username}`),
        fact(words.say("panel.language"), row.language && words.name("language", row.language)),
        fact(words.say("panel.channel"), channel.filter(Boolean).join(" · ")),
        fact(words.say("panel.handled"), owner),
        fact(words.say("panel.since"), person.created_at && words.date(person.created_at)),
        row.conversation_type === "customer" && consent(row, beside.consent),
        beside.rider && duty(row, beside.rider),
        (beside.identities ?? []).filter((one) => one.kind !== "phone").map((one) => fact(words.name("identity", one.kind), h("small", {}, one.value)))))
  }

  /** Whether they agreed to promotions, since when and where they said it. */
  function consent(row, said) {
    const known = said ? words.say(`consent.${said.value}`, { date: words.date(said.changed_at) }) : words.say("consent.unknown")
    const where = said && (words.has(`consent_from.${said.source}`) ? words.say(`consent_from.${said.source}`) : said.source)
    return [h("dt", {}, words.say("consent.label")), h("dd", { class: "consent" }, h("span", {}, known,
      mayAct(row) && h("button", { type: "button", class: "icon-button", title: words.say("consent.title"), on: { click: (event) => doings.consent(event.currentTarget, row, said) } }, icon("edit", 14))),
    where && h("small", { class: "soft", dir: "auto" }, where))]
  }

  /** Whether a rider gets new orders, with a switch. */
  function duty(row, rider) {
    const state = h("span", { class: `state ${rider.paused ? "warn" : "good"}` }, words.say(rider.paused ? "duty.off" : "duty.on"))
    const turn = mayAct(row) && h("button", { type: "button", class: "link", on: { click: () => doings.pauseRider(rider) } }, words.say(rider.paused ? "duty.resume" : "duty.pause"))
    return [h("dt", {}, words.say("duty.label")), h("dd", { class: "duty" }, state, turn)]
  }

  function history(all) {
    return section("history", heading(words.say("panel.history"), h("span", { class: "count" }, all.length)), h("ul", { class: "plain" }, all.map((one) =>
      h("li", {}, h("button", { type: "button", class: "talk", on: { click: () => choose(one.id) } },
        h("span", { class: "talk-top" }, h("b", { title: words.full(one.last_message_at) }, words.moment(one.last_message_at)),
          h("span", { class: `state ${one.status === "resolved" ? "good" : "info"}` }, words.say(one.status === "resolved" ? "badge.resolved" : "list.open"))),
        h("span", { class: "talk-words", dir: "auto" }, one.preview || words.say("list.no_text")),
        h("small", { class: "soft" }, [one.account?.label, one.assignee?.name, words.say("panel.messages", { count: one.message_count })].filter(Boolean).join(" · ")))))))
  }

  function labels(row) {
    const all = row.labels ?? []
    return section("labels", heading(words.say("panel.labels"), mayAct(row) && h("button", { type: "button", class: "icon-button", title: words.say("act.label"), on: { click: (event) => doings.label(event.currentTarget, row) } }, icon("plus", 16))),
      all.length
        ? h("p", { class: "chips" }, all.map((one) => h("span", { class: "tag strong", dir: "auto" }, icon("tag", 12), one)))
        : h("p", { class: "soft" }, words.say("panel.no_labels")))
  }

  function reminders(row) {
    const all = [...(row.reminders ?? [])].sort((a, b) => (a.remind_at < b.remind_at ? -1 : 1))
    const own = me[row.business_id]
    return section("reminders", heading(words.say("panel.reminders")), h("ul", { class: "plain" }, all.map((one) => {
      const isDue = new Date(one.remind_at) <= Date.now()
      return h("li", { class: `escalation${isDue ? " open" : ""}` },
        h("div", {}, h("b", { title: words.full(one.remind_at) }, words.moment(one.remind_at)),
          one.staff_id === own && h("button", { type: "button", class: "link", on: { click: () => doings.reminded(row, one) } }, words.say("act.done"))),
        one.body && h("p", { dir: "auto" }, one.body))
    })))
  }

  function answerWindow(row) {
    const end = row.window_expires_at ? new Date(row.window_expires_at) : null
    if (row.account?.simulated) return section("window", { hidden: "" })
    if (!end) return section("window", heading(words.say("panel.window")), h("p", { class: "soft" }, words.say("panel.window_none")))
    const left = end - Date.now()
    if (left <= 0) {
      return section("window", heading(words.say("panel.window"), h("span", { class: "state bad" }, words.say("panel.window_closed"))),
        h("p", { class: "soft" }, words.say("panel.window_closed_hint")))
    }
    const share = Math.min(left / WINDOW_MS, 1)
    const tone = left < SOON_MS ? "warn" : "good"
    return section("window",
      heading(words.say("panel.window"), h("span", { class: `state ${tone}` }, words.say("panel.window_left", { time: words.span(left) }))),
      h("div", { class: `bar ${tone}` }, h("i", { style: { width: `${(share * 100).toFixed(1)}%` } })),
      h("p", { class: "soft" }, words.say("panel.window_hint", { time: words.moment(end) })))
  }

  function intent({ turn, model }) {
    const known = turn && words.name("intent", turn.intent)
    const percent = turn?.confidence === null || turn?.confidence === undefined ? null : Math.round(turn.confidence * 100)
    return section("intent", heading(words.say("panel.intent"), turn && h("time", { title: words.full(turn.finished_at) }, words.ago(turn.finished_at))),
      turn
        ? [h("p", {}, h("span", { class: "tag strong" }, known), percent !== null && h("small", {}, words.say("panel.sure", { percent }))), understood(turn, model)]
        : h("p", { class: "soft" }, words.say("panel.no_intent")))
  }

  function understood(turn, model) {
    const facts = Object.entries(turn.understood ?? {}).filter(([, value]) => value !== null && value !== "" && value !== "none" && value !== false)
    const cost = model && Number(model.cost_usd) > 0 ? `$${Number(model.cost_usd).toFixed(4)}` : ""
    return h("dl", {},
      facts.map(([name, value]) => fact(words.name("understood", name), typeof value === "object" ? JSON.stringify(value) : words.name("understood_value", String(value)))),
      fact(words.say("panel.model"), model ? [model.model, cost, `${model.latency_ms} ms`].filter(Boolean).join(" · ") : words.say("panel.no_model")))
  }

  /** Until when an answer and the end are owed, and how long the last ones took. */
  function times(row, done) {
    const owed = ["response", "resolution"].filter((kind) => row[`${kind}_due_at`]).map((kind) => {
      const left = new Date(row[`${kind}_due_at`]) - Date.now()
      const tone = left <= 0 ? "bad" : left < LATE_SOON_MS ? "warn" : "calm"
      return [h("dt", {}, words.say(`due.${kind}`)), h("dd", { title: words.full(row[`${kind}_due_at`]) },
        h("span", { class: `due ${tone}` }, words.say(left > 0 ? "due.in" : "due.late", { time: words.left(left) })))]
    })
    const past = done.map((one) => {
      const isLate = one.due_at && (!one.answered || new Date(one.done_at) > new Date(one.due_at))
      const took = one.answered ? words.say("due.took", { time: words.left(-one.seconds * 1_000) }) : words.say("due.missed")
      return [h("dt", {}, words.say(`due.${one.kind}`)), h("dd", { title: words.full(one.done_at), class: isLate ? "late" : "" },
        [took, one.staff?.name].filter(Boolean).join(" · "))]
    })
    return section("times", heading(words.say("due.title")), h("dl", {}, owed, past))
  }

  /** What the customer said of those who helped. */
  function ratings(all) {
    return section("ratings", heading(words.say("rating.title")), h("dl", {}, all.map((one) => {
      const name = one.score === null ? "none" : one.score >= 4 ? "good" : one.score <= 2 ? "poor" : "fair"
      return [h("dt", { title: words.full(one.answered_at ?? one.asked_at) }, words.moment(one.answered_at ?? one.asked_at)),
        h("dd", { class: name === "poor" ? "late" : "" }, [words.say(`rating.${name}`), one.staff?.name].filter(Boolean).join(" · "))]
    })))
  }

  function escalations(all) {
    return section("escalations", heading(words.say("panel.escalations")),
      h("ul", { class: "plain" }, all.map((one) =>
        h("li", { class: `escalation ${one.status}` },
          h("div", {}, h("b", {}, words.name("reason", one.reason)),
            h("span", { class: `state ${one.status === "open" ? "warn" : "good"}` }, words.say(`panel.${one.status}`))),
          one.detail && h("p", { dir: "auto" }, one.detail),
          h("time", { title: words.full(one.created_at) }, words.moment(one.created_at))))))
  }

  function orders(row, beside) {
    const isDealer = row.conversation_type === "dealer"
    const may = mayAct(row)
    const cards = [...beside.orders.map((one, index) => relay(one, index, may)), ...beside.dealer_orders.map((one, index) => part(one, index, may))]
    return section("orders", heading(words.say(isDealer ? "panel.dealer_orders" : "panel.orders"), cards.length > 0 && h("span", { class: "count" }, cards.length)),
      cards.length > 0 ? cards : h("p", { class: "soft" }, words.say("panel.no_orders")))
  }

  function relay(order, index, may) {
    const parts = order.parts ?? []
    const state = order.status === "created" && parts.length === 1 ? parts[0].status : order.status
    const dealers = parts.map((one) => [one.dealer?.name, one.rider?.name && words.say("panel.delivered_by", { name: one.rider.name })].filter(Boolean).join(" · "))
    const several = parts.length > 1 && parts.map((one, number) =>
      h("div", { class: "order-part" }, h("span", { dir: "auto" }, one.dealer?.name || words.say("panel.part_of", { number: number + 1, count: parts.length })), badge(one.status)))
    return orderCard(order, state, order.products, dealers.filter(Boolean), several, index === 0, may)
  }

  function part(order, index, may) {
    const rider = order.rider?.name && words.say("panel.delivered_by", { name: order.rider.name })
    return orderCard(order, order.status, order.lines, [rider].filter(Boolean), false, index === 0, may)
  }

  function orderCard(order, state, lines, people, parts, isFirst, may) {
    const several = people.length > 1
    return h("details", { class: "order", open: isFirst },
      h("summary", {}, h("b", {}, order.code), badge(state), h("span", { class: "space" }), h("span", { class: "total" }, words.money(order.total_price, order.currency)), icon("chevron", 15)),
      h("ul", { class: "lines" }, (lines ?? []).map((line) =>
        h("li", {}, h("span", { dir: "auto" }, `${line.quantity} × ${line.name ?? line.sku ?? ""}${variant(line.variant)}`),
          h("span", {}, words.money(Number(line.unit_price) * line.quantity, line.currency ?? order.currency))))),
      !several && people.length > 0 && h("p", { class: "soft", dir: "auto" }, people[0]),
      order.paying && h("p", { class: "soft paying" }, words.say(`payment.${order.paying}`)),
      order.cashable && may && h("p", { class: "failing" }, h("button", { type: "button", class: "link", on: { click: (event) => doings.payCash(event.currentTarget, order) } },
        icon("cart", 14), words.say("pay_cash.item"))),
      parts,
      failing(order, may),
      timeline(order))
  }

  /** A way to say that what is on its way came back, for each part of an order. */
  function failing(order, may) {
    const out = may ? (order.parts ?? [order]).filter((one) => FAILABLE.includes(one.status) && one.way !== "pickup") : []
    return out.length > 0 && h("p", { class: "failing" }, out.map((one) => h("button", { type: "button", class: "link", on: { click: (event) => doings.failDelivery(event.currentTarget, one) } },
      icon("alert", 14), words.say("orders_choose.fail"), out.length > 1 && ` · ${one.code}`)))
  }

  function variant(chosen) {
    const values = Object.values(chosen ?? {})
    return values.length ? ` (${values.join(", ")})` : ""
  }

  function badge(state) {
    const tone = { delivered: "good", accepted: "good", ready: "good", created: "good", preparing: "info", out_for_delivery: "info", offered: "info", confirmed: "info", pending: "warn", failed: "bad", failed_delivery: "bad", cancelled: "bad" }[state] ?? "info"
    return h("span", { class: `state ${tone}` }, words.name("order", state))
  }

  function timeline(order) {
    const events = [{ id: 0, kind: "proposed", created_at: order.created_at }, ...(order.events ?? [])]
    const seen = new Set()
    const steps = events.filter((event) => {
      // A step is told once, even where it was announced to more than one side.
      const key = `${event.kind} ${event.dealer?.name ?? ""} ${event.market_order_id ?? ""} ${event.what ?? ""}`
      if (seen.has(key)) return false
      seen.add(key)
      return true
    })
    return h("ol", { class: "timeline", "aria-label": words.say("panel.timeline") }, steps.map((event) =>
      h("li", {}, h("span", { dir: "auto" }, step(event, order)),
        h("time", { datetime: event.created_at, title: words.full(event.created_at) }, words.moment(event.created_at)))))
  }

  function step(event, order) {
    const parts = order.parts ?? []
    const own = parts.find((one) => one.id === event.market_order_id)
    const name = event.dealer?.name || own?.dealer?.name || order.dealer?.name || words.say("event.somebody")
    const key = event.kind === "confirmed" && event.actor === "staff" ? "event.confirmed_by_staff" : `event.${event.kind}`
    const text = words.has(key) ? words.say(key, { name }) : words.name("event", event.kind)
    return event.what ? `${text}: ${event.what}` : text
  }

  return { element, draw }
}
