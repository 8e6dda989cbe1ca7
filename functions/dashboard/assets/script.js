// What makes the pages pleasant. None of them needs it: each thing here gives up where something is not as it expects.
"use strict";

const all = (selector, root = document) => root.querySelectorAll(selector);
const one = (selector, root = document) => root.querySelector(selector);

// What is wrong with a form is read first.
one("#errors")?.focus();

// A form is sent once. Coming back to the page by the browser's button, it may be sent again.
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

// A dialog that the page came with is one that has to be answered: it comes to the front and holds the focus. A link to
// a page with a question opens the question here, if the page has it as a dialog.
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

// The menu closes as menus do.
const menu = one(".menu");
document.addEventListener("click", (event) => {
  if (menu?.open && !menu.contains(event.target)) menu.open = false;
});
menu?.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !menu.open) return;
  menu.open = false;
  one("summary", menu).focus();
});

// Items that do not have what is typed are hidden, and how many are left is said.
for (const field of all("[data-filter]")) {
  const items = [...all("[data-filter-item]")].map((item) => [item, item.textContent.toLowerCase()]);
  const told = one("[data-filter-count]");
  field.closest("[data-filter-field]")?.removeAttribute("hidden");
  field.addEventListener("input", () => {
    const wanted = field.value.trim().toLowerCase().split(/\s+/);
    let left = 0;
    for (const [item, text] of items) {
      item.hidden = !wanted.every((word) => text.includes(word));
      left += !item.hidden;
    }
    if (told) told.textContent = `${left} / ${items.length}`;
  });
}

// One more row, from the page's template for it, in which "#" stands for the row's number; or one less. People count the
// rows that are there: so what a row is called follows its place, and so does what the summary of the errors says of it.
const linksTo = (row) => [...all("#errors a")].filter(({ hash }) => row.contains(document.getElementById(hash.slice(1))));
const recount = (rows, pattern) => {
  const called = one("[data-row-name]", pattern.content).textContent;
  for (const [place, row] of all("[data-row]", rows).entries()) {
    const names = all("[data-row-name]", row);
    const before = names[0].textContent;
    const name = called.replace("#", place + 1);
    for (const element of names) element.textContent = name;
    for (const link of linksTo(row)) link.textContent = link.textContent.replace(before, name);
  }
};
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-row-add], [data-row-remove]");
  const rows = button && one("[data-rows]", button.form ?? document);
  const pattern = rows && one("template", rows);
  if (!pattern) return;
  const standing = [...all("[data-row]", rows)];
  if (button.matches("[data-row-remove]")) {
    event.preventDefault();
    const row = button.closest("[data-row]");
    for (const link of linksTo(row)) link.closest("li").remove();
    row.remove();
    recount(rows, pattern);
    one("[data-row-add]", button.form ?? document)?.focus();
  } else if (standing.length < Number(rows.dataset.rows)) {
    event.preventDefault();
    const number = Math.max(-1, ...standing.map((row) => Number(row.dataset.row))) + 1;
    const row = pattern.content.firstElementChild.cloneNode(true);
    for (const element of [row, ...all("*", row)]) {
      for (const { name, value } of [...element.attributes]) element.setAttribute(name, value.replaceAll("#", number));
    }
    pattern.before(row);
    recount(rows, pattern);
    one("input", row)?.focus();
  }
});

// An opening is followed to its end: the answer is held until there is news, and each part of it takes its place.
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
      // Out of reach for now.
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
