// The steps of one turn in words and small tables: what was heard, searched, understood, checked, decided, sent.

import { h, icon } from "../common/dom.js"

const MOST_HITS = 6
const ID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/

/** The steps that the processors noted. */
export function steps(turn, words) {
  const names = new Map((turn.trace?.steps ?? []).flatMap((one) => one.hits ?? []).map((hit) => [hit.id, hit.name]))
  const shown = { language, preference, processor, heard, gate, search, understanding, model, checks }
  return merged(turn.trace?.steps ?? []).filter((one) => one.step in shown)
    .map((one) => step(one.step, words.say(`phone_step.${one.step}`), shown[one.step](one, words, names), one.at_ms))
}

/** A search that was made twice for the same words is told once, with how often. */
function merged(all) {
  const found = []
  for (const one of all) {
    const twin = one.step === "search" && found.find((other) => other.step === "search" && other.words === one.words)
    if (twin) twin.times = (twin.times ?? 1) + 1
    else found.push({ ...one })
  }
  return found
}

function step(kind, title, body, at = null) {
  return h("li", { dataset: { step: kind } }, h("span", { class: "step-name" }, title), h("div", { class: "step-body" }, body), at !== null && h("time", {}, `${Math.round(at)} ms`))
}

function language(one, words) {
  return [words.name("language", one.language ?? ""), one.before && one.before !== one.language && h("small", {}, words.say("phone.before", { language: words.name("language", one.before) }))]
}

function preference(one, words) {
  return words.say(one.wish === "opt_out" ? "phone.opts_out" : one.wish === "opt_in" ? "phone.opts_in" : "phone.is_out")
}

function processor(one, words) {
  return words.say(`phone_kind.${one.name}`)
}

function heard(one, words) {
  return [h("span", { class: "tag" }, words.say(words.has(`phone_heard.${one.kind}`) ? `phone_heard.${one.kind}` : "phone_heard.other")), one.words && h("q", { dir: "auto" }, one.words), one.choice_id && h("code", {}, one.choice_id)]
}

function gate(one, words) {
  const known = one.command ?? (one.language ? `${words.name("language", one.language)}` : one.greeting ? words.say("phone.greeting") : null)
  return [h("q", { dir: "auto" }, one.words), known ? h("span", { class: "tag strong" }, known) : h("small", {}, words.say("phone.no_command"))]
}

function search(one, words) {
  const best = Math.max(...one.hits.map((hit) => hit.score), 0.0001)
  return [h("q", { dir: "auto" }, one.words), h("small", {}, [one.model, one.times > 1 && `×${one.times}`].filter(Boolean).join(" · ")),
    one.hits.length === 0 ? h("small", { class: "none" }, words.say("phone.no_hits")) : h("table", {}, h("thead", {}, h("tr", {}, ["product", "score", "cosine", "text", "stock"].map((name) => h("th", {}, words.say(`phone_hit.${name}`))))),
      h("tbody", {}, one.hits.slice(0, MOST_HITS).map((hit) => h("tr", { class: hit.foreign ? "foreign" : "" }, h("td", { dir: "auto" }, hit.name),
        h("td", {}, h("span", { class: "score" }, h("i", { style: { width: `${Math.round((hit.score / best) * 100)}%` } })), hit.score.toFixed(3)), h("td", {}, hit.cosine.toFixed(2)), h("td", {}, hit.text_rank.toFixed(2)), h("td", {}, hit.available))))),
    one.hits.length > MOST_HITS && h("small", {}, words.say("phone.more_hits", { n: one.hits.length - MOST_HITS }))]
}

function understanding(one, words, names) {
  return [h("span", { class: "tag strong" }, words.name("intent", one.intent)), h("span", { class: "tag" }, `${Math.round(one.confidence * 100)} %`), one.cart_action !== "none" && h("span", { class: "tag" }, words.name("understood_value", one.cart_action)),
    one.needs_human && h("span", { class: "tag escalated" }, words.name("understood_value", one.human_reason)),
    one.items.map((item) => h("div", { class: "item" }, h("b", {}, `${item.quantity}×`), h("q", { dir: "auto" }, item.mention), icon("send", 12),
      item.product_id ? h("span", { dir: "auto" }, names.get(item.product_id) ?? item.product_id.slice(0, 8)) : item.ambiguous.length ? h("span", { class: "doubt" }, words.say("phone.ambiguous", { n: item.ambiguous.length })) : h("span", { class: "doubt" }, words.say("phone.unknown_item")),
      Object.entries(item.variant).map(([name, value]) => h("span", { class: "tag" }, `${name}: ${value}`)), item.assumed && h("small", {}, words.say("phone.assumed")))),
    one.search_query && h("div", { class: "item" }, icon("search", 13), h("q", { dir: "auto" }, one.search_query)),
    one.reply && h("div", { class: "item" }, icon("bot", 13), h("q", { dir: "auto" }, one.reply))]
}

function model(one, words) {
  return h("span", { class: "tag failed" }, words.say("phone.model_failed", { reason: one.failed }))
}

function checks(one, words) {
  const found = [one.unknown_products.length && "phone.check_products", one.quantities_corrected.length && "phone.check_quantities", one.words_refused && "phone.check_words"].filter(Boolean)
  if (found.length === 0) return h("span", { class: "fine" }, icon("check", 14), words.say("phone.checks_fine"))
  return found.map((key) => h("span", { class: "tag escalated" }, words.say(key)))
}

/** What the database decided about each action. */
export function decided(turn, words) {
  return (turn.trace?.actions ?? []).map(({ kind, outcome, ...values }) => step("action", words.say("phone_step.action"), [
    h("code", {}, kind), icon("send", 12), h("span", { class: "tag strong" }, outcome),
    Object.entries(values).filter(([, value]) => value !== null && value !== "" && typeof value !== "object" && !ID.test(value)).slice(0, 6).map(([name, value]) => h("small", {}, `${name}: ${value}`))]))
}

/** What was said, its state, and the body that WhatsApp would get. */
export function messages(found, words) {
  return found.filter((message) => message.direction === "outbound").map((message) => step("outbox", words.say("phone_step.outbox"), [
    h("span", { class: "tag" }, message.payload?.kind ?? message.type), h("span", { class: "state good" }, words.name("status", message.status)), h("small", {}, words.say("phone.stays_here")),
    message.would_send && h("details", { class: "wire" }, h("summary", {}, words.say("phone.would_send")), h("pre", {}, JSON.stringify(message.would_send, null, 2)))]))
}

/** Calls of the model with tokens, time and cost. */
export function callList(calls, words) {
  if (calls.length === 0) return null
  return h("div", { class: "calls" }, calls.map((call) => h("div", {}, icon("bot", 14), h("b", {}, call.model), h("span", {}, words.say("phone.tokens", { input: call.input_tokens, output: call.output_tokens })), h("span", {}, `${call.latency_ms} ms`),
    Number(call.cost_usd) > 0 && h("span", {}, `$${Number(call.cost_usd).toFixed(6)}`), h("span", { class: call.outcome === "ok" ? "fine" : "doubt" }, call.error || call.outcome))))
}

export function money(amount, currency, words) {
  return amount === null || amount === undefined ? "" : words.money(amount, currency)
}
