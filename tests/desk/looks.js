// What of a page can't be read or reached, as words that name it: text too pale, text that is cut, controls without a
// name, a page wider than its window. Colours are those that the browser computed, blended as it blends them.
() => {
  const brush = Object.assign(document.createElement("canvas"), { width: 1, height: 1 })
    .getContext("2d", { willReadFrequently: true })
  const blended = new Map()

  function rgba(colour) {
    if (!blended.has(colour)) {
      brush.clearRect(0, 0, 1, 1)
      brush.fillStyle = colour
      brush.fillRect(0, 0, 1, 1)
      const [red, green, blue, alpha] = brush.getImageData(0, 0, 1, 1).data
      blended.set(colour, [red, green, blue, alpha / 255])
    }
    return blended.get(colour)
  }

  function over([r, g, b, a], under) {
    const alpha = a + under[3] * (1 - a)
    if (!alpha) return [0, 0, 0, 0]
    return [r, g, b].map((part, i) => (part * a + under[i] * under[3] * (1 - a)) / alpha).concat(alpha)
  }

  const above = (element) => element.assignedSlot ?? element.parentElement ?? element.getRootNode().host
  function* upwards(element) {
    for (let one = element; one; one = above(one)) yield one
  }

  function behind(element) {
    let found = [0, 0, 0, 0]
    for (const one of upwards(element)) {
      const style = getComputedStyle(one)
      // What stands on a picture is for eyes to judge.
      if (style.backgroundImage.startsWith("url") || style.backgroundImage.includes("gradient")) return null
      found = over(found, rgba(style.backgroundColor))
      if (found[3] > 0.99) return found
    }
    return over(found, matchMedia("(prefers-color-scheme: dark)").matches ? [18, 18, 18, 1] : [255, 255, 255, 1])
  }

  /** WCAG 2.2, relative luminance and contrast ratio. */
  function contrast(one, other) {
    const luminance = (colour) => colour.slice(0, 3).reduce((sum, part, i) => {
      const share = part / 255
      return sum + [0.2126, 0.7152, 0.0722][i] * (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4)
    }, 0)
    const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a)
    return (light + 0.05) / (dark + 0.05)
  }

  const named = (element) => [...upwards(element)].slice(0, 3).reverse()
    .map((one) => [one.localName, ...[...one.classList].filter((name) => !name.startsWith("st-emotion"))].join(".")
      + (one.dataset.testid ? `[${one.dataset.testid}]` : "")).join(" > ")

  const CONTROL = "button, a[href], input, textarea, select, summary, [role=button], [role=tab], [role=option]"
  const problems = new Set()

  function look(element) {
    const style = getComputedStyle(element)
    const isField = element.matches("input, textarea, select")
    const text = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE)
      .map((node) => node.textContent.trim()).join(" ").trim()
    const shown = text || (isField && element.type !== "checkbox" ? element.value || element.placeholder : "")
    const told = `${named(element)}: “${(shown ?? "").slice(0, 40)}”`
    if (element.matches(CONTROL) && element.ariaHidden !== "true") {
      const name = [element.ariaLabel, element.title, element.textContent, element.getAttribute("aria-labelledby"),
        ...[...(element.labels ?? [])].map((label) => label.textContent), element.querySelector("img")?.alt]
      if (!name.some((one) => one?.trim())) problems.add(`no name: ${told}`)
    }
    if (!shown) return
    // A sign of Streamlit's icon font is a picture that happens to be spelt.
    const isIcon = element.dataset.testid === "stIconMaterial"
    const isOff = [...upwards(element)].some((one) => one.disabled || one.ariaDisabled === "true")
    const under = isOff || isIcon ? null : behind(element)
    if (under) {
      const colour = text || element.value ? style.color : getComputedStyle(element, "::placeholder").color
      const ink = rgba(element instanceof SVGElement && style.fill !== "none" ? style.fill : colour)
      const opacity = [...upwards(element)].reduce((sum, one) => sum * Number(getComputedStyle(one).opacity), 1)
      const ratio = contrast(over([...ink.slice(0, 3), ink[3] * opacity], under), under)
      const size = parseFloat(style.fontSize)
      const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700)
      if (ratio < (isLarge ? 3 : 4.5)) problems.add(`pale, ${ratio.toFixed(2)} to 1: ${told}`)
    }
    const isCut = text && /hidden|clip/.test(style.overflowX) && style.textOverflow !== "ellipsis"
      && style.webkitLineClamp === "none" && element.scrollWidth > element.clientWidth + 1
    if (isCut) problems.add(`cut: ${told}`)
  }

  function walk(root) {
    for (const element of root.querySelectorAll("body *, :host *, *")) {
      if (element.shadowRoot) walk(element.shadowRoot)
      if (element.matches("script, style, noscript, title, head *")) continue
      const box = element.getBoundingClientRect()
      if (box.width > 2 && box.height > 2 && element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) {
        look(element)
      }
    }
  }

  walk(document)
  for (const one of [document.scrollingElement, document.querySelector("[data-testid=stMain]")]) {
    if (one && one.scrollWidth > one.clientWidth + 1) problems.add(`wider than the window: ${named(one)}`)
  }
  return [...problems]
}
