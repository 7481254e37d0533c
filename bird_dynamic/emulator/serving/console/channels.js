// The channels with their connectors, and the webhook subscriptions.

import { by, count, el, indented, list, put, write } from "./dom.js";
import { channelsOf, flawOf, model } from "./model.js";
import { targetButton, targetOf } from "./targets.js";
import { block, copying, details, empty, facts, host, order, Part, twice } from "./shared.js";

export function channels(changed) {
  const part = new Part("channels-more", 8, changed);
  return () => {
    const all = [...model.connectors.values()].reverse();
    write(by("channels-count"), all.length.toLocaleString("en"));
    const rows = part.of(all).map((item) => ({ item, flaw: flawOf(item) }));
    list(by("channels"), rows, (each) => each.item.id, makeRow, updateChannel);
    if (!all.length)
      by("channels-more").replaceChildren(
        empty("No channel yet. Run ", el("code", {}, "pulumi up"), " in a program that is connected to this emulator."),
      );
  };
}

function makeRow() {
  return el("tr", {}, el("th", { scope: "row" }), el("td"), el("td"), el("td", { class: "end" }));
}

function updateChannel(node, { item, flaw }) {
  const signature = JSON.stringify([item, flaw]);
  if (node.signature === signature) return;
  node.signature = signature;
  const { id, name, channel, number, connectorTemplateRef: template } = item;
  const [title, phone, shown, end] = node.children;
  put(
    title,
    opener(name, () => showConnector(id)),
    el("small", {}, template),
  );
  put(phone, number ? el("span", { class: "mono" }, number.phoneNumber) : el("span", { class: "faint" }, "none"));
  put(
    shown,
    flaw && el("span", { class: "pill", "data-state": "pending" }, flaw),
    channel && [
      el("code", { class: "id", title: channel.channelId }, channel.channelId),
      copying(channel.channelId, "the channel id"),
    ],
  );
  if (!end.firstChild) end.append(deletion("connectors", id, name));
}

function showConnector(id) {
  const item = model.connectors.get(id);
  if (item)
    details(
      item.name,
      facts({ "Connector id": item.id, "Channel id": item.channel?.channelId, Template: item.connectorTemplateRef }),
      block("As the API returns it", indented(item)),
    );
}

export function webhooks(changed) {
  const part = new Part("webhooks-more", 8, changed);
  return () => {
    const all = [...model.webhooks.values()].reverse();
    const names = new Map(
      [...model.connectors.values()]
        .filter((each) => each.channel)
        .map((each) => [each.channel.channelId.toLowerCase(), each.name]),
    );
    write(by("webhooks-count"), all.length.toLocaleString("en"));
    const rows = part.of(all).map((item) => ({
      item,
      target: targetOf(item.url),
      of: channelsOf(item).map((each) => names.get(each) ?? null),
    }));
    list(by("webhooks"), rows, (each) => each.item.id, makeRow, updateWebhook);
    if (!all.length)
      by("webhooks-more").replaceChildren(
        empty("No webhook yet. A ", el("code", {}, "WebhookSubscription"), " tells your application of each call."),
      );
  };
}

function updateWebhook(node, { item, target, of }) {
  const signature = JSON.stringify([item, target, of]);
  if (node.signature === signature) return;
  node.signature = signature;
  const [title, url, filter, end] = node.children;
  put(
    title,
    opener(item.event, () => showWebhook(item.id)),
    el(
      "small",
      {},
      item.status === "active" ? "active" : el("span", { class: "warn" }, item.status),
      item.signingKey ? " · signed" : " · not signed",
    ),
  );
  put(
    url,
    el("span", { class: "line", title: item.url }, host(item.url), el("span", { class: "faint" }, pathOf(item.url))),
    targetButton(item.url),
  );
  put(
    filter,
    of.length
      ? of.map((each) => el("span", { class: each ? "line" : "line warn" }, each ?? "a channel that is gone"))
      : el("span", { class: "faint" }, "all channels"),
  );
  if (!end.firstChild) end.append(deletion("webhook-subscriptions", item.id, `${item.event} to ${item.url}`));
}

function pathOf(url) {
  const text = String(url ?? "");
  const at = text.indexOf("/", text.indexOf("//") + 2);
  return at < 0 ? "" : text.slice(at);
}

function showWebhook(id) {
  const item = model.webhooks.get(id);
  if (!item) return;
  const sent = [...model.deliveries.values()].filter((each) => each.subscriptionId === id).length;
  details(
    `${item.service} ${item.event}`,
    facts({ URL: item.url, Status: item.status, Deliveries: count(sent, "delivery", "deliveries") }),
    block("As the API returns it", indented(item)),
  );
}

const opener = (text, action) => el("button", { type: "button", class: "open", click: action }, el("bdi", {}, text));

function deletion(kind, id, name) {
  const button = el(
    "button",
    { type: "button", class: "quiet small", title: "Delete it as in Bird’s dashboard", "aria-label": `Delete ${name}` },
    "Delete",
  );
  return twice(button, "Sure?", () => order("DELETE", `${kind}/${encodeURIComponent(id)}`));
}
