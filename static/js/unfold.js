// A folded part <details data-unfold> that is opened by a shortcut goes on to its first field, or to the one its
// words name: <span data-unfold-to="select">.

document.addEventListener("click", (event) => {
  const summary = event.target.closest?.("[data-unfold] > summary");
  // A click by a key has no place: whoever points at the summary only wants to look.
  if (!summary || event.detail !== 0 || document.activeElement === summary) return;
  event.preventDefault();
  const part = summary.parentElement;
  const wanted = event.target.closest("[data-unfold-to]")?.dataset.unfoldTo;
  part.open = true;
  part.querySelector(wanted ?? "textarea, input:not([type=hidden]), select")?.focus();
});
