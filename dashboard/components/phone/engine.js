// What the engine did for both handsets, newest first: each turn with its steps, and what was told without a turn.

import { avatar, fill, h, icon, reconcile } from "../common/dom.js"
import { empty } from "../inbox/list.js"
import { isThinking } from "./handset.js"
import { callList, decided, messages, money, steps } from "./steps.js"

/** heard: Map of turn id → timings of its way in, as the api told them. choose(person): show a handset that has news. */
export function createEngine(words, { heard, choose }) {
  const news = h("div", { class: "news" })
  const orders = h("div", { class: "orders" })
  const list = h("div", { class: "cards scroller", tabindex: 0 })
  const blank = empty("pulse", words.say("phone.engine_empty"), words.say("phone.engine_empty_hint"))
  const element = h("section", { class: "engine", "aria-label": words.say("phone.engine") },
    h("div", { class: "engine-head" }, icon("pulse", 18), h("b", {}, words.say("phone.engine")), h("small", {}, words.say("phone.engine_lead"))), h("div", {}, news, orders), list, blank)
  /** Turns that a person opened or closed; the newest is open by itself. */
  const chosen = new Map()

  /** waiting: people who are on no handset and were written to. */
  function draw(phones, waiting) {
    news.hidden = waiting.length === 0
    reconcile(news, waiting.map((person) => ({ key: person.phone, sign: person.name, make: () => h("button", { type: "button", class: "news-one", on: { click: () => choose(person) } },
      avatar(person.name, person.phone, "tiny"), h("span", {}, words.say("phone.has_news", { name: person.name || person.phone })), icon("phone", 15)) })))
    const cards = phones.flatMap(cardsOf).sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0))
    blank.hidden = cards.length > 0
    list.hidden = cards.length === 0
    const newest = cards.find((card) => card.turn)
    reconcile(list, cards.map((card) => {
      const open = chosen.get(card.key) ?? card === newest
      const way = card.turn && heard.get(card.turn.id)
      return { key: card.key, sign: JSON.stringify([card.turn, card.messages, card.calls, open, way, card.person.name]), make: () => (card.turn ? turnCard(card, open, way) : card.isOpen ? openCard(card) : toldCard(card)) }
    }))
    drawOrders(phones)
  }

  function cardsOf(phone) {
    const { person, shown, side } = phone
    if (!shown || !person) return []
    const turns = shown.turns.map((turn) => ({
      key: turn.id, at: turn.finished_at, turn, person, side,
      messages: shown.messages.filter((message) => message.turn_id === turn.id), calls: shown.calls.filter((call) => call.turn_id === turn.id),
    })).filter((card) => card.messages.length)
    const told = shown.messages.filter((message) => message.direction === "outbound" && !message.turn_id)
      .map((message) => ({ key: `told ${message.id}`, at: message.created_at, person, side, messages: [message], calls: [] }))
    const open = isThinking(phone) ? shown.messages.filter((message) => message.direction === "inbound" && !message.turn_id).slice(-1) : []
    const now = open.map((message) => ({ key: `now ${message.id}`, at: message.created_at, person, side, messages: open, calls: [], isOpen: true }))
    return [...turns, ...told, ...now]
  }

  function head(card, sign, line, extra) {
    return [avatar(card.person.name, card.person.phone, "tiny"), h("span", { class: "card-line" }, h("b", { dir: "auto" }, card.person.name || card.person.phone), icon(sign, 14), h("span", { class: "quote", dir: "auto" }, line)), extra, h("time", {}, words.time(card.at))]
  }

  function turnCard(card, open, way) {
    const { turn } = card
    const said = card.messages.filter((message) => message.direction === "inbound").map(wordsOf).join(" · ")
    const times = waterfall(turn, way)
    const total = times.reduce((sum, [, ms]) => sum + ms, 0)
    const by = turn.trace?.steps.findLast((step) => step.step === "understanding")?.by
    const summary = h("summary", {}, ...head(card, "send", said, h("span", { class: "total" }, spent(total))))
    const element = h("details", { class: `card-turn ${card.side} ${turn.outcome}`, open, dataset: { turn: turn.id } }, summary,
      h("div", { class: "facts" },
        h("span", { class: `state ${{ answered: "good", failed: "bad", silenced: "warn" }[turn.outcome] ?? "info"}` }, words.say(`phone_outcome.${turn.outcome}`)),
        turn.intent && h("span", { class: "tag strong" }, words.name("intent", turn.intent)),
        turn.confidence !== null && h("span", { class: "tag" }, `${Math.round(turn.confidence * 100)} %`),
        by && h("span", { class: "tag" }, icon(by === "rules" ? "filter" : "bot", 13), by === "rules" ? words.say("phone.by_rules") : by),
        turn.language && h("span", { class: "tag" }, words.name("language", turn.language)),
        turn.attempts > 1 && h("span", { class: "tag escalated" }, words.say("phone.attempts", { n: turn.attempts }))),
      h("div", { class: "bars", role: "img", "aria-label": times.map(([name, ms]) => `${words.say(`phone_time.${name}`)} ${spent(ms)}`).join(", ") },
        h("div", { class: "bar-line" }, times.map(([name, ms]) => h("i", { class: name, style: { "flex-grow": Math.max(ms, total / 60) } }))),
        h("div", { class: "bar-words" }, times.map(([name, ms]) => h("span", { class: name }, h("i", {}), words.say(`phone_time.${name}`), h("b", {}, spent(ms)))))),
      h("ol", { class: "steps" }, [...steps(turn, words), ...decided(turn, words), ...messages(card.messages, words)]),
      callList(card.calls, words))
    // Before the browser opens or closes it, so the state is the other one.
    summary.addEventListener("click", () => chosen.set(card.key, !element.open))
    return element
  }

  /** What the engine has and has not answered. */
  function openCard(card) {
    const [message] = card.messages
    return h("div", { class: `card-turn now ${card.side}` }, h("div", { class: "now-line" }, ...head(card, "send", wordsOf(message), h("span", { class: "tag strong" }, words.say("phone.working")))))
  }

  function toldCard(card) {
    const [message] = card.messages
    return h("details", { class: `card-turn told ${card.side}` }, h("summary", {}, ...head(card, message.author === "agent" ? "person" : "bell", message.content, h("span", { class: "tag" }, words.say(message.author === "agent" ? "phone.by_agent" : "phone.announced")))),
      h("ol", { class: "steps" }, messages(card.messages, words)))
  }

  function wordsOf(message) {
    return message.payload?.choice_title || message.transcript || message.content || words.name("media", message.type)
  }

  /** [name, ms] of each stretch between the message and its answer. */
  function waterfall(turn, way) {
    const at = (time) => new Date(time).getTime()
    const decide = Number(turn.timings?.decide_ms ?? 0)
    const waited = turn.received_at ? Math.max(at(turn.claimed_at) - at(turn.received_at), 0) : 0
    const left = Math.max(at(turn.finished_at) - at(turn.claimed_at) - decide, 0)
    return [...(way ? [["received", Math.min(way.ingest ?? 0, Math.max(waited, way.ingest ?? 0))]] : []),
      ["claimed", way ? Math.max(waited - (way.ingest ?? 0), 0) : waited], ["decided", decide], ["written", left]]
  }

  function drawOrders(phones) {
    const found = new Map(phones.flatMap(({ shown }) => shown?.orders ?? []).map((order) => [order.id, order]))
    const last = [...found.values()].sort((a, b) => (a.created_at < b.created_at ? 1 : -1)).slice(0, 2)
    const sign = JSON.stringify(last)
    if (orders.sign === sign) return
    orders.sign = sign
    orders.hidden = last.length === 0
    fill(orders, last.map((order) => h("div", { class: "order-line" }, icon("cart", 16), h("b", {}, order.code), h("span", {}, money(order.total_price, order.currency, words)), stateOf(order.status),
      order.parts.map((part) => h("span", { class: "part" }, icon("store", 14), h("span", { dir: "auto" }, part.dealer?.name ?? words.say("phone.no_dealer")), stateOf(part.status), part.rider && h("span", { dir: "auto" }, part.rider.name))))))
  }

  function stateOf(status) {
    const kind = { cancelled: "bad", failed: "bad", failed_delivery: "bad", delivered: "good", accepted: "good", held: "warn" }[status] ?? "info"
    return h("span", { class: `state ${kind}` }, words.name("order", status))
  }

  return { element, draw }
}

function spent(ms) {
  return ms >= 1000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms)} ms`
}
