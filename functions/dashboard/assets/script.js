// Enhancements. Every page works without them, and each does nothing if the page is not as it expects.
"use strict";

const all = (selector, root = document) => root.querySelectorAll(selector);
const one = (selector, root = document) => root.querySelector(selector);

// A screen reader starts with the errors of a form.
one("#errors")?.focus();

// A form is sent once. After the browser's back button it can be sent again. A page that was itself the answer to a form, such
// as a preview, is requested anew by then: otherwise the browser would ask whether to send that form again.
document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (form.method !== "post") return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  history.replaceState(history.state, "", location.href);
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

// A new automat is usually where the person is.
for (const zone of all("select[data-own-zone]")) zone.value ||= Intl.DateTimeFormat().resolvedOptions().timeZone;

// A button beside a date opens the browser's calendar. What is chosen there becomes the text of the field.
for (const dated of all("[data-calendar]")) {
  const field = one("input", dated);
  const [calendar, button] = ["input", "button"].map((name) => document.createElement(name));
  if (!calendar.showPicker) break;
  Object.assign(calendar, { type: "date", tabIndex: -1, ariaHidden: "true" });
  Object.assign(button, { type: "button", className: "plain", ariaLabel: dated.dataset.calendar });
  button.innerHTML = '<svg viewBox="0 0 16 16" aria-hidden="true"><path d="M2 4h12v10H2zM2 7h12M5 2v3M11 2v3"/></svg>';
  field.labels[0].id ||= `${field.id}-label`;
  button.setAttribute("aria-describedby", field.labels[0].id);
  dated.append(button, calendar);
  button.addEventListener("click", () => {
    calendar.value = /^\d{4}-\d\d-\d\d$/.test(field.value) ? field.value : "";
    calendar.showPicker();
  });
  calendar.addEventListener("change", () => {
    field.value = calendar.value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });
}

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

// Hides the items that do not match the filter, and shows how many are left. They may have been renewed since.
for (const field of all("[data-filter]")) {
  const count = one("[data-filter-count]");
  const filter = () => {
    const terms = field.value.trim().toLowerCase().split(/\s+/);
    const items = [...all("[data-filter-item]")];
    for (const item of items) {
      const text = item.textContent.toLowerCase();
      item.hidden = !terms.every((term) => text.includes(term));
    }
    if (count) count.textContent = `${items.filter((item) => !item.hidden).length} / ${items.length}`;
  };
  field.closest("[data-filter-field]")?.removeAttribute("hidden");
  field.addEventListener("input", filter);
  document.addEventListener("renewed", () => field.value && filter());
}

// A table that is complete is sorted by the column whose heading is pressed.
const { compare } = new Intl.Collator(document.documentElement.lang, { numeric: true });
for (const table of all("table[data-sortable]")) {
  for (const heading of all("thead th", table)) {
    const button = document.createElement("button");
    button.className = "plain";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const down = heading.ariaSort === "ascending";
      for (const other of all("thead th", table)) other.ariaSort = null;
      heading.ariaSort = down ? "descending" : "ascending";
      const value = ({ cells }) => cells[heading.cellIndex].dataset.sort ?? cells[heading.cellIndex].textContent.trim();
      const rows = [...table.tBodies[0].rows].sort((a, b) => compare(value(a), value(b)));
      table.tBodies[0].append(...(down ? rows.reverse() : rows));
    });
  }
}

// A link to a panel shows it in this page, so that nothing else moves. The address is that of the page with the panel, and the
// browser's back button returns to the panel before. The focus goes to the panel, and back to the link when it closes.
const desk = one("[data-panels]");
let shown = location.search;
let latest;
const showPanel = async (address, isNew) => {
  latest = address;
  const answer = await fetch(address, { headers: { accept: "text/html" } }).catch(() => null);
  const page = answer?.ok && !answer.redirected && pageOf(await answer.text());
  if (latest !== address) return;
  const panel = page && one("[data-panel]", page);
  if (!panel) return location.assign(address);
  if (isNew) history.pushState(null, "", address);
  shown = location.search;
  const locker = new URLSearchParams(shown).get("locker");
  const before = one("a[aria-current=true]", desk);
  before?.removeAttribute("aria-current");
  if (locker) one(`a[href$="locker=${locker}#panel"]`, desk)?.setAttribute("aria-current", "true");
  one("[data-panel]", desk).replaceWith(panel);
  (one("h2", panel) ?? before)?.focus({ preventScroll: true });
};
desk?.addEventListener("click", (event) => {
  const link = event.target.closest("a[href$='#panel'], [data-panel-close]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  showPanel(link.href, true);
});
desk?.addEventListener("keydown", (event) => {
  if (event.key === "Escape") one("[data-panel-close]", desk)?.click();
});
if (desk) {
  addEventListener("popstate", () => {
    if (location.search !== shown) showPanel(location.href, false);
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

// Puts the parts of a page that was requested again in place of those that have changed. What has the focus keeps it, and
// what is unfolded stays so.
const renew = (news, root) => {
  for (const part of all("[data-part]", news)) {
    const here = one(`[data-part="${part.dataset.part}"]`, root);
    if (!here || here.innerHTML === part.innerHTML) continue;
    const open = [...all("details", here)].map((details) => details.open);
    const { activeElement: active } = document;
    const { id, href } = here.contains(active) ? active : {};
    here.replaceChildren(...part.childNodes);
    for (const [index, details] of all("details", here).entries()) details.open = open[index] ?? details.open;
    const again = (id && document.getElementById(id)) || (href && [...all("a", here)].find((link) => link.href === href));
    again?.focus({ preventScroll: true });
  }
  document.dispatchEvent(new Event("renewed"));
};
const names = (root) => [...all("[data-part]", root)].map((part) => part.dataset.part).join();
const pageOf = (text) => new DOMParser().parseFromString(text, "text/html");

// Follows an opening to its end. The server holds the response until there is news; then its parts replace those here.
const live = one("[data-live]");
const follow = async () => {
  while (one("[data-waiting]", live)) {
    const began = Date.now();
    try {
      const answer = await fetch(live.dataset.live, { headers: { accept: "text/html" } });
      if (!answer.ok || answer.redirected) return location.reload();
      renew(pageOf(await answer.text()), live);
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

// Refreshes a page as often as it says, while it is visible and nobody is about to do something on it. It always shows as of
// when it is, and says when that cannot be renewed.
const asOf = one("[data-refresh] [data-as-of]");
if (asOf) {
  const wait = one("[data-refresh]").dataset.refresh * 1000;
  const status = one("[data-refresh-failed]");
  let tag, timer, last = Date.now();
  const isBusy = () =>
    document.hidden || !getSelection().isCollapsed || one("dialog:modal, .menu[open], [data-busy]") ||
    document.activeElement.matches("input, select, textarea");
  const refresh = async () => {
    try {
      const headers = { accept: "text/html", ...(tag && { "if-none-match": tag }) };
      const answer = await fetch(location.href, { headers, cache: "no-store" });
      if (answer.status === 401) return status.dataset.refreshEnded;
      if (answer.status === 304) {
        asOf.textContent = decodeURIComponent(answer.headers.get("x-as-of"));
      } else {
        const news = answer.ok && !answer.redirected && pageOf(await answer.text());
        if (!news || !one("[data-as-of]", news)) return status.dataset.refreshFailed;
        if (isBusy()) return status.textContent;
        // Something is there that was not there at all.
        if (names(news) !== names(document)) location.reload();
        renew(news, document);
        asOf.textContent = one("[data-as-of]", news).textContent;
        tag = answer.headers.get("etag");
      }
      return "";
    } catch {
      return status.dataset.refreshFailed;
    }
  };
  const tick = async () => {
    clearTimeout(timer);
    const left = last + wait - Date.now();
    if (left > 0 || isBusy()) {
      timer = setTimeout(tick, Math.max(left, 1000));
      return;
    }
    last = Infinity;
    const said = await refresh();
    if (status.textContent !== said) status.textContent = said;
    last = Date.now();
    timer = setTimeout(tick, wait);
  };
  document.addEventListener("visibilitychange", () => document.hidden || tick());
  timer = setTimeout(tick, wait);
}

// The timeline. Two presses in a free part, or a drag from one to the other, lead to the form for that time. The link in a
// free part leads to the form for its beginning, also with the keyboard.
const timeline = one(".timeline");
if (timeline) {
  const status = one("[data-pick-start]");
  const mark = document.createElement("span");
  mark.className = "mark";
  const local = (time, options) =>
    new Intl.DateTimeFormat(document.documentElement.lang, { timeZone: "UTC", ...options }).format(time);
  let first = null, dragged = false;
  // The column of a free part that is under the pointer.
  const under = (event) => {
    const link = event.target.closest?.(".timeline .free");
    if (!link) return null;
    const cell = link.parentElement;
    const { left, width } = cell.getBoundingClientRect();
    const within = Math.min(cell.colSpan - 1, Math.max(0, Math.floor(((event.clientX - left) / width) * cell.colSpan)));
    return { link, cell, within };
  };
  // The local time at which a column starts.
  const time = (cell, within) => {
    let column = within;
    for (let before = cell.previousElementSibling; before; before = before.previousElementSibling) {
      if (before.localName === "td") column += before.colSpan;
    }
    const { from, perDay } = cell.closest("table").dataset;
    return new Date(Date.parse(`${from}T00:00Z`) + (column * 86400000) / perDay);
  };
  const show = (cell, one, other) => {
    const start = Math.min(one, other), end = Math.max(one, other) + 1;
    cell.append(mark);
    mark.style.left = `${(start / cell.colSpan) * 100}%`;
    mark.style.width = `${((end - start) / cell.colSpan) * 100}%`;
  };
  const cancel = () => {
    first = null;
    mark.remove();
    status.textContent = "";
    delete timeline.dataset.busy;
  };
  const begin = (pressed) => {
    first = pressed;
    timeline.dataset.busy = "";
    show(pressed.cell, pressed.within, pressed.within);
    const options = { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" };
    status.textContent = status.dataset.pickStart.replace("#", local(time(pressed.cell, pressed.within), options));
  };
  const finish = ({ link, cell, within }) => {
    const written = (date) => date.toISOString().slice(0, 16);
    const [start, end] = [Math.min(first.within, within), Math.max(first.within, within) + 1];
    const to = new URL(link.href);
    to.searchParams.set("from", written(time(cell, start)));
    to.searchParams.set("to", written(time(cell, end)));
    cancel();
    location.assign(to);
  };
  timeline.addEventListener("pointerdown", (event) => {
    dragged = false;
    const pressed = event.button === 0 && event.pointerType !== "touch" && !first && under(event);
    if (pressed) begin(pressed);
    timeline.dragging = Boolean(pressed);
  });
  timeline.addEventListener("pointermove", (event) => {
    const over = first && under(event);
    if (!over || over.cell !== first.cell) return;
    dragged ||= timeline.dragging && over.within !== first.within;
    show(first.cell, first.within, over.within);
  });
  timeline.addEventListener("dragstart", (event) => first && event.preventDefault());
  timeline.addEventListener("click", (event) => {
    const pressed = under(event);
    // The keyboard, or a press that opens another tab.
    if (!pressed || event.detail === 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (timeline.dragging && !dragged) timeline.dragging = false;
    else if (first?.cell === pressed.cell) finish(pressed);
    else begin(pressed);
  });
  document.addEventListener("keydown", (event) => event.key === "Escape" && first && cancel());
  document.addEventListener("click", (event) => first && !event.target.closest?.(".timeline .free") && cancel());
  addEventListener("pageshow", cancel);
}
