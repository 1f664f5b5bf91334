// The keyboard: one letter for what is done all day. None of them works while somebody types.

/** does: one function per name below; `isOpen()` whether something lies over the view; returns what undoes it. */
export function listenToKeys(root, words, does) {
  const keys = {
    j: does.next, ArrowDown: null, k: does.previous, "/": does.search, "?": help, r: does.reply, n: does.note,
    t: does.takeOver, b: does.handBack, a: does.assign, e: does.resolve, s: does.snooze, l: does.label, c: does.cart, w: does.start, i: does.details, Escape: does.escape,
  }

  function help() {
    does.help([
      [words.say("keys.list"), [["j", words.say("keys.next")], ["k", words.say("keys.previous")], ["/", words.say("keys.search")], ["w", words.say("start.title")], ["i", words.say("keys.details")]]],
      [words.say("keys.writing"), [["r", words.say("keys.reply")], ["n", words.say("keys.note")], ["Enter", words.say("keys.send")], ["Shift Enter", words.say("keys.line")], ["/", words.say("keys.canned")], ["@", words.say("keys.mention")]]],
      [words.say("keys.conversation"), [["t", words.say("act.take_over")], ["b", words.say("act.hand_back")], ["a", words.say("act.assign")], ["e", words.say("keys.resolve")], ["s", words.say("act.snooze")], ["l", words.say("act.label")], ["c", words.say("keys.cart")]]],
      [words.say("keys.all"), [["?", words.say("keys.help")], ["Esc", words.say("keys.escape")]]],
    ])
  }

  function onKey(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
    const target = event.composedPath()[0]
    const typing = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
    if (typing && event.key !== "Escape") return
    if (does.isOpen() && event.key !== "Escape") return
    const run = keys[event.key]
    if (!run) return
    event.preventDefault()
    run(event)
  }

  addEventListener("keydown", onKey)
  return () => removeEventListener("keydown", onKey)
}
