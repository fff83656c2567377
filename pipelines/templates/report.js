"use strict";
(() => {
  const root = document.documentElement;
  const all = (selector, from = document) => Array.from(from.querySelectorAll(selector));
  const player = document.getElementById("player");
  const stage = document.getElementById("stage");
  const panels = all(".panel");
  const tabs = all("[data-tab]");
  const quotes = all(".quote");
  const keysOn = document.getElementById("keys-on");
  const objectUrls = new Map();
  let current = -1;
  let source = "";
  let activeQuote = null;

  // language: several are in the document, one is shown
  function setLanguage(language) {
    root.dataset.lang = language;
    root.lang = document.querySelector(`[data-set-lang="${language}"]`).lang;
    document.title = document.querySelector("title").dataset[language];
    for (const button of all("[data-set-lang]")) {
      button.setAttribute("aria-pressed", String(button.dataset.setLang === language));
    }
  }
  for (const button of all("[data-set-lang]")) {
    button.addEventListener("click", () => setLanguage(button.dataset.setLang));
  }

  // media: embedded bytes become a blob once, larger recordings lie beside the page
  function mediaUrl(panel) {
    if (panel.dataset.src) return panel.dataset.src;
    const id = panel.dataset.embedded;
    if (!id) return "";
    if (!objectUrls.has(id)) {
      const holder = document.getElementById(id);
      const binary = atob(holder.textContent.trim());
      const bytes = new Uint8Array(binary.length);
      for (let i = 0; i < binary.length; i += 1) bytes[i] = binary.charCodeAt(i);
      objectUrls.set(id, URL.createObjectURL(new Blob([bytes], { type: panel.dataset.mime })));
    }
    return objectUrls.get(id);
  }

  function offset() {
    return Number(panels[current].dataset.offset);
  }

  function select(index, focusTab = false) {
    if (index < 0 || index >= panels.length) return;
    if (index !== current) {
      player.pause();
      current = index;
      panels.forEach((panel, i) => { panel.hidden = i !== index; });
      tabs.forEach((tab, i) => {
        tab.setAttribute("aria-selected", String(i === index));
        tab.tabIndex = i === index ? 0 : -1;
      });
      const url = mediaUrl(panels[index]);
      stage.hidden = url === "";
      stage.classList.toggle("sound", panels[index].dataset.kind === "audio");
      document.getElementById("failed").hidden = true;
      player.hidden = false;
      if (url !== source) {
        source = url;
        if (url) player.src = url; else player.removeAttribute("src");
        player.load();
      }
      if (url && offset() > 0) seekWhenReady(offset());
      markQuote(null);
    }
    if (focusTab) tabs[index].focus();
  }

  function seekWhenReady(time) {
    if (player.readyState > 0) { player.currentTime = time; return; }
    player.addEventListener("loadedmetadata", () => { player.currentTime = time; }, { once: true });
  }

  function play() {
    const started = player.play();
    if (started) started.catch((error) => { if (error.name !== "AbortError" && error.name !== "NotAllowedError") showFailure(); });
  }

  function showFailure() {
    document.getElementById("failed-name").textContent = panels[current].dataset.source;
    document.getElementById("failed").hidden = false;
    player.hidden = true;
  }
  player.addEventListener("error", () => { if (player.getAttribute("src")) showFailure(); });

  function playAt(index, start) {
    select(index);
    if (!source) return;
    seekWhenReady(offset() + start);
    play();
  }

  // the current sentence and the playheads follow the player
  function follow() {
    if (current < 0 || !source) return;
    const time = player.currentTime - offset();
    const panel = panels[current];
    let now = null;
    for (const line of all("button.line", panel)) {
      const isNow = time >= Number(line.dataset.start) - 0.05 && time < Number(line.dataset.end);
      if (isNow && !now) { now = line; line.setAttribute("aria-current", "true"); } else line.removeAttribute("aria-current");
    }
    if (now && !player.paused) {
      const box = panel.querySelector("[data-lines]");
      const top = now.offsetTop;
      if (top < box.scrollTop || top + now.offsetHeight > box.scrollTop + box.clientHeight) {
        box.scrollTop = Math.max(0, top - box.clientHeight / 3);
      }
    }
    const length = Number(panel.dataset.length) || player.duration;
    const share = length > 0 ? Math.min(100, Math.max(0, 100 * time / length)) : 0;
    for (const head of all("[data-head]", panel)) {
      head.setAttribute("x1", `${share}%`);
      head.setAttribute("x2", `${share}%`);
    }
  }
  let ticking = false;
  function tick() {
    follow();
    if (player.paused) { ticking = false; return; }
    requestAnimationFrame(tick);
  }
  player.addEventListener("play", () => { if (!ticking) { ticking = true; tick(); } });
  for (const name of ["seeked", "timeupdate", "pause", "loadedmetadata"]) player.addEventListener(name, follow);
  player.addEventListener("pause", () => markQuote(activeQuote));
  player.addEventListener("playing", () => markQuote(activeQuote));

  function markQuote(quote) {
    activeQuote = quote;
    for (const other of quotes) other.classList.toggle("playing", other === quote && !player.paused);
    for (const mark of all("mark")) mark.classList.toggle("shown-quote", quote !== null && mark.dataset.mark === quote.dataset.quote);
  }

  function openQuote(quote) {
    const index = Number(quote.dataset.answer);
    if (quote === activeQuote && !player.paused) { player.pause(); return; }
    if (quote.dataset.start !== undefined) playAt(index, Number(quote.dataset.start)); else select(index);
    markQuote(quote);
    const mark = panels[index].querySelector(`mark[data-mark="${quote.dataset.quote}"]`);
    if (!mark) return;
    const box = panels[index].querySelector("[data-lines]");
    const line = mark.closest(".line");
    if (quote.dataset.start === undefined && box.scrollHeight <= box.clientHeight) line.scrollIntoView({ block: "nearest" });
    else box.scrollTop = Math.max(0, line.offsetTop - box.clientHeight / 3);
  }

  document.addEventListener("click", (event) => {
    const quote = event.target.closest(".quote");
    if (quote) { openQuote(quote); return; }
    const lane = event.target.closest("[data-lane]");
    if (lane && source) {
      const box = lane.getBoundingClientRect();
      const length = Number(panels[current].dataset.length) || player.duration;
      playAt(current, length * Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)));
      return;
    }
    const answer = event.target.closest("[data-open]");
    if (answer) { select(Number(answer.dataset.open), true); return; }
    const place = event.target.closest("[data-start]");
    if (place) playAt(Number(place.dataset.answer), Number(place.dataset.start));
  });

  tabs.forEach((tab, index) => tab.addEventListener("click", () => select(index)));
  document.querySelector(".tabs").addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const target = event.key === "Home" ? 0 : event.key === "End" ? tabs.length - 1 : step ? (current + step + tabs.length) % tabs.length : -1;
    if (target < 0) return;
    event.preventDefault();
    select(target, true);
  });

  document.addEventListener("keydown", (event) => {
    if (!keysOn.checked || event.ctrlKey || event.metaKey || event.altKey) return;
    const inField = event.target.closest("input, select, textarea, [contenteditable]");
    if (inField && inField !== keysOn) return;
    if (event.key === "j" || event.key === "k") {
      const at = quotes.indexOf(document.activeElement.closest(".quote"));
      const next = event.key === "j" ? at + 1 : at < 0 ? quotes.length - 1 : at - 1;
      if (quotes[next]) { event.preventDefault(); quotes[next].focus(); }
    } else if (event.key === " " && !event.target.closest("button, a, summary, video, input")) {
      if (!source) return;
      event.preventDefault();
      if (player.paused) play(); else player.pause();
    } else if (/^[1-9]$/.test(event.key) && panels[Number(event.key) - 1]) {
      select(Number(event.key) - 1, true);
    }
  });

  // a link from the ranking: report.html#e-3 opens the quote, #c-… scrolls by itself
  function openHash() {
    const quote = location.hash.startsWith("#e-") ? document.getElementById(location.hash.slice(1)) : null;
    if (!quote) return;
    select(Number(quote.dataset.answer));
    if (source && quote.dataset.start !== undefined) seekWhenReady(offset() + Number(quote.dataset.start));
    quote.focus();
  }
  window.addEventListener("hashchange", openHash);

  select(panels.findIndex((panel) => !panel.hidden));
  openHash();
})();
