// A button [data-insert="text"] writes its text into the field [data-insertable] that had the cursor last, at the cursor;
// where none had it yet, into the first long one. Without script the buttons are a list of what may be written.

let last = null;

document.addEventListener("focusin", (event) => {
  if (event.target.matches("[data-insertable]")) last = event.target;
});

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-insert]");
  if (!button) return;
  const field = last?.isConnected ? last : document.querySelector("textarea[data-insertable]");
  if (!field) return;
  field.setRangeText(button.dataset.insert, field.selectionStart, field.selectionEnd, "end");
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
});
