// Parts of a page that show what others change while it is open: a stream says what changed, the page fetches itself
// and takes those parts. A part is [data-fresh="key key"] with an id, taken from [data-from] where one is named; with [data-fresh-page] the page is loaded again.
// Where no stream comes through (a proxy that buffers), it asks every few seconds instead.
"use strict";
(() => {
  const root = document.querySelector("[data-changes]");
  if (!root) return;
  const watch = (root.dataset.watch || "").split(" ").filter(Boolean);
  const HELLO_MS = 4000;
  const SILENCE_MS = 40000;
  const ASK_MS = 4000;
  let since = Number(root.dataset.since) || 0;
  let source = null;
  let timer = 0;
  let asking = 0;
  let over = false;
  let comesThrough = false;

  const address = (path) => {
    const query = new URLSearchParams(watch.map((key) => ["watch", key]));
    query.set("since", String(since));
    return `${path}?${query}`;
  };

  // what somebody is typing is never taken away
  const isBusy = (part) => {
    const at = document.activeElement;
    if (at && part.contains(at) && at.matches("input, select, textarea")) return true;
    return Array.from(part.querySelectorAll("input, textarea, select")).some((field) => {
      if (field.type === "hidden") return false;
      if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
      if (field.tagName === "SELECT") return Array.from(field.options).some((one) => one.selected !== one.defaultSelected && one.defaultSelected);
      return field.value !== field.defaultValue;
    });
  };

  const offer = () => {
    let bar = document.getElementById("fresh-bar");
    if (bar || !root.dataset.words) return;
    bar = document.createElement("p");
    bar.id = "fresh-bar";
    bar.className = "fresh-bar";
    bar.setAttribute("role", "status");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button small";
    button.textContent = root.dataset.show;
    button.addEventListener("click", () => window.location.reload());
    bar.append(`${root.dataset.words} `, button);
    document.querySelector("main").prepend(bar);
  };

  const taken = async (keys) => {
    const all = Array.from(document.querySelectorAll("[data-fresh]"));
    const parts = all.filter((part) => keys.includes("*") || part.dataset.fresh.split(" ").some((key) => keys.includes(key)));
    if (!parts.length) return;
    if (parts.some((part) => part.hasAttribute("data-fresh-page"))) {
      if (isBusy(document.querySelector("main")) || document.querySelector("details[open] form")) offer();
      else window.location.reload();
      return;
    }
    const from = (part) => part.dataset.from || window.location.href;
    for (const address of new Set(parts.map(from))) await replaced(address, parts.filter((part) => from(part) === address));
  };

  const replaced = async (from, parts) => {
    let answer;
    try {
      answer = await fetch(from, { headers: { "X-Fresh": "1" }, credentials: "same-origin" });
    } catch {
      return; // offline: the stream comes back, and with it everything that was missed
    }
    if (answer.redirected || !answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of parts) {
      const next = fresh.getElementById(part.id);
      if (!next) continue;
      if (next.hasAttribute("data-fresh-page")) {
        window.location.reload();
        return;
      }
      if (isBusy(part)) {
        offer();
        continue;
      }
      if (next.outerHTML === part.outerHTML) continue;
      const opened = Array.from(part.querySelectorAll("details"), (one) => one.open);
      const had = part.contains(document.activeElement);
      part.replaceWith(next);
      Array.from(next.querySelectorAll("details")).forEach((one, place) => { one.open = one.open || Boolean(opened[place]); });
      if (had) {
        next.tabIndex = -1;
        next.focus({ preventScroll: true });
      }
      next.dispatchEvent(new CustomEvent("fresh", { bubbles: true }));
    }
  };

  // many pages hear of one change: they do not all ask in the same moment
  let waiting = new Set();
  let planned = 0;
  const hear = (keys) => {
    for (const key of keys) waiting.add(key);
    if (!waiting.size || planned) return;
    planned = setTimeout(() => {
      planned = 0;
      const all = Array.from(waiting);
      waiting = new Set();
      taken(all);
    }, 100 + Math.random() * 400);
  };

  const heard = (event) => {
    if (event.lastEventId) since = Number(event.lastEventId);
    clearTimeout(timer);
    timer = setTimeout(again, SILENCE_MS);
    comesThrough = true;
    hear(JSON.parse(event.data));
  };

  const stop = () => {
    clearTimeout(timer);
    clearTimeout(asking);
    asking = 0;
    if (source) source.close();
    source = null;
  };

  const ask = async () => {
    asking = 0;
    try {
      const answer = await fetch(address(root.dataset.changes + ".json"), { credentials: "same-origin" });
      if (answer.status === 401 || answer.status === 403) {
        over = true;
        return;
      }
      if (answer.ok) {
        const said = await answer.json();
        if (said.number !== null) since = said.number;
        hear(said.keys);
      }
    } catch { /* offline: asked again below */ }
    if (!document.hidden && !over) asking = setTimeout(ask, ASK_MS);
  };

  const again = () => {
    stop();
    if (over || document.hidden) return;
    // a stream that was never heard is held back on its way; one that fell silent is opened again
    if (comesThrough) open(); else ask();
  };

  const open = () => {
    stop();
    if (over || document.hidden) return;
    if (!("EventSource" in window)) {
      ask();
      return;
    }
    comesThrough = false;
    source = new EventSource(address(root.dataset.changes));
    timer = setTimeout(again, HELLO_MS);
    for (const name of ["hello", "beat", "change"]) source.addEventListener(name, heard);
    source.addEventListener("bye", () => {
      over = true;
      stop();
    });
    source.addEventListener("error", () => {
      // refused for good (signed out, too many windows): asked now and then; else the browser comes back by itself
      if (source && source.readyState === EventSource.CLOSED) {
        stop();
        ask();
      }
    });
  };

  // a window in the background holds no connection; in front again it hears of all it missed
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) stop(); else open();
  });
  window.addEventListener("pagehide", stop);
  window.addEventListener("pageshow", (event) => { if (event.persisted) open(); });
  open();
})();
