// What is on its way from a number, whoever the handsets show meanwhile. It stands among the bubbles at once, is sent in
// order, and can be tried again: a message keeps its id, so what arrived after all is not said twice.

import { newKey } from "../common/dom.js"

/** handlers: {changed(), said(entry, answer)}. An entry is {id, phone, message, shown, at, state, text}; a line is what one
 *  number has on its way: {pending, sending}. */
export function createSay(handlers) {
  const lines = new Map()

  function lineOf(number) {
    if (!lines.has(number)) lines.set(number, { pending: [], sending: false })
    return lines.get(number)
  }

  function add(entry) {
    lineOf(entry.phone).pending.push(entry)
    handlers.changed()
    work(lineOf(entry.phone))
  }

  async function work(line) {
    if (line.sending) return
    line.sending = true
    for (let entry; (entry = line.pending.find((one) => one.state === "sending"));) {
      const answer = await post(entry)
      if (answer.ok) {
        entry.state = "said"
        handlers.said(entry, answer.body)
      } else Object.assign(entry, { state: "failed", reason: answer.reason, text: answer.text })
      handlers.changed()
    }
    line.sending = false
    handlers.changed()
  }

  /** Put a file into the folder of the conversation; what the message calls it. */
  async function upload(entry) {
    const response = await fetch(`/files/${entry.conversation}`, {
      method: "POST", body: entry.blob, headers: { "content-type": entry.blob.type, "x-file-name": encodeURIComponent(entry.blob.name ?? "") },
    })
    const found = await response.json()
    if (!response.ok) return found.reason ?? "other"
    entry.message = { type: entry.kind, [entry.kind]: { id: `played:${entry.conversation}/out/${found.stored}`, mime_type: found.mime_type, ...(entry.kind === "audio" && { voice: true }) } }
    return null
  }

  async function post(entry) {
    if (!entry.message) {
      const reason = await upload(entry).catch(() => "unavailable")
      if (reason) return { ok: false, reason, text: "" }
    }
    const body = { phone: entry.phone, name: entry.name, message: { ...entry.message, id: entry.id } }
    try {
      const response = await fetch("/api/phone/say", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) })
      const found = await response.json()
      return response.ok ? { ok: true, body: found } : { ok: false, reason: found.reason, text: found.text }
    } catch {
      return { ok: false, reason: "unavailable", text: "" }
    }
  }

  return {
    lineOf,
    /** `message` as in a webhook of the Cloud API, `shown` the words that stand in its bubble. */
    say(person, message, shown) {
      add({ id: `wamid.simulated.${newKey()}`, phone: person.phone, name: person.name ?? "", message, shown, at: Date.now(), state: "sending" })
    },
    /** A picture or a recording. It is stored in the folder of the conversation, so there must be one. */
    file(person, kind, blob, shown) {
      const { phone, name, conversation_id: conversation } = person
      add({ id: `wamid.simulated.${newKey()}`, phone, name: name ?? "", kind, blob, conversation, shown, at: Date.now(), state: conversation ? "sending" : "failed", reason: "write_first" })
    },
    retry(person, entry) {
      entry.conversation ??= person.conversation_id
      if (!entry.message && entry.kind && !entry.conversation) return
      entry.state = "sending"
      handlers.changed()
      work(lineOf(entry.phone))
    },
    drop(entry) {
      const line = lineOf(entry.phone)
      line.pending = line.pending.filter((one) => one !== entry)
      handlers.changed()
    },
    /** What has its row is no longer on its way. */
    settle(number, messages) {
      const stored = new Set(messages.map((message) => message.meta_message_id))
      const line = lineOf(number)
      line.pending = line.pending.filter((entry) => entry.state === "failed" || !stored.has(entry.id))
    },
  }
}
