// Long texts, folded as the real client folds them: a message after 600 pixels, the text of an attachment after 200.

const LIMITS = { markdown: 600, "attachment-text": 200 };

/** Fold what is new and too high in an element; a button shows the rest. */
export function fold(app, element) {
  const fresh = [...element.querySelectorAll(".foldable:not([data-measured])")];
  const high = fresh.filter((one) => one.scrollHeight > limitOf(one) * 1.1);
  for (const one of fresh) one.dataset.measured = "";
  for (const one of high) close(app, one);
}

function limitOf(element) {
  return element.classList.contains("attachment-text") ? LIMITS["attachment-text"] : LIMITS.markdown;
}

function close(app, element) {
  element.classList.add("folded");
  const button = app.h("button", { type: "button", class: "unfold", "aria-expanded": "false" }, "Afficher plus");
  button.addEventListener("click", () => {
    const folded = element.classList.toggle("folded");
    button.textContent = folded ? "Afficher plus" : "Afficher moins";
    button.setAttribute("aria-expanded", String(!folded));
  });
  element.after(button);
}
