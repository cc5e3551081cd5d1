// What a dialog sends: submissions, cancellations, refreshes and look-ups.

/** The calls of one dialog; `opened` is what the socket brought. */
export class DialogCall {
  constructor(app, opened) {
    this.app = app;
    this.url = opened.url;
    this.first = opened.dialog;
    this.state = opened.dialog.state;
    this.channelId = app.store.get("channel")?.id ?? "";
  }

  submit(submission) {
    return this.#post("submit", this.#body({ submission }));
  }

  /** Tell that somebody gave up: never what was typed, always the first dialog's state. */
  cancel() {
    return this.#post("submit", this.#body({ submission: {}, cancelled: true, state: this.first.state }));
  }

  refresh(url, submission) {
    return this.#post("submit", this.#body({ type: "refresh", url, submission }));
  }

  async lookUp(url, submission) {
    const found = await this.#post("lookup", this.#body({ url, submission }));
    return found.items ?? [];
  }

  #body(given) {
    return {
      url: this.url,
      callback_id: this.first.callback_id,
      state: this.state,
      channel_id: this.channelId,
      team_id: this.app.team.id,
      cancelled: false,
      ...given,
    };
  }

  #post(what, body) {
    return this.app.api.post(`/actions/dialogs/${what}`, body);
  }
}
