// A field [data-mentions="address"] offers names while somebody types "@" and letters: the server says whom.
// Arrows choose, Enter or Tab takes, Escape closes. Without script a name is typed as it is written.

let list = null;
let asked = 0;

const choices = () => [...(list?.querySelectorAll(".mention-choice") ?? [])];
const chosen = () => list?.querySelector("[aria-selected=true]");

/** What is typed after the @ before the caret; null where none is. */
function begun(field) {
  const before = field.value.slice(0, field.selectionStart);
  return before.match(/(?:^|[^\w@.])@([^\s@][^@\n]{0,40})?$/)?.[1] ?? (/(?:^|[^\w@.])@$/.test(before) ? "" : null);
}

function close(field) {
  list?.remove();
  list = null;
  asked += 1;
  field?.removeAttribute("aria-activedescendant");
  field?.removeAttribute("aria-controls");
}

function choose(field, choice) {
  for (const each of choices()) each.setAttribute("aria-selected", String(each === choice));
  field.setAttribute("aria-activedescendant", choice.id);
}

function show(field, html) {
  close(field);
  if (!html.trim()) return;
  list = document.createElement("ul");
  list.className = "mention-list";
  list.id = "mention-list";
  list.setAttribute("role", "listbox");
  list.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.children);
  choices().forEach((each, place) => (each.id = `mention-${place}`));
  field.after(list);
  field.setAttribute("aria-controls", list.id);
  choose(field, choices()[0]);
}

async function ask(field) {
  const words = begun(field);
  if (words === null) return close(field);
  const number = (asked += 1);
  try {
    const answer = await fetch(`${field.dataset.mentions}?q=${encodeURIComponent(words)}`, { headers: { Accept: "text/html" } });
    const html = answer.ok && !answer.redirected ? await answer.text() : "";
    if (number === asked && document.activeElement === field) show(field, html);
  } catch {
    close(field);
  }
}

function take(field, choice) {
  const caret = field.selectionStart;
  const start = caret - begun(field).length;
  field.setRangeText(`${choice.dataset.name} `, start, caret, "end");
  close(field);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-mentions]")) ask(event.target);
});

document.addEventListener("keydown", (event) => {
  const field = event.target;
  if (!list || !field.matches?.("[data-mentions]")) return;
  const every = choices();
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) choose(field, every[(every.indexOf(chosen()) + step + every.length) % every.length]);
  else if (["Enter", "Tab"].includes(event.key)) take(field, chosen());
  else if (event.key === "Escape") close(field);
  else return;
  event.preventDefault();
  event.stopPropagation();
}, true);

document.addEventListener("mousedown", (event) => {
  const choice = event.target.closest?.(".mention-choice");
  if (!choice) return;
  event.preventDefault();
  take(list.parentElement.querySelector("[data-mentions]"), choice);
});

document.addEventListener("focusout", (event) => {
  if (event.target.matches("[data-mentions]")) close(event.target);
});
