// Elements made of text, never of markup. What the emulator tells may be anything that a program sent.

// Control characters, line separators, and characters that turn or hide the text around them.
const HIDDEN =
  /[\u0000-\u001f\u007f-\u009f\u061c\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|[\u{e0000}-\u{e007f}]/gu;

/** A text in which such characters are written as their code, such as \u202e. */
export function visible(text) {
  return String(text ?? "").replace(HIDDEN, (each) => "\\u" + each.codePointAt(0).toString(16).padStart(4, "0"));
}

/** An element. Attributes that are functions listen to an event; strings among the children become text. */
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, visible(value));
  }
  put(made, ...children);
  return made;
}

/** Replace the children of an element. */
export function put(parent, ...children) {
  parent.replaceChildren(
    ...children
      .flat()
      .filter((each) => each != null && each !== false)
      .map((each) => (each instanceof Node ? each : document.createTextNode(visible(each)))),
  );
}

/** Set the text of an element, if it is another one. */
export function write(node, text) {
  const shown = visible(text);
  if (node.textContent !== shown) node.textContent = shown;
}

/**
 * Make the children of a parent those of the items, in their order. An item that stays keeps its element, and so the
 * focus in it. `update` is called for each element whose item is another one than before.
 */
export function list(parent, items, keyOf, create, update) {
  const known = parent.known ?? new Map();
  const wanted = new Map();
  for (const item of items) {
    const key = keyOf(item);
    const node = known.get(key) ?? create(item);
    if (node.item !== item) {
      update(node, item);
      node.item = item;
    }
    wanted.set(key, node);
  }
  for (const [key, node] of known) if (!wanted.has(key)) node.remove();
  let at = parent.firstChild;
  for (const node of wanted.values()) {
    if (node === at) at = at.nextSibling;
    else parent.insertBefore(node, at);
  }
  parent.known = wanted;
}

/** A text in which what stands between backticks is code, for `el` and `put`. */
export const prose = (text) =>
  String(text)
    .split("`")
    .map((each, at) => (at % 2 ? el("code", {}, each) : each));

/** An object in which every name is unknown but its own: a status may be called "constructor". */
export const table = (entries) => Object.assign(Object.create(null), entries);

/** The element with this id. */
export const by = (id) => document.getElementById(id);

const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** The time of day of a moment: a text in ISO format, or seconds since 1970. */
export function clock(moment) {
  const date = new Date(typeof moment === "number" ? moment * 1000 : moment);
  return Number.isNaN(date.getTime()) ? "" : CLOCK.format(date);
}

/** A number with what it counts. */
export const count = (number, one, many = `${one}s`) => `${number.toLocaleString("en")} ${number === 1 ? one : many}`;

/** An object, a list or any other JSON value, as indented text. */
export const indented = (value) => JSON.stringify(value, null, 2);
