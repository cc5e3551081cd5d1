// Interactive dialogs: a bot opens them in answer to the last act of this tab.

import { openApps } from "./dialog-apps.js";
import { openLegacy } from "./dialog-legacy.js";
import { Triggers } from "./triggers.js";

const NEW_FORMS_SINCE = 11;

/** Listen for dialogs; others tell `app.triggers.acted(id)` what the server answered to a command or a click. */
export function mount(app) {
  let shown = null;
  const open = (opened) => {
    shown?.view.isOpen && shown.view.close();
    shown = (isNew(app) ? openApps : openLegacy)(app, opened);
  };
  app.triggers = new Triggers(open);
  app.socket.on("open_dialog", (data) => app.triggers.arrived(JSON.parse(data.dialog)));
}

function isNew(app) {
  return Number.parseInt(app.version, 10) >= NEW_FORMS_SINCE;
}
