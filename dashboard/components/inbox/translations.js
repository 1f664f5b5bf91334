// Machine translations under the bubbles: of one message, or of all that a conversation's customer says from now on.

import { askApi, problemOf } from "./asking.js"

const AT_ONCE = 20
const SOON_MS = 60

/** handlers: {changed(), problem(text)}. `kept` remembers which conversations are followed. */
export function createTranslations(words, language, kept, { changed, problem }) {
  const found = new Map()
  const asked = new Set()
  let later = 0

  async function ask(id, messages) {
    const fresh = messages.filter((message) => !asked.has(keyOf(message)))
    if (!fresh.length) return
    fresh.forEach((message) => asked.add(keyOf(message)))
    changed()
    try {
      const { translations } = await askApi("/api/assist/translate", { conversation_id: id, language, message_ids: fresh.map((message) => message.id) })
      for (const message of fresh) found.set(keyOf(message), translations[message.id] ?? { text: "", failed: true })
    } catch ({ reason }) {
      fresh.forEach((message) => asked.delete(keyOf(message)))
      kept.setTranslated(id, false)
      problem(problemOf(words, reason))
    }
    changed()
  }

  return {
    /** {text, numbers_differ}, {waiting} while it is made, undefined where nobody asked. */
    of: (message) => found.get(keyOf(message)) ?? (asked.has(keyOf(message)) ? { waiting: true } : undefined),
    one(id, message) {
      // Asked for by hand, what failed is tried again.
      if (found.get(keyOf(message))?.failed) asked.delete(keyOf(message))
      found.delete(keyOf(message))
      return ask(id, [message])
    },
    isOn: (id) => kept.translated(id),
    follow(thread, on) {
      kept.setTranslated(thread.id, on)
      changed()
    },
    /** Called with each drawing: what is new in a conversation that is followed is translated, the latest first. */
    need(thread) {
      if (thread.state !== "ready" || !kept.translated(thread.id)) return
      const open = thread.sorted().filter((message) => isForeign(message) && !asked.has(keyOf(message))).slice(-AT_ONCE)
      if (!open.length || later) return
      const { id } = thread
      later = setTimeout(() => {
        later = 0
        ask(id, open)
      }, SOON_MS)
    },
    stop: () => clearTimeout(later),
  }
}

/** Whether a message has words that somebody else wrote. */
export function isForeign(message) {
  return message.direction === "inbound" && !message.revoked_at && /\p{L}{2}/u.test(message.transcript || message.content || "") && message.type !== "system"
}

// An edited message is another message.
function keyOf(message) {
  return `${message.id} ${message.edited_at ?? ""}`
}
