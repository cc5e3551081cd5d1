// The calls of the API; the token travels in a header and never in a cookie.

import { sentence } from "./errors.js";

const ROOT = "/api/v4";

/** A refusal: its status (0 when nothing came back), Mattermost’s id for it, a French sentence. */
export class ApiError extends Error {
  constructor(status, id, detail) {
    super(sentence(id, status));
    this.status = status;
    this.id = id;
    this.detail = detail;
  }
}

export class Api {
  /** `onExpired` is called once the token is no longer good. */
  constructor(token, onExpired = () => {}) {
    this.token = token;
    this.onExpired = onExpired;
  }

  /** Log in; returns the token. */
  static async logIn(name, password) {
    const reply = await new Api("").send("POST", `${ROOT}/users/login`, { login_id: name, password });
    return reply.headers.get("Token");
  }

  get(path) {
    return this.#json("GET", path);
  }

  post(path, body = {}) {
    return this.#json("POST", path, body);
  }

  put(path, body = {}) {
    return this.#json("PUT", path, body);
  }

  del(path) {
    return this.#json("DELETE", path);
  }

  /** Ask the page’s own server part, outside of the API. */
  async page(path, body) {
    return (await this.send(body ? "POST" : "GET", `/page/${path}`, body)).json();
  }

  /** Fetch a file’s bytes. */
  async blob(path) {
    return (await this.send("GET", ROOT + path)).blob();
  }

  /** Send a form with files; `onProgress` hears how much went out, from 0 to 1. */
  upload(form, onProgress = () => {}) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("POST", `${ROOT}/files`);
      request.setRequestHeader("Authorization", `Bearer ${this.token}`);
      request.responseType = "json";
      request.upload.onprogress = (event) => onProgress(event.loaded / (event.total || 1));
      request.onerror = () => reject(new ApiError(0, "", ""));
      request.onload = () => {
        if (request.status < 300) resolve(request.response);
        else reject(new ApiError(request.status, request.response?.id ?? "", request.response?.message ?? ""));
      };
      request.send(form);
    });
  }

  async #json(method, path, body) {
    return (await this.send(method, ROOT + path, body)).json();
  }

  async send(method, path, body) {
    let reply;
    try {
      reply = await fetch(path, {
        method,
        credentials: "omit",
        headers: {
          ...(this.token && { Authorization: `Bearer ${this.token}` }),
          ...(body && { "Content-Type": "application/json" }),
        },
        body: body && JSON.stringify(body),
      });
    } catch {
      throw new ApiError(0, "", "");
    }
    if (!reply.ok) throw await this.#refusal(reply);
    return reply;
  }

  async #refusal(reply) {
    const told = await reply.json().catch(() => ({}));
    if (reply.status === 401 && this.token) this.onExpired();
    return new ApiError(reply.status, told.id ?? "", told.message ?? "");
  }
}
