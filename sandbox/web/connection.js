// Loss of connection: said, and made good when it is back.

import { load } from "./channels.js";
import { catchUp } from "./posts.js";

const AGAIN_AFTER = 2000; // milliseconds

export function mount(app, element) {
  let wasLost = false;
  app.store.subscribe("connection", (state) => {
    const isLost = state === "lost";
    document.body.classList.toggle("offline", isLost);
    // A server that came back without its sessions refuses the socket silently; a call says why, and leads to the entrance.
    if (isLost) app.api.get("/users/me").catch(() => {});
    if (isLost === wasLost) return;
    wasLost = isLost;
    element.textContent = isLost ? "Connexion perdue. Nouvel essai en cours ; ce que vous écrivez reste là." : "";
    if (!isLost) app.announce("Connexion rétablie.");
  });
  const comeBack = async () => {
    try {
      await Promise.all([load(app), catchUp(app)]);
    } catch {
      if (app.store.get("connection") === "open") setTimeout(comeBack, AGAIN_AFTER);
    }
  };
  app.socket.on("reconnected", comeBack);
}
