// The desk's own words, times, numbers and names, in the person's language.

export function createWords({ texts, language }) {
  // English as it is read in Europe: 22:30 and 21 November, not 10:30 PM and November 21.
  const locale = language === "en" ? "en-GB" : language
  const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" })
  const weekday = new Intl.DateTimeFormat(locale, { weekday: "long" })
  const shortDay = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" })
  const longDay = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long" })
  const yearDay = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric" })
  const full = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" })
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" })

  /** A text of the catalogue with its values filled in. */
  function say(key, values) {
    let text = texts[key] ?? key
    for (const [name, value] of Object.entries(values ?? {})) text = text.replaceAll(`{${name}}`, value)
    return text
  }

  /** A text of a family such as `order.`; what it does not know is shown as it is, readably. */
  function name(family, key) {
    const plain = String(key ?? "").replaceAll("_", " ")
    return texts[`${family}.${key}`] ?? say(`${family}.other`, { name: plain, kind: plain })
  }

  function days(from, to) {
    const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate())
    return Math.round((midnight(to) - midnight(from)) / 86_400_000)
  }

  /** How long ago, as short as a list needs it. */
  function ago(time) {
    const date = new Date(time)
    const minutes = Math.floor((Date.now() - date) / 60_000)
    if (minutes < 1) return relative.format(0, "second")
    if (minutes < 60) return `${minutes} min`
    const past = days(date, new Date())
    if (past === 0) return clock.format(date)
    if (past === 1) return say("thread.yesterday")
    if (past < 7) return weekday.format(date)
    return past < 300 ? shortDay.format(date) : yearDay.format(date)
  }

  /** The heading of a day in a thread. */
  function day(time) {
    const date = new Date(time)
    const past = days(date, new Date())
    if (past === 0) return say("thread.today")
    if (past === 1) return say("thread.yesterday")
    return past < 300 ? longDay.format(date) : yearDay.format(date)
  }

  /** A time that is near: only the clock today, yesterday or tomorrow by name, the weekday this week. */
  function moment(time) {
    const date = new Date(time)
    const distance = days(new Date(), date)
    if (distance === 0) return clock.format(date)
    const near = Math.abs(distance) === 1 ? relative.format(distance, "day") : weekday.format(date)
    const when = Math.abs(distance) < 7 ? near : shortDay.format(date)
    return `${when}, ${clock.format(date)}`
  }

  /** A stretch of time in the two largest units. */
  function span(milliseconds) {
    const minutes = Math.max(Math.floor(milliseconds / 60_000), 0)
    const hours = Math.floor(minutes / 60)
    if (hours === 0) return `${minutes} min`
    return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
  }

  /** What is left until a time, or how late it is: seconds only where they matter. */
  function left(milliseconds) {
    const size = Math.abs(milliseconds)
    const minutes = Math.floor(size / 60_000)
    if (minutes < 1 && milliseconds > 0) return `${Math.max(Math.ceil(size / 1_000), 1)} s`
    return minutes < 24 * 60 ? span(size) : `${Math.floor(minutes / 1440)} d ${Math.floor((minutes % 1440) / 60)} h`
  }

  function money(amount, currency) {
    try {
      return new Intl.NumberFormat(locale, { style: "currency", currency }).format(Number(amount))
    } catch {
      return `${amount} ${currency ?? ""}`.trim()
    }
  }

  return {
    say, name, ago, day, moment, span, left, money,
    time: (time) => clock.format(new Date(time)),
    date: (time) => yearDay.format(new Date(time)),
    full: (time) => full.format(new Date(time)),
    has: (key) => key in texts,
    language,
  }
}

const PREFIXES = ["1", "7", "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47",
  "48", "49", "51", "52", "54", "55", "60", "61", "62", "63", "64", "65", "66", "81", "82", "84", "86", "90", "91", "351", "353", "355"]

/** Digits as people write a number: +39 340 111 2233. */
export function phone(digits) {
  if (!digits) return ""
  const prefix = [3, 2, 1].map((length) => digits.slice(0, length)).find((part) => PREFIXES.includes(part)) ?? ""
  const rest = digits.slice(prefix.length)
  const groups = rest.length > 6 ? [rest.slice(0, 3), rest.slice(3, 6), rest.slice(6)] : [rest]
  return `+${[prefix, ...groups].filter(Boolean).join(" ")}`
}

/** What a person in the list is called: the name, else the user name, else the number. */
export function title(row, words) {
  const contact = row.contact ?? {}
  const user = contact.username ? `@${contact.username}` : ""
  return contact.name || user || phone(row.phone ?? contact.phone) || words.say("panel.hidden_phone")
}
