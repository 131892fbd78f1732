// data-copy="text" on a button copies it and says so for two seconds.

async function copy(button) {
  const word = button.querySelector("[data-copy-word]") ?? button;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    // Without the right (plain http, an old browser) the text is selected, ready for Ctrl+C.
    const text = button.parentElement.querySelector(".copy-text");
    if (text) getSelection().selectAllChildren(text);
    return;
  }
  const before = (button.dataset.copyBefore ??= word.textContent);
  word.textContent = button.dataset.copied;
  button.classList.add("is-copied");
  setTimeout(() => {
    word.textContent = before;
    button.classList.remove("is-copied");
  }, 2000);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) copy(button);
});
