// One message as a bubble, whatever its type. Unknown types are shown plainly, never hidden.

import { h, icon } from "../common/dom.js"
import { isFile, media } from "./media.js"
import { phone } from "../common/words.js"
import { formatted } from "../common/writing.js"

export const NOTES = ["system", "edit", "revoke", "request_welcome", "reaction"]
const EMOJIS = ["👍", "❤️", "😂", "😮", "🙏", "✅"]
const AUTHORS = { bot: "bot", agent: "person", phone: "phone", system: "bell" }
const TICKS = { pending: "clock", sending: "clock", unknown: "question", sent: "check", delivered: "checks", read: "checks", played: "checks", failed: "alert", cancelled: "ban" }

/**
 * `quoted`: the message it answers, null when that is not loaded, undefined when it answers none. `reactions`: emoji by
 * the side that gave it. `doing`: {reply, react(emoji), retry, refetch(file), edit, drop, over}, or null where the person only reads.
 * `translation` as in translations.js.
 */
export function bubble(message, { words, follows, quoted, name, reactions, doing, retried, translation }) {
  if (NOTES.includes(message.type)) return note(message, words)
  const isOut = message.direction === "outbound"
  const time = message.provider_time ?? message.created_at
  const body = [
    message.payload?.forwarded && h("span", { class: "hint" }, words.say("thread.forwarded")),
    quoted !== undefined && quote(quoted, words, name),
    ...content(message, words, doing),
    translation && translated(translation, words),
    message.revoked_at && h("span", { class: "hint danger" }, words.say("thread.revoked")),
  ]
  return h("div", {
    class: `message ${isOut ? "out" : "in"} by-${message.author}${follows ? " follows" : ""}${message.revoked_at ? " revoked" : ""} is-${message.status}`,
    dataset: { id: message.id, status: message.status, type: message.type },
  },
  !follows && h("span", { class: "author", dir: "auto" }, AUTHORS[message.author] && icon(AUTHORS[message.author], 14), author(message, words, name)),
  h("div", { class: "bubble" }, body,
    doing && message.meta_message_id && !message.revoked_at && handles(doing, words),
    h("span", { class: "meta" },
      message.edited_at && h("span", {}, words.say("thread.edited")),
      h("time", { datetime: time, title: words.full(time) }, words.time(time)),
      isOut && tick(message, words))),
  reactions && h("span", { class: "reactions" }, Object.entries(reactions).map(([side, emoji]) =>
    h("span", { title: words.say("thread.reacted", { emoji: side === "inbound" ? name : words.say("author.agent") }) }, emoji))),
  ...choices(message, words),
  isOut && problem(message, words, doing, retried))
}

function translated({ text, waiting, failed, numbers_differ: differs }, words) {
  const label = waiting ? "assist.translating" : failed ? "assist.no_translation" : "assist.machine"
  return h("div", { class: "translation" }, h("small", {}, icon("translate", 13), words.say(label)),
    text && h("p", { class: "text", dir: "auto" }, formatted(text)), differs && h("small", { class: "doubt" }, icon("alert", 13), words.say("assist.numbers_differ")))
}

/** What can be done with one message, beside the bubble while it is looked at. */
function handles(doing, words) {
  const smile = h("button", { type: "button", class: "icon-button", title: words.say("act.react"), on: { click: () => {
    doing.over.show(smile, h("div", { class: "emojis" }, EMOJIS.map((emoji) =>
      h("button", { type: "button", on: { click: () => { doing.over.close(); doing.react(emoji) } } }, emoji))), { className: "reacting" })
  } } }, icon("smile", 17))
  return h("span", { class: "handles" },
    h("button", { type: "button", class: "icon-button", title: words.say("act.reply_to"), on: { click: doing.reply } }, icon("reply", 17)), smile,
    doing.translate && h("button", { type: "button", class: "icon-button", title: words.say("assist.translate"), on: { click: doing.translate } }, icon("translate", 17)))
}

/** What a colleague wrote beside the conversation; the names of those meant stand out. */
export function noteBubble(note, { words, names }) {
  const named = names.filter((one) => note.mentions.includes(one.id)).map((one) => `@${one.name}`)
  return h("div", { class: "message aside", dataset: { id: note.id, type: "note" } },
    h("span", { class: "author" }, icon("note", 14), note.staff?.name ?? words.say("author.agent")),
    h("div", { class: "bubble" }, h("p", { class: "text", dir: "auto" }, marked(note.body, named)),
      h("span", { class: "meta" }, h("time", { datetime: note.created_at, title: words.full(note.created_at) }, words.time(note.created_at)))))
}

/** Who got the conversation from whom, or how it ended: told between the messages. */
export function eventLine(event, words) {
  const somebody = words.say("desk_event.somebody")
  const names = { name: event.staff?.name || somebody, by: event.by?.name || somebody }
  const key = event.by || event.kind === "given" ? event.kind : `${event.kind}_by_itself`
  return h("div", { class: "note event", dataset: { id: event.id, event: event.kind } },
    h("span", { dir: "auto" }, words.say(words.has(`desk_event.${key}`) ? `desk_event.${key}` : `desk_event.${event.kind}`, names)),
    h("time", { datetime: event.created_at, title: words.full(event.created_at) }, words.time(event.created_at)))
}

function marked(text, named) {
  if (!named.length) return text
  const parts = []
  let rest = text
  while (rest) {
    const hits = named.map((one) => [rest.indexOf(one), one]).filter(([at]) => at >= 0).sort((a, b) => a[0] - b[0])
    if (!hits.length) break
    const [at, one] = hits[0]
    parts.push(rest.slice(0, at), h("mark", {}, one))
    rest = rest.slice(at + one.length)
  }
  return [...parts, rest]
}

/** What is on its way and has no row yet. */
export function pendingBubble(entry, { words, me, quoted, doing }) {
  const text = entry.body.text ?? entry.body.body ?? ""
  const isNote = entry.act === "note"
  const isRefused = entry.state === "refused"
  const label = words.say(`sending.${entry.state}`)
  return h("div", { class: `message ${isNote ? "aside" : "out by-agent"} is-${isRefused ? "failed" : "sending"}`, dataset: { id: entry.key, status: entry.state, type: isNote ? "note" : "text" } },
    h("span", { class: "author" }, icon(isNote ? "note" : "person", 14), me),
    h("div", { class: "bubble" }, quoted && h("blockquote", {}, h("b", { dir: "auto" }, quoted.author), h("span", { dir: "auto" }, quoted.text)),
      entry.body.file && card("document", entry.body.file.file_name),
      text && h("p", { class: "text", dir: "auto" }, formatted(text)),
      h("span", { class: "meta" }, h("time", {}, words.time(entry.at)),
        h("span", { class: `tick ${isRefused ? "failed" : "sending"}`, title: label, role: "img", "aria-label": label }, icon(isRefused ? "alert" : "clock", 16)))),
    entry.state === "waiting" && h("span", { class: "problem soft" }, icon("clock", 14), words.say("sending.waiting_hint")),
    isRefused && h("span", { class: "problem", role: "note" }, icon("alert", 14), h("span", {}, words.name("refusal", entry.reason))),
    isRefused && h("span", { class: "problem-do" },
      ["reply", "note"].includes(entry.act) && h("button", { type: "button", class: "link", on: { click: doing.edit } }, words.say("act.edit")),
      h("button", { type: "button", class: "link", on: { click: doing.again } }, words.say("act.try_again")),
      h("button", { type: "button", class: "link", on: { click: doing.drop } }, words.say("act.discard"))))
}

function author(message, words, name) {
  if (message.direction === "inbound") return name
  return message.author === "agent" && message.staff?.name ? message.staff.name : words.name("author", message.author)
}

function note(message, words) {
  const emoji = message.payload?.reaction?.emoji
  const text = {
    reaction: emoji ? words.say("thread.reacted", { emoji }) : words.say("thread.unreacted"),
    edit: words.say("thread.edit_note"),
    revoke: words.say("thread.revoke_note"),
    request_welcome: words.say("thread.welcome_note"),
  }[message.type] ?? (message.content || words.say("thread.unknown", { type: message.type }))
  const time = message.provider_time ?? message.created_at
  return h("div", { class: "note", dataset: { id: message.id, type: message.type } },
    h("span", { dir: "auto" }, text), h("time", { datetime: time, title: words.full(time) }, words.time(time)))
}

/** What an answer quotes: who said it and what. */
export function quotation(message, words, name) {
  return { author: author(message, words, name), text: message.content || words.name("media", message.type) }
}

function quote(quoted, words, name) {
  if (quoted === null) return h("span", { class: "hint" }, icon("reply", 13), words.say("thread.earlier_reply"))
  return h("blockquote", {}, h("b", { dir: "auto" }, author(quoted, words, name)), h("span", { dir: "auto" }, quoted.content || words.name("media", quoted.type)))
}

function text(value, className = "text") {
  return value ? h("p", { class: className, dir: "auto" }, formatted(value)) : null
}

function card(sign, heading, detail, more) {
  return h("div", { class: "card" }, h("span", { class: "card-sign" }, icon(sign, 20)),
    h("div", { class: "card-body" }, h("b", { dir: "auto" }, heading), detail && h("small", { dir: "auto" }, detail), more))
}

function content(message, words, doing) {
  const payload = message.payload ?? {}
  if (isFile(message.type)) return media(message, words, doing)
  switch (message.type) {
    case "text":
      return [text(message.content)]
    case "interactive":
    case "button":
      return interactive(message, words)
    case "location":
      return [location(payload.location ?? {}, words)]
    case "contacts":
      return (payload.contacts ?? []).map((contact) => person(contact, words))
    case "order":
      return [order(payload.order ?? {}, words)]
    case "template":
      return [h("span", { class: "hint" }, words.say("thread.template", { name: payload.template?.name ?? "" })), text(message.content)]
    case "unsupported":
      return [card("question", words.say("thread.unsupported"), payload.unsupported?.type ?? "")]
    default:
      return [h("span", { class: "hint" }, words.say("thread.unknown", { type: message.type })), text(message.content)]
  }
}

function interactive(message, words) {
  const payload = message.payload ?? {}
  if (message.direction === "outbound") return [text(message.content)]
  if (payload.flow) return [card("document", words.say("media.flow"), message.content || payload.flow.name)]
  const chosen = payload.choice_title || message.content
  if (!chosen) return [h("span", { class: "hint" }, words.say("thread.unknown", { type: message.type }))]
  return [h("span", { class: "hint" }, icon("check", 13), words.say("thread.chose")), text(chosen)]
}

function location(place, words) {
  const latitude = Number(place.latitude)
  const longitude = Number(place.longitude)
  const known = Number.isFinite(latitude) && Number.isFinite(longitude)
  const point = known ? `${latitude.toFixed(5)}, ${longitude.toFixed(5)}` : ""
  const map = known && h("a", {
    href: `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=17/${latitude}/${longitude}`,
    target: "_blank", rel: "noopener noreferrer",
  }, words.say("media.map"))
  return card("location", place.name || words.say("media.location"), place.address || point, map)
}

function person(contact, words) {
  const name = contact?.name?.formatted_name || words.say("media.contacts")
  const numbers = (contact?.phones ?? []).map((entry) => entry.phone || phone(entry.wa_id)).filter(Boolean)
  return card("contacts", name, numbers.join(", "))
}

function order(sold, words) {
  const lines = (sold.items ?? []).map((item) =>
    h("li", {}, h("span", { dir: "auto" }, `${item.quantity} × ${item.retailer_id}`), h("span", {}, words.money(item.item_price, item.currency))))
  return card("cart", words.say("media.order"), sold.text, h("ul", { class: "lines" }, lines))
}

/** Buttons and lists that we sent, shown as the customer sees them but not to be pressed. */
function choices(message, words) {
  const payload = message.payload ?? {}
  if (message.direction !== "outbound") return []
  if (payload.buttons?.length) {
    return [h("div", { class: "choices" }, payload.buttons.map((button) => h("span", { class: "choice", dir: "auto" }, button.title)))]
  }
  if (payload.kind === "cta_url") return [h("div", { class: "choices" }, h("span", { class: "choice", dir: "auto", title: payload.link }, payload.list_button))]
  if (!payload.rows?.length) return []
  const rows = payload.rows.map((row) => h("li", { dir: "auto" }, h("b", {}, row.title), row.description && h("small", {}, row.description)))
  return [h("details", { class: "options" }, h("summary", {}, icon("list", 15), payload.list_button || words.say("thread.options")), h("ul", {}, rows))]
}

function tick(message, words) {
  const label = words.name("status", message.status)
  return h("span", { class: `tick ${message.status}`, title: label, role: "img", "aria-label": label }, TICKS[message.status] && icon(TICKS[message.status], 16))
}

function problem(message, words, doing, retried) {
  if (message.status === "cancelled") return h("span", { class: "problem soft" }, words.say("status.cancelled"))
  if (message.status !== "failed") return null
  if (retried) return h("span", { class: "problem soft" }, icon("refresh", 14), words.say("thread.retried"))
  const known = `error.${message.error_code}`
  const reason = words.has(known) ? words.say(known) : message.error_text || words.say("error.other")
  const code = message.error_code ? ` (${message.error_code})` : ""
  const remedy = `remedy.${message.error_code}`
  return h("span", { class: "problem", role: "note" }, icon("alert", 14),
    h("span", { dir: "auto" }, `${words.say("status.failed")}: ${reason}${code}`,
      h("small", {}, words.has(remedy) ? words.say(remedy) : words.say("remedy.other")),
      doing && h("button", { type: "button", class: "link retry", on: { click: doing.retry } }, icon("refresh", 14), words.say("act.retry"))))
}
