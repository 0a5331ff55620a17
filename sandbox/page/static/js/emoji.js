// The few emoji names that bots use; circles are drawn, so that they look alike everywhere.

import { h } from "./dom.js";

const CIRCLES = {
  red_circle: "red", large_orange_circle: "orange", large_yellow_circle: "yellow", large_green_circle: "green",
  large_blue_circle: "blue", large_purple_circle: "purple", white_circle: "white", black_circle: "black",
};

const SIGNS = {
  white_check_mark: "✅", heavy_check_mark: "✔️", x: "❌", warning: "⚠️", hourglass: "⏳", bell: "🔔", memo: "📝",
  speech_balloon: "💬", star: "⭐", bar_chart: "📊", chart_with_upwards_trend: "📈", paperclip: "📎", tada: "🎉",
  eyes: "👀", "+1": "👍", "-1": "👎", wave: "👋", package: "📦", rotating_light: "🚨", alarm_clock: "⏰",
};

export function emoji(name) {
  if (CIRCLES[name]) return h("i", { class: `circle ${CIRCLES[name]}`, role: "img", "aria-label": name.replaceAll("_", " ") });
  return SIGNS[name] ?? `:${name}:`;
}
