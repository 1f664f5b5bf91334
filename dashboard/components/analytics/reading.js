// The values of a chart, one after the other: by pointing at it, and by the arrows for who does not point.

import { fill, h } from "../common/dom.js"

/**
 * Put a drawn chart on its stage. slots: [{x, y, title, lines: [{part, name, shown}], mark}]; `at(x, y)` is the slot at
 * a point, `move(index, key)` the one that a key leads to, undefined for a key that leads nowhere.
 */
export function readable(stage, svg, { slots, at, move, width, label }) {
  let index = -1
  const tip = h("div", { class: "tip", role: "status", hidden: true })
  const listener = h("div", {
    class: "reader", tabindex: 0, role: "group", "aria-label": label,
    on: {
      pointermove: (event) => {
        const box = listener.getBoundingClientRect()
        show(at(event.clientX - box.left, event.clientY - box.top), "off")
      },
      pointerleave: hide,
      blur: hide,
      keydown: (event) => {
        if (event.key === "Escape") hide()
        const next = move(index, event.key)
        if (next === undefined) return
        event.preventDefault()
        show(Math.min(Math.max(next, 0), slots.length - 1), "polite")
      },
    },
  }, svg)

  function show(next, live) {
    if (next === index) return
    slots[index]?.mark.classList.remove("here")
    index = next
    const { x, y, title, lines, mark } = slots[index]
    mark.classList.add("here")
    svg.classList.add("reading")
    tip.setAttribute("aria-live", live)
    fill(tip, h("b", {}, title), lines.map(({ part, name, shown }) =>
      h("span", {}, h("i", { dataset: { part } }), h("em", {}, name), " ", h("strong", {}, shown))))
    tip.hidden = false
    tip.style.left = `${Math.min(Math.max(x - tip.offsetWidth / 2, 0), Math.max(width - tip.offsetWidth, 0))}px`
    tip.style.top = `${Math.max(y - tip.offsetHeight - 8, -40)}px`
  }

  function hide() {
    slots[index]?.mark.classList.remove("here")
    svg.classList.remove("reading")
    index = -1
    tip.hidden = true
  }

  fill(stage, listener, tip)
}
