// Loss of connection: said, and made good when it is back.

import { load } from "./channels.js";
import { catchUp } from "./posts.js";

export function mount(app, element) {
  let wasLost = false;
  app.store.subscribe("connection", (state) => {
    const isLost = state === "lost";
    document.body.classList.toggle("offline", isLost);
    if (isLost === wasLost) return;
    wasLost = isLost;
    element.textContent = isLost ? "Connexion perdue. Nouvel essai en cours ; ce que vous écrivez reste là." : "";
    if (!isLost) app.announce("Connexion rétablie.");
  });
  app.socket.on("reconnected", async () => {
    try {
      await Promise.all([load(app), catchUp(app)]);
    } catch {
      // The next reconnection tries again: the server went away in between.
    }
  });
}
