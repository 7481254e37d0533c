// The phone numbers: what answers them, where their calls go, and a button that rings them.

import { by, el, list, put, write } from "./dom.js";
import { connectorsByNumber, flawOf, inboundWebhooks, isVoice, model } from "./model.js";
import { host, order, Part } from "./shared.js";

export function numbers(changed) {
  const part = new Part("numbers-more", 60, changed);
  by("numbers-search").addEventListener("input", changed);
  by("numbers-filter").addEventListener("change", changed);
  // It is also how a call ends that a program starts.
  const outcome = by("outcome");
  outcome.addEventListener("change", () => order("PATCH", "options", { call_outcome: outcome.value }));
  let known = null;

  return () => {
    if (known !== model.options.call_outcome) outcome.value = known = model.options.call_outcome;
    const connectors = connectorsByNumber();
    const webhooks = inboundWebhooks();
    const rows = [...model.numbers.values()].map((number) => row(number, connectors, webhooks));
    const searched = by("numbers-search").value.trim().toLowerCase();
    const filter = by("numbers-filter").value;
    const found = rows.filter(
      (each) =>
        (!searched || textOf(each).includes(searched)) &&
        (filter === "all" || (filter === "used" ? each.connectors.length : each.lost)),
    );
    const voice = rows.filter((each) => each.ready).length;
    write(
      by("numbers-count"),
      found.length === rows.length
        ? `${rows.length.toLocaleString("en")}, ${voice.toLocaleString("en")} ready`
        : `${found.length} of ${rows.length.toLocaleString("en")}`,
    );
    list(by("numbers"), part.of(found), (each) => each.number.id, make, update);
  };
}

function row(number, byNumber, webhooks) {
  const connectors = byNumber.get(number.id) ?? [];
  const voice = connectors.filter(isVoice);
  const ready = voice.filter((each) => each.channel);
  const hooks = ready.flatMap((each) => [
    ...(webhooks.get(each.channel.channelId.toLowerCase()) ?? []),
    ...webhooks.get(""),
  ]);
  const able = Object.entries(number.capabilities ?? {})
    .filter(([, each]) => each?.inbound)
    .map(([name]) => name);
  return {
    number,
    connectors,
    hooks,
    able,
    voice: voice.length > 0,
    ready: ready.length > 0,
    lost: ready.length > 0 && hooks.length === 0,
  };
}

const textOf = ({ number, connectors }) =>
  [number.number, number.country, number.type, ...connectors.map((each) => each.name)].join(" ").toLowerCase();

function make({ number, able }) {
  const ring = el(
    "button",
    { type: "button", class: "ring", "aria-label": `Ring ${number.number}`, click: () => call(number.number) },
    "Ring",
  );
  const about = [number.country, number.type, ...able].join(" · ");
  return el(
    "tr",
    {},
    el("th", { scope: "row" }, el("span", { class: "mono" }, number.number), el("small", {}, about)),
    el("td"),
    el("td"),
    el("td", { class: "end" }, able.includes("voice") && ring),
  );
}

function update(node, { number, connectors, hooks, voice, ready, lost, able }) {
  const signature = JSON.stringify([
    connectors.map((each) => [each.id, each.name, flawOf(each)]),
    hooks.map((each) => [each.id, each.url]),
  ]);
  if (node.signature === signature) return;
  node.signature = signature;
  const [, channel, target, end] = node.children;
  put(channel, connectors.length ? connectors.map(chip) : el("span", { class: "faint" }, "no channel"));
  put(
    target,
    lost
      ? el(
          "span",
          { class: "warn", title: "No active webhook subscription receives voice.inbound of this channel" },
          "nobody",
        )
      : hooks.length
        ? hooks.map((each) => el("span", { class: "line", title: each.url }, host(each.url)))
        : el("span", { class: "faint" }, voice ? "not ready" : able.includes("voice") ? "" : "no voice"),
  );
  const ring = end.firstChild;
  if (!ring) return;
  ring.disabled = !ready;
  ring.title = ready ? `Play an incoming call to ${number.number}` : "It has no voice channel that is ready";
}

function chip(connector) {
  const flaw = flawOf(connector);
  return el(
    "span",
    {
      class: "line chip",
      "data-state": flaw ? "pending" : "ready",
      title: `${connector.name}: ${connector.connectorTemplateRef}, ${flaw ?? "active"}`,
    },
    el("i", { class: "dot" }),
    el("bdi", {}, connector.name),
  );
}

async function call(to) {
  // The call is seen in its list, and heard of here.
  if (await order("POST", "calls/incoming", { to, outcome: by("outcome").value })) write(by("said"), `Ringing ${to}.`);
}
