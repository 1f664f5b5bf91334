// One handset: who is played, their chat as they see it, and where they write.

import { avatar, fill, h, icon, reconcile } from "../common/dom.js"
import { bubble, pendingBubble } from "./bubbles.js"
import { createPicker } from "./picker.js"

const TRY = { customer: ["try_customer", "try_question", "try_person"], dealer: ["try_dealer", "try_stock"], rider: ["try_rider"] }
const LONGEST = 4096
const ACCEPTED = { audio: "audio/ogg,audio/mpeg,audio/mp4,audio/aac,audio/amr", image: "image/jpeg,image/png" }
/** What this browser records of the kinds that WhatsApp knows; undefined where there is none. */
const RECORDED = ["audio/ogg;codecs=opus", "audio/mp4;codecs=opus", "audio/mp4"].find((type) => globalThis.MediaRecorder?.isTypeSupported(type))

/** Whether an answer is on its way: what was said is being stored, or the engine has it and has not answered. */
export function isThinking({ line, shown }) {
  return Boolean(line.sending || shown?.conversation.pending_since)
}

/** actions: {side, business, people(), choose(person), create(name), say(message, shown), file(kind, blob, shown), retry(entry),
 *  drop(entry)} */
export function createHandset(words, actions) {
  const picker = createPicker(words, actions)
  const area = h("textarea", { rows: 1, maxlength: LONGEST, dir: "auto", "aria-label": words.say("phone.write"), placeholder: words.say("phone.write"), on: { input: grow, keydown: onKey } })
  const stream = h("div", { class: "chat-stream", role: "log", "aria-live": "polite" })
  const typing = h("div", { class: "dots", hidden: true, role: "status", "aria-label": words.say("phone.thinking") }, h("i", {}), h("i", {}), h("i", {}))
  const chat = h("div", { class: "chat scroller", tabindex: 0 }, stream, typing)
  const sheet = h("div", { class: "sheet", hidden: true })
  const state = h("small", {})
  const more = h("button", { type: "button", class: "icon-button", title: words.say("phone.attach"), on: { click: openMore } }, icon("plus", 20))
  const send = h("button", { type: "button", class: "send-round", title: words.say("phone.send"), on: { click: submit } }, icon("send", 19))
  const tries = h("div", { class: "tries" })
  const screen = h("div", { class: "screen" },
    h("div", { class: "bar" }, avatar(actions.business, "", "small"), h("span", { class: "bar-name" }, h("b", { dir: "auto" }, actions.business), state), icon("phone", 17)),
    chat, tries,
    h("div", { class: "write-line" }, more, area, send), sheet)
  const element = h("section", { class: `handset ${actions.side}`, dataset: { side: actions.side } }, picker.element, h("div", { class: "case" }, screen))
  let shown = null
  let near = true
  let recorder = null
  chat.addEventListener("scroll", () => { near = chat.scrollHeight - chat.scrollTop - chat.clientHeight < 60 }, { passive: true })
  new ResizeObserver(() => near && toEnd()).observe(chat)

  function draw(phone) {
    const { line, person } = phone
    element.dataset.kind = person?.kind ?? ""
    picker.draw(phone)
    area.disabled = send.disabled = more.disabled = person === null
    if (person === null) return
    if (shown !== person.phone) {
      shown = person.phone
      near = true
      close()
      fill(tries, (TRY[person.kind] ?? []).map((key) => h("button", { type: "button", on: { click: () => say(words.say(`phone.${key}`)) } }, words.say(`phone.${key}`))))
    }
    const messages = phone.shown?.messages ?? []
    const thinking = isThinking(phone)
    const isHuman = phone.shown?.conversation.owner === "human"
    state.textContent = words.say(thinking ? "phone.typing" : isHuman ? "phone.human" : "phone.online")
    typing.hidden = !thinking || isHuman
    tries.hidden = messages.length + line.pending.length > 0
    const known = new Map(messages.filter((m) => m.meta_message_id).map((m) => [m.meta_message_id, m]))
    const items = []
    let day = ""
    for (const message of messages) {
      const at = message.provider_time ?? message.created_at
      if (words.day(at) !== day) {
        day = words.day(at)
        const label = day
        items.push({ key: `day ${day}`, sign: day, make: () => h("div", { class: "chat-day" }, label) })
      }
      items.push({ key: message.meta_message_id && message.direction === "inbound" ? message.meta_message_id : message.id, sign: JSON.stringify(message), make: () => bubble(message, { words, known, tap, open: openList }) })
    }
    for (const entry of line.pending) items.push({ key: entry.id, sign: `${entry.state}${entry.text ?? ""}`, make: () => pendingBubble(entry, { words, retry: actions.retry, drop: actions.drop }) })
    if (isHuman) items.push({ key: "human", sign: phone.shown.conversation.id, make: () => taken(phone.shown.conversation.id) })
    const before = stream.lastElementChild?.dataset.key
    reconcile(stream, items)
    if (near || stream.lastElementChild?.dataset.key !== before) toEnd()
  }

  function taken(id) {
    return h("div", { class: "chat-day" }, words.say("phone.human_hint"), " ", h("a", { href: `/?conversation=${id}` }, words.say("phone.open_inbox")))
  }

  function toEnd() {
    chat.scrollTop = chat.scrollHeight
  }

  // Writing.

  function grow() {
    area.style.height = "auto"
    area.style.height = `${Math.min(area.scrollHeight, 96)}px`
  }

  function onKey(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return
    event.preventDefault()
    submit()
  }

  function submit() {
    const text = area.value.trim()
    if (!text) return
    area.value = ""
    grow()
    say(text)
  }

  function say(text) {
    near = true
    actions.say({ type: "text", text: { body: text } }, text)
  }

  function tap(choice, kind) {
    const reply = { id: choice.id, title: choice.title }
    const message = kind === "button" ? { type: "button", button: { payload: choice.id, text: choice.title } } : { type: "interactive", interactive: { type: kind, [kind]: reply } }
    close()
    near = true
    actions.say(message, choice.title)
  }

  // What slides up over the chat.

  function openSheet(title, ...content) {
    hush()
    fill(sheet, h("div", { class: "sheet-head" }, h("b", {}, title), h("button", { type: "button", class: "icon-button", title: words.say("phone.close"), on: { click: close } }, icon("close", 18))), ...content)
    sheet.hidden = false
    sheet.querySelector("button.sheet-row, input")?.focus()
  }

  function close() {
    hush()
    sheet.hidden = true
  }

  /** Whatever takes the place of the recording ends it: a microphone is never on unseen. */
  function hush() {
    recorder?.stop()
    recorder = null
  }

  sheet.addEventListener("keydown", (event) => event.key === "Escape" && close())

  function openList(payload) {
    openSheet(payload.list_button || words.say("phone.choose"), h("div", { class: "sheet-rows" }, payload.rows.map((row) =>
      h("button", { type: "button", class: "sheet-row", on: { click: () => tap(row, "list_reply") } }, h("span", {}, h("b", { dir: "auto" }, row.title), row.description && h("small", { dir: "auto" }, row.description)), h("i", {})))))
  }

  function openMore() {
    const rows = [["location", "location", openPlace], ["voice", "clip", () => choose("audio")], ["image", "image", () => choose("image")]]
    if (RECORDED) rows.splice(1, 0, ["record", "voice", record])
    openSheet(words.say("phone.attach"), h("div", { class: "sheet-rows" }, rows.map(([name, sign, act]) =>
      h("button", { type: "button", class: "sheet-row", on: { click: act } }, icon(sign, 20), h("span", {}, h("b", {}, words.say(`phone_attach.${name}`)), h("small", {}, words.say(`phone_attach.${name}_hint`)))))))
  }

  /** A file of this machine, as a phone would send it. */
  function choose(kind) {
    const input = h("input", { type: "file", accept: ACCEPTED[kind], on: { change: () => input.files[0] && file(kind, input.files[0]) } })
    input.click()
  }

  function file(kind, blob) {
    close()
    near = true
    actions.file(kind, blob, words.say(kind === "audio" ? "media.voice" : "media.image"))
  }

  async function record() {
    let microphone
    try {
      microphone = await navigator.mediaDevices.getUserMedia({ audio: true })
    } catch {
      openSheet(words.say("phone.no_microphone"))
      return
    }
    const begun = new MediaRecorder(microphone, { mimeType: RECORDED })
    const parts = []
    let isSaid = false
    begun.addEventListener("dataavailable", (event) => parts.push(event.data))
    begun.addEventListener("stop", () => {
      microphone.getTracks().forEach((track) => track.stop())
      if (isSaid) file("audio", new Blob(parts, { type: RECORDED.split(";")[0] }))
    })
    const done = () => {
      isSaid = true
      close()
    }
    openSheet(words.say("phone.recording"), h("div", { class: "sheet-form" }, h("button", { type: "button", class: "button main", on: { click: done } }, icon("send", 16), words.say("phone.send"))))
    begun.start()
    recorder = begun
  }

  function openPlace() {
    const fields = [["latitude", "45.4642"], ["longitude", "9.1900"], ["name", ""], ["address", "Piazza del Duomo 1, 20121 Milano"]].map(([name, value]) =>
      [name, h("input", { class: "field", value, "aria-label": words.say(`phone_place.${name}`), placeholder: words.say(`phone_place.${name}`) })])
    const problem = h("p", { class: "problem", role: "alert" })
    const done = () => {
      const given = Object.fromEntries(fields.map(([name, input]) => [name, input.value.trim()]))
      const [latitude, longitude] = [given.latitude, given.longitude].map((text) => (text ? Number(text.replace(",", ".")) : NaN))
      if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)) {
        problem.textContent = words.say("phone_place.wrong")
        return
      }
      close()
      actions.say({ type: "location", location: { latitude, longitude, name: given.name, address: given.address } }, given.address || `${latitude}, ${longitude}`)
    }
    openSheet(words.say("phone_attach.location"), h("div", { class: "sheet-form" }, fields.map(([name, input]) => h("label", {}, h("small", {}, words.say(`phone_place.${name}`)), input)), problem,
      h("button", { type: "button", class: "button main", on: { click: done } }, icon("send", 16), words.say("phone.send"))))
  }

  return {
    element, draw,
    stop() {
      hush()
      picker.stop()
    },
  }
}
