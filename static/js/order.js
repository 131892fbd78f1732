// A list [data-order="FORM"] of [data-order-id] is ordered by dragging its [data-order-grip]; the form is sent with
// its fields "order" in the new order, and "shown" as they are, which say what the page knew. The buttons beside each
// line do the same, one place at a time.

let dragged = null;

function lines(list) {
  return [...list.querySelectorAll("[data-order-id]")];
}

function ids(list) {
  return lines(list).map((line) => line.dataset.orderId).join();
}

function put(list, y) {
  const after = lines(list).find((line) => {
    const box = line.getBoundingClientRect();
    return line !== dragged.line && y < box.top + box.height / 2;
  });
  if (dragged.line.nextElementSibling !== (after ?? null)) list.insertBefore(dragged.line, after ?? null);
}

function send(list) {
  const form = document.getElementById(list.dataset.order);
  const fields = [...form.querySelectorAll("input[name=order]")];
  lines(list).forEach((line, place) => (fields[place].value = line.dataset.orderId));
  form.requestSubmit();
}

document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest?.("[data-order-grip]");
  if (!grip || event.button !== 0) return;
  event.preventDefault();
  const line = grip.closest("[data-order-id]");
  const list = line.closest("[data-order]");
  dragged = { line, list, before: ids(list), next: line.nextElementSibling };
  line.classList.add("is-dragged");
});

document.addEventListener("pointermove", (event) => {
  if (dragged) put(dragged.list, event.clientY);
});

document.addEventListener("pointerup", () => {
  if (!dragged) return;
  const { line, list, before } = dragged;
  dragged = null;
  line.classList.remove("is-dragged");
  // A list that was drawn anew meanwhile shows another order than was dragged.
  if (list.isConnected && ids(list) !== before) send(list);
});

function giveUp() {
  if (!dragged) return;
  const { line, list, next } = dragged;
  dragged = null;
  line.classList.remove("is-dragged");
  list.insertBefore(line, next);
}

document.addEventListener("pointercancel", giveUp);

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") giveUp();
});
