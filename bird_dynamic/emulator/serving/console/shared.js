// What several views have in common: notes, details, buttons that ask again, and long lists.

import { send } from "./api.js";
import { by, count, el, put } from "./dom.js";

/** Tell the person something for a moment; an error stays until it is closed. */
export function note(text, failed = false) {
  const made = el("div", { class: failed ? "note failed" : "note" }, el("span", {}, text));
  made.append(el("button", { type: "button", class: "quiet", "aria-label": "Close", click: () => made.remove() }, "✕"));
  // What is behind a dialog is neither seen nor read out.
  const place = by(!failed ? "notes" : by("details").open ? "details-notes" : "alerts");
  while (place.childElementCount >= 3) place.firstChild.remove();
  place.append(made);
  if (!failed) setTimeout(() => made.remove(), 5000);
}

/** Send a control request, and tell the person if it is refused. Returns its answer, or null. */
export async function order(method, path, body) {
  try {
    return await send(method, path, body);
  } catch (error) {
    note(error.message, true);
    return null;
  }
}

/** A button that carries something out only when it is pressed twice. */
export function twice(button, asks, action) {
  const says = button.textContent;
  const name = button.getAttribute("aria-label") ?? says;
  let timer = 0;
  const calm = () => {
    clearTimeout(timer);
    timer = 0;
    button.textContent = says;
    button.setAttribute("aria-label", name);
    button.classList.remove("armed");
  };
  button.addEventListener("blur", calm);
  button.addEventListener("click", () => {
    if (timer) {
      calm();
      action();
      return;
    }
    button.textContent = asks;
    button.setAttribute("aria-label", `${name}: ${asks} Press again`);
    button.classList.add("armed");
    timer = setTimeout(calm, 4000);
  });
  return button;
}

/** A button that copies a text. */
export function copying(text, label) {
  const made = el(
    "button",
    { type: "button", class: "copy", title: `Copy ${text}`, "aria-label": `Copy ${label}` },
    "Copy",
  );
  made.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text).then(
      () => note(`Copied ${label}.`),
      () => note("The browser does not permit it.", true),
    );
  });
  return made;
}

/** Show something in full, above the page. */
export function details(title, ...content) {
  put(by("details-title"), title);
  put(by("details-notes"));
  put(by("details-body"), ...content);
  if (!by("details").open) by("details").showModal();
}

/** Names with values, for `details`; without those that have none. */
export function facts(pairs) {
  const known = Object.entries(pairs).filter(([, value]) => value != null && value !== "");
  return el("dl", {}, ...known.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
}

/** A text in its own lines, for `details`. */
export const block = (title, text) =>
  el("div", { class: "block" }, el("h3", {}, title), el("pre", { tabindex: "0" }, ...lines(text)));

const lines = (text) =>
  String(text)
    .split("\n")
    .flatMap((each, index) => (index ? [el("br"), each] : [each]));

/** The part of a long list that is shown, and a button for more of it. */
export class Part {
  constructor(footer, size, changed) {
    this.footer = by(footer);
    this.size = this.step = size;
    this.button = el("button", {
      type: "button",
      class: "quiet",
      click: () => {
        this.size += this.step * 4;
        changed();
      },
    });
  }

  of(items) {
    const left = items.length - this.size;
    if (left > 0) {
      this.button.textContent = `Show more (${count(left, "other")})`;
      if (this.footer.firstChild !== this.button) this.footer.replaceChildren(this.button);
    } else this.footer.replaceChildren();
    return items.slice(0, this.size);
  }
}

/** The host of a URL, or the text itself. */
export function host(url) {
  try {
    return new URL(url).host;
  } catch {
    return String(url ?? "");
  }
}

/** What stands in an empty list. */
export const empty = (...content) => el("p", { class: "empty" }, ...content);
