// The faults: some to switch, a form for any other, and those that are active.

import { by, count, el, list, prose, put, write } from "./dom.js";
import { model } from "./model.js";
import { empty, order } from "./shared.js";

const PRESETS = [
  ["Bird is down", "Every request is answered 503.", { kind: "status", status: 503, times: null }],
  [
    "Too many requests",
    "429 above 5 requests per second, with Retry-After.",
    { kind: "throttle", rate: 5, retry_after: "seconds", times: null },
  ],
  ["Everything is slow", "Each answer comes 2 seconds late.", { kind: "latency", seconds: 2, times: null }],
  [
    "An answer is lost",
    "The next connector is created, and the connection is reset before the answer.",
    { kind: "reset", operation: "create_connector", applied: true },
  ],
  ["Lists are out of date", "Every listing is as of 5 seconds ago.", { kind: "stale_list", seconds: 5, times: null }],
  [
    "A channel never gets ready",
    "Every read of a connector comes without its channel.",
    { kind: "slow_channel", operation: "get_connector", times: null },
  ],
  ["The access key is revoked", "Every request is answered 401.", { kind: "revoked" }],
  [
    "Your webhook fails",
    "Every delivery is answered 500, and repeated later.",
    { kind: "status", operation: "deliver", status: 500, times: null },
  ],
];
const DEFAULTS = {
  operation: "any",
  nth: 1,
  times: 1,
  probability: 1,
  applied: false,
  status: 500,
  headers: {},
  seconds: 0,
  rate: 20,
  retry_after: "none",
};
const WAITS = ["latency", "hang", "stale_list", "stale_read"];

const full = ({ left, ...fault }) => ({ ...DEFAULTS, ...fault });
const same = (one, other) =>
  Object.keys(full(one)).every((key) => JSON.stringify(full(one)[key]) === JSON.stringify(full(other)[key]));
const still = () => model.faults.filter((each) => each.left !== 0);
const replace = (wanted) => order("PUT", "faults", wanted.map(full));

export function faults() {
  const switches = PRESETS.map(([title, text, fault]) => {
    const button = el(
      "button",
      { type: "button", role: "switch", "aria-checked": "false", class: "preset", click: () => toggle(fault) },
      el("span", { class: "knob" }),
      el("span", {}, el("b", {}, title), el("small", {}, text)),
    );
    by("presets").append(button);
    return [button, fault];
  });
  by("faults-clear").addEventListener("click", () => replace([]));
  const form = custom();

  return () => {
    const active = still();
    for (const [button, fault] of switches)
      button.setAttribute("aria-checked", String(active.some((each) => same(each, fault))));
    const badge = by("faults-badge");
    badge.hidden = !active.length;
    write(badge, active.length);
    write(by("active-count"), active.length);
    by("faults-clear").disabled = !model.faults.length;
    list(
      by("active"),
      model.faults.map((fault, at) => ({ fault, at })),
      (each) => each.at,
      make,
      update,
    );
    put(by("active-more"), !model.faults.length && empty("None: everything goes well."));
    banner(active);
    form();
  };
}

function banner(active) {
  const place = by("faults-banner");
  const signature = JSON.stringify(active.map(full));
  if (place.signature === signature) return;
  place.signature = signature;
  place.hidden = !active.length;
  put(
    place,
    el("span", {}, el("b", {}, count(active.length, "fault")), ` active: ${active.map(described).join("; ")}`),
    el("button", { type: "button", class: "quiet", click: () => replace([]) }, "Remove"),
  );
}

function toggle(fault) {
  const others = still().filter((each) => !same(each, fault));
  replace(others.length < still().length ? others : [...others, fault]);
}

function described(fault) {
  const { kind, operation, nth, times, applied } = fault;
  const what =
    {
      status: `answers ${fault.status}`,
      throttle: `429 above ${fault.rate} requests per second`,
      latency: `answers ${fault.seconds} s late`,
      hang: `no answer for ${fault.seconds} s`,
      stale_list: `lists as of ${fault.seconds || "one change"} ${fault.seconds ? "s " : ""}ago`,
      stale_read: `reads as of ${fault.seconds || "one change"} ${fault.seconds ? "s " : ""}ago`,
    }[kind] ??
    model.faultKinds[kind] ??
    kind;
  const when = nth > 1 ? `, from request ${nth} on` : "";
  return `${what}${operation === "any" ? "" : ` (${operation})`}${when}${times == null || kind === "throttle" || kind === "revoked" ? "" : `, ${count(times, "time")}`}${applied ? ", carried out all the same" : ""}`;
}

function make({ at }) {
  return el(
    "li",
    { class: "fault" },
    el("span", { class: "grow" }),
    el("span", { class: "pill" }),
    el(
      "button",
      {
        type: "button",
        class: "quiet small",
        click: () => replace(model.faults.filter((each, index) => index !== at && each.left !== 0)),
      },
      "Remove",
    ),
  );
}

function update(node, { fault }) {
  const [text, left, button] = node.children;
  put(text, el("b", {}, fault.kind), " ", described(fault));
  write(
    left,
    fault.left == null ? "until it is removed" : fault.left ? `${count(fault.left, "time")} left` : "has happened",
  );
  left.dataset.state = fault.left === 0 ? "" : "warn";
  button.setAttribute("aria-label", `Remove ${fault.kind} on ${fault.operation}`);
}

/** The form for any other fault. Returns what fills it once the kinds are known. */
function custom() {
  const kind = el("select", { id: "custom-kind", name: "kind" });
  const operation = el("select", { id: "custom-operation", name: "operation" });
  const times = el(
    "select",
    { id: "custom-times", name: "times" },
    ...[
      ["1", "once"],
      ["3", "3 times"],
      ["", "until it is removed"],
    ].map(([value, text]) => el("option", { value }, text)),
  );
  const number = (id, value, max) => el("input", { id, type: "number", min: "0", max, step: "any", value });
  const status = number("custom-status", "500", "599");
  const seconds = number("custom-seconds", "2", "3600");
  const rate = number("custom-rate", "5");
  const nth = number("custom-nth", "1");
  const applied = el("input", { id: "custom-applied", type: "checkbox" });
  const field = (label, input) => el("div", { class: "field" }, el("label", { for: input.id }, label), input);
  const only = [
    [field("Status", status), ["status"]],
    [field("Seconds", seconds), WAITS],
    [field("Requests per second", rate), ["throttle"]],
  ];
  const says = el("p", { class: "hint", id: "custom-says" });
  const form = by("custom");
  form.append(
    field("What", kind),
    field("Of", operation),
    field("From request", nth),
    field("How often", times),
    ...only.map(([each]) => each),
    el("label", { class: "check" }, applied, " carried out all the same"),
    el("button", { type: "submit", class: "main" }, "Add"),
    says,
  );

  const show = () => {
    for (const [each, kinds] of only) each.hidden = !kinds.includes(kind.value);
    put(says, ...prose(`Bird ${model.faultKinds[kind.value]}.`));
  };
  kind.addEventListener("change", show);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const made = {
      kind: kind.value,
      operation: operation.value,
      nth: Number(nth.value),
      times: times.value ? Number(times.value) : null,
      applied: applied.checked,
    };
    if (kind.value === "status") made.status = Number(status.value);
    if (kind.value === "throttle") made.rate = Number(rate.value);
    if (WAITS.includes(kind.value)) made.seconds = Number(seconds.value);
    replace([...still(), made]);
  });

  return () => {
    if (kind.childElementCount || !model.operations.length) return;
    put(kind, ...Object.keys(model.faultKinds).map((each) => el("option", { value: each }, each)));
    put(
      operation,
      ...model.operations.map((each) => el("option", { value: each }, each === "any" ? "any request" : each)),
    );
    show();
  };
}
