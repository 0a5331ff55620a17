// Small line drawings, 20 by 20, drawn in the colour of the text around them.

const PATHS = {
  send: "M3 10 17 3.5 13 17l-3-5.5zM10 11.5 17 3.5",
  attach: "M14.5 9 9.3 14.2a3.2 3.2 0 0 1-4.5-4.5l6-6a2.2 2.2 0 0 1 3.1 3.1l-5.8 5.8a1.1 1.1 0 0 1-1.6-1.6L11.5 6",
  menu: "M4 6h12M4 10h12M4 14h12",
  more: "M10 4.7v.01M10 10v.01M10 15.3v.01",
  close: "M5 5l10 10M15 5 5 15",
  edit: "M4 16l.8-3.6L12.8 4.4a1.5 1.5 0 0 1 2.1 0l.7.7a1.5 1.5 0 0 1 0 2.1L7.6 15.2z",
  reply: "M8 5 3.5 9.5 8 14M3.5 9.5H12a4.5 4.5 0 0 1 4.5 4.5v1.5",
  file: "M6 3h5l4 4v10H6zM11 3v4h4",
  thread: "M4 5h12v8H9.5L6 16v-3H4zM7 8h6M7 10.5h4",
  lock: "M6 9h8v7H6zM7.5 9V7a2.5 2.5 0 0 1 5 0v2",
  home: "M4 9.5 10 4l6 5.5V16h-4v-4H8v4H4z",
  clock: "M10 3.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zM10 6.5V10l2.5 1.5",
  moon: "M15.5 12A6.2 6.2 0 0 1 8 4.5 6.2 6.2 0 1 0 15.5 12z",
  sun: "M10 7a3 3 0 1 1 0 6 3 3 0 0 1 0-6zM10 2.5v1.5M10 16v1.5M2.5 10H4M16 10h1.5M4.7 4.7l1 1M14.3 14.3l1 1M15.3 4.7l-1 1M5.7 14.3l-1 1",
  picture: "M3.5 5h13v10h-13zM3.5 13l3.5-3.5 3 3 2.5-2.5 4 4M13 7.8v.01",
  phone: "M6.5 3.5 8.5 7 7 8.5a8 8 0 0 0 4.5 4.5L13 11.5l3.5 2v2.3a1.2 1.2 0 0 1-1.3 1.2A11.7 11.7 0 0 1 3 4.8a1.2 1.2 0 0 1 1.2-1.3z",
  link: "M8.5 11.5a3 3 0 0 0 4.3 0l2.4-2.4a3 3 0 0 0-4.3-4.3L10 5.7M11.5 8.5a3 3 0 0 0-4.3 0l-2.4 2.4a3 3 0 0 0 4.3 4.3l.9-.9",
  back: "M12.5 4.5 7 10l5.5 5.5",
  down: "M5.5 8 10 12.5 14.5 8",
  open: "M8 5H4.5v10.5H15V12M11 4h5v5M16 4 9 11",
};

const SPACE = "http://www.w3.org/2000/svg";

export function icon(name) {
  const svg = document.createElementNS(SPACE, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SPACE, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
