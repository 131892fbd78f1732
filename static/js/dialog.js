// data-dialog="#id" opens a <dialog>, data-close closes the one around it, a click beside it too; one
// <dialog data-open> was sent and refused: it stands there again.
// Menus (<details class="menu">) close when one clicks elsewhere, chooses, or presses Escape; each is seen whole.

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

/** Where the screen, the bar at its foot or the card around it would cut a menu off, it stands free of them. */
function place(menu) {
  const panel = menu.querySelector(".menu-panel");
  panel.removeAttribute("style");
  if (!menu.open || menu.closest(".bulk")) return;
  const [seen, button] = [panel, menu.querySelector("summary")].map((each) => each.getBoundingClientRect());
  const bar = document.querySelector(".bottom-bar")?.getBoundingClientRect();
  const foot = (bar?.height ? bar.top : innerHeight) - 8;
  const card = menu.closest(".list-card")?.getBoundingClientRect();
  if (seen.bottom <= foot && seen.left >= 0 && seen.right <= innerWidth && !(card && seen.bottom > card.bottom)) return;
  const below = button.bottom + 4;
  const top = below + seen.height <= foot ? below : Math.max(8, button.top - 4 - seen.height);
  const left = menu.matches(".menu-end") ? button.right - seen.width : button.left;
  Object.assign(panel.style, {
    position: "fixed", inset: "auto", top: `${top}px`, left: `${Math.max(8, Math.min(left, innerWidth - seen.width - 8))}px`,
    maxHeight: `${foot - top}px`, overflowY: "auto",
  });
}

document.addEventListener("toggle", (event) => {
  if (!event.target.matches("details.menu")) return;
  place(event.target);
  if (event.target.open) event.target.querySelector(".menu-form input[required]")?.focus();
}, true);
document.addEventListener("scroll", (event) => {
  for (const menu of openMenus()) if (menu.querySelector(".menu-panel[style]") && !menu.contains(event.target)) menu.open = false;
}, { capture: true, passive: true });

document.querySelector("dialog[data-open]")?.showModal();

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
