// Announces new messages without reloading, so that the scroll position is kept. An empty page is reloaded.
"use strict";

const EVERY_MS = 2000;
const shown = Number(document.body.dataset.taken);

for (const time of document.querySelectorAll("time")) {
  const at = new Date(time.dateTime);
  time.textContent = at.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
  time.title = time.dateTime;
}

async function poll() {
  if (document.hidden) return;
  const answer = await fetch("/outbox/taken").catch(() => null);
  if (!answer || !answer.ok) return;
  const fresh = (await answer.json()).taken - shown;
  if (fresh === 0) return;
  // fewer than shown: the local cloud was restarted
  if (fresh < 0 || document.querySelector(".empty")) return location.reload();
  announce(fresh);
}

function announce(fresh) {
  const news = document.getElementById("news");
  const text = fresh === 1 ? "1 new message: show" : `${fresh} new messages: show`;
  if (news.textContent === text) return;
  const link = document.createElement("a");
  link.href = location.pathname + location.search;
  link.textContent = text;
  news.replaceChildren(link);
  document.title = `(${fresh}) Outbox · Key Automat Cloud`;
}

setInterval(poll, EVERY_MS);
