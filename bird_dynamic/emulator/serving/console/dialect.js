// The dialect: the questions that Bird's documentation leaves open, with their possible answers.

import { by, el, prose, put, write } from "./dom.js";
import { model } from "./model.js";
import { order } from "./shared.js";

export function dialect() {
  by("dialect-clear").addEventListener("click", () => order("PUT", "dialect", {}));
  let drawn = null;
  return () => {
    if (drawn !== model.questions) {
      if (JSON.stringify(drawn) !== JSON.stringify(model.questions))
        put(by("questions"), ...model.questions.map(question));
      drawn = model.questions;
    }
    let changed = 0;
    for (const { name, choices } of model.questions) {
      const chosen = model.dialect[name];
      const box = by(`question-${name}`);
      const differs = chosen !== choices[0].name;
      changed += differs;
      box.classList.toggle("changed", differs);
      for (const input of box.querySelectorAll("input")) input.checked = input.value === chosen;
    }
    by("dialect-badge").hidden = !changed;
    write(by("dialect-badge"), changed);
    by("dialect-clear").disabled = !changed;
  };
}

function question({ name, asks, choices }) {
  return el(
    "fieldset",
    { id: `question-${name}`, class: "card question" },
    el("legend", {}, ...prose(asks)),
    ...choices.map((each, at) =>
      el(
        "label",
        {},
        el("input", {
          type: "radio",
          name: `dialect-${name}`,
          value: each.name,
          change: () => order("PATCH", "dialect", { [name]: each.name }),
        }),
        el(
          "span",
          {},
          el("b", {}, each.name),
          " ",
          ...prose(each.means),
          " ",
          (each.confidence !== "assumed" || at === 0) &&
            el("span", { class: "tag", title: each.source }, each.confidence),
        ),
      ),
    ),
  );
}
