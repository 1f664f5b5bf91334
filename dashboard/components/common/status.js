// How fresh a page is, for the header that shows it.

/** `state`: live, slow, reconnecting, or "" for a page that has nothing to say of it. */
export function tellLive(state) {
  // A header that is drawn later than this finds it here.
  document.documentElement.dataset.relaydeskLive = state
  dispatchEvent(new CustomEvent("relaydesk:live", { detail: { state } }))
}
