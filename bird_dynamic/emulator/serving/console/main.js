// Draws the page whenever the emulator has told something new, at most once for each frame.

import { calls, deliveries } from "./calls.js";
import { channels, webhooks } from "./channels.js";
import { dialect } from "./dialect.js";
import { by } from "./dom.js";
import { faults } from "./faults.js";
import { follow } from "./feed.js";
import { numbers } from "./numbers.js";
import { requests } from "./requests.js";
import { note, order, twice } from "./shared.js";
import { start } from "./start.js";

const VIEWS = ["live", "faults", "dialect"];
let asked = false;

function changed() {
  if (asked) return;
  asked = true;
  requestAnimationFrame(() => {
    asked = false;
    for (const draw of drawings) {
      try {
        draw();
      } catch (error) {
        console.error(error); // The other views go on.
      }
    }
  });
}

const drawings = [start, numbers, channels, webhooks, calls, deliveries, requests, faults, dialect].map((view) =>
  view(changed),
);

function show() {
  const wanted = location.hash.slice(1);
  const view = VIEWS.includes(wanted) ? wanted : "live";
  for (const each of VIEWS) by(`view-${each}`).hidden = each !== view;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.dataset.view === view) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (wanted !== "main") scrollTo(0, 0);
}

function connected(state) {
  const pill = by("connection");
  pill.dataset.state = state;
  if (pill.textContent !== state) pill.textContent = state;
}

addEventListener("hashchange", show);
addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, select, textarea, dialog");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  location.hash = "live";
  by("numbers-search").focus();
});
by("details-close").addEventListener("click", () => by("details").close());
by("details").addEventListener("click", (event) => event.target === by("details") && by("details").close());
twice(by("reset"), "Delete everything?", async () => {
  if (await order("POST", "reset")) note("The workspace is empty.");
});
show();
follow(changed, connected);
