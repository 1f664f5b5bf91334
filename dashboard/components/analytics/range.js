// Which days, and of which business.

import { fill, h } from "../common/dom.js"

const DAYS = { today: 1, week: 7, month: 30 }

/** `ask(query)` is called with each choice; `query()` is the one that holds. `draw(found)` takes what was found. */
export function createRange(words, ask) {
  let chosen = "week"
  let business = ""
  const select = h("select", { class: "field business", "aria-label": words.say("analytics.business"), hidden: true, on: { change: () => {
    business = select.value
    ask(query())
  } } })
  const names = h("div", { class: "ranges", role: "radiogroup", "aria-label": words.say("analytics.range"), on: { keydown: step } },
    [...Object.keys(DAYS), "custom"].map((name) => h("button", {
      type: "button", role: "radio", dataset: { range: name }, on: { click: () => choose(name) },
    }, words.say(`analytics_range.${name}`))))
  const first = day("analytics.from")
  const last = day("analytics.to")
  const days = h("div", { class: "days", hidden: true }, first, h("span", { "aria-hidden": "true" }, "–"), last)
  const element = h("div", { class: "range" }, select, names, days)
  mark()

  function day(label) {
    return h("input", { type: "date", class: "field", "aria-label": words.say(label), required: true, on: { change: changed } })
  }

  function query() {
    const of = business ? { business } : {}
    return chosen === "custom" ? { ...of, from: first.value, to: last.value } : { ...of, days: DAYS[chosen] }
  }

  function choose(name) {
    chosen = name
    mark()
    // Days of one's own begin as those that are shown, which one has nothing to ask for.
    if (name === "custom" && first.value) first.focus()
    else ask(query())
  }

  /** The arrows walk through a group of choices, as everywhere. */
  function step(event) {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
    if (!by) return
    event.preventDefault()
    const buttons = [...names.children]
    const next = buttons[(buttons.findIndex((one) => one.dataset.range === chosen) + by + buttons.length) % buttons.length]
    next.focus()
    choose(next.dataset.range)
  }

  function changed() {
    if (!first.value || !last.value) return
    // Whoever moves one end past the other means the day they chose.
    if (first.value > last.value) (this === first ? last : first).value = this.value
    ask(query())
  }

  function mark() {
    for (const button of names.children) {
      button.setAttribute("aria-checked", String(button.dataset.range === chosen))
      button.tabIndex = button.dataset.range === chosen ? 0 : -1
    }
    days.hidden = chosen !== "custom"
  }

  function draw(found) {
    business = found.business
    first.max = last.max = found.today
    if (chosen !== "custom") [first.value, last.value] = [found.first, found.last]
    select.hidden = found.businesses.length < 2
    fill(select, found.businesses.map(({ id, name }) => h("option", { value: id }, name)))
    select.value = business
  }

  return { element, draw, query }
}
