// Making and patching elements. Text only ever becomes a text node, so whatever people write stays text.

/** An element. Properties: class, dataset, on (listeners), and attributes; children: nodes, texts, null. */
export function h(tag, properties, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === null || value === undefined || value === false) continue
    if (name === "class") element.className = value
    else if (name === "dataset") Object.assign(element.dataset, value)
    else if (name === "style") for (const [key, part] of Object.entries(value)) element.style.setProperty(key, part)
    else if (name === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener)
    else element.setAttribute(name, value === true ? "" : String(value))
  }
  fill(element, ...children)
  return element
}

/** Replace the children of an element; null, undefined and false stand for nothing. */
export function fill(element, ...children) {
  const shown = children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false)
  element.replaceChildren(...shown.map((child) => (child instanceof Node ? child : document.createTextNode(String(child)))))
}

/**
 * Make the children of `container` those of `items`, in order: {key, sign, make}. An element whose sign (any
 * string that tells all it shows) is the same stays as it is, with its focus, selection and scroll.
 */
export function reconcile(container, items) {
  const old = new Map([...container.children].map((element) => [element.dataset.key, element]))
  let place = container.firstElementChild
  for (const { key, sign, make } of items) {
    let element = old.get(key)
    old.delete(key)
    if (!element || element.sign !== sign) {
      const fresh = make()
      fresh.dataset.key = key
      fresh.sign = sign
      if (element) {
        const focused = element === element.getRootNode().activeElement
        if (place === element) place = element.nextElementSibling
        element.replaceWith(fresh)
        if (focused) fresh.focus({ preventScroll: true })
        if (fresh.nextElementSibling === place) continue
      }
      element = fresh
    }
    if (element === place) place = element.nextElementSibling
    else container.insertBefore(element, place)
  }
  for (const element of old.values()) element.remove()
}

const PRESS_MOVES = 8

/**
 * Runs for a row that was pressed with a mouse, although it was drawn anew or moved before the button was let go:
 * browsers make no click of that. What else presses a row (a finger, keys) makes clicks, which rows take themselves.
 */
export function onPress(container, selector, run) {
  let pressed = null
  container.addEventListener("pointerdown", (event) => {
    const row = event.pointerType === "mouse" && event.button === 0 && event.target.closest(selector)
    pressed = row ? { id: row.dataset.id, x: event.clientX, y: event.clientY } : null
  })
  container.addEventListener("pointerup", (event) => {
    const was = pressed
    pressed = null
    if (was && Math.hypot(event.clientX - was.x, event.clientY - was.y) < PRESS_MOVES) run(was.id)
  })
}

const PATHS = {
  search: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zm5 12 4.5 4.5",
  close: "M6 6l12 12M18 6 6 18",
  back: "M15 5l-7 7 7 7",
  chevron: "M6 9l6 6 6-6",
  down: "M12 5v14M6 13l6 6 6-6",
  inbox: "M4 13h4.5l1.5 3h4l1.5-3H20M4 13l2.5-8h11L20 13v6H4z",
  chart: "M4 20h16M7 16v-5M12 16V6M17 16v-8",
  pulse: "M3 12h4l2.5-6 4 12 2.5-6h5",
  bot: "M12 4v3M5 9.5A2.5 2.5 0 0 1 7.5 7h9A2.5 2.5 0 0 1 19 9.5v6a2.5 2.5 0 0 1-2.5 2.5h-9A2.5 2.5 0 0 1 5 15.5zM9.5 12v1.5M14.5 12v1.5",
  person: "M12 4.5a3.7 3.7 0 1 0 0 7.4 3.7 3.7 0 0 0 0-7.4zM5 20c.5-3.8 3.2-6 7-6s6.5 2.2 7 6",
  phone: "M8 3.5h8A1.5 1.5 0 0 1 17.5 5v14a1.5 1.5 0 0 1-1.5 1.5H8A1.5 1.5 0 0 1 6.5 19V5A1.5 1.5 0 0 1 8 3.5zM11 17.5h2",
  bell: "M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15zM10 20.5h4",
  alert: "M12 4 2.8 19.5h18.4zM12 10v4.5M12 17v.3",
  check: "M5 12.5l4.5 4.5L19 7.5",
  checks: "M2.5 12.5 7 17l9-9.5M11.5 15.5 13 17l9-9.5",
  clock: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 8v4.3l2.8 1.7",
  question: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM9.8 9.8a2.3 2.3 0 1 1 3.3 2.1c-.8.4-1.1.8-1.1 1.6M12 16v.2",
  ban: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM6.5 6.5l11 11",
  image: "M4 6.5A1.5 1.5 0 0 1 5.5 5h13A1.5 1.5 0 0 1 20 6.5v11a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 17.5zM4 16l4.5-4.5 4 4 2.5-2.5 5 5M15 9.2v.1",
  video: "M4 7.5A1.5 1.5 0 0 1 5.5 6h8A1.5 1.5 0 0 1 15 7.5v9a1.5 1.5 0 0 1-1.5 1.5h-8A1.5 1.5 0 0 1 4 16.5zM15 11l5-3v8l-5-3",
  voice: "M12 4a2.5 2.5 0 0 0-2.5 2.5v5a2.5 2.5 0 0 0 5 0v-5A2.5 2.5 0 0 0 12 4zM6.5 11.5a5.5 5.5 0 0 0 11 0M12 17v3",
  document: "M7 3.5h6.5L18 8v12.5H7zM13.5 3.5V8H18",
  sticker: "M5 6.5A1.5 1.5 0 0 1 6.5 5h11A1.5 1.5 0 0 1 19 6.5V14l-5 5H6.5A1.5 1.5 0 0 1 5 17.5zM19 14h-5v5",
  location: "M12 3.5a6 6 0 0 0-6 6c0 4.5 6 11 6 11s6-6.5 6-11a6 6 0 0 0-6-6zM12 7.5a2 2 0 1 0 0 4 2 2 0 0 0 0-4z",
  contacts: "M9.5 6a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM4 19c.4-3 2.5-4.8 5.5-4.8S14.6 16 15 19M15 6.5a2.7 2.7 0 0 1 0 5.2M17 14.5c1.8.6 2.8 2.2 3 4.5",
  cart: "M4 5h2l2 10h9l2-7H7M9.5 19v.2M16 19v.2",
  list: "M9 7h11M9 12h11M9 17h11M5 7v.1M5 12v.1M5 17v.1",
  reply: "M10 6 4.5 11.5 10 17M5 11.5h8a6 6 0 0 1 6 6V18",
  globe: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM4 12h16M12 4c2.5 2.3 3.5 5 3.5 8s-1 5.7-3.5 8c-2.5-2.3-3.5-5-3.5-8s1-5.7 3.5-8z",
  exit: "M14 4.5H6.5A1.5 1.5 0 0 0 5 6v12a1.5 1.5 0 0 0 1.5 1.5H14M10 12h10M16.5 8.5 20 12l-3.5 3.5",
  info: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 11v5M12 8v.2",
  send: "M4 12 20 4.5 15.5 20l-3.7-6.7zM11.8 13.3 20 4.5",
  note: "M5 4.5h14v10l-4.5 5H5zM14.5 19.5v-5H19M8.5 9h7M8.5 12.5h4",
  bolt: "M13 3.5 5.5 13.5h6l-.5 7 7.5-10h-6z",
  template: "M4.5 5h15v14h-15zM4.5 9.5h15M9.5 9.5V19",
  clip: "M19 11.5 12 18.5a4.3 4.3 0 0 1-6.1-6.1l7.5-7.5a2.9 2.9 0 0 1 4.1 4.1l-7.4 7.4a1.4 1.4 0 0 1-2-2l6.6-6.6",
  smile: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM8.8 14a3.9 3.9 0 0 0 6.4 0M9.2 9.7v.2M14.8 9.7v.2",
  more: "M6 12v.2M12 12v.2M18 12v.2",
  moon: "M19 14.5A7.5 7.5 0 0 1 9.5 5 7.5 7.5 0 1 0 19 14.5z",
  tag: "M4.5 4.5h7l8 8-7 7-8-8zM8.5 8.5v.2",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  scooter: "M6.5 15a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM17.5 15a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM9 17.5h6c0-4 1-5.5 3-6L16.5 5H13.5M4 14c0-2 1.5-3 3.5-3H11v3.5",
  compose: "M12 5H6.5A1.5 1.5 0 0 0 5 6.5v11A1.5 1.5 0 0 0 6.5 19h11a1.5 1.5 0 0 0 1.5-1.5V12M11 13l1-3.5L18.5 3 21 5.5 14.5 12z",
  edit: "M4.5 19.5 5.5 15 15.5 5l3.5 3.5L9 18.5zM13.5 7l3.5 3.5",
  refresh: "M18.5 9A7 7 0 1 0 19 13.5M19 4.5V9h-4.5",
  keyboard: "M3.5 7h17v10h-17zM7 10v.1M10.3 10v.1M13.7 10v.1M17 10v.1M8 13.7h8",
  filter: "M4 6h16M7 12h10M10 18h4",
  at: "M12 8.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM15.5 8.5v5a2.3 2.3 0 0 0 4.5 0V12a8 8 0 1 0-3.5 6.6",
  spark: "M12 3.5 13.8 10.2 20.5 12 13.8 13.8 12 20.5 10.2 13.8 3.5 12 10.2 10.2zM18.5 4v3.4M16.8 5.7h3.4",
  translate: "M3.5 6h9M8 4v2M5 6c.5 3.5 3 6 6.5 7.5M11 6c-.5 3.8-3 6.5-7 8M12.5 20l4-9.5 4 9.5M14 16.8h5",
  stop: "M8 3.5h8L20.5 8v8L16 20.5H8L3.5 16V8zM9 9l6 6M15 9l-6 6",
  settings: "M4 7h9M17 7h3M15 5v4M4 12h3M11 12h9M9 10v4M4 17h9M17 17h3M15 15v4",
  broadcast: "M4 10v4h3l7 4.5v-13L7 10zM17 9.5a4 4 0 0 1 0 5M19.5 7a8 8 0 0 1 0 10",
  store: "M4.5 9.5 6 4.5h12l1.5 5a2.5 2.5 0 0 1-5 0 2.5 2.5 0 0 1-5 0 2.5 2.5 0 0 1-5 0zM6 12v7.5h12V12",
}

/** A line icon, hidden from screen readers. */
export function icon(name, size = 18) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg")
  for (const [key, value] of [["viewBox", "0 0 24 24"], ["width", size], ["height", size], ["aria-hidden", "true"]])
    svg.setAttribute(key, value)
  svg.classList.add("icon")
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path")
  path.setAttribute("d", PATHS[name])
  svg.append(path)
  return svg
}

/** A round picture of a name: its initials on a colour of its own. */
export function avatar(name, seed, size = "") {
  const letters = [...(name ?? "").matchAll(/(?:^|\s)(\p{L})/gu)].map((match) => match[1])
  const initials = letters.length > 1 ? letters[0] + letters.at(-1) : (letters[0] ?? "")
  let hash = 2166136261
  for (const sign of `${seed}${name}`) hash = Math.imul(hash ^ sign.codePointAt(0), 16777619)
  // Twelve well-parted colours: neighbours on the wheel look the same in a list.
  const hue = ((hash >>> 8) % 12) * 30 + 8
  const inner = initials ? initials.toUpperCase() : icon("person", 18)
  return h("span", { class: `avatar ${size}`, style: { "--hue": hue }, "aria-hidden": "true" }, inner)
}

/** A new random key. `crypto.randomUUID` is not there on a page without TLS, as on a local network. */
export function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("")
}
