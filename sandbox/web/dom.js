// Making elements.

let last = 0;

/** An id that no other element of this page has. */
export const newId = (prefix) => `${prefix}-${(last += 1)}`;

/**
 * Make an element: its name, perhaps with classes (« div.post »), what it has (or nothing), its children.
 * It has properties by name; `class`, `data-…`, `aria-…` are attributes, `on…` listeners.
 */
export function h(name, ...children) {
  const [tag, ...classes] = name.split(".");
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(" ");
  if (tag === "button") element.type = "button"; // else it would send the form that it is in
  const props = children[0]?.constructor === Object ? children.shift() : {};
  for (const [prop, value] of Object.entries(props)) apply(element, prop, value);
  return put(element, children);
}

function apply(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (name in element) element[name] = value;
  else element.setAttribute(name, value === true ? "" : value);
}

/** Replace what an element holds; what is nothing is left out. */
export function put(element, ...children) {
  element.replaceChildren(...children.flat(4).filter(Boolean));
  return element;
}

/** The name of what shows none. */
export const named = (label) => ({ ariaLabel: label, title: label });

/** Make what is for the eye only. */
export const sign = (...children) => h("span", { ariaHidden: "true" }, ...children);

/** Put HTML made and cleaned by the server into an element; nothing else may be given here. */
export function fill(element, html) {
  element.innerHTML = html;
  for (const link of element.querySelectorAll("a[href]")) {
    if (link.origin !== location.origin) link.target = "_blank";
  }
  return element;
}
