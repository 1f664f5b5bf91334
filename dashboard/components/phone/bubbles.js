// A chat as the person who is played sees it: their own words on the right, the business's on the left.

import { h, icon } from "../common/dom.js"
import { formatted } from "../common/writing.js"

/** actions: {words, known: messages by the provider's id, tap(choice, kind), open(payload of a list)}. */
export function bubble(message, { words, known, tap, open }) {
  const isOwn = message.direction === "inbound"
  const payload = message.payload ?? {}
  const quoted = message.context_id ? known.get(message.context_id) : null
  return h("div", { class: `said ${isOwn ? "own" : "theirs"}`, dataset: { id: message.id, type: message.type, status: message.status } },
    h("div", { class: "balloon" },
      !isOwn && message.author !== "bot" && h("span", { class: "speaker" }, words.say(message.author === "agent" ? "phone.agent" : "phone.news")),
      quoted && h("blockquote", { dir: "auto" }, quoted.content),
      ...content(message, payload, words),
      h("span", { class: "when" }, words.time(message.provider_time ?? message.created_at), isOwn && ticks(message, words))),
    ...(isOwn ? [] : choices(payload, words, tap, open)))
}

/** What is on its way and has no row yet. */
export function pendingBubble(entry, { words, retry, drop }) {
  const failed = entry.state === "failed"
  const reason = failed && (entry.text || words.say(words.has(`phone_failed.${entry.reason}`) ? `phone_failed.${entry.reason}` : "phone_failed.other"))
  return h("div", { class: `said own ${failed ? "failed" : "sending"}`, dataset: { id: entry.id, status: entry.state } },
    h("div", { class: "balloon" }, h("p", { dir: "auto" }, entry.shown), h("span", { class: "when" }, words.time(entry.at), h("span", { class: "ticks", title: words.say(failed ? "phone_tick.failed" : "phone_tick.sending") }, icon(failed ? "alert" : "clock", 14)))),
    failed && h("span", { class: "failure", role: "note" }, reason, " ",
      h("button", { type: "button", on: { click: () => retry(entry) } }, words.say("phone.again")), " ",
      h("button", { type: "button", on: { click: () => drop(entry) } }, words.say("phone.drop"))))
}

/** One tick: stored. Two: the engine has it. Blue: it is answered, or was looked at and asks for none. */
function ticks(message, words) {
  const state = message.turn_id ? "answered" : "stored"
  return h("span", { class: `ticks ${state}`, title: words.say(`phone_tick.${state}`), role: "img", "aria-label": words.say(`phone_tick.${state}`) }, icon("checks", 15))
}

function content(message, payload, words) {
  const text = message.content && writing(message.content)
  switch (message.type) {
    case "interactive":
    case "button":
      return message.direction === "inbound" ? [writing(payload.choice_title || message.content)] : [payload.link && picture(payload.link, words), text]
    case "image":
      return [picture(hasFile(message) ? `/files/${message.id}` : payload.link ?? "", words), text]
    case "location": {
      const place = payload.location ?? {}
      return [card("location", place.name || words.say("media.location"), place.address || `${place.latitude}, ${place.longitude}`)]
    }
    case "audio":
      return [hasFile(message) ? h("audio", { class: "voice", controls: true, preload: "metadata", src: `/files/${message.id}`, "aria-label": words.say("media.voice") }) : card("voice", words.say("media.voice"), ""),
        message.transcript && h("p", { class: "heard", dir: "auto" }, `“${message.transcript}”`)]
    case "text":
    case "template":
      return [text]
    default:
      return [text || card("document", message.type, "")]
  }
}

function writing(text) {
  return h("p", { dir: "auto" }, formatted(text))
}

function hasFile(message) {
  return message.media?.some((file) => file.state === "stored") ?? false
}

function card(sign, heading, detail) {
  return h("div", { class: "thing" }, icon(sign, 22), h("span", {}, h("b", { dir: "auto" }, heading), detail && h("small", { dir: "auto" }, detail)))
}

/** A picture of the desk's own address is drawn; one from elsewhere is named, as pages of the desk fetch from nobody. */
function picture(link, words) {
  const isOwn = link.startsWith("/") || link.startsWith(location.origin)
  if (isOwn) return h("img", { class: "photo", src: link, alt: words.say("media.image") })
  let host = ""
  try {
    host = new URL(link).host
  } catch {
    // Named without its address.
  }
  return h("div", { class: "photo" }, icon("image", 30), h("small", {}, host || words.say("media.image")))
}

function choices(payload, words, tap, open) {
  if (payload.template?.buttons?.length) {
    return [h("div", { class: "taps" }, payload.template.buttons.map((button) => option(button.title ?? button.id, null, () => tap({ id: button.id, title: button.title ?? button.id }, "button"))))]
  }
  if (payload.buttons?.length) return [h("div", { class: "taps" }, payload.buttons.map((button) => option(button.title, "reply", () => tap(button, "button_reply"))))]
  if (payload.rows?.length) return [h("div", { class: "taps" }, option(payload.list_button || words.say("phone.choose"), "list", () => open(payload)))]
  return []
}

function option(title, sign, act) {
  return h("button", { type: "button", class: "tap", dir: "auto", on: { click: act } }, sign && icon(sign, 15), title)
}
