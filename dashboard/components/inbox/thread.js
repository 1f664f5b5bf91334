// The thread: bubbles by author with days between them, and a scroll position that nothing takes away.

import { bubble } from "./bubble.js"
import { avatar, fill, h, icon, reconcile } from "./dom.js"
import { empty } from "./list.js"
import { phone, title } from "./words.js"

const NEAR_END_PX = 90
const GROUP_MS = 5 * 60_000

export function createThreadView(words, { older, back, details }) {
  const head = h("div", { class: "thread-head" })
  const beginning = h("div", { class: "beginning" })
  const stream = h("div", { class: "stream", role: "log", "aria-live": "polite" })
  const scroller = h("div", { class: "scroller messages", tabindex: "0" }, beginning, stream)
  const jump = h("button", { type: "button", class: "jump", hidden: true, on: { click: () => toEnd(true) } }, icon("down", 16), words.say("thread.new"))
  const blank = h("div", { class: "blank" })
  const element = h("main", { class: "thread" }, head, scroller, jump, blank)
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
    drawHead(thread)
    scroller.hidden = !isReady
    drawBlank(state, isReady && thread.messages.size === 0)
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
    const last = messages.at(-1)?.id
    if (follow) toEnd(false)
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
    const name = title(thread.row, words)
    const out = []
    let previous = null
    for (const message of messages) {
      const time = message.provider_time ?? message.created_at
      const day = words.day(time)
      if (!previous || words.day(previous.provider_time ?? previous.created_at) !== day)
        out.push({ key: `day ${day}`, sign: day, make: () => h("div", { class: "day" }, h("span", {}, day)) })
      const follows = previous && out.at(-1).key === previous.id && sameGroup(previous, message)
      const quoted = message.context_id ? known.get(message.context_id) ?? null : undefined
      const sign = JSON.stringify([message, follows, name, quoted === undefined ? "" : quoted?.content])
      out.push({ key: message.id, sign, make: () => bubble(message, { words, follows, quoted, name }) })
      previous = message
    }
    return out
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

  function drawHead(thread) {
    const row = thread.row
    head.hidden = !row || thread.state === "gone"
    if (head.hidden) return
    const sign = JSON.stringify([row.id, row.contact, row.owner, row.assignee, row.escalated_at, row.status, row.conversation_type])
    if (head.sign === sign) return
    head.sign = sign
    const name = title(row, words)
    const number = phone(row.phone ?? row.contact?.phone)
    const owner = row.owner === "human" ? "human" : "bot"
    fill(head,
      h("button", { type: "button", class: "icon-button back", title: words.say("desk.back"), on: { click: back } }, icon("back", 20)),
      avatar(name, row.contact?.id ?? row.id),
      h("div", { class: "thread-title" },
        h("b", { dir: "auto" }, name),
        h("small", {}, [words.name("kind", row.conversation_type), number === name ? "" : number].filter(Boolean).join(" · "))),
      h("span", { class: "space" }),
      row.escalated_at && h("span", { class: "tag escalated" }, icon("bell", 13), words.say("badge.escalated")),
      row.status !== "open" && h("span", { class: "tag" }, words.name("badge", row.status)),
      h("span", { class: `handler ${owner}` }, icon(owner === "human" ? "person" : "bot", 16),
        owner === "human" && row.assignee?.name ? row.assignee.name : words.say(`owner.${owner}`)),
      h("button", { type: "button", class: "icon-button details", title: words.say("desk.details"), on: { click: details } }, icon("info", 20)))
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

function sameGroup(a, b) {
  const distance = new Date(b.provider_time ?? b.created_at) - new Date(a.provider_time ?? a.created_at)
  return a.author === b.author && (a.staff?.name ?? "") === (b.staff?.name ?? "") && Math.abs(distance) < GROUP_MS
}
