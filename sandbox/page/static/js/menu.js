// A button that opens a short list of choices above or below it.

import { h } from "./dom.js";

/** `choices()` gives [{words, icon, hint, act}] when the list opens. */
export function menu(button, choices) {
  const box = h("div", { class: "menu" }, button);
  button.setAttribute("aria-haspopup", "menu");
  button.setAttribute("aria-expanded", "false");
  let list = null;

  function close(back) {
    if (!list) return;
    list.remove();
    list = null;
    button.setAttribute("aria-expanded", "false");
    removeEventListener("pointerdown", elsewhere, true);
    if (back) button.focus();
  }

  function elsewhere(event) {
    if (!box.contains(event.target)) close(false);
  }

  function open() {
    list = h("div", { class: "choices", role: "menu" }, choices().map((choice) => h("button", {
      type: "button", role: "menuitem", onclick: () => { close(true); choice.act(); },
    }, choice.icon, h("span", {}, choice.words, choice.hint ? h("small", {}, choice.hint) : null))));
    box.append(list);
    button.setAttribute("aria-expanded", "true");
    addEventListener("pointerdown", elsewhere, true);
    list.firstElementChild?.focus();
  }

  button.addEventListener("click", () => (list ? close(true) : open()));
  box.addEventListener("keydown", (event) => {
    if (!list) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") close(true);
    else if (step) {
      const items = [...list.children];
      items[(items.indexOf(document.activeElement) + step + items.length) % items.length].focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  return box;
}
