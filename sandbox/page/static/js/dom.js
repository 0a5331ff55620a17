// Makes and keeps elements. Whatever people wrote becomes a text node here: no markup is ever parsed.

/** An element with properties (`class`, `on...` listeners, `aria-...` and other attributes) and children. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    const said = name.startsWith("aria-") && typeof value === "boolean"; // there, false is a value of its own
    if (value === undefined || value === null || (value === false && !said)) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true && !said ? "" : String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false));
  return element;
}

const marks = new WeakMap(); // element -> the {key, sign} it was made for

/** The sign a kept element was made for. */
export function signOf(element) {
  return marks.get(element)?.sign;
}

/** Brings a parent's children in line with `items` ({key, sign, make}): only what changed its sign is made anew. */
export function keep(parent, items) {
  const before = new Map([...parent.children].map((child) => [marks.get(child).key, child]));
  let place = parent.firstElementChild;
  for (const { key, sign, make } of items) {
    let child = before.get(key);
    before.delete(key);
    if (!child || signOf(child) !== sign) {
      const fresh = make();
      marks.set(fresh, { key, sign });
      if (child) {
        if (child === place) place = fresh;
        exchange(child, fresh);
      }
      child = fresh;
    }
    if (child === place) place = place.nextElementSibling;
    else parent.insertBefore(child, place);
  }
  for (const gone of before.values()) gone.remove();
}

/** Replaces an element; if the keyboard was in it, it goes on at the same place of the new one. */
function exchange(old, fresh) {
  const place = old.contains(document.activeElement) ? stops(old).indexOf(document.activeElement) : -1;
  old.replaceWith(fresh);
  if (place >= 0) stops(fresh)[place]?.focus({ preventScroll: true });
}

/** What the tab key stops at. */
export function stops(element) {
  return [...element.querySelectorAll("button:not(:disabled), a[href], input, select, textarea, [tabindex]")];
}

/** Like `keep` for a single child. */
export function put(parent, sign, make) {
  keep(parent, sign === null ? [] : [{ key: "only", sign, make }]);
}

/** Keeps a list at its end unless its reader scrolls up: gives the function that changes it, and with `jump` goes there. */
export function follower(list) {
  let atEnd = true;
  const down = () => { if (atEnd) list.scrollTop = list.scrollHeight; };
  list.addEventListener("scroll", () => { atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80; });
  list.addEventListener("load", down, true); // a picture arrived
  new ResizeObserver(down).observe(list);
  return function follow(change, jump = false) {
    atEnd ||= jump;
    change();
    down();
  };
}

let lastId = 0;

/** An id no other element has, to tie labels to fields. */
export function freshId() {
  lastId += 1;
  return `n${lastId}`;
}

/** A link that is only ever followed by a person, into a tab that knows nothing of this one; null for odd addresses. */
export function safeLink(address, ...children) {
  let url;
  try {
    url = new URL(address);
  } catch {
    return null;
  }
  if (!["http:", "https:", "mailto:", "tel:"].includes(url.protocol)) return null;
  return h("a", { href: url.href, target: "_blank", rel: "noopener noreferrer" }, ...children);
}
