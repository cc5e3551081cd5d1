// The entrance: the demo’s people, one click each, or a name and a password.

import { Api } from "./api.js";
import { h, put } from "./dom.js";

const KEY = "token";

/** The token of this tab, and of this tab only: two tabs are two people. */
export const session = {
  get token() {
    return sessionStorage.getItem(KEY) ?? "";
  },
  set token(value) {
    sessionStorage.setItem(KEY, value);
  },
  end() {
    sessionStorage.clear();
  },
};

/** Show the entrance in an element; `enter` is called with the token of who came in. */
export async function show(element, enter) {
  const presented = await new Api("").page("people").catch(() => ({ people: [] }));
  const error = h("p", { id: "login-error", class: "error", role: "alert" });
  const come = async (name, password) => {
    error.textContent = "";
    try {
      const token = await Api.logIn(name, password);
      session.token = token;
      enter(token);
    } catch (failure) {
      error.textContent = failure.message;
    }
  };
  put(
    element,
    h("main", { class: "entrance" },
      h("h1", {}, "Coop des conseillers numériques"),
      presented.people.length > 0 && people(presented, come),
      form(come, error, presented.people.length > 0),
    ),
  );
  element.hidden = false;
  document.title = "Entrer – Coop des conseillers numériques";
}

function people(presented, come) {
  const cards = presented.people.map((person) =>
    h("li", {},
      h("button", {
        type: "button",
        class: "person",
        "data-username": person.username,
        onclick: () => come(person.username, presented.password),
      },
        h("span", { class: "person-name" }, person.name),
        h("span", { class: "person-role" }, person.role),
        h("span", { class: "person-place" }, person.place),
      ),
    ),
  );
  return h("section", { "aria-labelledby": "who" },
    h("h2", { id: "who" }, "Qui voulez-vous être ?"),
    h("p", { class: "muted" }, "Un clic suffit. Chaque onglet peut être une autre personne."),
    h("ul", { class: "people" }, cards),
  );
}

function form(come, error, isSecond) {
  const name = h("input", { id: "input_loginId", name: "loginId", autocomplete: "username", required: true, autocapitalize: "none" });
  const password = h("input", {
    id: "input_password-input",
    name: "password",
    type: "password",
    autocomplete: "current-password",
    required: true,
  });
  const submit = (event) => {
    event.preventDefault();
    come(name.value.trim(), password.value);
  };
  return h("section", { "aria-labelledby": "login-title" },
    h("h2", { id: "login-title" }, isSecond ? "Ou avec un nom et un mot de passe" : "Se connecter"),
    h("form", { class: "login", onsubmit: submit },
      h("label", { htmlFor: "input_loginId" }, "Identifiant"),
      name,
      h("label", { htmlFor: "input_password-input" }, "Mot de passe"),
      password,
      error,
      h("button", { id: "saveSetting", type: "submit", class: "primary" }, "Se connecter"),
    ),
  );
}
