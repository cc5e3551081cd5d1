// Trigger ids: a dialog opens only in answer to the last thing done in this tab.

/** Pairs the dialogs that arrive with the last act; either may come first. */
export class Triggers {
  #last = "";
  #waiting = null;
  #open;

  /** `open(opened)` shows a dialog. */
  constructor(open) {
    this.#open = open;
  }

  /** The server took a command or a click; an older dialog that is on its way stays closed. */
  acted(triggerId) {
    if (!triggerId) return;
    this.#last = triggerId;
    this.#pair();
  }

  /** A dialog came. */
  arrived(opened) {
    this.#waiting = opened;
    this.#pair();
  }

  #pair() {
    const opened = this.#waiting;
    if (!opened || opened.trigger_id !== this.#last) return;
    this.#waiting = null;
    this.#open(opened);
  }
}
