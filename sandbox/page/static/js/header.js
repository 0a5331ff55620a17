// The top of the page: the demo's clock, language, colours, the guide, and which half a narrow screen shows.

import { h, put } from "./dom.js";
import { icon } from "./icons.js";
import { post } from "./server.js";
import { change, remember, remembered, state } from "./state.js";
import { dayOf, hourOf, now } from "./time.js";
import { LANGUAGES, pick, speak, spoken, t } from "./words.js";

const top = document.getElementById("top");
const guide = document.getElementById("guide");

export function drawHeader() {
  document.title = state.about.title || "Sandbox";
  const theme = paint();
  const view = document.body.dataset.view;
  const time = now();
  const shown = [spoken(), theme, view, state.online, state.about.title, state.clock, dayOf(time), hourOf(time), hidden()];
  put(top, JSON.stringify(shown), () => h("div", { class: "bar" }, title(), clock(time), views(view), settings(theme)));
  put(guide, state.online ? guideSign() : "gone", () => (state.online ? walk() : h("p", { class: "gone" }, t("stopped"))));
}

function title() {
  return h("div", { class: "title" },
    h("img", { src: "/page/pictures/icon.svg", alt: "", width: 28, height: 28 }),
    h("div", {}, h("h1", {}, state.about.title || "Sandbox"), h("p", {}, t("note"))));
}

function clock(time) {
  const forward = (unit) => () => post("/clock", { [unit]: 1 });
  const movable = state.clock?.movable;
  return h("div", { class: "clock", role: "group", "aria-label": t("time") },
    icon("clock"),
    h("time", { datetime: time.toISOString() }, h("b", {}, hourOf(time)), h("span", {}, dayOf(time))),
    state.clock?.offset ? h("span", { class: "ahead" }, t("ahead", span(state.clock.offset))) : null,
    movable && h("button", { type: "button", onclick: forward("hours") }, t("hour")),
    movable && h("button", { type: "button", onclick: forward("days") }, t("day")));
}

function span(seconds) {
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor((seconds % 86_400) / 3600);
  return [days && t("days", days), hours && t("hours", hours)].filter(Boolean).join(" ");
}

function views(view) {
  const go = (wanted) => () => { document.body.dataset.view = wanted; change(); };
  const tab = (name, words) => h("button", { type: "button", "aria-pressed": view === name, onclick: go(name) }, words);
  return h("div", { class: "views segmented" }, tab("phone", t("phoneTab")), tab("workspace", t("slackTab")));
}

function settings(theme) {
  const talk = (language) => () => { remember("language", language); speak(language); change(); };
  const other = theme === "dark" ? "light" : "dark";
  const repaint = () => { remember("theme", other); change(); };
  return h("div", { class: "settings" },
    hidden() && state.about.guide.length ? h("button", { type: "button", class: "quiet", onclick: () => hide("") }, t("showGuide")) : null,
    h("div", { class: "segmented", role: "group", "aria-label": t("language") },
      LANGUAGES.map((language) => h("button", {
        type: "button", lang: language, "aria-pressed": language === spoken(), onclick: talk(language),
      }, language.toUpperCase()))),
    h("button", { type: "button", class: "round", "aria-label": t(other), title: t(other), onclick: repaint },
      icon(other === "dark" ? "moon" : "sun")));
}

/** Puts the chosen colours into effect; without a choice the system's. */
function paint() {
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const theme = remembered("theme", system);
  document.documentElement.style.colorScheme = theme;
  document.documentElement.dataset.theme = theme;
  return theme;
}

function hidden() {
  return remembered("guide", "") === "hidden";
}

function hide(how) {
  remember("guide", how);
  change();
}

function guideSign() {
  return hidden() || !state.about.guide.length ? null : JSON.stringify([spoken(), state.about.guide]);
}

function walk() {
  return h("nav", { class: "walk", "aria-label": t("guide") },
    h("ol", {}, state.about.guide.map((step) => h("li", {}, pick(step)))),
    h("button", { type: "button", class: "round", "aria-label": t("hide"), title: t("hide"), onclick: () => hide("hidden") }, icon("close")));
}
