// Follows the emulator: reads its state, then its events, and the state again whenever it must.

import { get } from "./api.js";
import { apply, load } from "./model.js";

const KINDS = ["request", "item", "delivery", "faults", "targets", "dialect", "options", "reset"];
const PAUSE = 1000; // milliseconds between two readings of the state

let source = null;
let waiting = null; // the events since a reading of the state began
let asked = false; // for another reading, meanwhile
let last = -Infinity;
let timer = 0;

/** Follow the emulator. `changed` is called after each change, `connected` with a word on the connection. */
export function follow(changed, connected) {
  const receive = (kind, item) => {
    if (waiting) waiting.push([kind, item]);
    else if (apply(kind, item)) soon();
    changed();
  };

  const soon = () => {
    if (waiting) asked = true;
    else if (!timer) timer = setTimeout(read, Math.max(0, last + PAUSE - performance.now()));
  };

  const read = async () => {
    timer = 0;
    waiting = [];
    asked = false;
    last = performance.now();
    try {
      load(await get("state"));
      connected("live");
    } catch {
      asked = Boolean(source); // A stream that ends reads it again once it is there again.
    }
    const missed = waiting;
    waiting = null;
    for (const [kind, item] of missed) asked = apply(kind, item) || asked;
    if (asked) soon();
    changed();
  };

  const open = () => {
    if (source || document.hidden) return;
    source = new EventSource("events");
    for (const kind of KINDS) source.addEventListener(kind, (event) => receive(kind, JSON.parse(event.data)));
    source.addEventListener("hello", soon);
    source.addEventListener("reload", soon);
    source.addEventListener("error", () => {
      connected("offline");
      // The browser tries again by itself, unless it was refused.
      if (source?.readyState === EventSource.CLOSED) {
        close();
        setTimeout(open, 2 * PAUSE);
      }
    });
  };

  const close = () => {
    source?.close();
    source = null;
  };

  // A browser has few connections to one host: those of pages that nobody sees are left to others.
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  open();
}
