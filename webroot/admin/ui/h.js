// Builds DOM. Everything that the page shows goes through here as text or elements, never as markup: what a guest typed stays text.

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element.
 * @param {string} tag name, with classes behind dots: "div.card.wide"
 * @param {object} [props] attributes; `on`: {event: handler}, `style`: {property: value}, `value` and `checked` are set as properties;
 *     null, undefined and false leave an attribute out, true sets it empty
 * @param {...*} children nodes, texts, numbers, lists of them; null, undefined and false are left out
 */
export function h(tag, props, ...children) {
  const [name, ...classes] = tag.split(".");
  const element = document.createElement(name || "div");
  if (classes.length) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(props ?? {})) set(element, key, value);
  add(element, children);
  return element;
}

function set(element, key, value) {
  if (value === null || value === undefined || value === false) return;
  if (key === "on") for (const [event, handler] of Object.entries(value)) element.addEventListener(event, handler);
  else if (key === "style") for (const [name, text] of Object.entries(value)) element.style.setProperty(name, text);
  else if (key === "class") element.className += ` ${value}`;
  else if (key === "value" || key === "checked") element[key] = value;
  else if (/^on/.test(key)) throw new TypeError(`give ${key} as on: {${key.slice(2)}: handler}`);
  else element.setAttribute(key, value === true ? "" : value);
}

function add(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) element.append(child);
  }
}

/** Shows these children in an element, instead of what it held. */
export function fill(element, ...children) {
  element.replaceChildren();
  add(element, children);
  return element;
}

/** One of lucide's icons by its name there; decoration, unless `label` says it in words. The build puts each named icon on the page. */
export function icon(name, label) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  if (label) {
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
  } else svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

let last = 0;

/** An id that nothing else on the page has. */
export const fresh = (name = "id") => `${name}-${++last}`;
