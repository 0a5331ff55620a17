// Shows a picture, or a document that somebody sent, large; documents run nothing and reach nothing from here.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./words.js";

export function showPicture(address, name) {
  show(name, null, h("img", { src: address, alt: name }));
}

export function showDocument(address, name) {
  show(name, address, h("iframe", { src: address, title: name, sandbox: true }));
}

function show(name, address, content) {
  const close = () => dialog.close();
  const dialog = h("dialog", { class: "viewer", "aria-label": name },
    h("header", {},
      h("strong", {}, name),
      address && h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, icon("open"), t("openTab")),
      h("button", { type: "button", class: "round", "aria-label": t("close"), onclick: close }, icon("close"))),
    content);
  dialog.addEventListener("click", (event) => event.target === dialog && close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

/** Asks yes or no with the given words; resolves to true for yes. */
export function ask({ title, text, yes, no }) {
  return new Promise((answered) => {
    const end = (answer) => () => { answered(answer); dialog.close(); };
    const dialog = h("dialog", { class: "ask", "aria-label": title },
      h("h3", {}, title), h("div", {}, text),
      h("footer", {},
        h("button", { type: "button", onclick: end(false) }, no),
        h("button", { type: "button", class: "danger", onclick: end(true) }, yes)));
    dialog.addEventListener("close", () => { answered(false); dialog.remove(); });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** A small picture that opens large. */
export function thumbnail(address, name, after = () => {}) {
  return h("button", { type: "button", class: "thumbnail", "aria-label": t("enlarge", name), onclick: () => showPicture(address, name) },
    h("img", { src: address, alt: name, onload: after }));
}
