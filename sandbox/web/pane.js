// A pane at the side, one at a time: it opens and closes as the app says, focus goes back afterwards.

import { app, focusComposer } from "./app.js";
import { h, put } from "./dom.js";

const KEYS = ["thread", "search"];

/** Make an element a pane that is open while the app holds something by a key; `open(value)` fills it. */
export function pane(element, key, title, open, ...content) {
  let before = null;
  const close = () => app.set(key, "");
  put(element, h("div.row.pane-head", h("h2", title), h("button.close", { ariaLabel: `Fermer : ${title}`, onclick: close }, "×")), content);
  element.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && !event.isComposing) close();
  });
  app.subscribe(key, (value) => {
    const wasOpen = !element.hidden;
    if (value && !wasOpen) before = document.activeElement;
    element.hidden = !value;
    if (value) {
      for (const other of KEYS) if (other !== key && app.get(other)) app.set(other, "");
      open(value);
    } else if (wasOpen) {
      before?.focus();
      if (!document.activeElement.checkVisibility() || document.activeElement === document.body) focusComposer();
    }
  });
}
