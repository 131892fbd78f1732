// Many files dropped on form[data-upload]: each goes as a request of its own with its own bar, two at a time.
// The answer is JSON {"text", "url", "outcome"} (or a page, of which the words of [data-upload-result] are shown).
// Without this script the form sends all files at once.

import { token } from "./csrf.js";

const AT_ONCE = 2;
const waiting = [];
let running = 0;

function make(tag, className, text = "") {
  return Object.assign(document.createElement(tag), { className, textContent: text });
}

function row(form, file) {
  const line = make("li", "upload-row");
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", file.name);
  const name = make("span", "upload-name", file.name);
  name.title = file.name;
  line.append(name, bar, make("span", "upload-state", form.dataset.wordWaiting));
  form.querySelector("[data-upload-list]").append(line);
  return line;
}

function say(line, state, text, url, word) {
  line.dataset.state = state;
  const words = line.querySelector(".upload-state");
  words.textContent = text;
  if (!url) return;
  const link = Object.assign(make("a", "", word), { href: url });
  words.append(" ", link);
}

/** What the server said, whatever form it took. */
function answer(request) {
  if (request.getResponseHeader("Content-Type")?.includes("json")) {
    try {
      const said = JSON.parse(request.responseText);
      return Array.isArray(said.files) ? { ...said, ...said.files[0] } : said;
    } catch {
      return {};
    }
  }
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  const result = page.querySelector("[data-upload-result]");
  const words = result ?? page.querySelector(".error-text, h1");
  // Any other page, such as the one to sign in, says nothing of the file: it was not taken.
  return { text: words?.textContent.trim(), url: result?.querySelector("a")?.getAttribute("href"), outcome: result ? "done" : "failed" };
}

function finish(job, ok, said = {}) {
  const { form, line } = job;
  const failed = !ok || said.outcome === "failed" || said.outcome === "refused";
  line.querySelector("progress").value = 1;
  say(line, failed ? "failed" : (said.outcome ?? "done"), said.text || form.dataset[failed ? "wordFailed" : "wordDone"], said.url, form.dataset.wordOpen);
  if (failed && said.outcome !== "refused") {
    const again = Object.assign(make("button", "btn btn-plain btn-sm", form.dataset.wordRetry), { type: "button" });
    again.addEventListener("click", () => (again.remove(), enqueue(job)), { once: true });
    line.append(again);
  }
  running -= 1;
  count(form);
  next();
}

function count(form) {
  const lines = [...form.querySelectorAll(".upload-row")];
  const ended = lines.filter((line) => line.dataset.state && line.dataset.state !== "sending");
  form.querySelector("[data-upload-count]").textContent = form.dataset.wordCount
    .replace("{done}", ended.length).replace("{all}", lines.length);
  if (ended.length === lines.length) form.dispatchEvent(new CustomEvent("upload:done", { bubbles: true }));
}

function send(job) {
  const { form, file, line } = job;
  const request = new XMLHttpRequest();
  const body = new FormData(form);
  for (const input of form.querySelectorAll("input[type=file]")) body.delete(input.name);
  body.append(job.name, file, file.name);
  body.set("csrf_token", token());
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "application/json");
  request.setRequestHeader("X-CSRFToken", token());
  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) line.querySelector("progress").value = event.loaded / event.total;
  });
  request.addEventListener("load", () => finish(job, request.status < 400, answer(request)));
  for (const loss of ["error", "abort", "timeout"])
    request.addEventListener(loss, () => finish(job, false, { text: form.dataset.wordLost }));
  say(line, "sending", form.dataset.wordSending);
  request.send(body);
}

function next() {
  while (running < AT_ONCE && waiting.length) {
    running += 1;
    send(waiting.shift());
  }
}

function enqueue(job) {
  job.line.querySelector("progress").value = 0;
  say(job.line, "", job.form.dataset.wordWaiting);
  waiting.push(job);
  count(job.form);
  next();
}

function take(form, files, name) {
  const largest = Number(form.dataset.largest || Infinity);
  const most = Number(form.dataset.most || Infinity);
  for (const [place, file] of [...files].entries()) {
    const line = row(form, file);
    if (file.size > largest) say(line, "failed", form.dataset.wordTooLarge);
    else if (place >= most) say(line, "failed", form.dataset.wordTooMany);
    else enqueue({ form, file, name, line });
  }
  count(form);
}

function dropForm(event) {
  return event.dataTransfer?.types.includes("Files") ? event.target.closest?.("form[data-upload]") : null;
}

for (const kind of ["dragenter", "dragover", "dragleave", "drop"])
  document.addEventListener(kind, (event) => {
    const form = dropForm(event);
    if (!form) return;
    event.preventDefault();
    form.classList.toggle("is-over", kind === "dragenter" || kind === "dragover");
    if (kind === "drop") take(form, event.dataTransfer.files, form.querySelector("input[type=file]").name);
  });

document.addEventListener("change", (event) => {
  const form = event.target.matches("input[type=file]") ? event.target.closest("form[data-upload]") : null;
  if (!form) return;
  take(form, [...event.target.files], event.target.name);
  event.target.value = "";
});
