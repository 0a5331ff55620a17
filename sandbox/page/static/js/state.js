// All that the page knows, in one place; whoever changes it asks for a new drawing by `change`.

export const state = {
  about: { title: "", workspace: "", guide: [], roles: {}, links: [], commands: [], zone: null },
  telegram: null, // the last snapshots
  slack: null,
  clock: null,
  online: true,
  customer: null, // id of the chat shown on the phone
  editing: null, // id of the message being edited
  replying: null, // id of the message being replied to
  member: null, // id of the person we act as in Slack
  place: null, // channel id, or "dm"
  tab: "messages", // in the direct message: "messages" or "home"
  thread: null, // ts of the message whose thread is open
};

const drawers = [];
let asked = false;

export function onChange(draw) {
  drawers.push(draw);
}

export function change(parts = {}) {
  Object.assign(state, parts);
  if (asked) return;
  asked = true;
  requestAnimationFrame(() => {
    asked = false;
    for (const draw of drawers) draw();
  });
}

/** A choice that outlives the page: language, colours, a hidden guide. */
export function remembered(name, fallback) {
  try {
    return localStorage.getItem(`sandbox.${name}`) ?? fallback;
  } catch {
    return fallback;
  }
}

export function remember(name, value) {
  try {
    localStorage.setItem(`sandbox.${name}`, value);
  } catch {
    // a browser that stores nothing still shows everything
  }
}
