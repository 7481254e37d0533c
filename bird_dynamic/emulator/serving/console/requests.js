// The requests to the API as they come in.

import { by, clock, el, indented, list, put, write } from "./dom.js";
import { model } from "./model.js";
import { block, details, empty, facts, Part } from "./shared.js";

export function requests(changed) {
  const part = new Part("requests-more", 60, changed);
  const pause = by("requests-pause");
  let frozen = null;
  let frozenMissing = 0;
  for (const id of ["requests-search", "requests-failed"]) by(id).addEventListener("input", changed);
  pause.addEventListener("click", () => {
    frozen = frozen ? null : [...model.requests];
    frozenMissing = model.missing.requests;
    pause.setAttribute("aria-pressed", String(Boolean(frozen)));
    pause.textContent = frozen ? "Go on" : "Pause";
    changed();
  });

  return () => {
    const all = frozen ?? model.requests;
    const missing = frozen ? frozenMissing : model.missing.requests;
    const searched = by("requests-search").value.trim().toLowerCase();
    const failed = by("requests-failed").checked;
    const found = [];
    for (let at = all.length - 1; at >= 0; at--) {
      const each = all[at];
      if (failed && !hasFailed(each)) continue;
      if (searched && !textOf(each).includes(searched)) continue;
      found.push(each);
    }
    const total = found.length + (searched || failed ? 0 : missing);
    const later = frozen ? `, paused (${totalNow() - frozen.length - missing} more)` : "";
    write(by("requests-count"), `${total.toLocaleString("en")}${later}`);
    list(
      by("requests"),
      part.of(found),
      (each) => `${each.time} ${each.sequence}`,
      make,
      () => {},
    );
    if (!found.length)
      by("requests-more").replaceChildren(empty(all.length ? "No request matches." : "No request yet."));
  };
}

const totalNow = () => model.requests.length + model.missing.requests;

const hasFailed = ({ status, fault }) => status == null || status >= 400 || fault != null;

const textOf = (each) =>
  `${each.method} ${each.path} ${query(each)} ${each.status} ${each.operation} ${each.fault ?? ""}`.toLowerCase();

function query({ query: given }) {
  const pairs = Object.entries(given ?? {}).flatMap(([name, value]) => [value].flat().map((each) => `${name}=${each}`));
  return pairs.length ? `?${pairs.join("&")}` : "";
}

/** A path without the workspace, and with the beginning of each id. */
const short = (path) =>
  path
    .replace(/^(?:\/organizations\/[^/]+)?\/workspaces\/[^/]+/, "…")
    .replace(/([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f-]{22}\b/gi, "$1…");

function stateOf({ status }) {
  return status == null ? "bad" : status >= 500 ? "bad" : status >= 400 ? "warn" : "good";
}

function make(each) {
  return el(
    "li",
    {},
    el(
      "button",
      { type: "button", class: "entry", click: () => show(each) },
      el("time", {}, clock(each.time)),
      el("b", { class: "method", "data-method": each.method }, each.method),
      el(
        "span",
        { class: "grow mono", title: each.path },
        short(each.path),
        el("span", { class: "faint" }, query(each)),
      ),
      each.fault && el("span", { class: "tag" }, each.fault),
      el("span", { class: "pill", "data-state": stateOf(each) }, each.status ?? "broken"),
    ),
  );
}

function show(each) {
  details(
    `${each.method} ${short(each.path)}`,
    facts({
      Path: each.path + query(each),
      Operation: each.operation,
      Status: each.status ?? "the connection was broken",
      Fault: each.fault && `${each.fault}: ${model.faultKinds[each.fault] ?? ""}`,
      "Carried out": each.applied ? "yes" : "no",
      Time: clock(each.time),
    }),
    each.body != null && block("Body", indented(each.body)),
  );
}
