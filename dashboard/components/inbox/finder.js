// A field that finds while somebody types: the results below it, walked with the arrows, the first one taken with Enter.

import { fill, h, icon } from "../common/dom.js"

const PAUSE_MS = 180

/**
 * `find(text)` resolves to what to show, the elements with the role `option` among it are what can be chosen; it may
 * reject, which is told. `clears`: Escape empties the field before it closes anything around it.
 */
export function createFinder(words, { label, glyph, find, clears = false }) {
  const input = h("input", {
    type: "search", maxlength: 80, autocomplete: "off", spellcheck: "false", role: "combobox", "aria-expanded": "false",
    placeholder: label, "aria-label": label, on: { input: search, keydown: onKey },
  })
  const results = h("div", { class: "found", role: "listbox", "aria-label": label, hidden: true, on: { keydown: walk } })
  const element = h("div", { class: "products" }, h("label", { class: "search" }, icon(glyph, 16), input), results)
  let timer = 0
  let asked = ""
  // What the results are of; Enter before they are those of what was typed waits for them, and never takes an older one.
  let answered = ""
  let takesFirst = false

  function show(nodes) {
    results.hidden = nodes === null
    input.setAttribute("aria-expanded", String(nodes !== null))
    fill(results, ...(nodes ?? []))
    if (nodes) results.scrollIntoView({ block: "nearest" })
  }

  function reset() {
    clearTimeout(timer)
    input.value = ""
    asked = answered = ""
    takesFirst = false
    show(null)
  }

  function search() {
    clearTimeout(timer)
    takesFirst = false
    const text = input.value.trim()
    asked = text
    if (!text) return reset()
    timer = setTimeout(async () => {
      const nodes = await find(text).catch(() => [h("p", { class: "soft" }, words.say("refusal.unavailable"))])
      if (asked !== text) return
      answered = text
      show(nodes)
      if (takesFirst) take()
    }, PAUSE_MS)
  }

  function take() {
    takesFirst = false
    options()[0]?.click()
  }

  function options() {
    return [...results.querySelectorAll("[role=option]:not(:disabled)")]
  }

  function onKey(event) {
    if (event.key === "Escape" && clears && input.value) return leave(event)
    if (!["ArrowDown", "Enter"].includes(event.key)) return
    event.preventDefault()
    if (event.key === "ArrowDown") options()[0]?.focus()
    else if (answered === asked) take()
    else takesFirst = true
  }

  function walk(event) {
    if (event.key === "Escape" && clears) return leave(event)
    const all = options()
    const at = all.indexOf(results.getRootNode().activeElement)
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (!step || at < 0) return
    event.preventDefault()
    if (at + step < 0) input.focus()
    else all[Math.min(at + step, all.length - 1)].focus()
  }

  function leave(event) {
    event.preventDefault()
    event.stopPropagation()
    reset()
    input.focus()
  }

  return { element, input, show, search, reset }
}
