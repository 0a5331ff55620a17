// A field to write in that grows with its text: Enter sends, Shift and Enter begins a new line.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./words.js";

/** `send(text)` is called with what was written; parts stand before and after the field. */
export function writer({ send, before = [], after = [], escape = () => {} }) {
  const field = h("textarea", { rows: 1, spellcheck: "false", autocomplete: "off" });
  const button = h("button", { type: "submit", class: "round send" }, icon("send"));
  const form = h("form", { class: "writer" }, before, field, after, button);

  function grow() {
    field.style.height = "auto";
    field.style.height = `${Math.min(field.scrollHeight, 140)}px`;
    button.disabled = !field.value.trim();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = field.value;
    if (!text.trim()) return;
    fill("");
    send(text);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    } else if (event.key === "Escape") escape();
  });
  field.addEventListener("input", grow);

  function fill(text) {
    field.value = text;
    grow();
  }

  /** Takes what was written, leaving the field empty. */
  function take() {
    const text = field.value;
    fill("");
    return text;
  }

  function label(words) {
    field.placeholder = words;
    field.setAttribute("aria-label", words);
    button.setAttribute("aria-label", t("send"));
  }

  button.disabled = true;
  return { form, field, fill, take, label };
}
