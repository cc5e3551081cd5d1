// The files of a message: pictures are shown, others are a card to download.

import { h, modal } from "./dom.js";

const KEPT = 60;
const addresses = new Map();

/** Draw the files of a post. */
export function draw(app, post) {
  const files = post.metadata?.files ?? [];
  if (files.length === 0) return null;
  return h("div", { class: "files" }, files.map((file) => (isPicture(file) ? picture(app, file) : card(app, file))));
}

// An SVG can hold scripts; it is never opened, only downloaded.
const isPicture = (file) => /^image\/(png|jpe?g|gif|webp|bmp|avif)$/.test(file.mime_type);

/** Return the address of a file’s bytes in this tab: they are fetched with the token, which an <img> cannot send. */
async function addressOf(app, file) {
  if (!addresses.has(file.id)) {
    addresses.set(file.id, app.api.blob(`/files/${file.id}`).then((blob) => URL.createObjectURL(blob)));
    for (const [id, address] of addresses) {
      if (addresses.size <= KEPT) break;
      addresses.delete(id);
      address.then((url) => URL.revokeObjectURL(url), () => {});
    }
  }
  try {
    return await addresses.get(file.id);
  } catch (failure) {
    addresses.delete(file.id);
    throw failure;
  }
}

function picture(app, file) {
  const image = h("img", { alt: file.name, width: file.width || null, height: file.height || null });
  addressOf(app, file).then((address) => (image.src = address), () => (image.alt = `${file.name} (indisponible)`));
  const open = async () => {
    const large = h("img", { class: "large", alt: file.name, src: await addressOf(app, file) });
    modal(file.name, h("div", {}, large, h("p", {}, card(app, file))));
  };
  return h("button", { type: "button", class: "file-picture", "aria-label": `Agrandir ${file.name}`, onclick: open }, image);
}

function card(app, file) {
  const error = h("span", { class: "error", role: "alert" });
  const download = async () => {
    try {
      h("a", { href: await addressOf(app, file), download: file.name }).click();
    } catch (failure) {
      error.textContent = failure.message;
    }
  };
  return h("div", { class: "file-card" },
    h("span", { class: "file-kind", "aria-hidden": "true" }, (file.extension || "?").slice(0, 4).toUpperCase()),
    h("span", { class: "file-words" }, h("span", { class: "file-name" }, file.name), h("span", { class: "muted" }, sizeOf(file.size))),
    h("button", { type: "button", "aria-label": `Télécharger ${file.name}`, onclick: download }, "Télécharger"),
    error,
  );
}

function sizeOf(bytes) {
  if (bytes < 1000) return `${bytes} octets`;
  const [value, unit] = bytes < 1e6 ? [bytes / 1e3, "ko"] : [bytes / 1e6, "Mo"];
  return `${value.toLocaleString("fr-FR", { maximumFractionDigits: 1 })} ${unit}`;
}
