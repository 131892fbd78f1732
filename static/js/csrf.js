// Every htmx request and every form carries the newest token: fragments bring one in <meta id="csrf-token">.

export function token() {
  return document.getElementById("csrf-token")?.content ?? "";
}

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = token();
});

document.addEventListener(
  "submit",
  (event) => {
    const field = event.target.querySelector("input[name=csrf_token]");
    if (field && token()) field.value = token();
  },
  true,
);
