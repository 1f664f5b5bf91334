// What a person has typed and not yet sent, and what was sent and not yet confirmed, kept in this browser for them alone:
// it outlives a reload, a closed tab and an outage. Signing out forgets it; so does the next person who signs in here.

const PREFIX = "relaydesk."
const DAYS_MS = 3 * 86_400_000

export function createKept(user) {
  const own = `${PREFIX}${user}.`
  for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX) && !key.startsWith(own)) localStorage.removeItem(key)

  function read(name, otherwise) {
    try {
      return JSON.parse(localStorage.getItem(own + name)) ?? otherwise
    } catch {
      return otherwise
    }
  }

  function write(name, value) {
    try {
      if (value === null) localStorage.removeItem(own + name)
      else localStorage.setItem(own + name, JSON.stringify(value))
    } catch {
      // A full or forbidden store: the words stay on the screen, they only do not outlive it.
    }
  }

  return {
    /** {reply, note, replyTo, file, mode} of a conversation. */
    draft: (id) => read(`draft.${id}`, { reply: "", note: "", replyTo: null, file: null, mode: "reply" }),
    setDraft(id, draft) {
      write(`draft.${id}`, draft.reply || draft.note || draft.replyTo || draft.file?.state === "ready" ? draft : null)
    },
    hasDraft: (id) => localStorage.getItem(`${own}draft.${id}`) !== null,
    /** What is on its way, oldest first; what nobody came back to for days is let go. */
    unsent: () => read("unsent", []).filter((entry) => Date.now() - entry.at < DAYS_MS),
    setUnsent: (entries) => write("unsent", entries.length ? entries : null),
    /** Conversations whose customer is shown translated. */
    translated: (id) => read("translated", []).includes(id),
    setTranslated(id, on) {
      const others = read("translated", []).filter((one) => one !== id)
      write("translated", on ? [...others, id].slice(-200) : others)
    },
    sound: () => read("sound", true),
    setSound: (on) => write("sound", on),
  }
}
