// Toasts leave after eight seconds, errors stay; none leaves while it is pointed at or focused.
// A request of htmx that fails says so: silence would look like success.

const STAYS = 8000;

function leave(toast) {
  if (toast.matches(":hover, :focus-within")) setTimeout(() => leave(toast), 2000);
  else toast.remove();
}

function watch(root) {
  for (const toast of root.querySelectorAll("[data-toast]:not([data-toast-seen])")) {
    toast.dataset.toastSeen = "";
    if (!("toastStays" in toast.dataset)) setTimeout(() => leave(toast), STAYS);
  }
}

function say(template) {
  const alerts = document.getElementById("alerts");
  const words = document.getElementById(template);
  if (!alerts || !words) return;
  alerts.replaceChildren(words.content.cloneNode(true));
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-toast-close]")) event.target.closest("[data-toast]").remove();
});

// Polling fails quietly: it has no person waiting, and tries again by itself.
const isAsked = (event) => Boolean(event.detail.requestConfig?.triggeringEvent);
// An error that brings its own words (alerts beside a region that stays) is shown, whatever its code.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!isAsked(event) || event.detail.xhr.getResponseHeader("HX-Reswap") !== "none") return;
  event.detail.shouldSwap = true;
  event.detail.isError = false;
});
document.addEventListener("htmx:sendError", (event) => isAsked(event) && say("toast-lost"));
document.addEventListener("htmx:responseError", (event) => isAsked(event) && say("toast-failed"));
document.addEventListener("htmx:oobAfterSwap", () => watch(document));
watch(document);
