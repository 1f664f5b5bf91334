// What a person can do to the conversation that is open, beside writing in it. Buttons, menus and keys all end here.

import { h } from "../common/dom.js"
import { isSnoozed } from "./store.js"
import { title } from "../common/words.js"

const HOUR_MS = 3_600_000
const REASONS = ["nobody_home", "wrong_address", "refused", "other"]

/** `person` as in person.js; `kit()`: colleagues, templates, labels, languages; `me`: the person's staff id in each business. */
export function createDoings(words, { over, sending, person, kit, me, translating }) {
  function colleagues(row) {
    return kit().staff.filter((one) => one.business_id === row.business_id)
  }

  /** What the header knows of a colleague: whether they are online and how much they have in hand. */
  function presence(one) {
    const known = document.documentElement.relaydeskTeam?.people.find((person) => person.id === one.id)
    if (!known) return { hint: words.say(`role.${one.role}`) }
    const state = words.say(known.online ? "team.online" : "team.away")
    return { dot: known.online ? "online" : "away", hint: known.open > 0 ? `${state} · ${words.say("team.in_hand", { count: known.open })}` : state }
  }

  function assign(anchor, row) {
    const own = me[row.business_id]
    const others = colleagues(row).filter((one) => one.id !== own)
    const give = (staff_id) => sending.act("assign", row.id, { staff_id })
    over.menu(anchor, [
      { label: words.say("act.to_me"), icon: "person", checked: row.assignee_id === own, run: () => give(own) },
      ...(others.length ? [null] : []),
      ...others.map((one) => ({ label: one.name, ...presence(one), icon: "contacts", checked: row.assignee_id === one.id, run: () => give(one.id) })),
      ...(row.assignee_id ? [null, { label: words.say("act.to_nobody"), icon: "ban", run: () => give(null) }] : []),
    ], { heading: words.say("act.assign") })
  }

  /** Times a person means: in an hour, this evening, tomorrow morning, next Monday. */
  function moments() {
    const at = (days, hour) => {
      const date = new Date()
      date.setDate(date.getDate() + days)
      date.setHours(hour, 0, 0, 0)
      return date
    }
    const monday = (8 - new Date().getDay()) % 7 || 7
    return [
      [words.say("when.hour"), new Date(Date.now() + HOUR_MS)],
      [words.say("when.evening"), at(0, 18)],
      [words.say("when.tomorrow"), at(1, 9)],
      [words.say("when.monday"), at(monday, 9)],
    ].filter(([, date]) => date - Date.now() > HOUR_MS / 4)
  }

  function local(date) {
    return new Date(date - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
  }

  function whenForm(anchor, { heading, hint, submit, done, extra = [] }) {
    const choices = moments()
    const made = over.form(anchor, {
      heading, hint, submit,
      fields: [{ name: "at", label: words.say("when.at"), type: "datetime-local", min: local(new Date()), value: local(choices[0][1]), required: true }, ...extra],
      extra: h("div", { class: "quick" }, choices.map(([label, date]) =>
        h("button", { type: "button", class: "button", title: words.full(date), on: { click: () => { made.controls.at.value = local(date) } } }, label))),
      done: (values) => done(new Date(values.at).toISOString(), values),
    })
  }

  function snooze(anchor, row) {
    whenForm(anchor, {
      heading: words.say("act.snooze"), hint: words.say("act.snooze_hint"), submit: words.say("act.snooze"),
      done: (until) => sending.act("snooze", row.id, { until }),
    })
  }

  function remind(anchor, row) {
    whenForm(anchor, {
      heading: words.say("act.remind"), hint: words.say("act.remind_hint"), submit: words.say("act.remind"),
      extra: [{ name: "body", label: words.say("act.remind_text"), max: 500 }],
      done: (at, { body }) => sending.act("remind", row.id, { at, body }),
    })
  }

  function block(anchor, row) {
    if (row.contact?.blocked_at) {
      sending.act("block", row.id, { blocked: false })
      return
    }
    over.form(anchor, {
      heading: words.say("act.block"), hint: words.say("act.block_hint", { name: title(row, words) }), fields: [], submit: words.say("act.block"),
      done: () => sending.act("block", row.id, { blocked: true }),
    })
  }

  function contact(anchor, row) {
    const languages = kit().languages[row.business_id] ?? []
    over.form(anchor, {
      heading: words.say("act.edit_contact"), hint: words.say("act.edit_contact_hint"), submit: words.say("act.save"),
      fields: [
        { name: "name", label: words.say("panel.name"), value: row.contact?.name ?? "", max: 200 },
        { name: "language", label: words.say("panel.language"), value: row.language ?? "",
          options: [...(row.language ? [] : [{ value: "", label: "" }]), ...languages.map((one) => ({ value: one, label: words.name("language", one) }))] },
      ],
      done: ({ name, language }) => sending.act("contact", row.id, { name, language: language || null }),
    })
  }

  function template(anchor, row) {
    const fits = (one) => (one.language === row.language ? 0 : 1)
    const all = kit().templates.filter((one) => one.business_id === row.business_id).sort((a, b) => fits(a) - fits(b))
    if (!all.length) {
      over.toast(words.say("act.no_templates"))
      return
    }
    over.menu(anchor, all.map((one) => ({
      label: one.name.replaceAll("_", " "), hint: `${one.language.toUpperCase()} · ${one.body}`, icon: "template", run: () => values(anchor, row, one),
    })), { heading: words.say("act.template"), above: true })
  }

  function values(anchor, row, chosen) {
    const fields = Array.from({ length: chosen.params }, (_, index) => ({
      name: `v${index + 1}`, label: words.say("act.value", { number: index + 1 }), required: true, max: 1024,
      value: index === 0 && chosen.params > 0 && /\b(nome|name|cliente|customer)\b/i.test(chosen.name) ? row.contact?.name ?? "" : "",
    }))
    const preview = h("p", { class: "template-preview", dir: "auto" })
    const fill = (read) => chosen.body.replace(/\{\{(\d+)\}\}/g, (place, number) => read(number) || place)
    const made = over.form(anchor, {
      heading: chosen.name.replaceAll("_", " "), fields, extra: preview, submit: words.say("act.send"),
      done: (given) => sending.say("template", row.id, {
        template_id: chosen.id, params: fields.map((field) => given[field.name]), text: fill((number) => given[`v${number}`]),
      }),
    })
    const show = () => { preview.textContent = fill((number) => made.controls[`v${number}`]?.value) }
    made.box?.addEventListener("input", show)
    show()
  }

  function label(anchor, row) {
    const has = row.labels ?? []
    const known = kit().labels.filter((one) => one.business_id === row.business_id).map((one) => one.name)
    const set = (labels) => sending.act("label", row.id, { labels })
    over.menu(anchor, [
      ...[...new Set([...known, ...has])].map((name) => ({
        label: name, icon: "tag", checked: has.includes(name),
        run: () => set(has.includes(name) ? has.filter((one) => one !== name) : [...has, name]),
      })),
      { label: words.say("act.new_label"), icon: "plus", run: () => over.form(anchor, {
        heading: words.say("act.new_label"), submit: words.say("act.save"), fields: [{ name: "name", label: words.say("act.label"), required: true, max: 40 }],
        done: ({ name }) => {
          kit().labels.push({ business_id: row.business_id, name: name.trim() })
          set([...new Set([...has, name.trim()])])
        },
      }) },
    ], { heading: words.say("act.label") })
  }

  function more(anchor, row) {
    const isResolved = row.status === "resolved"
    over.menu(anchor, [
      isSnoozed(row)
        ? { label: words.say("act.wake"), icon: "moon", run: () => sending.act("reopen", row.id) }
        : !isResolved && { label: words.say("act.snooze"), icon: "moon", run: () => snooze(anchor, row) },
      { label: words.say("act.remind"), icon: "clock", run: () => remind(anchor, row) },
      { label: words.say("act.label"), icon: "tag", run: () => label(anchor, row) },
      { label: words.say("act.template"), icon: "template", run: () => template(anchor, row) },
      { label: words.say(translating.isOn(row) ? "assist.stop_translating" : "assist.translate_all"), icon: "translate", run: () => translating.turn(row) },
      { label: words.say("act.edit_contact"), icon: "edit", run: () => contact(anchor, row) },
      { label: words.say("merge.item"), icon: "contacts", run: () => person.merge(anchor, row) },
      { label: words.say("act.copy_link"), icon: "reply", run: () => copyLink(row) },
      null,
      { label: words.say(row.contact?.blocked_at ? "act.unblock" : "act.block"), icon: "stop", tone: "bad", run: () => block(anchor, row) },
    ].filter((item) => item !== false))
  }

  async function copyLink(row) {
    const address = `${location.origin}/?conversation=${row.id}`
    try {
      await navigator.clipboard.writeText(address)
      over.toast(words.say("act.copied"), "good")
    } catch {
      over.toast(address, "good")
    }
  }

  return {
    assign, snooze, remind, block, contact, template, label, more,
    consent: person.consent,
    refetch: (file) => sending.act("refetch", file.id),
    pauseRider: (rider) => sending.act("pause_rider", rider.id, { paused: !rider.paused }),
    failDelivery: (anchor, part) => over.form(anchor, {
      heading: words.say("orders_choose.fail"), hint: words.say("delivery_failed.hint", { code: part.code }), submit: words.say("orders_do.fail"),
      fields: [{ name: "reason", label: words.say("delivery_failed.why"), options: REASONS.map((one) => ({ value: one, label: words.say(`delivery_failed.${one}`) })) }],
      done: ({ reason }) => sending.act("fail_delivery", part.id, { reason }),
    }),
    payCash: (anchor, order) => over.form(anchor, {
      heading: words.say("pay_cash.item"), hint: words.say("pay_cash.hint", { code: order.code, total: words.money(order.total_price, order.currency) }),
      fields: [], submit: words.say("pay_cash.submit"), done: () => sending.act("pay_cash", order.id),
    }),
    takeOver: (row) => sending.act("take_over", row.id),
    handBack: (row) => sending.act("hand_back", row.id),
    resolve: (row) => sending.act(row.status === "resolved" ? "reopen" : "resolve", row.id),
    retry: (row, message) => sending.act("retry", row.id, { message_id: message.id }),
    react: (row, message, emoji) => sending.act("react", row.id, { message_id: message.id, emoji }),
    reminded: (row, reminder) => sending.act("reminded", row.id, { reminder_id: reminder.id }),
    /** Whether the person may act here; `data.may_act` names the businesses. */
    colleagues,
  }
}
