// A long form keeps what is typed into it while it is filled in: a closed page or a dead phone loses nothing.
"use strict";
(() => {
  const form = document.querySelector("form[data-draft]");
  if (!form) return;
  const told = form.querySelector("[data-kept]");
  let waiting = 0;
  let sent = "";
  const said = () => new URLSearchParams(Array.from(new FormData(form)).filter(([, value]) => typeof value === "string"));
  const keep = async () => {
    clearTimeout(waiting);
    waiting = 0;
    const body = said().toString();
    if (body === sent) return;
    try {
      const headers = { "Content-Type": "application/x-www-form-urlencoded" };
      const answer = await fetch(form.dataset.draft, { method: "POST", body, headers, keepalive: true });
      if (answer.ok) sent = body;
      if (told) told.textContent = answer.ok ? form.dataset.saved : "";
    } catch {
      if (told) told.textContent = ""; // no network: the next change tries again
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(keep, 1200);
  });
  form.addEventListener("submit", () => {
    clearTimeout(waiting); // what is sent is no draft any more
    waiting = 0;
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && waiting) keep();
  });
})();
