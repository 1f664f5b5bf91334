// The thread: bubbles by author with days between them, and a scroll position that nothing takes away.

import { bubble, eventLine, noteBubble, NOTES, pendingBubble, quotation } from "./bubble.js"
import { fill, h, icon, reconcile } from "../common/dom.js"
import { empty } from "./list.js"
import { isForeign } from "./translations.js"
import { title } from "../common/words.js"

const NEAR_END_PX = 90
const GROUP_MS = 5 * 60_000

/**
 * parts: {older, head, composer, translations} and what bubbles can do: doings, sending, over, answer(target), restore(entry), mayAct(row),
 * myName.
 */
export function createThreadView(words, { older, head, composer, translations, doings, sending, over, answer, restore, mayAct, myName }) {
  const beginning = h("div", { class: "beginning" })
  const stream = h("div", { class: "stream", role: "log", "aria-live": "polite" })
  const scroller = h("div", { class: "scroller messages", tabindex: "0" }, beginning, stream)
  const jump = h("button", { type: "button", class: "jump", hidden: true, on: { click: () => toEnd(true) } }, icon("down", 16), words.say("thread.new"))
  const blank = h("div", { class: "blank" })
  const element = h("main", { class: "thread" }, head.element, scroller, jump, blank, composer.element)
  let shownId = null
  let lastKey = null
  let asking = false

  scroller.addEventListener("scroll", () => {
    if (isNearEnd()) jump.hidden = true
  }, { passive: true })
  // A pane that grows or shrinks keeps showing its end when it showed it before.
  let wasNearEnd = true
  new ResizeObserver(() => wasNearEnd && toEnd(false)).observe(scroller)
  scroller.addEventListener("scroll", () => { wasNearEnd = isNearEnd() }, { passive: true })

  function isNearEnd() {
    return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END_PX
  }

  function toEnd(smooth) {
    scroller.scrollTo({ top: scroller.scrollHeight, behavior: smooth ? "smooth" : "instant" })
    jump.hidden = true
  }

  function draw(thread) {
    const state = thread.id === null ? "none" : thread.state
    const isReady = state === "ready"
    element.dataset.state = state
    head.draw(thread)
    composer.draw(thread, thread.row !== null && mayAct(thread.row))
    scroller.hidden = !isReady
    drawBlank(state, isReady && thread.messages.size + thread.notes.length + sending.of(thread.id).length === 0)
    if (!isReady) {
      shownId = null
      jump.hidden = true
      return
    }
    const messages = thread.sorted()
    const isOther = shownId !== thread.id
    const follow = isOther || isNearEnd()
    const before = { height: scroller.scrollHeight, top: scroller.scrollTop, first: stream.firstElementChild?.dataset.key }
    if (isOther) stream.replaceChildren()
    drawBeginning(thread, messages)
    reconcile(stream, items(messages, thread))
    shownId = thread.id
    const last = stream.lastElementChild?.dataset.key
    if (follow || (last !== lastKey && ownLast(thread))) toEnd(false)
    else {
      // Older messages came in above: what was on screen stays where it was.
      const grown = before.first !== stream.firstElementChild?.dataset.key
      if (grown) scroller.scrollTop = before.top + scroller.scrollHeight - before.height
      if (last !== lastKey) jump.hidden = false
    }
    lastKey = last
  }

  function items(messages, thread) {
    const known = new Map(messages.filter((m) => m.meta_message_id).map((m) => [m.meta_message_id, m]))
    const retried = new Set(messages.map((m) => m.payload?.retry_of).filter(Boolean))
    const reactions = reactionsOf(messages, known)
    const name = title(thread.row, words)
    const may = mayAct(thread.row)
    const out = []
    let previous = null

    // Named by what it stands above: what came late makes the same day begin twice.
    function dated(time, above) {
      const day = words.day(time)
      if (day === dated.last) return
      dated.last = day
      out.push({ key: `day ${day} ${above}`, sign: day, make: () => h("div", { class: "day" }, h("span", {}, day)) })
      previous = null
    }

    function add(message) {
      if (message.type === "reaction" && known.has(message.context_id)) return
      // What was on its way keeps its place, and its name, when its row comes.
      const key = message.client_key?.startsWith("staff:") ? message.client_key.slice(6) : message.id
      dated(message.provider_time ?? message.created_at, key)
      const follows = previous !== null && sameGroup(previous, message)
      const quoted = message.context_id ? known.get(message.context_id) ?? null : undefined
      const own = reactions.get(message.meta_message_id)
      const isRetried = retried.has(message.id)
      const translation = translations.of(message)
      const sign = JSON.stringify([message, follows, name, quoted === undefined ? "" : quoted?.content, own, may, isRetried, translation])
      out.push({ key, sign, make: () => bubble(message, { words, follows, quoted, name, reactions: own, retried: isRetried, translation, doing: may ? doing(thread.row, message, name) : null }) })
      previous = NOTES.includes(message.type) ? null : message
    }

    function aside(note) {
      dated(note.created_at, note.id)
      if (note.kind) out.push({ key: note.id, sign: note.kind, make: () => eventLine(note, words) })
      else out.push({ key: note.id, sign: JSON.stringify(note), make: () => noteBubble(note, { words, names: doings.colleagues(thread.row) }) })
      previous = null
    }

    const since = thread.more && messages.length ? new Date(messages[0].created_at) : null
    const notes = thread.notes.filter((note) => since === null || new Date(note.created_at) >= since)
    for (const message of messages) {
      while (notes.length && new Date(notes[0].created_at) < new Date(message.created_at)) aside(notes.shift())
      add(message)
    }
    notes.forEach(aside)
    for (const entry of pending(thread, messages)) {
      dated(entry.at, entry.key)
      const answered = entry.body.reply_to && messages.find((m) => m.id === entry.body.reply_to)
      const quoted = answered && quotation(answered, words, name)
      out.push({ key: entry.key, sign: JSON.stringify([entry, quoted]), make: () => pendingBubble(entry, { words, me: myName, quoted, doing: {
        edit: () => { sending.drop(entry.key); restore(entry) },
        again: () => { sending.drop(entry.key); sending.say(entry.act, entry.id, entry.body) },
        drop: () => sending.drop(entry.key),
      } }) })
    }
    return out
  }

  /** What is on its way and not among the rows: a row has its key, a note its words. */
  function pending(thread, messages) {
    const keys = new Set(messages.map((m) => m.client_key).filter((key) => key?.startsWith("staff:")).map((key) => key.slice(6)))
    const said = new Set(thread.notes.map((note) => note.body))
    const known = new Set(keys)
    for (const entry of sending.of(thread.id)) if (entry.act === "note" && entry.state === "stored" && said.has(entry.body.body)) known.add(entry.key)
    sending.settle(known)
    return sending.of(thread.id).filter((entry) => !known.has(entry.key))
  }

  function doing(row, message, name) {
    return {
      over,
      reply: () => answer({ id: message.id, ...quotation(message, words, name) }),
      react: (emoji) => doings.react(row, message, emoji),
      retry: () => doings.retry(row, message),
      refetch: (file) => doings.refetch(file),
      translate: isForeign(message) && (translations.of(message)?.failed ?? true) && (() => translations.one(row.id, message)),
    }
  }

  /** What the person has just said is always brought into view. */
  function ownLast(thread) {
    return sending.of(thread.id).some((entry) => entry.key === stream.lastElementChild?.dataset.key)
  }

  function drawBeginning(thread, messages) {
    const sign = `${thread.id} ${thread.more} ${messages.length > 0}`
    if (beginning.sign === sign && !asking) return
    beginning.sign = sign
    asking = false
    fill(beginning,
      thread.more
        ? h("button", { type: "button", class: "older", on: { click: ask } }, words.say("thread.older"))
        : h("span", { hidden: messages.length === 0 }, words.say("thread.start")))
  }

  function ask(event) {
    asking = true
    event.currentTarget.disabled = true
    older()
  }

  function drawBlank(state, isEmpty) {
    const kind = isEmpty ? "empty" : state
    blank.hidden = kind === "ready"
    if (blank.sign === kind) return
    blank.sign = kind
    if (kind === "none") blank.replaceChildren(empty("inbox", words.say("thread.none"), words.say("thread.none_hint")))
    else if (kind === "gone") blank.replaceChildren(empty("question", words.say("thread.gone"), words.say("thread.gone_hint")))
    else if (kind === "empty") blank.replaceChildren(empty("inbox", words.say("thread.empty"), ""))
    else blank.replaceChildren(h("div", { class: "spinner", role: "status", "aria-label": words.say("desk.loading") }))
  }

  return { element, draw }
}

/** The latest reaction of each side to each message that is loaded; an empty one takes the earlier back. */
function reactionsOf(messages, known) {
  const found = new Map()
  for (const message of messages) {
    if (message.type !== "reaction" || !known.has(message.context_id) || message.status === "failed" || message.status === "cancelled") continue
    const { [message.direction]: _, ...others } = found.get(message.context_id) ?? {}
    const emoji = message.payload?.reaction?.emoji
    found.set(message.context_id, emoji ? { ...others, [message.direction]: emoji } : others)
  }
  for (const [id, sides] of found) if (Object.keys(sides).length === 0) found.delete(id)
  return found
}

function sameGroup(a, b) {
  const distance = new Date(b.provider_time ?? b.created_at) - new Date(a.provider_time ?? a.created_at)
  return a.author === b.author && (a.staff?.name ?? "") === (b.staff?.name ?? "") && Math.abs(distance) < GROUP_MS
}
