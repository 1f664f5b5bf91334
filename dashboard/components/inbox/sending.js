// Actions on their way. What a person says to a customer or a colleague is kept until the desk has confirmed it, and sent
// again with the same key as often as it takes: the database acts once per key. Everything else is asked once and says
// what became of it.

import { newKey } from "../common/dom.js"

const RETRY_MS = 2_000

/**
 * handlers: {changed(), refused(act, reason)}. An entry is {key, act, id, body, at, state, reason}; its state is
 * `sending`, `waiting` (no connection, or the desk can't reach storage), `stored` or `refused`.
 */
export function createSending(link, kept, handlers) {
  let entries = kept.unsent().map((entry) => ({ ...entry, state: entry.state === "refused" ? "refused" : "waiting" }))
  let working = false
  let later = 0
  const busy = new Set()

  function save() {
    kept.setUnsent(entries.filter((entry) => entry.state !== "stored"))
    handlers.changed()
  }

  function say(act, id, body) {
    entries.push({ key: newKey(), act, id, body, at: Date.now(), state: "sending" })
    save()
    work()
  }

  // One after the other, so that what was said first arrives first.
  async function work() {
    if (working) return
    working = true
    clearTimeout(later)
    for (let entry; (entry = entries.find((one) => one.state === "sending" || one.state === "waiting"));) {
      try {
        await link.ask("act", { act: entry.act, key: entry.key, id: entry.id, ...entry.body })
        entry.state = "stored"
      } catch ({ why, reason }) {
        if (why !== "refused") {
          for (const one of entries) if (one.state === "sending") one.state = "waiting"
          if (why === "unavailable") later = setTimeout(work, RETRY_MS)
          working = false
          save()
          return
        }
        Object.assign(entry, { state: "refused", reason: reason ?? "other" })
      }
      save()
    }
    working = false
  }

  return {
    say,
    /** The connection is there (again). */
    connected: work,
    /** What belongs to a conversation and is not yet among its messages. */
    of: (id) => entries.filter((entry) => entry.id === id),
    /** The rows have come: what they hold is no longer on its way. `known`: the client keys of the rows. */
    settle(known) {
      const left = entries.filter((entry) => entry.state !== "stored" || !known.has(entry.key))
      if (left.length !== entries.length) entries = left
    },
    /** What is confirmed in conversations that are not on the screen needs no waiting for its row. */
    forgetStored(openId) {
      entries = entries.filter((entry) => entry.state !== "stored" || entry.id === openId)
    },
    drop(key) {
      entries = entries.filter((entry) => entry.key !== key)
      save()
    },
    /** Ask once for something with an answer: {result, number}, or {reason} when it was refused or could not be asked. */
    async ask(act, id, body) {
      try {
        return await link.ask("act", { act, key: newKey(), id, ...body })
      } catch ({ why, reason }) {
        return { reason: why === "refused" ? (reason ?? "other") : why }
      }
    },
    waiting: () => entries.filter((entry) => entry.state === "waiting" || entry.state === "sending").length,
    /** Do something that is not kept: asked once with a key of its own, not twice while it is under way. */
    async act(act, id, body) {
      const name = `${act} ${id} ${body?.message_id ?? ""}`
      if (busy.has(name)) return false
      busy.add(name)
      try {
        await link.ask("act", { act, key: newKey(), id, ...body })
        return true
      } catch ({ why, reason }) {
        handlers.refused(act, why === "refused" ? (reason ?? "other") : why)
        return false
      } finally {
        busy.delete(name)
      }
    },
  }
}
