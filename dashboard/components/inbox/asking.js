// What takes the model's key is asked of the api, through the desk. Not over `/rt`: a model thinks for seconds, and nothing
// else of the page may wait for it.

/** The answer of the api. Rejected with a reason, which `assist_problem.<reason>` puts into words. */
export async function askApi(path, body) {
  let response, found
  try {
    response = await fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) })
    found = await response.json()
  } catch {
    throw { reason: "unavailable" }
  }
  if (!response.ok) throw { reason: found.reason ?? "other" }
  return found
}

/** Why something did not come about, in words. */
export function problemOf(words, reason) {
  return words.say(words.has(`assist_problem.${reason}`) ? `assist_problem.${reason}` : "assist_problem.other")
}
