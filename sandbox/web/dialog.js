// Interactive dialogs: a bot opens one in answer to the last thing done in this tab.

import { app } from "./app.js";
import { AppsDialog } from "./dialog-apps.js";
import { LegacyDialog } from "./dialog-legacy.js";

const NEW_FORMS_SINCE = 11;

let last = ""; // the trigger of what was done last
let waiting = null; // a dialog that came before its trigger was known
let shown = null;

export function mount() {
  app.socket.on("open_dialog", (data) => {
    waiting = JSON.parse(data.dialog);
    pair();
  });
}

/** The server answered a command or a click; an older dialog that is on its way stays closed. */
export function acted({ trigger_id: trigger }) {
  if (!trigger) return;
  last = trigger;
  pair();
}

function pair() {
  const opened = waiting;
  if (!opened || opened.trigger_id !== last) return;
  waiting = null;
  if (shown?.isOpen) shown.close();
  const isNew = Number.parseInt(app.version, 10) >= NEW_FORMS_SINCE;
  shown = isNew ? new AppsDialog(opened) : new LegacyDialog(opened);
  shown.show(opened.dialog);
}
