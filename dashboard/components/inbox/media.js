// Files in a thread: pictures, recordings and films where they were sent, documents to save; and what became of the rest.

import { h, icon } from "../common/dom.js"

const SIGNS = { image: "image", video: "video", audio: "voice", document: "document", sticker: "sticker" }
/** What may have been for the moment only; the rest is refused each time. */
const AGAIN = ["gone", "unavailable", "digest_mismatch"]
const PICTURES = ["image/jpeg", "image/png", "image/webp", "image/gif"]

/** Whether a message of this type is a file. */
export const isFile = (type) => type in SIGNS

/** The nodes of a message that is a file: the file or its state, what was said in it, its caption. `doing` as in bubble.js. */
export function media(message, words, doing) {
  const file = message.media?.[0] ?? {}
  const given = message.payload?.media ?? {}
  const about = {
    type: message.type,
    isVoice: message.type === "audio" && (given.voice || message.direction === "inbound"),
    // Only this path of our own; what the sender wrote never becomes an address.
    address: `/files/${message.id}`,
    name: file.file_name || given.filename || given.file_name || "",
    mime: (file.mime_type || given.mime_type || "").split(";")[0],
    bytes: file.size_bytes,
    state: file.state,
    reason: file.reason,
    refetch: doing && AGAIN.includes(file.reason) ? () => doing.refetch(file) : null,
  }
  const caption = message.content === about.name ? "" : message.content
  return [shown(about, words), about.isVoice && transcript(message, file, words),
    caption && h("p", { class: "text", dir: "auto" }, caption)]
}

function shown(about, words) {
  if (about.state !== "stored") return card(about, words)
  if (about.type === "image" || about.type === "sticker") return PICTURES.includes(about.mime) ? picture(about, words) : card(about, words)
  if (about.type === "audio") return player("audio", about, words)
  if (about.type === "video") return player("video", about, words)
  return card(about, words)
}

function picture(about, words) {
  const label = about.name || words.say(`media.${about.type}`)
  // A box of fixed size, so that pictures that come in later move nothing.
  const image = h("img", { src: about.address, alt: label, loading: "lazy", decoding: "async", on: { error: () => link.replaceWith(card(about, words)) } })
  const link = h("a", { class: `picture ${about.type}`, href: about.address, target: "_blank", rel: "noopener noreferrer", title: words.say("media.open") }, image)
  return link
}

function player(kind, about, words) {
  const label = words.say(`media.${about.isVoice ? "voice" : kind}`)
  const failed = (event) => event.currentTarget.replaceWith(card(about, words))
  const element = h(kind, { class: "player", controls: true, preload: "metadata", src: about.address, "aria-label": label, on: { error: failed } })
  return h("div", { class: `playing ${kind}` }, kind === "audio" && h("span", { class: "hint" }, icon(about.isVoice ? "voice" : "video", 13), label), element)
}

function transcript(message, file, words) {
  if (message.transcript) {
    return h("div", { class: "transcript" }, h("small", {}, words.say("thread.transcript")),
      h("p", { class: "text", dir: "auto" }, message.transcript))
  }
  const note = { waiting: "media.writing_down", failed: "media.no_words" }[file.transcription]
  return note && h("span", { class: "hint" }, words.say(note))
}

/** What can't be drawn: a document to save, a file that is on its way, or one that could not be fetched. */
function card(about, words) {
  const kind = words.say(`media.${about.isVoice ? "voice" : about.type}`)
  const heading = about.name || kind
  const state = { pending: "loading", fetching: "loading", failed: "failed", stored: "stored" }[about.state] ?? "unknown"
  const detail = [heading === kind ? "" : kind, about.mime, size(about.bytes)].filter(Boolean).join(" · ")
  const reason = state === "failed" && words.say("media.failed", { reason: words.name("media_reason", about.reason) })
  return h("div", { class: `card file ${state}` },
    h("span", { class: "card-sign" }, icon(about.isVoice ? "voice" : SIGNS[about.type], 20)),
    h("div", { class: "card-body" }, h("b", { dir: "auto" }, heading), detail && h("small", { dir: "auto" }, detail),
      state === "loading" && h("small", { class: "progress", role: "status" }, words.say("media.loading")),
      reason && h("small", { class: "progress danger", role: "note" }, reason),
      reason && about.refetch && h("button", { type: "button", class: "link", on: { click: (event) => { event.currentTarget.disabled = true; about.refetch() } } }, icon("refresh", 14), words.say("media.again")),
      state === "stored" && h("a", { href: about.address, download: "", rel: "noopener" }, icon("down", 14), words.say("media.save"))))
}

function size(bytes) {
  if (!bytes) return ""
  return bytes < 1e6 ? `${Math.max(Math.round(bytes / 1e3), 1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
}
