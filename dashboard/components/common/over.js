// What lies over the view for a moment: menus at a button, small forms, a word at the bottom, the help.

import { fill, h, icon } from "./dom.js"

export function createOver(root, words) {
  const layer = h("div", { class: "over" })
  const toasts = h("div", { class: "toasts", role: "status", "aria-live": "polite" })
  root.append(layer, toasts)
  let open = null

  function close(refocus = true) {
    if (!open) return false
    const { anchor, onClose } = open
    open = null
    fill(layer)
    anchor?.setAttribute?.("aria-expanded", "false")
    onClose?.()
    if (refocus) anchor?.focus?.()
    return true
  }

  /** Show `content` near `anchor`, within the window, until Escape or, unless it `stays`, a press elsewhere. */
  function show(anchor, content, { className = "", onClose = null, above = false, stays = false } = {}) {
    const again = open?.anchor === anchor && anchor !== null && open.className === className
    close(false)
    if (again) return null
    const box = h("div", { class: `pop ${className}`, role: "dialog" }, content)
    fill(layer, box)
    open = { anchor, box, onClose, className, stays }
    anchor?.setAttribute?.("aria-expanded", "true")
    place(anchor, box, above)
    return box
  }

  function place(anchor, box, above) {
    const frame = root.getBoundingClientRect()
    const at = anchor?.getBoundingClientRect?.() ?? frame
    const { width, height } = box.getBoundingClientRect()
    const left = Math.min(Math.max(at.right - width, frame.left + 8), frame.right - width - 8)
    const below = at.bottom + 6
    // Of a view that is longer than the window only what can be seen counts.
    const [first, last] = [Math.max(frame.top, 0) + 8, Math.min(frame.bottom, innerHeight) - 8]
    const top = above || below + height > last ? Math.max(at.top - height - 6, first) : below
    box.style.left = `${left - frame.left}px`
    box.style.top = `${top - frame.top}px`
  }

  /** A menu: items {label, hint, icon or dot, tone, checked, run}, null for a line between. Arrows and letters choose. */
  function menu(anchor, items, { heading = "", above = false } = {}) {
    const rows = items.map((item) => item === null ? h("hr", {}) : h("button", {
      type: "button", class: `menu-item ${item.tone ?? ""}`, role: "menuitem",
      on: { click: () => { close(); item.run() } },
    }, item.dot ? h("i", { class: `dot ${item.dot}` }) : item.icon && icon(item.icon, 16), h("span", { class: "menu-text", dir: "auto" }, item.label, item.hint && h("small", { dir: "auto" }, item.hint)),
    item.checked && icon("check", 16)))
    const box = show(anchor, [heading && h("div", { class: "menu-label" }, heading), ...rows], { className: "menu", above })
    if (!box) return
    const buttons = rows.filter((row) => row instanceof HTMLButtonElement)
    box.setAttribute("role", "menu")
    box.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
      if (!step) return
      event.preventDefault()
      const at = buttons.indexOf(box.getRootNode().activeElement)
      buttons[(at + step + buttons.length) % buttons.length]?.focus()
    })
    buttons[0]?.focus()
  }

  /** A form: fields {name, label, type, value, options, rows, placeholder, required}; `done(values)` when it is sent. */
  function form(anchor, { heading, hint, fields, submit, done, extra = null }) {
    const controls = fields.map((field) => ({ field, control: control(field) }))
    const element = h("form", { class: "pop-form", on: { submit: (event) => {
      event.preventDefault()
      const values = Object.fromEntries(controls.map(({ field, control: one }) => [field.name, one.value]))
      close()
      done(values)
    } } },
    h("b", {}, heading), hint && h("p", { class: "soft" }, hint),
    controls.map(({ field, control: one }) => h("label", {}, h("span", {}, field.label), one)),
    extra,
    h("div", { class: "pop-foot" },
      h("button", { type: "button", class: "button", on: { click: () => close() } }, words.say("act.cancel")),
      h("button", { type: "submit", class: "button main" }, submit)))
    const box = show(anchor, element, { className: "with-form" })
    controls[0]?.control.focus()
    return { box, controls: Object.fromEntries(controls.map(({ field, control: one }) => [field.name, one])) }
  }

  function control(field) {
    const common = { class: "field", name: field.name, required: field.required ?? false, placeholder: field.placeholder ?? "", maxlength: field.max ?? null }
    if (field.options) {
      const select = h("select", common, field.options.map((option) => h("option", { value: option.value }, option.label)))
      select.value = field.value ?? field.options[0]?.value ?? ""
      return select
    }
    const input = field.rows ? h("textarea", { ...common, rows: field.rows }) : h("input", { ...common, type: field.type ?? "text", min: field.min ?? null, max: field.max_date ?? null })
    input.value = field.value ?? ""
    return input
  }

  /** A word at the bottom that goes by itself; one that leads somewhere ({label, run}) leaves more time to follow it. */
  function toast(text, tone = "bad", action = null) {
    const follow = action && h("button", { type: "button", class: "link", on: { click: () => { element.remove(); action.run() } } }, action.label)
    const element = h("div", { class: `toast ${tone}` }, icon(tone === "bad" ? "alert" : "check", 16), h("span", { dir: "auto" }, text), follow)
    toasts.append(element)
    setTimeout(() => element.remove(), action ? 15_000 : 6_000)
  }

  function help(groups) {
    const content = h("div", { class: "help" },
      h("div", { class: "help-head" }, h("b", {}, words.say("keys.title")),
        h("button", { type: "button", class: "icon-button", title: words.say("act.close"), on: { click: () => close() } }, icon("close", 18))),
      groups.map(([name, keys]) => h("section", {}, h("h3", {}, name),
        h("dl", {}, keys.map(([key, what]) => [h("dt", {}, key.split(" ").map((one) => h("kbd", {}, one))), h("dd", {}, what)])))))
    const box = show(null, content, { className: "centre" })
    box?.querySelector("button").focus()
  }

  root.addEventListener("pointerdown", (event) => {
    const path = event.composedPath()
    if (open && !open.stays && !path.includes(open.box) && !path.includes(open.anchor)) close(false)
  })

  return { show, menu, form, toast, help, close, get isOpen() { return open !== null } }
}
