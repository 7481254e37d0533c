// What the emulator has told: one map per kind of item, and what follows from them.

const KEPT = 5000; // requests, calls and deliveries, each

export const model = {
  missing: { requests: 0, calls: 0, deliveries: 0 }, // those that the emulator has, and that are not here
  numbers: new Map(),
  connectors: new Map(),
  channels: new Map(),
  webhooks: new Map(),
  calls: new Map(),
  deliveries: new Map(),
  requests: [],
  faults: [],
  targets: {},
  dialect: {},
  options: {},
  settings: {},
  operations: [],
  faultKinds: {},
  questions: [],
};

const MAPS = {
  numbers: "numbers",
  connectors: "connectors",
  channels: "channels",
  "webhook-subscriptions": "webhooks",
  calls: "calls",
};
const keyed = (items, key) => new Map(items.map((each) => [each[key], each]));

/** Replace everything by the state of the emulator. */
export function load(state) {
  for (const [kind, name] of Object.entries(MAPS)) model[name] = keyed(state.items[kind], "id");
  model.deliveries = keyed(state.deliveries, "requestId");
  model.requests = [...earlier(state.requests), ...state.requests];
  model.missing = {
    requests: Math.max(0, state.totals.requests - model.requests.length),
    calls: Math.max(0, state.totals.calls - model.calls.size),
    deliveries: Math.max(0, state.totals.deliveries - model.deliveries.size),
  };
  for (const name of ["faults", "targets", "dialect", "options", "settings", "operations", "faultKinds", "questions"]) {
    model[name] = state[name];
  }
}

/** The known requests from before these, if nothing is missing between them. */
function earlier([first]) {
  const at = model.requests.findIndex((each) => each.sequence === first?.sequence && each.time === first.time);
  return at < 0 ? [] : model.requests.slice(0, at);
}

/** Take in one event. Returns whether the state must be read again. */
export function apply(kind, item) {
  if (kind === "request") add(item);
  else if (kind === "faults") model.faults = item;
  else if (kind === "targets") model.targets = item;
  else if (kind === "delivery") keep("deliveries", item.requestId, item);
  else if (kind === "item") change(item);
  else return true;
  return false;
}

function add(request) {
  const last = model.requests.at(-1);
  if (last && request.sequence <= last.sequence) return; // The state has it already.
  model.requests.push(request);
  if (model.requests.length > KEPT + 500) model.missing.requests += model.requests.splice(0, 500).length;
}

function keep(name, key, item) {
  const map = model[name];
  const [first] = map.values();
  if (!map.has(key) && first && item.createdAt < first.createdAt) return; // Older than all that is here.
  map.set(key, item);
  if (map.size > KEPT) {
    map.delete(map.keys().next().value);
    model.missing[name] += 1;
  }
}

function change({ kind, id, item }) {
  const map = model[MAPS[kind]];
  if (!map) return;
  if (!item) map.delete(id);
  else if (kind === "calls") keep("calls", id, item);
  else map.set(id, item);
}

/** How many calls or deliveries there are in the emulator. */
export const totalOf = (name) => model[name].size + model.missing[name];

/** The id of the number of a connector. */
const numberOf = (connector) => connector.number?.profileId ?? connector.arguments?.phoneNumberId;

/** What is wrong with the channel of a connector: that it is not there yet, or its status; null if it is active. */
export function flawOf({ channel }) {
  if (!channel) return "not ready";
  const status = model.channels.get(channel.channelId)?.status ?? "active";
  return status === "active" ? null : status;
}

export const isVoice = (connector) => String(connector.connectorTemplateSlug ?? "").startsWith("voice-");

/** The connectors of each number, by the number's id. */
export function connectorsByNumber() {
  const found = new Map();
  for (const each of model.connectors.values()) {
    const number = numberOf(each);
    if (number == null) continue;
    if (!found.has(number)) found.set(number, []);
    found.get(number).push(each);
  }
  return found;
}

const filterOf = (webhook, key) =>
  (Array.isArray(webhook.eventFilters) ? webhook.eventFilters : [])
    .filter((each) => each?.key === key)
    .map((each) => String(each.value).toLowerCase());

/** The channels whose events alone a webhook receives; none for all channels. */
export const channelsOf = (webhook) => filterOf(webhook, "channelId");

/** The active webhooks of incoming calls, by channel; those of all channels under "". */
export function inboundWebhooks() {
  const found = new Map([["", []]]);
  for (const each of model.webhooks.values()) {
    if (each.service !== "channels" || each.event !== "voice.inbound" || each.status !== "active") continue;
    for (const channel of channelsOf(each).length ? channelsOf(each) : [""]) {
      if (!found.has(channel)) found.set(channel, []);
      found.get(channel).push(each);
    }
  }
  return found;
}
