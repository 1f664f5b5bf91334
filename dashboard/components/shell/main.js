// The header of every page. Pages are changed without loading anew; a link still is a link, for a new tab and for the
// time in which Streamlit's own connection is down. A page tells what it has to say by events on the window:
//   relaydesk:live   {state: live | slow | reconnecting | ""}     how fresh what it shows is; "" = it says nothing
//   relaydesk:badge  {page, count}                                a number beside the name of a page

import { avatar, fill, h, icon } from "../common/dom.js"
import { mountDrawn } from "../common/mount.js"
import { createTeam } from "./team.js"

const PATIENCE_MS = 1_500
const BADGES_MS = 15_000
const SLOW_AFTER_MS = 3_000
/** What a person types and has not sent is kept under this prefix; whoever signs out leaves nothing behind. */
const KEPT = "relaydesk."
/** Pages whose code is fetched while nothing else is to be done, so that they open at once. */
const READY = ["../inbox/main.js", "../analytics/main.js"]
const READY_AFTER_MS = 2_000

const mountHeader = mountDrawn(start)

/** Called by Streamlit once, and again with each change of its data; returns what undoes it. */
export function mount(context) {
  if (context.data.signed_in) return mountHeader(context)
  const target = location.pathname + location.search
  location.replace(target === "/" ? "/login" : `/login?next=${encodeURIComponent(target)}`)
  return () => {}
}

function start(parent) {
  const element = h("header", { class: "rd top" })
  parent.append(element)
  const status = h("span", { class: "live", role: "status", hidden: true })
  const badges = new Map()
  let context = null
  let team = null
  let going = 0
  let slowing = 0

  function say(key, values) {
    let text = context.data.texts[key] ?? key
    for (const [name, value] of Object.entries(values ?? {})) text = text.replaceAll(`{${name}}`, value)
    return text
  }

  function draw(given) {
    context = given
    const { data } = given
    element.lang = data.language
    if (data.may_be_online) team ??= createTeam(say)
    fill(element,
      h("img", { class: "mark", src: "/assets/mark.svg", alt: "", width: 28, height: 28 }),
      h("strong", { class: "product" }, "relaydesk"),
      h("nav", { class: "pages", "aria-label": say("desk.pages") }, data.pages.map(link)),
      h("span", { class: "space" }),
      h("span", { class: "business", dir: "auto" }, data.businesses.join(", ")),
      status,
      team?.element,
      account(data))
    team?.redraw()
    if (team) fitting.observe(team.element)
    fit()
    if (first) setLive({ detail: { state: document.documentElement.dataset.relaydeskLive ?? "" } })
    first = false
  }

  /** Where the names of all pages have no room, what surrounds them gives way, else only the open page keeps its own. */
  function fit() {
    const pages = element.querySelector(".pages")
    if (!pages) return
    for (const steps of [[], ["snug"], ["snug", "plain"], ["snug", "plain", "tight"]]) {
      element.classList.remove("snug", "plain", "tight")
      element.classList.add(...steps)
      if (pages.scrollWidth <= pages.clientWidth) return
    }
    // A narrow phone shows a part of the row: the one with the open page.
    const current = pages.querySelector("[aria-current=page]")
    if (current) pages.scrollLeft = current.offsetLeft - pages.offsetLeft - (pages.clientWidth - current.offsetWidth) / 2
  }

  function link({ name, icon: sign }, index) {
    const { data } = context
    const href = index === 0 ? "/" : `/${name}`
    const count = badges.get(name)
    return h("a", {
      href, "aria-current": data.current === name ? "page" : null, title: say(`page.${name}`), dataset: { page: name },
      on: { click: (event) => go(event, name, href) },
    }, icon(sign, 17), h("span", {}, say(`page.${name}`)), count > 0 && h("i", {}, count > 99 ? "99+" : count))
  }

  function go(event, name, href) {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return
    event.preventDefault()
    if (context.data.current === name) return
    // As the browser's own buttons do it: Streamlit runs the script once, for the page that the address names now.
    history.pushState({}, "", href)
    dispatchEvent(new PopStateEvent("popstate", { state: {} }))
    // Whoever has gone on to a third page meanwhile is not taken back.
    clearTimeout(going)
    going = setTimeout(() => context.data.current !== name && location.assign(href), PATIENCE_MS)
  }

  function account(data) {
    const languages = data.languages.map((language) =>
      h("button", {
        type: "button", class: "menu-item", lang: language, "aria-pressed": String(language === data.language),
        on: { click: () => speak(language) },
      }, icon("globe", 16), { it: "Italiano", en: "English" }[language] ?? language, language === data.language && icon("check", 16)))
    return h("details", { class: "account" },
      h("summary", { "aria-label": say("desk.menu") },
        avatar(data.name, data.email, "small"),
        h("span", { class: "who" }, h("b", { dir: "auto" }, data.name), h("small", {}, say(`role.${data.role}`))),
        icon("chevron", 16)),
      h("div", { class: "menu" },
        h("div", { class: "menu-head" }, h("b", { dir: "auto" }, data.name), h("small", {}, data.email)),
        h("div", { class: "menu-label" }, say("desk.language")), ...languages,
        h("form", { method: "post", action: "/auth/logout", on: { submit: forget } },
          h("button", { type: "submit", class: "menu-item out" }, icon("exit", 16), say("desk.sign_out")))))
  }

  function setLive({ detail }) {
    clearTimeout(slowing)
    // A page that has just come hears nothing for a moment; that is worth a word only when it lasts.
    if (detail.state === "slow" && status.hidden) slowing = setTimeout(showLive, SLOW_AFTER_MS, "slow")
    else showLive(detail.state)
  }

  function showLive(state) {
    status.hidden = !state
    if (!state) return
    status.className = `live ${state}`
    status.title = say(`desk.${state}_hint`)
    fill(status, h("i", {}), h("span", {}, say(`desk.${state}`)))
    fit()
  }

  function setBadge({ detail }) {
    if (badges.get(detail.page) === detail.count) return
    badges.set(detail.page, detail.count)
    const old = context && element.querySelector(`[data-page="${CSS.escape(detail.page)}"]`)
    const index = context.data.pages.findIndex((page) => page.name === detail.page)
    if (old) old.replaceWith(link(context.data.pages[index], index))
    fit()
  }

  /** The numbers beside the pages, whichever is open. A failure leaves them as they are. */
  async function askBadges() {
    if (document.hidden) return
    const answer = await fetch("/badges").catch(() => null)
    if (!answer?.ok) return
    for (const [page, count] of Object.entries(await answer.json().catch(() => ({})))) setBadge({ detail: { page, count } })
  }

  function closeMenu(event) {
    const menu = element.querySelector(".account")
    if (!menu?.open) return
    if (event.type === "keydown" ? event.key !== "Escape" : event.composedPath().includes(menu)) return
    menu.open = false
    if (event.type === "keydown") menu.querySelector("summary").focus()
  }

  // What stands beside the pages grows, too, as when it is known who is online.
  const fitting = new ResizeObserver(() => requestAnimationFrame(fit))
  fitting.observe(element)
  const listeners = [["relaydesk:live", setLive], ["relaydesk:badge", setBadge], ["pointerdown", closeMenu], ["keydown", closeMenu]]
  for (const [event, listener] of listeners) addEventListener(event, listener)
  document.addEventListener("visibilitychange", askBadges)
  const asking = setInterval(askBadges, BADGES_MS)
  askBadges()
  const fetching = setTimeout(() => READY.forEach((path) => import(path).catch(() => {})), READY_AFTER_MS)
  let first = true
  return {
    draw,
    stop() {
      clearInterval(asking)
      clearTimeout(fetching)
      clearTimeout(slowing)
      team?.stop()
      fitting.disconnect()
      document.removeEventListener("visibilitychange", askBadges)
      for (const [event, listener] of listeners) removeEventListener(event, listener)
      element.remove()
    },
  }
}

function forget() {
  for (const key of Object.keys(localStorage)) if (key.startsWith(KEPT)) localStorage.removeItem(key)
}

function speak(language) {
  document.cookie = `relaydesk_language=${language}; path=/; max-age=31536000; samesite=lax`
  location.reload()
}
