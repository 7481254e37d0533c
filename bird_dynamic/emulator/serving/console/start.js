// How a program is connected to this emulator: what an empty workspace shows, and the settings at any time.

import { by, el, put } from "./dom.js";
import { model } from "./model.js";
import { block, copying, details } from "./shared.js";

const settings = () =>
  Object.entries({ BIRD_API_URL: location.origin, ...model.settings })
    .map(([name, value]) => `export ${name}=${value}`)
    .join("\n");

export function start() {
  by("connect").addEventListener("click", () =>
    details(
      "Connect a program",
      el("p", {}, "Paste these lines into the terminal in which you run Pulumi or your application."),
      block("Settings", settings()),
      copying(settings(), "the settings"),
    ),
  );

  return () => {
    const place = by("start");
    place.hidden = !model.numbers.size || model.connectors.size + model.webhooks.size > 0;
    if (place.hidden || place.firstChild) return;
    const step = (title, ...content) => el("li", {}, el("h2", {}, title), ...content);
    put(
      place,
      el(
        "ol",
        {},
        step(
          "1. Connect your program",
          el("p", {}, "Paste these lines into its terminal. ", copying(settings(), "the settings")),
          el(
            "pre",
            { tabindex: "0" },
            ...settings()
              .split("\n")
              .flatMap((each) => [each, el("br")]),
          ),
        ),
        step(
          "2. Install a voice channel",
          el(
            "p",
            {},
            "Run ",
            el("code", {}, "pulumi up"),
            ". The channel appears here while it is made, with each request.",
          ),
        ),
        step(
          "3. Ring it",
          el(
            "p",
            {},
            "Press ",
            el("strong", {}, "Ring"),
            " beside the number. Your webhook is told of the call, and you see what it answered.",
          ),
        ),
      ),
    );
  };
}
