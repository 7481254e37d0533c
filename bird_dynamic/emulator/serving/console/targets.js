// Which program on this machine receives the webhooks of a public address.

import { by, el, put } from "./dom.js";
import { model } from "./model.js";
import { details, order } from "./shared.js";

/** The public address of a webhook, such as https://example.com; null if it is none. */
function originOf(url) {
  try {
    return new URL(url).origin;
  } catch {
    return null;
  }
}

/** The program that receives a webhook, or undefined. */
export const targetOf = (url) => model.targets[originOf(url)];

/** A button that tells where a webhook is delivered, and changes it. */
export function targetButton(url, otherwise = "not delivered: choose a program") {
  const origin = originOf(url);
  const target = model.targets[origin];
  if (!origin?.startsWith("https:")) return null;
  return el(
    "button",
    {
      type: "button",
      class: "target",
      title: "Choose the program on this machine that receives it",
      click: () => choose(origin),
    },
    target ? `→ ${target.replace("http://", "")}` : otherwise,
  );
}

function choose(origin) {
  const input = el("input", {
    id: "target",
    type: "url",
    required: true,
    placeholder: "http://127.0.0.1:5000",
    autocomplete: "off",
    spellcheck: "false",
  });
  input.value = model.targets[origin] ?? "http://127.0.0.1:5000";
  const save = async (targets) => {
    put(by("details-notes"));
    if (await order("PUT", "targets", targets)) by("details").close();
  };
  const { [origin]: present, ...others } = model.targets;
  const form = el(
    "form",
    {
      class: "row",
      submit: (event) => {
        event.preventDefault();
        save({ ...others, [origin]: input.value.trim() });
      },
    },
    el("label", { for: "target" }, "The program"),
    input,
    el("button", { type: "submit", class: "main" }, "Deliver"),
    present && el("button", { type: "button", class: "quiet", click: () => save(others) }, "Do not deliver"),
  );
  details(
    `Webhooks for ${origin}`,
    el(
      "p",
      {},
      "Nothing leaves this machine: a webhook is sent to the program that you name, with the signature for its public address.",
    ),
    form,
  );
  input.select();
}
