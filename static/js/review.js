// The page beside the form. What the template provides:
//   <div class="review" data-review>
//     <div class="sheet" data-page="1" id="page-1"><img src="…" width height alt="">
//       <svg viewBox="0 0 1000 1000" preserveAspectRatio="none">
//         <rect class="box" data-field="number" x y width height><title>Number</title></rect>
//         <rect class="word" data-text="F-204" x y width height/>        (data-value: what to fill in; or <g class="word"><rect/><text>…</text></g>, to select)
//       </svg></div>
//     <input data-field="number">                                        in the form, in the order of reading
//     <button data-review-do="zoom-in|zoom-out|fit|rotate|next-field|page-next|page-previous">
//     <a class="thumb" href="#page-2" data-review-page="2">
//   </div>
// Zoom and rotation hold for all pages of the document; nothing of it is stored.

const STEPS = [0.5, 0.75, 1, 1.25, 1.5, 2, 2.5, 3, 4];
let aimed = null;

const root = () => document.querySelector("[data-review]");
const fields = () => [...(root()?.querySelectorAll(":is(input, select, textarea)[data-field]:not([type=hidden], [disabled])") ?? [])];
const named = (name, kind) => root()?.querySelectorAll(`${kind}[data-field="${CSS.escape(name)}"]`) ?? [];

function light(name) {
  for (const box of root().querySelectorAll(".box.is-active")) box.classList.remove("is-active");
  const boxes = [...named(name, ".box")];
  for (const box of boxes) box.classList.add("is-active");
  if (boxes.length) bringIntoView(boxes[0]);
}

/** Scrolls the pane, never the page: on a phone the person stays at the field. */
function bringIntoView(box) {
  const pane = box.closest(".review-sheets");
  if (!pane) return;
  const [there, here] = [box.getBoundingClientRect(), pane.getBoundingClientRect()];
  if (there.top >= here.top + 24 && there.bottom <= here.bottom - 24 && there.left >= here.left && there.right <= here.right) return;
  pane.scrollBy({ top: there.top - here.top - here.height / 3, left: there.left - here.left - here.width / 3 });
}

function point(box, isOn) {
  box.classList.toggle("is-pointed", isOn);
  for (const field of named(box.dataset.field, ":is(input, select, textarea)"))
    field.closest(".field")?.classList.toggle("is-pointed", isOn);
}

/** "31/12/2026" as a date field wants it; other texts as they are. */
function fitting(text, field) {
  if (field.type !== "date") return text;
  const parts = text.match(/^(\d{1,2})[./-](\d{1,2})[./-](\d{2}|\d{4})$/);
  if (!parts) return /^\d{4}-\d{2}-\d{2}$/.test(text) ? text : null;
  const [, day, month, year] = parts;
  return `${year.padStart(4, "20")}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
}

function choose(field, text) {
  if (field.tagName !== "SELECT") return (field.value = text);
  const option = [...field.options].find((each) => each.text.trim().toLowerCase() === text.toLowerCase());
  if (option) field.value = option.value;
  return option;
}

/** A word goes into the field last looked at, and the next one is aimed at; Shift adds words to it and stays. */
function fill(word, adding) {
  if (!aimed?.isConnected || aimed.readOnly) return;
  const text = fitting(word.dataset.value ?? word.dataset.text, aimed);
  const fits = text !== null && choose(aimed, adding && aimed.value ? `${aimed.value} ${text}` : text);
  if (!fits) return aimed.focus({ preventScroll: true });
  for (const kind of ["input", "change"]) aimed.dispatchEvent(new Event(kind, { bubbles: true }));
  if (adding) aimed.focus({ preventScroll: true });
  else focusNext();
}

function focusNext() {
  const every = fields();
  const next = every[every.indexOf(aimed) + 1] ?? every[0];
  next?.focus();
}

function turn(step) {
  for (const sheet of root().querySelectorAll(".sheet")) {
    const rotation = (Number(sheet.dataset.rotation ?? 0) + step + 360) % 360;
    const image = sheet.querySelector("img");
    // A picture that is still to load knows its size from its attributes.
    const [width, height] = [image?.naturalWidth || image?.width || 1000, image?.naturalHeight || image?.height || 1414];
    sheet.style.setProperty("--sheet-ratio", height / width);
    sheet.dataset.rotation = rotation;
  }
}

function zoom(step) {
  const pane = root().querySelector(".review-sheets");
  const now = Number(pane.dataset.zoom ?? 1);
  const next = step === 0 ? 1 : STEPS[Math.min(STEPS.length - 1, Math.max(0, STEPS.indexOf(now) + step))];
  const middle = (pane.scrollTop + pane.clientHeight / 2) / pane.scrollHeight;
  pane.dataset.zoom = next;
  pane.style.setProperty("--zoom", next);
  pane.scrollTop = middle * pane.scrollHeight - pane.clientHeight / 2;
}

/** Scrolls to a page; without a number, to the one after or before what is seen. */
function openPage(number) {
  root().querySelector(`.sheet[data-page="${CSS.escape(number)}"]`)?.scrollIntoView({ block: "start" });
  for (const thumb of root().querySelectorAll("[data-review-page]"))
    if (thumb.dataset.reviewPage === String(number)) thumb.setAttribute("aria-current", "true");
    else thumb.removeAttribute("aria-current");
}

function seenPage() {
  const top = root().querySelector(".review-sheets").getBoundingClientRect().top;
  const seen = [...root().querySelectorAll(".sheet")].find((sheet) => sheet.getBoundingClientRect().bottom > top + 40);
  return Number(seen?.dataset.page ?? 1);
}

const ACTS = {
  "zoom-in": () => zoom(1),
  "zoom-out": () => zoom(-1),
  fit: () => zoom(0),
  rotate: () => turn(90),
  "next-field": focusNext,
  "page-next": () => openPage(seenPage() + 1),
  "page-previous": () => openPage(seenPage() - 1),
};

document.addEventListener("focusin", (event) => {
  if (!event.target.matches("[data-review] :is(input, select, textarea)[data-field]")) return;
  aimed = event.target;
  for (const field of root().querySelectorAll(".field.is-aimed")) field.classList.remove("is-aimed");
  aimed.closest(".field")?.classList.add("is-aimed");
  light(aimed.dataset.field);
});

// What somebody corrects is no longer doubted.
document.addEventListener("input", (event) => {
  if (event.target.matches("[data-review] [data-field]"))
    event.target.closest(".field")?.classList.remove("field-unsure", "field-failed");
});

document.addEventListener("click", (event) => {
  const [act, thumb, box, word] = ["[data-review-do]", "[data-review-page]", ".box", ".word"]
    .map((kind) => event.target.closest?.(`[data-review] ${kind}`));
  if (act) ACTS[act.dataset.reviewDo]?.();
  if (thumb) (event.preventDefault(), openPage(thumb.dataset.reviewPage));
  // A click that ends a selection of text is no choice.
  if (word && getSelection().isCollapsed) fill(word, event.shiftKey);
  if (box && !word) named(box.dataset.field, ":is(input, select, textarea)")[0]?.focus();
});

for (const [kind, isOn] of [["pointerover", true], ["pointerout", false]])
  document.addEventListener(kind, (event) => {
    const box = event.target.closest?.("[data-review] .box");
    if (box) point(box, isOn);
  });
