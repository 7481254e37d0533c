// The calls as they go, and what the webhooks were told of them.

import { by, clock, el, indented, list, put, table, write } from "./dom.js";
import { model, totalOf } from "./model.js";
import { block, details, empty, facts, host, Part } from "./shared.js";
import { targetButton } from "./targets.js";

const STEPS = ["starting", "ringing", "ongoing"];
const ENDS = table({ completed: "good", "no-answer": "warn", busy: "warn", failed: "bad", canceled: "warn" });
const RESULTS = table({
  pending: ["wait", "not received yet"],
  succeeded: ["good", "received"],
  failed: ["bad", "given up"],
  unmapped: ["warn", "not sent: no program is mapped to this host"],
  unsubscribed: ["warn", "no webhook asks for it"],
});

export function calls(changed) {
  const part = new Part("calls-more", 8, changed);
  return () => {
    const all = [...model.calls.values()].reverse();
    const byCall = new Map();
    for (const each of model.deliveries.values()) byCall.set(each.subject, [...(byCall.get(each.subject) ?? []), each]);
    write(by("calls-count"), totalOf("calls").toLocaleString("en"));
    const rows = part.of(all).map((call) => ({ call, told: byCall.get(call.id) ?? [] }));
    list(by("calls"), rows, (each) => each.call.id, makeCall, updateCall);
    if (!all.length)
      by("calls-more").replaceChildren(
        empty("No call yet. Press ", el("strong", {}, "Ring"), " beside a number that has a voice channel."),
      );
  };
}

function makeCall() {
  return el(
    "li",
    { class: "call" },
    el("div", { class: "head" }),
    el("ol", { class: "track", "aria-hidden": "true" }),
    el("div", { class: "told" }),
  );
}

function updateCall(node, { call, told }) {
  const signature = JSON.stringify([call, told.map((each) => [each.requestId, each.status, each.attempts?.length])]);
  if (node.signature === signature) return;
  node.signature = signature;
  const [head, track, chips] = node.children;
  const incoming = call.direction === "incoming";
  put(
    head,
    el(
      "button",
      {
        type: "button",
        class: "open",
        click: () => details("Call", block("As the API returns it", indented(model.calls.get(call.id) ?? call))),
      },
      el("span", { class: "way", title: call.direction }, incoming ? "↙" : "↗"),
      el("span", { class: "hidden" }, `${call.direction} call `),
      el("bdi", { class: "mono" }, call.from),
      " → ",
      el("bdi", { class: "mono" }, call.to),
    ),
    el("time", {}, clock(call.createdAt)),
    el(
      "span",
      { class: "pill", "data-state": ENDS[call.status] ?? "wait" },
      call.status,
      call.duration ? ` ${call.duration} s` : "",
    ),
  );
  put(
    track,
    stepsOf(call).map(([name, reached]) =>
      el("li", { "data-reached": String(reached), "data-state": ENDS[name] ?? "" }, name),
    ),
  );
  put(
    chips,
    told.map((each) => {
      return el(
        "button",
        {
          type: "button",
          class: "told-one",
          "data-state": stateOf(each),
          title: explained(each),
          click: () => show(each.requestId),
        },
        el("i", { class: "dot" }),
        `${stepOf(each)} `,
        el("b", {}, answerOf(each)),
        each.url ? ` ${host(each.url)}` : "",
      );
    }),
  );
}

/** The steps of a call, and whether each was reached. */
function stepsOf(call) {
  const over = call.status in ENDS;
  const at = STEPS.indexOf(call.status);
  const reached = {
    starting: call.status !== "accepted",
    ringing: call.ringingAt || at >= 1,
    ongoing: call.answeredAt || at >= 2,
  };
  const before = STEPS.filter((each) => !over || reached[each]);
  return [...before.map((each) => [each, Boolean(reached[each])]), [over ? call.status : "completed", over]];
}

export function deliveries(changed) {
  const part = new Part("deliveries-more", 12, changed);
  return () => {
    const all = [...model.deliveries.values()].reverse();
    write(by("deliveries-count"), totalOf("deliveries").toLocaleString("en"));
    list(by("deliveries"), part.of(all), (each) => each.requestId, makeDelivery, updateDelivery);
    if (!all.length)
      by("deliveries-more").replaceChildren(
        empty("Nothing was delivered yet. Each event of a call goes to the webhooks that ask for it."),
      );
  };
}

function makeDelivery({ requestId }) {
  return el(
    "li",
    {},
    el(
      "button",
      { type: "button", class: "entry", click: () => show(requestId) },
      el("time"),
      el("span", { class: "grow" }),
      el("span", { class: "pill" }),
    ),
  );
}

function updateDelivery(node, item) {
  const [time, what, result] = node.firstChild.children;
  write(time, clock(item.createdAt));
  put(
    what,
    el("b", {}, item.event),
    ` ${stepOf(item)} `,
    el("span", { class: "faint" }, item.url ? host(item.url) : "no webhook"),
  );
  write(result, answerOf(item) + (item.attempts.length > 1 ? `, attempt ${item.attempts.length}` : ""));
  result.dataset.state = stateOf(item);
  result.title = explained(item);
}

const stateOf = ({ status, attempts }) =>
  status === "pending" && attempts.length ? "warn" : (RESULTS[status]?.[0] ?? "wait");

const explained = (item) => RESULTS[item.status]?.[1] ?? item.status;

function answerOf(item) {
  const last = item.attempts.at(-1);
  if (item.status === "unmapped") return "kept";
  if (item.status === "unsubscribed") return "nobody";
  return last ? String(last.status ?? "no answer") : "sending";
}

/** What the call had come to when the event happened. */
function stepOf(item) {
  return parsed(item.body)?.payload?.status ?? "";
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function show(requestId) {
  const item = model.deliveries.get(requestId);
  if (!item) return;
  const content = parsed(item.body);
  details(
    `${item.event} ${stepOf(item)}`,
    facts({
      Result: explained(item),
      "Webhook URL": item.url,
      "Sent to": item.target,
      Signed: item.signed ? "yes" : "no: the webhook has no signing key",
      "Request id": item.requestId,
      "Next attempt": item.nextAttemptAt && clock(item.nextAttemptAt),
    }),
    item.status === "unmapped" &&
      el(
        "p",
        {},
        "Nothing leaves this machine. A program on it can receive the next one:",
        targetButton(item.url, "Choose the program"),
      ),
    item.attempts.length > 0 &&
      el(
        "div",
        { class: "block" },
        el("h3", {}, "Attempts"),
        el(
          "ol",
          { class: "attempts" },
          item.attempts.map((each) =>
            el(
              "li",
              {},
              `${clock(each.at)} `,
              el("b", {}, each.error ?? each.status),
              ` ${each.milliseconds} ms `,
              el("span", { class: "faint" }, String(each.body ?? "").slice(0, 300)),
            ),
          ),
        ),
      ),
    Object.keys(item.headers ?? {}).length > 0 &&
      block(
        "Headers",
        Object.entries(item.headers)
          .map(([name, value]) => `${name}: ${value}`)
          .join("\n"),
      ),
    block("Body", content ? indented(content) : item.body),
  );
}
