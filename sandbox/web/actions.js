// Buttons and menus of messages: a click goes to the bot through the server, an error is shown under them.

const OPENS_A_MENU = new Set(["ArrowDown", "ArrowUp", "Enter", " "]);
const running = new Set();

/** Listen for clicks on buttons and choices in menus, wherever messages are drawn. */
export function mount(app, element) {
  element.addEventListener("click", (event) => {
    const button = event.target.closest?.("button[data-action-id]");
    if (button) act(app, button, "");
  });
  element.addEventListener("change", (event) => {
    if (event.target.matches("select[data-action-id]") && event.target.value) act(app, event.target, event.target.value);
  });
  element.addEventListener("keydown", openMenu);
}

/** Choosing sends at once, so keys open the list instead of turning a closed one over. */
function openMenu(event) {
  const isMenu = event.target.matches?.("select[data-action-id]") && typeof event.target.showPicker === "function";
  const isLetter = event.key.length === 1 && !event.ctrlKey && !event.metaKey;
  if (!isMenu || !(OPENS_A_MENU.has(event.key) || isLetter)) return;
  event.preventDefault();
  event.target.showPicker();
}

/** Send one click; while it is on its way a second one on the same thing is the same click. */
async function act(app, control, chosen) {
  const holder = control.closest("[data-post-id]");
  const postId = holder.dataset.postId;
  const actionId = control.dataset.actionId;
  const key = `${postId}/${actionId}`;
  if (running.has(key)) return;
  running.add(key);
  complain(control, "");
  const body = { cookie: cookieOf(app.postOf(postId), actionId), selected_option: chosen };
  try {
    const answer = await app.api.post(`/posts/${postId}/actions/${encodeURIComponent(actionId)}`, body);
    app.triggers.acted(answer.trigger_id);
  } catch (failure) {
    if (!complain(control, failure.message)) app.announce(failure.message, true);
  }
  running.delete(key);
  requestAnimationFrame(() => keepFocus(holder.id, actionId));
}

/** Return what stands for the action of a message that the server does not keep. */
function cookieOf(post, actionId) {
  const attachments = post?.props?.attachments ?? [];
  const actions = attachments.flatMap?.((one) => one?.actions ?? []) ?? [];
  return actions.find((one) => one?.id === actionId)?.cookie ?? "";
}

/** Show an error under the buttons; false where they are no longer drawn. */
function complain(control, text) {
  const place = control.parentElement?.querySelector(".action-error");
  if (place) place.textContent = text;
  return Boolean(place?.isConnected);
}

/** The bot may have had the message drawn anew: the focus goes to the same button, else to the message. */
function keepFocus(id, actionId) {
  if (document.activeElement !== document.body) return;
  const post = document.getElementById(id);
  const target = post?.querySelector(`[data-action-id="${CSS.escape(actionId)}"]`) ?? post;
  target?.focus({ preventScroll: true });
}
