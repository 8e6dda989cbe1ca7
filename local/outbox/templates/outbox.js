// Says that there is something new, and lets the reader decide when to see it. An empty page has nobody reading.
"use strict";

const EVERY_MS = 2000;
const shown = Number(document.body.dataset.taken);

for (const time of document.querySelectorAll("time")) {
  const at = new Date(time.dateTime);
  time.textContent = at.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
  time.title = time.dateTime;
}

async function look() {
  if (document.hidden) return;
  const answer = await fetch("/outbox/taken").catch(() => null);
  if (!answer || !answer.ok) return;
  const fresh = (await answer.json()).taken - shown;
  if (fresh === 0) return;
  // fewer than were shown: the local cloud was started anew
  if (fresh < 0 || document.querySelector(".empty")) return location.reload();
  tell(fresh);
}

function tell(fresh) {
  const news = document.getElementById("news");
  const text = fresh === 1 ? "1 new message: show it" : `${fresh} new messages: show them`;
  if (news.textContent === text) return;
  const link = document.createElement("a");
  link.href = location.pathname + location.search;
  link.textContent = text;
  news.replaceChildren(link);
  document.title = `(${fresh}) Outbox · Key Automat Cloud`;
}

setInterval(look, EVERY_MS);
