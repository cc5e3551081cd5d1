// Making elements.

/** Make an element: properties by name, `class`, `data-…`, `aria-…` and `role` as attributes, `on…` as listeners. */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) apply(element, name, value);
  element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

function apply(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (name in element && !name.includes("-") && name !== "list" && name !== "role") element[name] = value;
  else element.setAttribute(name, value === true ? "" : value);
}

/** Put HTML made and cleaned by the server into an element; nothing else may be given here. */
export function fill(element, html) {
  element.innerHTML = html;
  for (const link of element.querySelectorAll("a[href]")) {
    if (link.origin !== location.origin) link.target = "_blank";
  }
  return element;
}

/** Replace what an element holds. */
export function put(element, ...children) {
  element.replaceChildren(...children.flat(3).filter((child) => child));
  return element;
}

/** Show a modal window of the page’s own; the browser keeps the focus in it and gives it back. */
export function modal(title, content, { onclose = () => {} } = {}) {
  const before = document.activeElement;
  const close = h("button", { type: "button", class: "close", "aria-label": "Fermer", onclick: () => window_.close() }, "×");
  const window_ = h(
    "dialog",
    { class: "modal", "aria-labelledby": "modal-title" },
    h("div", { class: "modal-head" }, h("h2", { id: "modal-title" }, title), close),
    content,
  );
  window_.addEventListener("click", (event) => event.target === window_ && window_.close());
  window_.addEventListener("close", () => {
    window_.remove();
    onclose();
    if (document.activeElement === document.body) before?.focus?.();
  });
  document.getElementById("dialogs").append(window_);
  window_.showModal();
  return window_;
}
