// Short remarks that go away by themselves.

import { h } from "./dom.js";

const SECONDS = 6;

export function toast(words, kind = "") {
  const shown = h("p", { class: `toast ${kind}` }, words);
  document.getElementById("toasts").append(shown);
  setTimeout(() => shown.remove(), SECONDS * 1000);
}
