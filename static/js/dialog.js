// data-dialog="#id" opens a <dialog>, data-close closes the one around it, a click beside it too.
// Menus (<details class="menu">) close when one clicks elsewhere, chooses, or presses Escape.

function openMenus() {
  return [...document.querySelectorAll("details.menu[open]")];
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) {
    event.preventDefault();
    const dialog = document.querySelector(opener.dataset.dialog);
    if (dialog && !dialog.open) dialog.showModal();
  }
  if (event.target.closest("[data-close]") || event.target.matches("dialog[open]")) event.target.closest("dialog").close();
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// Arrow keys walk through an open menu.
document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details.menu[open]");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!menu || !step || event.target.matches("input, select, textarea")) return;
  event.preventDefault();
  const lines = [...menu.querySelectorAll(".menu-panel :is(a, button)")];
  const next = lines.indexOf(document.activeElement) + step;
  lines[(next + lines.length) % lines.length]?.focus();
});

// The page that htmx leaves behind must not keep a menu open over the new one; what is refused leaves the page as it is.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.getResponseHeader("HX-Reswap") !== "none") openMenus().forEach((menu) => (menu.open = false));
});
