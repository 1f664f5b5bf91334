// The top of the thread: who it is, who has it, and what is done most often.

import { avatar, fill, h, icon } from "../common/dom.js"
import { phone, title } from "../common/words.js"
import { dueTag } from "./list.js"
import { dueOf, isSnoozed, ownerOf } from "./store.js"

/** `doings` as in doings.js; `me`: the person's staff id in each business; `mayAct(row)`. */
export function createHead(words, { back, details, doings, me, mayAct }) {
  const element = h("div", { class: "thread-head" })

  function draw(thread) {
    const row = thread.row
    element.hidden = !row || thread.state === "gone"
    if (element.hidden) {
      element.sign = null
      return
    }
    const may = mayAct(row)
    const sleeps = isSnoozed(row)
    const due = dueOf(row)
    const sign = JSON.stringify([row.id, due && [words.left(due.left), due.late], row.contact, row.owner, row.assignee_id, row.escalated_at, row.failed_at, row.status, sleeps, row.conversation_type, may, thread.people])
    if (element.sign === sign) return
    element.sign = sign
    const name = title(row, words)
    const number = phone(row.phone ?? row.contact?.phone)
    fill(element,
      h("button", { type: "button", class: "icon-button back", title: words.say("desk.back"), on: { click: back } }, icon("back", 20)),
      avatar(name, row.contact?.id ?? row.id),
      h("div", { class: "thread-title" },
        h("b", { dir: "auto" }, name),
        h("small", {}, [words.name("kind", row.conversation_type), number === name ? "" : number].filter(Boolean).join(" · "))),
      state(row, sleeps),
      people(thread.people),
      h("span", { class: "space" }),
      handler(row, may),
      ...(may ? actions(row) : []),
      h("button", { type: "button", class: "icon-button details", title: words.say("desk.details"), on: { click: details } }, icon("info", 20)))
  }

  function state(row, sleeps) {
    return [
      row.contact?.blocked_at && h("span", { class: "state bad" }, words.say("badge.blocked")),
      dueTag(row, words),
      row.escalated_at && h("span", { class: "tag escalated" }, icon("bell", 13), words.say("badge.escalated")),
      row.failed_at && h("span", { class: "tag failed" }, icon("alert", 13), words.say("badge.failed")),
      sleeps && h("span", { class: "tag", title: words.full(row.snoozed_until) }, icon("moon", 13), words.say("badge.snoozed_until", { time: words.moment(row.snoozed_until) })),
      row.status === "resolved" && h("span", { class: "state good" }, words.say("badge.resolved")),
    ]
  }

  function people(others) {
    if (!others.length) return null
    const typing = others.filter((one) => one.typing)
    const [key, shown] = typing.length ? ["thread.typing", typing] : ["thread.looking", others]
    const names = shown.map((one) => one.name).join(", ")
    return h("span", { class: `people${typing.length ? " typing" : ""}`, title: words.say(key, { names }) },
      shown.slice(0, 3).map((one) => avatar(one.name, one.name, "tiny")), h("span", { dir: "auto" }, words.say(key, { names })))
  }

  function handler(row, may) {
    const owner = ownerOf(row)
    const label = owner === "human" ? row.assignee?.name || words.say("owner.human") : words.say(`owner.${owner}`)
    const inside = [icon({ bot: "bot", human: "person", nobody: "question" }[owner], 16), h("span", { dir: "auto" }, label)]
    if (!may) return h("span", { class: `handler ${owner}` }, inside)
    return h("button", { type: "button", class: `handler ${owner}`, title: words.say("act.assign"), dataset: { do: "assign" },
      on: { click: (event) => doings.assign(event.currentTarget, row) } }, inside, icon("chevron", 14))
  }

  function actions(row) {
    const isMine = row.owner === "human" && row.assignee_id === me[row.business_id]
    const isResolved = row.status === "resolved"
    const run = (doing) => async (event) => {
      const button = event.currentTarget
      button.disabled = true
      await doing(row)
      button.disabled = false
    }
    // Where there is little room only the picture is left, so each has its name beside what is seen.
    const button = (name, label, glyph, hint, doing, tone = "") => h("button", {
      type: "button", class: `button ${tone}`, dataset: { do: name }, title: hint, "aria-label": label, on: { click: run(doing) },
    }, icon(glyph, 16), h("span", {}, label))
    const take = isMine
      ? button("hand_back", words.say("act.hand_back"), "bot", words.say("act.hand_back_hint"), doings.handBack)
      : button("take_over", words.say("act.take_over"), "person", words.say("act.take_over_hint"), doings.takeOver, "main")
    const end = words.say(isResolved ? "act.reopen" : "act.resolve")
    return [
      !isResolved && take,
      button(isResolved ? "reopen" : "resolve", end, isResolved ? "refresh" : "check", `${end} (e)`, doings.resolve),
      h("button", { type: "button", class: "icon-button", dataset: { do: "more" }, title: words.say("act.more"), "aria-haspopup": "menu",
        on: { click: (event) => doings.more(event.currentTarget, row) } }, icon("more", 20)),
    ]
  }

  return { element, draw, anchor: (name) => element.querySelector(`[data-do="${name}"]`) ?? element }
}
