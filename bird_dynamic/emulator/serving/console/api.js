// Control requests to the emulator that served this page.

/** The answer to a GET. Raises Error. */
export const get = (path) => send("GET", path);

/** Send a request. Returns what is answered. Raises Error with the emulator's message. */
export async function send(method, path, body) {
  let response;
  try {
    response = await fetch(path, {
      method,
      cache: "no-store",
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Error("The emulator does not answer. Is it still running?");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.message ?? `The emulator answered ${response.status}.`);
  return answer;
}
