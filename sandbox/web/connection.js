// Loss of connection: said, and made good when it is back.

import { announce, app } from "./app.js";
import { load } from "./channels.js";
import { catchUp } from "./posts.js";

const AGAIN_AFTER = 2000; // milliseconds

export function mount(element) {
  let wasLost = false;
  app.subscribe("connection", (state) => {
    const isLost = state === "lost";
    document.body.classList.toggle("offline", isLost);
    // A server that lost its sessions refuses the socket silently; a call says why.
    if (isLost) app.api.get("/users/me").catch(() => {});
    if (isLost === wasLost) return;
    wasLost = isLost;
    element.textContent = isLost ? "Connexion perdue. Nouvel essai en cours ; ce que vous écrivez reste là." : "";
    if (!isLost) announce("Connexion rétablie.");
  });
  app.socket.on("reconnected", comeBack);
}

async function comeBack() {
  try {
    await Promise.all([load(), catchUp()]);
  } catch {
    if (app.connection === "open") setTimeout(comeBack, AGAIN_AFTER);
  }
}
