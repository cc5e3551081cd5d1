// Notes, in the page’s own time, when it became usable, when frames came in, and when their messages were painted.
(() => {
  const bench = { usable: 0, frames: {}, painted: {} };
  window.bench = bench;
  const number = (text) => /mesure-(\d+)-/.exec(text)?.[1];
  // The task after the next frame runs when that frame is on the screen.
  const afterPaint = (then) => requestAnimationFrame(() => setTimeout(() => then(performance.now()), 0));

  window.WebSocket = class extends WebSocket {
    constructor(...args) {
      super(...args);
      this.addEventListener("message", (event) => {
        const n = typeof event.data === "string" ? number(event.data) : undefined;
        if (n) bench.frames[n] ??= performance.now();
      });
    }
  };

  const isUsable = () => {
    const box = document.querySelector("#post_textbox");
    const messages = document.querySelectorAll('[id^="postMessageText_"]');
    return box && !box.disabled && !box.readOnly && [...messages].slice(-30).some((m) => m.textContent.includes("Le tout dernier message"));
  };
  let seen = false;
  new MutationObserver((changes) => {
    if (!seen && isUsable()) {
      seen = true;
      afterPaint((now) => (bench.usable = now));
    }
    for (const node of changes.flatMap((change) => [...change.addedNodes])) {
      const n = number(node.textContent ?? "");
      if (n && node.isConnected) afterPaint((now) => (bench.painted[n] ??= now));
    }
  }).observe(document, { subtree: true, childList: true });
})();
