// What people write, as WhatsApp shows it: *strong*, _emphasis_, ~struck~, and links. Everything stays a text node.

import { h } from "./dom.js"

const LINK = /\bhttps?:\/\/[^\s<>"]*[^\s<>".,;:!?)]/g
// A sign counts at the edge of a word and closes at another; "2 * 3 * 4", snake_case and **this** stay as they are.
const SIGNS = /(?<![\p{L}\p{N}*_~])(?:\*[^\s*](?:[^*\n]*[^\s*])?\*|_[^\s_](?:[^_\n]*[^\s_])?_|~[^\s~](?:[^~\n]*[^\s~])?~)(?![\p{L}\p{N}*_~])/gu
const TAGS = { "*": "b", _: "em", "~": "s" }

/** The pieces of a text: strings and elements, for `h` and `fill`. */
export function formatted(text) {
  return pieces(text, LINK, (address) => h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, address), signed)
}

function signed(text) {
  return pieces(text, SIGNS, (marked) => h(TAGS[marked[0]], {}, marked.slice(1, -1)), (plain) => [plain])
}

function pieces(text, pattern, made, rest) {
  const parts = []
  let last = 0
  for (const match of text.matchAll(pattern)) {
    parts.push(...rest(text.slice(last, match.index)), made(match[0]))
    last = match.index + match[0].length
  }
  return [...parts, ...rest(text.slice(last))]
}
