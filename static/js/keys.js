// Shortcuts are written where they act: data-key="j", "Ctrl+Enter", "g h" (one after the other), "/".
// The element is clicked, or focused where it is a field. "?" lists them all with data-key-label (or the element's words).

const APART = 500; // Milliseconds between two decisions by a key, also where the first one has opened the next page.
let pending = "";
let pendingTimer = 0;

function isTyping(target) {
  if (target.isContentEditable || target.matches("textarea, select")) return true;
  return target.matches("input:not([type=checkbox], [type=radio], [type=button], [type=submit], [type=range])");
}

function pressed(event) {
  const key = event.key === " " ? "Space" : event.key;
  const held = [(event.ctrlKey || event.metaKey) && "Ctrl", event.altKey && "Alt"].filter(Boolean);
  // Shift is already in "?" or "+", and matters only with named keys.
  if (event.shiftKey && key.length > 1) held.push("Shift");
  return [...held, held.length && key.length === 1 ? key.toUpperCase() : key].join("+");
}

/** Single keys can be switched off, for voice control and unsure hands (WCAG 2.1.4); Ctrl and Alt always act. */
function singles(setting) {
  try {
    if (setting !== undefined) localStorage.setItem("single-keys", setting ? "on" : "off");
    return localStorage.getItem("single-keys") !== "off";
  } catch {
    return true;
  }
}

function isVisible(element) {
  return element.getClientRects().length > 0;
}

function scope() {
  return document.querySelector("dialog[open]") ?? document;
}

/** What acts on a key here; what the page is about goes before what is on every page. */
function all() {
  const found = [...scope().querySelectorAll("[data-key]")].filter(isVisible);
  return [...found.filter((each) => each.closest(".main")), ...found.filter((each) => !each.closest(".main"))];
}

function act(element) {
  if (element.matches("input:not([type=checkbox], [type=radio]), textarea, select")) {
    element.focus();
    element.select?.();
  } else {
    element.click();
  }
}

/** The key that decided last and when; kept for the page that it opens. */
function decided(key) {
  try {
    if (key !== undefined) sessionStorage.setItem("decided", JSON.stringify([key, Date.now()]));
    return JSON.parse(sessionStorage.getItem("decided")) ?? ["", 0];
  } catch {
    return ["", 0];
  }
}

/** Whether this press would send a form again: the key is held down, or was pressed twice. */
function isAgain(event, element, key) {
  if (element.type !== "submit" || !element.form) return false;
  const [before, moment] = decided();
  if (event.repeat || (before === key && Date.now() - moment < APART)) return true;
  decided(key);
  return false;
}

function remember(key) {
  pending = key;
  clearTimeout(pendingTimer);
  pendingTimer = setTimeout(() => (pending = ""), 1000);
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.key === "Dead") return;
  const typing = isTyping(event.target);
  if (event.key === "Escape" && typing) return event.target.blur();
  // While typing only Ctrl and Alt combinations act, and never AltGr, which writes characters.
  if (typing && (!(event.ctrlKey || event.metaKey || event.altKey) || event.getModifierState("AltGraph"))) return;
  if (event.key.length === 1 && !(event.ctrlKey || event.metaKey || event.altKey) && !singles()) return;
  if (event.target.matches("summary, button, a") && ["Enter", " "].includes(event.key) && !event.ctrlKey) return;
  const key = pressed(event);
  // What is being written beside the page's own form goes first: Ctrl+Enter would decide, and lose it.
  const beside = typing && key === "Ctrl+Enter" && event.target.value.trim() && event.target.closest("[data-beside]");
  if (beside) {
    event.preventDefault();
    return event.repeat || beside.requestSubmit();
  }
  const here = all();
  const sequence = pending ? `${pending} ${key}` : key;
  const match = here.find((each) => each.dataset.key === sequence) ?? here.find((each) => each.dataset.key === key);
  if (match) {
    event.preventDefault();
    remember("");
    if (!isAgain(event, match, match.dataset.key)) act(match);
  } else {
    remember(here.some((each) => each.dataset.key.startsWith(`${key} `)) ? key : "");
  }
});

function words(element) {
  return element.dataset.keyLabel || element.getAttribute("aria-label") || element.textContent.trim();
}

function group(element, list) {
  if (element.closest(".main")) return list.dataset.here;
  return element.dataset.key.startsWith("g ") ? list.dataset.go : list.dataset.everywhere;
}

function keyCaps(key) {
  return key.split(" ").flatMap((part) => (part.length > 1 ? part.split("+") : [part])).map((part) => {
    const cap = document.createElement("kbd");
    cap.textContent = part;
    return cap;
  });
}

/** Writes every shortcut of the page into the help dialog, by group, each key once. */
function list(target) {
  const groups = new Map([[target.dataset.here, new Map()], [target.dataset.go, new Map()], [target.dataset.everywhere, new Map()]]);
  for (const element of [...document.querySelectorAll("[data-key]")].filter(isVisible))
    groups.get(group(element, target)).set(element.dataset.key, words(element));
  target.replaceChildren();
  for (const [title, keys] of groups) {
    if (!keys.size) continue;
    const section = target.appendChild(document.createElement("div"));
    section.className = "keys-group";
    section.appendChild(document.createElement("dt")).textContent = title;
    for (const [key, label] of keys) {
      const line = section.appendChild(document.createElement("dd"));
      line.append(...keyCaps(key), Object.assign(document.createElement("span"), { textContent: label }));
    }
  }
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-dialog='#keys']")) return;
  list(document.querySelector("[data-keys-list]"));
  document.querySelector("[data-keys-switch]").checked = singles();
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-keys-switch]")) singles(event.target.checked);
});
