// Enhancements. Every page works without them, and each does nothing if the page is not as it expects.
"use strict";

const all = (selector, root = document) => root.querySelectorAll(selector);
const one = (selector, root = document) => root.querySelector(selector);

// A screen reader starts with the errors of a form.
one("#errors")?.focus();

// A form is sent once. After the browser's back button it can be sent again.
document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (form.method !== "post") return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  submitter?.setAttribute("aria-disabled", "true");
});
addEventListener("pageshow", () => {
  for (const form of all("form[data-sent]")) delete form.dataset.sent;
  for (const button of all("button[aria-disabled]")) button.removeAttribute("aria-disabled");
});

// The browser asks before a form is left that was changed and not sent.
let changed = false;
document.addEventListener("input", ({ target }) => { changed ||= target.form?.method === "post"; });
document.addEventListener("submit", () => { changed = false; });
addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });

// "/" goes to the search, unless something is being typed.
document.addEventListener("keydown", (event) => {
  const { key, target, altKey, ctrlKey, metaKey } = event;
  if (key !== "/" || altKey || ctrlKey || metaKey || target.closest?.("input, select, textarea, dialog:modal")) return;
  event.preventDefault();
  one("#search-all")?.focus();
});

// Prints the page.
for (const button of all("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// A dialog that is open in the page becomes modal. A link to a page with a question opens the dialog with the same
// question instead, if the page has one.
const ask = (dialog, opener) => {
  dialog.close();
  dialog.showModal();
  dialog.addEventListener("close", () => opener?.focus(), { once: true });
};
for (const dialog of all("dialog[open][data-dialog]")) ask(dialog);
document.addEventListener("click", (event) => {
  const opener = event.target.closest?.("[data-opens]");
  const dialog = opener && document.getElementById(opener.dataset.opens);
  if (dialog) {
    event.preventDefault();
    ask(dialog, opener);
  }
  const closer = event.target.closest?.("[data-closes]");
  if (closer?.closest("dialog:modal")) {
    event.preventDefault();
    closer.closest("dialog").close();
  }
});

// The menu closes on a click elsewhere and on Escape.
const menu = one(".menu");
document.addEventListener("click", (event) => {
  if (menu?.open && !menu.contains(event.target)) menu.open = false;
});
menu?.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !menu.open) return;
  menu.open = false;
  one("summary", menu).focus();
});

// Hides the items that do not match the filter, and shows how many are left.
for (const field of all("[data-filter]")) {
  const items = [...all("[data-filter-item]")].map((item) => [item, item.textContent.toLowerCase()]);
  const count = one("[data-filter-count]");
  field.closest("[data-filter-field]")?.removeAttribute("hidden");
  field.addEventListener("input", () => {
    const terms = field.value.trim().toLowerCase().split(/\s+/);
    let left = 0;
    for (const [item, text] of items) {
      item.hidden = !terms.every((term) => text.includes(term));
      left += !item.hidden;
    }
    if (count) count.textContent = `${left} / ${items.length}`;
  });
}

// Adds a row from the template in the page, where "#" is the row's number, or removes one. The rows that are left are
// renumbered, and so are the links to them in the summary of errors.
const linksTo = (row) => [...all("#errors a")].filter(({ hash }) => row.contains(document.getElementById(hash.slice(1))));
const recount = (rows, pattern) => {
  const called = one("[data-row-name]", pattern.content).textContent;
  for (const [position, row] of all("[data-row]", rows).entries()) {
    const names = all("[data-row-name]", row);
    const before = names[0].textContent;
    const name = called.replace("#", position + 1);
    for (const element of names) element.textContent = name;
    for (const link of linksTo(row)) link.textContent = link.textContent.replace(before, name);
  }
};
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-row-add], [data-row-remove]");
  const rows = button && one("[data-rows]", button.form ?? document);
  const pattern = rows && one("template", rows);
  if (!pattern) return;
  const existing = [...all("[data-row]", rows)];
  if (button.matches("[data-row-remove]")) {
    event.preventDefault();
    const row = button.closest("[data-row]");
    for (const link of linksTo(row)) link.closest("li").remove();
    row.remove();
    recount(rows, pattern);
    one("[data-row-add]", button.form ?? document)?.focus();
  } else if (existing.length < Number(rows.dataset.rows)) {
    event.preventDefault();
    const number = Math.max(-1, ...existing.map((row) => Number(row.dataset.row))) + 1;
    const row = pattern.content.firstElementChild.cloneNode(true);
    for (const element of [row, ...all("*", row)]) {
      for (const { name, value } of [...element.attributes]) element.setAttribute(name, value.replaceAll("#", number));
    }
    pattern.before(row);
    recount(rows, pattern);
    one("input", row)?.focus();
  }
});

// Follows an opening to its end. The server holds the response until there is news; then its parts replace those here.
const live = one("[data-live]");
const follow = async () => {
  while (one("[data-waiting]", live)) {
    const began = Date.now();
    try {
      const answer = await fetch(live.dataset.live, { headers: { accept: "text/html" } });
      if (!answer.ok || answer.redirected) return location.reload();
      const news = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of all("[data-part]", news)) {
        one(`[data-part="${part.dataset.part}"]`, live)?.replaceChildren(...part.childNodes);
      }
    } catch {
      // Not reachable now: try again.
    }
    if (Date.now() - began < 1000) await new Promise((later) => setTimeout(later, 1000));
  }
};
if (live) {
  follow();
  setInterval(() => {
    const left = one("progress", live);
    if (left) left.value -= 1;
  }, 1000);
}
