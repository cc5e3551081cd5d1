// The entrance: the demo’s people, one click each, or a name and a password.

import { Api } from "./api.js";
import { Combobox, filtered } from "./combobox.js";
import { h, put } from "./dom.js";

const KEY = "token";

/** The token of this tab, and of this tab only: two tabs are two people. */
export const tokenOfTab = () => sessionStorage.getItem(KEY) ?? "";

/** Show the entrance in an element; `enter` is called with the token of who came in. */
export async function show(element, enter) {
  const { people, password, others } = await new Api("").page("people").catch(() => ({ people: [] }));
  const error = h("p.error", { id: "login-error", role: "alert" });
  const come = async (name, password) => {
    error.textContent = "";
    try {
      const token = await Api.logIn(name, password);
      sessionStorage.setItem(KEY, token);
      enter(token);
    } catch (failure) {
      error.textContent = failure.message;
    }
  };
  const one = people[0];
  const comeAs = (name) => come(name, password);
  put(element, h("main.entrance",
    h("h1", "Coop des conseillers numériques"),
    one && cards(people, comeAs),
    others && search(others, comeAs),
    form(come, error, one ? "Ou avec un nom et un mot de passe" : "Se connecter")));
  element.hidden = false;
  document.title = "Entrer – Coop des conseillers numériques";
}

function cards(people, come) {
  const card = ({ username, name, role, place }) => h("li",
    h("button.person", { "data-username": username, onclick: () => come(username) },
      h("strong", name), h("span.person-role", role), h("span.muted", place)));
  return h("section", { "aria-labelledby": "who" },
    h("h2", { id: "who" }, "Qui voulez-vous être ?"),
    h("p.muted", "Un clic suffit. Chaque onglet peut être une autre personne."),
    h("ul.people", people.map(card)));
}

/** Find one of those without a card. */
function search(others, come) {
  const props = { id: "others", placeholder: "Un nom, une ville" };
  const find = (typed) => filtered(others, typed);
  const box = new Combobox(props, { chosen: [], find, onChange: ([one]) => one && come(one.value) });
  return h("div.login", h("label", { for: "others" }, `Ou l’un des ${others.length} autres`), box.element);
}

function form(come, error, title) {
  const name = h("input", { id: "input_loginId", name: "loginId", autocomplete: "username", required: true, autocapitalize: "none" });
  const own = { type: "password", autocomplete: "current-password", required: true };
  const password = h("input", { id: "input_password-input", name: "password", ...own });
  const submit = (event) => {
    event.preventDefault();
    come(name.value.trim(), password.value);
  };
  return h("section", { "aria-labelledby": "login-title" },
    h("h2", { id: "login-title" }, title),
    h("form.login", { onsubmit: submit },
      h("label", { for: name.id }, "Identifiant"), name,
      h("label", { for: password.id }, "Mot de passe"), password,
      error,
      h("button.primary", { id: "saveSetting", type: "submit" }, "Se connecter")));
}
