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
  const shown = children.flat().filter((child) => child !== null && child !== undefined && child !== false)
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

const PATHS = {
  search: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zm5 12 4.500 4.500",
  close: "M6 6l12 12M18 6 6 18",
  back: "M15 5l-7 7 7 7",
  chevron: "M6 9l6 6 6-6",
  down: "M12 5v14M6 13l6 6 6-6",
  inbox: "M4 13h4.500l1.500 3h4l1.500-3H20M4 13l2.500-8h11L20 13v6H4z",
  bot: "M12 4v3M5 9.500A2.500 2.500 0 0 1 7.500 7h9A2.500 2.500 0 0 1 19 9.500v6a2.500 2.500 0 0 1-2.500 2.500h-9A2.500 2.500 0 0 1 5 15.500zM9.500 12v1.500M14.500 12v1.500",
  person: "M12 4.500a3.700 3.700 0 1 0 0 7.400 3.700 3.700 0 0 0 0-7.400zM5 20c.5-3.800 3.200-6 7-6s6.500 2.200 7 6",
  phone: "M8 3.500h8A1.500 1.500 0 0 1 17.500 5v14a1.500 1.500 0 0 1-1.500 1.500H8A1.500 1.500 0 0 1 6.500 19V5A1.500 1.500 0 0 1 8 3.500zM11 17.500h2",
  bell: "M6 16.500V11a6 6 0 0 1 12 0v5.500l1.500 1.500h-15zM10 20.500h4",
  alert: "M12 4 2.800 19.500h18.400zM12 10v4.500M12 17v.3",
  check: "M5 12.500l4.500 4.500L19 7.500",
  checks: "M2.500 12.500 7 17l9-9.500M11.500 15.500 13 17l9-9.500",
  clock: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 8v4.300l2.800 1.700",
  question: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM9.800 9.800a2.300 2.300 0 1 1 3.300 2.100c-.8.4-1.100.8-1.100 1.600M12 16v.2",
  ban: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM6.500 6.500l11 11",
  image: "M4 6.500A1.500 1.500 0 0 1 5.500 5h13A1.500 1.500 0 0 1 20 6.500v11a1.500 1.500 0 0 1-1.500 1.500h-13A1.500 1.500 0 0 1 4 17.500zM4 16l4.500-4.500 4 4 2.500-2.500 5 5M15 9.200v.1",
  video: "M4 7.500A1.500 1.500 0 0 1 5.500 6h8A1.500 1.500 0 0 1 15 7.500v9a1.500 1.500 0 0 1-1.500 1.500h-8A1.500 1.500 0 0 1 4 16.500zM15 11l5-3v8l-5-3",
  voice: "M12 4a2.500 2.500 0 0 0-2.500 2.500v5a2.500 2.500 0 0 0 5 0v-5A2.500 2.500 0 0 0 12 4zM6.500 11.500a5.500 5.500 0 0 0 11 0M12 17v3",
  document: "M7 3.500h6.500L18 8v12.500H7zM13.500 3.500V8H18",
  sticker: "M5 6.500A1.500 1.500 0 0 1 6.500 5h11A1.500 1.500 0 0 1 19 6.500V14l-5 5H6.500A1.500 1.500 0 0 1 5 17.500zM19 14h-5v5",
  location: "M12 3.500a6 6 0 0 0-6 6c0 4.500 6 11 6 11s6-6.500 6-11a6 6 0 0 0-6-6zM12 7.500a2 2 0 1 0 0 4 2 2 0 0 0 0-4z",
  contacts: "M9.500 6a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM4 19c.4-3 2.500-4.800 5.500-4.800S14.600 16 15 19M15 6.500a2.700 2.700 0 0 1 0 5.200M17 14.500c1.800.6 2.800 2.200 3 4.500",
  cart: "M4 5h2l2 10h9l2-7H7M9.500 19v.2M16 19v.2",
  list: "M9 7h11M9 12h11M9 17h11M5 7v.1M5 12v.1M5 17v.1",
  reply: "M10 6 4.500 11.500 10 17M5 11.500h8a6 6 0 0 1 6 6V18",
  globe: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM4 12h16M12 4c2.500 2.300 3.500 5 3.500 8s-1 5.700-3.500 8c-2.500-2.300-3.500-5-3.500-8s1-5.700 3.500-8z",
  exit: "M14 4.500H6.500A1.500 1.500 0 0 0 5 6v12a1.500 1.500 0 0 0 1.500 1.500H14M10 12h10M16.500 8.500 20 12l-3.500 3.500",
  info: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 11v5M12 8v.2",
  store: "M4.500 9.500 6 4.500h12l1.500 5a2.500 2.500 0 0 1-5 0 2.500 2.500 0 0 1-5 0 2.500 2.500 0 0 1-5 0zM6 12v7.500h12V12",
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
