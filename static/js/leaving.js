// <form data-guard>: whoever typed in it and leaves by another way than its own buttons is asked first, in the browser's
// words. data-guard="typed": what stands in it was refused, and is kept nowhere else.

let isTyped = Boolean(document.querySelector("form[data-guard=typed]"));

const isGuarded = (element) => (element.form ?? element.closest("form"))?.matches("[data-guard]");

document.addEventListener("input", (event) => {
  if (isGuarded(event.target)) isTyped = true;
});

document.addEventListener("click", (event) => {
  if (event.target.closest("form[data-guard] button[hx-post]")) isTyped = true;
  if (event.target.closest("form[data-guard] .form-actions a")) isTyped = false;
});

// A form that htmx sends leaves the page where it is.
document.addEventListener(
  "submit",
  (event) => {
    if (isGuarded(event.target) || !event.target.matches("[hx-post], [hx-put], [hx-delete]")) isTyped = false;
  },
  true,
);

window.addEventListener("beforeunload", (event) => {
  if (isTyped) event.preventDefault();
});
