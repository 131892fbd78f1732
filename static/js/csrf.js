// Every htmx request and every form carries the newest token: fragments bring one in <meta id="csrf-token">.

export function token() {
  return document.getElementById("csrf-token")?.content ?? "";
}

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = token();
  // A draft that waited while a button was pressed would go to the button's own address, beside the form itself.
  const { elt, triggeringEvent } = event.detail;
  if (triggeringEvent?.type === "change" && elt.matches("form[hx-post]")) event.detail.path = elt.getAttribute("hx-post");
});

document.addEventListener(
  "submit",
  (event) => {
    const field = event.target.querySelector("input[name=csrf_token]");
    if (field && token()) field.value = token();
  },
  true,
);
