// What is the person's own, whichever list is shown: conversations that they have in hand, and reminders whose time comes. The
// list holds one page of one filter, so what concerns them is not left to it.

import { title } from "../common/words.js"

/**
 * `me`: the person's staff id in each business. tell: {given(row), woken(row), due(reminder), several(count)}; a reminder is
 * {id, conversation_id, remind_at, body, name}.
 */
export function createOwn(words, me, tell) {
  const inHand = new Map()
  const told = new Set()
  let reminders = new Map()
  let number = 0
  let isKnown = false

  function isMine(row) {
    return row.assignee_id !== null && row.assignee_id === me[row.business_id]
  }

  function due() {
    return [...reminders.values()].filter((one) => new Date(one.remind_at) <= Date.now())
  }

  return {
    /** The answer of `own`: all of it, as it was at this number. */
    learn(answer) {
      if (answer.number < number) return
      number = answer.number
      inHand.clear()
      for (const one of answer.in_hand) inHand.set(one.id, one.status)
      reminders = new Map(answer.reminders.map((one) => [one.id, { ...one, name: title(one.conversation ?? {}, words) }]))
      isKnown = true
    },
    /** Rows changed, whether or not they are in the list. */
    change(rows, at) {
      if (at < number) return
      for (const row of rows) {
        const before = inHand.get(row.id)
        if (isMine(row) && row.status !== "resolved") {
          inHand.set(row.id, row.status)
          if (isKnown && before === undefined) tell.given(row)
          if (before === "snoozed" && row.status === "open") tell.woken(row)
        } else inHand.delete(row.id)
        for (const one of reminders.values()) if (one.conversation_id === row.id) reminders.delete(one.id)
        for (const one of row.reminders ?? []) {
          if (one.staff_id === me[row.business_id]) reminders.set(one.id, { ...one, conversation_id: row.id, name: title(row, words) })
        }
      }
    },
    /** Says once what the person wanted to be reminded of; what came all at once, as while they were away, in one word. */
    remind() {
      const fresh = due().filter((one) => !told.has(one.id))
      for (const one of fresh) told.add(one.id)
      if (fresh.length > 2) tell.several(fresh.length)
      else fresh.forEach(tell.due)
    },
    /** How many conversations wait behind reminders whose time has come. */
    get due() { return new Set(due().map((one) => one.conversation_id)).size },
  }
}
