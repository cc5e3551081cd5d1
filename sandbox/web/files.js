// The files of a message: pictures are shown, others are a card to download.

import { app } from "./app.js";
import { h, sign } from "./dom.js";
import { Modal } from "./modal.js";

const KEPT = 60;
const addresses = new Map();

export function draw(post) {
  const files = post.metadata?.files ?? [];
  return files.length > 0 && h("div.row.files", files.map((file) => (isPicture(file) ? picture(file) : card(file))));
}

// An SVG can hold scripts; it is never opened, only downloaded.
const isPicture = (file) => /^image\/(png|jpe?g|gif|webp|bmp|avif)$/.test(file.mime_type);

/** The address of a file’s bytes in this tab: fetched with the token, which an <img> cannot send. */
async function addressOf({ id }) {
  if (!addresses.has(id)) {
    addresses.set(id, app.api.blob(`/files/${id}`).then((blob) => URL.createObjectURL(blob)));
    for (const [old, address] of [...addresses].slice(0, -KEPT)) {
      addresses.delete(old);
      address.then((url) => URL.revokeObjectURL(url), () => {});
    }
  }
  const address = addresses.get(id);
  address.catch(() => addresses.delete(id));
  return address;
}

function picture(file) {
  const { name, width, height } = file;
  const image = h("img", { alt: name, width: width || null, height: height || null });
  addressOf(file).then((address) => (image.src = address), () => (image.alt = `${name} (indisponible)`));
  const open = async () => {
    const large = h("img.large", { alt: name, src: await addressOf(file) });
    new Modal({ title: name, content: [large, card(file)] });
  };
  return h("button.file-picture", { ariaLabel: `Agrandir ${name}`, onclick: open }, image);
}

function card(file) {
  const error = h("span.error", { role: "alert" });
  const download = async () => {
    try {
      h("a", { href: await addressOf(file), download: file.name }).click();
    } catch (failure) {
      error.textContent = failure.message;
    }
  };
  return h("div.row.file-card",
    sign((file.extension || "?").slice(0, 4).toUpperCase()),
    h("span.file-words", h("strong", file.name), h("span.muted", sizeOf(file.size))),
    h("button", { ariaLabel: `Télécharger ${file.name}`, onclick: download }, "Télécharger"),
    error);
}

function sizeOf(bytes) {
  if (bytes < 1000) return `${bytes} octets`;
  const [value, unit] = bytes < 1e6 ? [bytes / 1e3, "ko"] : [bytes / 1e6, "Mo"];
  return `${value.toLocaleString("fr-FR", { maximumFractionDigits: 1 })} ${unit}`;
}
