// data-copy="text" on a button copies it and says so for two seconds; data-iban marks the field of an account number.

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

// An account number is shown in groups of four as soon as one leaves its field.
document.addEventListener("focusout", (event) => {
  if (event.target.matches("[data-iban]"))
    event.target.value = event.target.value.replace(/\s/g, "").toUpperCase().replace(/(.{4})(?=.)/g, "$1 ");
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) copy(button);
});
