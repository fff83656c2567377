"use strict";
(() => {
  const holder = document.getElementById("data");
  const { kits, texts } = JSON.parse(holder.textContent);
  const root = document.documentElement;
  const PAGE = 50;
  const MAX_CHOSEN = 4;
  const SVG = "http://www.w3.org/2000/svg";
  const keysOn = document.getElementById("keys-on");
  const byId = (id) => document.getElementById(id);
  const all = (selector, from = document) => Array.from(from.querySelectorAll(selector));

  // small builders; every text goes in as text, never as markup
  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value === undefined || value === null || value === false) continue;
      if (name === "class") element.className = value;
      else element.setAttribute(name, value === true ? "" : String(value));
    }
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
  }
  function both(text) {
    const part = document.createDocumentFragment();
    if (text.zh === text.en) { part.append(text.zh); return part; }
    part.append(make("span", { class: "zh", lang: "zh-Hans" }, text.zh), make("span", { class: "en", lang: "en" }, text.en));
    return part;
  }
  function filled(key, values = {}) {
    const fill = (text) => text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
    return { zh: fill(texts[key].zh), en: fill(texts[key].en) };
  }
  const t = (key, values) => both(filled(key, values));
  function shape(tag, attributes) {
    const element = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
    return element;
  }
  const one = (value) => value.toFixed(1);

  // a score is never a bare number: band, value and required level on one track
  function track(score, required) {
    const svg = shape("svg", { class: "track", "aria-hidden": "true", focusable: "false" });
    svg.append(shape("rect", { class: "rail", x: 0, y: 5, width: "100%", height: 7, rx: 3.5 }));
    svg.append(shape("rect", { class: "band", x: `${10 * score.low}%`, y: 5, width: `${10 * (score.high - score.low)}%`, height: 7, rx: 3.5 }));
    if (required !== null) {
      const at = `${25 * (required - 1)}%`;
      svg.append(shape("line", { class: "need", x1: at, x2: at, y1: 0, y2: 17 }));
    }
    svg.append(shape("rect", { class: "value", x: `${10 * score.value}%`, y: 2, width: 3.5, height: 13, rx: 1.5, transform: "translate(-1.75 0)" }));
    return svg;
  }

  const state = { kit: 0, sort: "rank", down: true, limit: PAGE, chosen: [], open: new Set(), rows: [] };
  const list = () => kits[state.kit];

  // language
  function setLanguage(language) {
    root.dataset.lang = language;
    root.lang = language === "zh" ? "zh-Hans" : "en";
    for (const element of all("[data-zh]")) {
      if (element.tagName === "TITLE") document.title = element.dataset[language];
      else element.textContent = element.dataset[language];
    }
    const search = byId("search");
    if (search) search.placeholder = search.getAttribute(`data-placeholder-${language}`);
    for (const button of all("[data-set-lang]")) button.setAttribute("aria-pressed", String(button.dataset.setLang === language));
  }
  for (const button of all("[data-set-lang]")) button.addEventListener("click", () => setLanguage(button.dataset.setLang));
  if (!kits.length) return;

  // what is shown, and in which order
  function filtered() {
    const words = byId("search").value.trim().toLowerCase();
    const status = byId("by-status").value;
    const least = Number(byId("by-match").value) || 0;
    const meets = byId("by-competency").value;
    return list().candidates.filter((place) => {
      if (words && !`${place.candidate} ${place.interview}`.toLowerCase().includes(words)) return false;
      if (status && place.section !== status) return false;
      if (least > 0 && (place.match_percent === null || place.match_percent < least)) return false;
      if (meets && !place.competencies.some((entry) => entry.id === meets && entry.meets)) return false;
      return true;
    });
  }
  function sortValue(place) {
    if (state.sort === "match") return place.match_percent;
    if (state.sort === "score") return place.score && place.score.value;
    const entry = place.competencies.find((one_) => one_.id === state.sort);
    return entry && entry.score ? entry.score.value : null;
  }
  function ordered(places) {
    if (state.sort === "rank") return places;
    const sign = state.down ? -1 : 1;
    if (state.sort === "name") {
      const locale = root.dataset.lang === "zh" ? "zh-Hans" : "en";
      const collator = new Intl.Collator(locale);
      return [...places].sort((a, b) => -sign * collator.compare(a.candidate, b.candidate));
    }
    return [...places].sort((a, b) => {
      const [left, right] = [sortValue(a), sortValue(b)];
      if (left === null || right === null) return (left === null) - (right === null);
      return sign * (left - right);
    });
  }

  // rows
  function heading(place) {
    if (state.sort !== "rank") return null;
    if (place.section !== "ranked") return { key: "look", parts: [t("ranking.look_first")] };
    const waiting = list().candidates.filter((other) => other.section === "needs_review" && other.group === place.group).length;
    const parts = [t("ranking.group", { number: place.group }), make("span", {}, t("ranking.group_note"))];
    if (waiting) parts.push(make("span", {}, t("ranking.group_above", { count: waiting })));
    return { key: `group-${place.group}`, parts };
  }
  function reasonsList(place, className) {
    return make("ul", { class: className }, ...place.reasons.map((reason) => make("li", {}, both(reason.text))));
  }
  function notAssessed(entry) {
    if (!entry.reason) return make("span", { class: "muted small" }, "–");
    const key = entry.reason.code === "competency.not_shown" ? "indicator.not_shown" : "competency.cannot";
    return make("span", { class: "muted small", title: entry.reason.text[root.dataset.lang] }, t(key));
  }
  function scoreCell(score, required) {
    return make("div", { class: "score" }, track(score, required), make("b", {}, one(score.value), make("small", {}, "/10")),
      make("span", { class: "range" }, `${one(score.low)}–${one(score.high)}`));
  }
  function statusCell(place, columns) {
    const kind = place.section === "ranked" ? "" : " look";
    const cell = make("td", { class: "status", role: "cell" }, make("span", { class: `tag${kind}` }, t(`status.${place.section}`)));
    if (place.status === "partial") cell.append(" ", make("span", { class: "tag" }, t("status.partial")));
    if (place.group !== null && (state.sort !== "rank" || place.section !== "ranked")) {
      cell.append(make("span", { class: "muted small place" }, t("ranking.in_group", { number: place.group })));
    }
    if (columns > 0) {
      const open = state.open.has(place.interview);
      cell.append(make("button", { type: "button", class: "why", "data-why": place.interview, "aria-expanded": open }, t("ranking.why")));
    }
    return cell;
  }
  function candidateRow(place) {
    const chosen = state.chosen.includes(place.interview);
    const row = make("tr", { class: `candidate${chosen ? " chosen" : ""}`, role: "row", tabindex: -1, "data-interview": place.interview });
    const box = make("input", { type: "checkbox", "data-choose": place.interview, "aria-labelledby": `n-${place.interview}` });
    box.checked = chosen;
    row.append(make("td", { class: "select", role: "cell" }, place.score ? box : null));
    row.append(make("td", { class: "name", role: "cell" }, make("a", { href: place.href, id: `n-${place.interview}` }, place.candidate),
      make("span", { class: "sub" }, place.synthetic ? make("span", { class: "tag made" }, t("label.synthetic")) : null, place.synthetic ? " " : "", place.interview)));
    if (!place.score) {
      row.append(make("td", { class: "match muted", role: "cell" }, "–"));
      row.append(make("td", { class: "words", role: "cell", colspan: 1 + list().competencies.length }, reasonsList(place, "inline-reasons")));
      row.append(statusCell(place, 0));
      return row;
    }
    row.append(make("td", { class: "match", role: "cell" }, place.match_percent.toFixed(0), make("small", {}, "%")));
    row.append(make("td", { class: "total", role: "cell" }, scoreCell(place.score, null)));
    place.competencies.forEach((entry, index) => {
      const about = list().competencies[index];
      const cell = make("td", { class: "mini", role: "cell" }, make("span", { class: "competency-name muted" }, both(about.name)));
      if (entry.score) {
        cell.append(track(entry.score, about.required_level),
          make("div", { class: "value-line" }, make("span", {}, one(entry.score.value)), make("span", { class: "muted" }, `${one(entry.score.low)}–${one(entry.score.high)}`)));
      } else cell.append(notAssessed(entry));
      row.append(cell);
    });
    row.append(statusCell(place, 1));
    return row;
  }
  function reasonsRow(place, columns) {
    return make("tr", { class: "reasons", role: "row" }, make("td", { role: "cell", colspan: columns }, reasonsList(place, "")));
  }

  function drawHead() {
    const cells = [make("th", { class: "c-select", role: "columnheader" }, make("span", { class: "hidden-text" }, t("ranking.select")))];
    const column = (className, key, label, note) => {
      const active = state.sort === key;
      const direction = (key === "name") !== state.down ? "descending" : "ascending";
      const th = make("th", { class: className, role: "columnheader", "aria-sort": active ? direction : null },
        make("button", { type: "button", "data-sort": key }, label));
      if (note) th.append(make("div", { class: "muted" }, note));
      return th;
    };
    cells.push(column("", "name", t("ranking.candidate")), column("c-match", "match", t("ranking.match")), column("c-score", "score", t("ranking.score")));
    for (const entry of list().competencies) {
      const note = make("span", {}, `${entry.weight}% `, entry.is_delivery ? t("ranking.delivery") : "");
      cells.push(column("", entry.id, both(entry.name), note));
    }
    cells.push(make("th", { class: "c-status", role: "columnheader" }, t("ranking.status")));
    byId("head").replaceChildren(...cells);
    return cells.length;
  }

  function draw() {
    const columns = drawHead();
    const places = ordered(filtered());
    state.rows = places;
    const visible = places.slice(0, state.limit);
    const part = document.createDocumentFragment();
    let last = null;
    for (const place of visible) {
      const title = heading(place);
      if (title && title.key !== last) {
        part.append(make("tr", { class: "group", role: "row" }, make("th", { role: "cell", colspan: columns, scope: "colgroup" }, ...title.parts)));
        last = title.key;
      }
      part.append(candidateRow(place));
      if (place.score && state.open.has(place.interview)) part.append(reasonsRow(place, columns));
    }
    if (!places.length) part.append(make("tr", { class: "empty", role: "row" }, make("td", { role: "cell", colspan: columns }, t("ranking.no_match"))));
    byId("rows").replaceChildren(part);
    byId("shown").replaceChildren(t("ranking.shown", { shown: places.length, total: list().candidates.length }));
    const rest = places.length - visible.length;
    byId("more").hidden = rest <= 0;
    byId("more").replaceChildren(t("ranking.more", { count: Math.min(PAGE, rest) }));
    drawCompareButton();
  }
  function drawCompareButton() {
    const button = byId("compare");
    button.disabled = state.chosen.length < 2;
    const label = make("span", {}, t("ranking.compare", { count: state.chosen.length }));
    if (state.chosen.length < 2) label.append(" · ", t("ranking.compare_hint"));
    button.replaceChildren(label);
  }

  function drawFacts() {
    const { kit, scorer, role, counts } = list();
    byId("role").replaceChildren(both(role));
    const scored = list().candidates.filter((place) => place.score).length;
    const facts = [`${kit.id} v${kit.version}`, scorer, t("ranking.assessed", { count: scored })];
    if (counts.needs_review) facts.push(t("ranking.review", { count: counts.needs_review }));
    if (counts.cannot_assess) facts.push(t("ranking.cannot", { count: counts.cannot_assess }));
    byId("facts").replaceChildren(...facts.flatMap((fact, index) => (index ? [" · ", fact] : [fact])));
    const language = root.dataset.lang;
    const option = (value, text) => make("option", { value, "data-zh": text.zh, "data-en": text.en }, text[language]);
    const named = list().competencies.map((entry) => option(entry.id, entry.name));
    byId("by-competency").replaceChildren(option("", texts["ranking.meets_any"]), ...named);
    byId("sort").replaceChildren(option("rank", texts["ranking.sort_rank"]), option("match", texts["ranking.match"]),
      option("score", texts["ranking.score"]), option("name", texts["ranking.candidate"]),
      ...list().competencies.map((entry) => option(entry.id, entry.name)));
    byId("sort").value = state.sort;
  }

  function setSort(key, toggle) {
    if (toggle && state.sort === key) state.down = !state.down;
    else { state.sort = key; state.down = true; }
    state.limit = PAGE;
    byId("sort").value = key;
    draw();
  }
  function selectKit(index) {
    const waiting = kits[index].candidates.filter((place) => place.section === "needs_review").map((place) => place.interview);
    Object.assign(state, { kit: index, sort: "rank", down: true, limit: PAGE, chosen: [], open: new Set(waiting) });
    for (const tab of all("[data-kit]")) tab.setAttribute("aria-selected", String(Number(tab.dataset.kit) === index));
    drawFacts();
    draw();
  }

  // choose and compare
  function choose(id, on) {
    const has = state.chosen.includes(id);
    if (on && !has && state.chosen.length >= MAX_CHOSEN) {
      byId("shown").replaceChildren(t("ranking.compare_full"));
    } else if (on && !has) state.chosen.push(id);
    else if (!on) state.chosen = state.chosen.filter((other) => other !== id);
    const row = rowOf(id);
    if (row) {
      row.classList.toggle("chosen", state.chosen.includes(id));
      const box = row.querySelector("[data-choose]");
      if (box) box.checked = state.chosen.includes(id);
    }
    drawCompareButton();
  }
  function compare() {
    if (state.chosen.length < 2) return;
    const places = state.chosen.map((id) => list().candidates.find((place) => place.interview === id));
    const table = make("table", { class: "compare" });
    table.append(make("thead", {}, make("tr", {}, make("td", {}), ...places.map((place) => make("th", { scope: "col" }, place.candidate,
      make("a", { href: place.href }, t("ranking.open")))))));
    const body = make("tbody", {});
    body.append(make("tr", {}, make("th", { scope: "row" }, t("ranking.match")), ...places.map((place) => make("td", {},
      make("span", { class: "big" }, place.match_percent.toFixed(0), make("small", {}, "%"))))));
    body.append(make("tr", {}, make("th", { scope: "row" }, t("ranking.score")), ...places.map((place) => make("td", {}, scoreCell(place.score, null),
      make("span", { class: "muted small" }, t("ranking.in_group", { number: place.group }))))));
    list().competencies.forEach((about, index) => {
      const head = make("th", { scope: "row" }, both(about.name), make("small", {}, `${about.weight}% · `, t("ranking.required", { level: about.required_level })));
      body.append(make("tr", {}, head, ...places.map((place) => compareCell(place, about, index))));
    });
    body.append(make("tr", {}, make("th", { scope: "row" }, t("ranking.why")), ...places.map((place) => make("td", {}, reasonsList(place, "small")))));
    table.append(body);
    const unsure = places.some((place) => place.competencies.some((entry) => entry.quotes.some((quote) => quote.unsure.length)));
    byId("comparison").replaceChildren(table, unsure ? make("p", { class: "muted small" }, t("quote.legend")) : "");
    byId("side-by-side").showModal();
  }
  // a quote's words, the unsure ones marked; the spans count characters, not UTF-16 units
  function quoted(quote) {
    const letters = Array.from(quote.quote);
    const parts = ["“"];
    let at = 0;
    for (const [start, end] of quote.unsure) {
      parts.push(letters.slice(at, start).join(""), make("span", { class: "uncertain" }, letters.slice(start, end).join(""),
        make("span", { class: "hidden-text" }, " (", t("transcript.uncertain"), ")")));
      at = end;
    }
    parts.push(letters.slice(at).join(""), "”");
    return parts;
  }
  function compareCell(place, about, index) {
    const entry = place.competencies[index];
    if (!entry.score) return make("td", {}, entry.reason ? make("span", { class: "muted" }, both(entry.reason.text)) : "–");
    const level = 1 + 0.4 * entry.score.value;
    const cell = make("td", {}, scoreCell(entry.score, about.required_level), make("span", { class: "muted small" }, t("ranking.level", { level: one(level) })));
    for (const quote of entry.quotes) {
      cell.append(make("blockquote", { class: quote.polarity === "against" ? "against" : null },
        make("a", { href: `${place.href}#e-${quote.number}` }, ...quoted(quote)), quote.polarity === "against" ? make("span", { class: "tag" }, t("quote.against")) : null));
    }
    return cell;
  }

  // events
  byId("filters").addEventListener("input", (event) => {
    if (event.target.id === "sort") { setSort(event.target.value, false); return; }
    state.limit = PAGE;
    draw();
  });
  byId("filters").addEventListener("reset", () => setTimeout(() => setSort("rank", false)));
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("more").addEventListener("click", () => { state.limit += PAGE; draw(); });
  byId("compare").addEventListener("click", compare);
  byId("close").addEventListener("click", () => byId("side-by-side").close());
  document.addEventListener("click", (event) => {
    const sort = event.target.closest("[data-sort]");
    if (sort) { setSort(sort.dataset.sort, true); return; }
    const kit = event.target.closest("[data-kit]");
    if (kit) { selectKit(Number(kit.dataset.kit)); return; }
    const why = event.target.closest("[data-why]");
    if (why) toggleReasons(why.dataset.why);
  });
  document.addEventListener("change", (event) => {
    const box = event.target.closest("[data-choose]");
    if (box) choose(box.dataset.choose, box.checked);
  });
  function rowOf(id) {
    return all("tr.candidate").find((row) => row.dataset.interview === id);
  }
  function toggleReasons(id) {
    const row = rowOf(id);
    const open = !state.open.has(id);
    if (open) state.open.add(id); else state.open.delete(id);
    row.querySelector(".why").setAttribute("aria-expanded", String(open));
    if (open) row.after(reasonsRow(state.rows.find((place) => place.interview === id), byId("head").children.length));
    else row.nextElementSibling.remove();
  }
  function step(by) {
    const rows = all("tr.candidate");
    const at = rows.indexOf(document.activeElement.closest("tr.candidate"));
    let target = at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by;
    if (target >= rows.length && state.limit < state.rows.length) {
      state.limit += PAGE;
      draw();
      all("tr.candidate")[target].focus();
      return;
    }
    target = Math.min(rows.length - 1, Math.max(0, target));
    if (rows[target]) rows[target].focus();
  }
  document.addEventListener("keydown", (event) => {
    if (!keysOn.checked || event.ctrlKey || event.metaKey || event.altKey || byId("side-by-side").open) return;
    if (event.target.closest("select, input:not([type=checkbox])")) return;
    const row = document.activeElement.closest("tr.candidate");
    if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "/") byId("search").focus();
    else if (event.key === "c") compare();
    else if (event.key === "x" && row && row.querySelector("[data-choose]")) choose(row.dataset.interview, !state.chosen.includes(row.dataset.interview));
    else if (event.key === "Enter" && row && row === document.activeElement) window.location.assign(row.querySelector(".name a").href);
    else return;
    event.preventDefault();
  });

  selectKit(0);
})();
