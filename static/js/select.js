// Rows to act on together. A region [data-select] holds checkboxes name="ids" and perhaps one [data-select-all];
// the bar [data-bulk] shows while something is selected, with the number in [data-bulk-count]: of those ticked, or what
// a box [data-bulk-everything] for all pages of the list says.
// Shift+click selects a range. Without script the bar is always there.

let last = null;

function region(element) {
  return element.closest("[data-select]");
}

function boxes(root) {
  return [...root.querySelectorAll("input[type=checkbox][name=ids]")];
}

function show(root) {
  const every = boxes(root);
  const chosen = every.filter((box) => box.checked);
  for (const box of every) box.closest("tr, li, [data-row]")?.classList.toggle("is-selected", box.checked);
  const all = root.querySelector("[data-select-all]");
  if (all) {
    all.checked = every.length > 0 && chosen.length === every.length;
    all.indeterminate = chosen.length > 0 && chosen.length < every.length;
  }
  const bar = root.querySelector("[data-bulk]") ?? document.querySelector("[data-bulk]");
  if (!bar) return;
  bar.classList.toggle("is-open", chosen.length > 0);
  const [count, everything] = [bar.querySelector("[data-bulk-count]"), bar.querySelector("[data-bulk-everything]")];
  if (everything && chosen.length < every.length) everything.checked = false;
  const said = everything?.checked ? everything.dataset.bulkEverything : String(chosen.length);
  if (count.textContent !== said) count.textContent = said;
  const sum = bar.querySelector("[data-bulk-sum]");
  if (sum) sum.textContent = chosen.some(hasOwnAmount) ? "" : sums(chosen);
}

/** Somebody typed how much of it: what that comes to is read by the server alone. */
function hasOwnAmount(box) {
  return Boolean(box.closest("tr")?.querySelector("input[name^='amount-']")?.value.trim());
}

/** What the selected ones (data-minor, data-currency) add up to, currency by currency, as the reader writes it. */
function sums(chosen) {
  const each = new Map();
  for (const box of chosen) each.set(box.dataset.currency, (each.get(box.dataset.currency) ?? 0) + Number(box.dataset.minor));
  return [...each].map(([currency, minor]) => {
    const format = new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency });
    return format.format(minor / 10 ** format.resolvedOptions().maximumFractionDigits);
  }).join(" + ");
}

function setRange(root, from, to, checked) {
  const every = boxes(root);
  const [start, end] = [every.indexOf(from), every.indexOf(to)].sort((a, b) => a - b);
  if (start >= 0) for (const box of every.slice(start, end + 1)) box.checked = checked;
}

document.addEventListener("click", (event) => {
  const box = event.target;
  if (box.matches?.("[data-select] input[name=ids]")) {
    if (event.shiftKey && last && last !== box) setRange(region(box), last, box, box.checked);
    last = box;
    show(region(box));
  }
  if (event.target.closest?.("[data-bulk-clear]")) {
    for (const root of document.querySelectorAll("[data-select]")) {
      for (const each of boxes(root)) each.checked = false;
      show(root);
    }
  }
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-select-all]")) {
    const root = region(event.target);
    for (const box of boxes(root)) box.checked = event.target.checked;
    show(root);
  }
  // All of the list is all of this page too; a row that is taken off it means the others alone.
  if (event.target.matches("[data-bulk-everything]"))
    for (const root of document.querySelectorAll("[data-select]")) {
      if (event.target.checked) for (const box of boxes(root)) box.checked = true;
      show(root);
    }
});

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-select] input[name^='amount-']")) show(region(event.target));
});

function showAll() {
  last = null;
  document.querySelectorAll("[data-select]").forEach(show);
}

document.addEventListener("htmx:afterSettle", showAll);
addEventListener("pageshow", showAll);
showAll();
