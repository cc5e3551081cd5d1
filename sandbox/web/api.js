// The calls of the API; the token travels in a header and never in a cookie.

import { sentence } from "./errors.js";

const ROOT = "/api/v4";

/** A refusal: its status (0 when nothing came back) and a French sentence. */
class ApiError extends Error {
  constructor(status, told) {
    super(sentence(told?.id, status));
    this.status = status;
  }
}

export class Api {
  /** `onExpired` is called once the token is no longer good. */
  constructor(token, onExpired = () => {}) {
    this.token = token;
    this.onExpired = onExpired;
  }

  static async logIn(name, password) {
    const reply = await new Api("").#send("POST", `${ROOT}/users/login`, { login_id: name, password });
    return reply.headers.get("Token");
  }

  get(path) {
    return this.#json("GET", ROOT + path);
  }

  post(path, body = {}) {
    return this.#json("POST", ROOT + path, body);
  }

  put(path, body) {
    return this.#json("PUT", ROOT + path, body);
  }

  del(path) {
    return this.#json("DELETE", ROOT + path);
  }

  /** Ask the page’s own server part, outside of the API. */
  page(path, body) {
    return this.#json(body ? "POST" : "GET", `/page/${path}`, body);
  }

  async blob(path) {
    return (await this.#send("GET", ROOT + path)).blob();
  }

  /** Send a form with files; `onProgress` hears how much went out, from 0 to 1. */
  upload(form, onProgress) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("POST", `${ROOT}/files`);
      request.setRequestHeader("Authorization", `Bearer ${this.token}`);
      request.responseType = "json";
      request.upload.onprogress = (event) => onProgress(event.loaded / (event.total || 1));
      request.onerror = () => reject(new ApiError(0));
      request.onload = () => {
        if (request.status < 300) resolve(request.response);
        else reject(new ApiError(request.status, request.response));
      };
      request.send(form);
    });
  }

  async #json(...call) {
    return (await this.#send(...call)).json();
  }

  async #send(method, path, body) {
    const headers = { ...(this.token && { Authorization: `Bearer ${this.token}` }) };
    if (body) headers["Content-Type"] = "application/json";
    let reply;
    try {
      reply = await fetch(path, { method, credentials: "omit", headers, body: body && JSON.stringify(body) });
    } catch {
      throw new ApiError(0);
    }
    if (reply.ok) return reply;
    if (reply.status === 401 && this.token) this.onExpired();
    throw new ApiError(reply.status, await reply.json().catch(() => null));
  }
}
