// What htmx draws anew may take away the element that had the focus: data-then="one another" on the one that asks names
// ids, and the first that is there has it next; unless somebody went on to another field meanwhile.

document.addEventListener("htmx:afterSettle", (event) => {
  const asked = event.detail.requestConfig?.elt;
  const now = document.activeElement ?? document.body;
  // The new one with its id has the focus already.
  if (!asked?.dataset.then || (now !== document.body && !(now.id && now.id === asked.id))) return;
  const there = asked.dataset.then.split(" ").map((id) => document.getElementById(id));
  there.find(Boolean)?.focus();
});
