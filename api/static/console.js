// What the console's pages need beyond links and forms. Everything works without it but the comfort.
"use strict";
(() => {
  const all = (selector, from = document) => Array.from(from.querySelectorAll(selector));

  // on a narrow screen the navigation scrolls: the page that is open stands in sight
  for (const here of all(".sections [aria-current], .subnav [aria-current]")) {
    const row = here.parentElement;
    row.scrollLeft += here.getBoundingClientRect().right - row.getBoundingClientRect().right + 24;
  }

  // a filter that applies as soon as it is chosen
  for (const field of all("[data-submit]")) field.addEventListener("change", () => field.form.requestSubmit());

  // a table wider than its place can be scrolled with keys as well
  const sized = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const wide = target.scrollWidth > target.clientWidth + 1 || target.scrollHeight > target.clientHeight + 1;
      const heading = target.closest("section, main")?.querySelector("h1, h2, h3");
      const named = { role: "region", "aria-label": heading?.textContent.trim() || document.title };
      const values = target.hasAttribute("aria-labelledby") ? { tabindex: "0" } : { tabindex: "0", ...named };
      for (const [name, value] of Object.entries(values)) {
        if (wide) target.setAttribute(name, value); else target.removeAttribute(name);
      }
    }
  });
  for (const box of all(".scroll:not([tabindex]), .scroll-list")) sized.observe(box);

  // a part that changes by the clock is fetched again; a page that answers with another one (signed out) is shown
  for (const { id, dataset } of all("[data-every]")) {
    setInterval(async () => {
      let answer;
      try {
        answer = await fetch(window.location.href, { credentials: "same-origin" });
      } catch {
        return; // offline: the next turn asks again
      }
      const next = answer.ok && !answer.redirected
        && new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(id);
      if (next) document.getElementById(id).replaceWith(next); else window.location.reload();
    }, Number(dataset.every) * 1000);
  }

  // searching from anywhere: / and Ctrl-K
  const find = document.querySelector("[data-find]");
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea");
    const wanted = (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey)
      || (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey);
    if (!find || !wanted) return;
    event.preventDefault();
    find.focus();
    find.select();
  });

  // back to where somebody came from
  for (const button of all("[data-back]")) {
    button.hidden = window.history.length < 2;
    button.addEventListener("click", () => window.history.back());
  }

  // typing keeps those of a list's boxes that have the words, and those that are ticked
  for (const field of all("[data-filter]")) {
    field.addEventListener("input", () => {
      const words = field.value.trim().toLowerCase();
      for (const label of all("label", document.getElementById(field.dataset.filter))) {
        label.hidden = !label.textContent.toLowerCase().includes(words) && !label.querySelector("input").checked;
      }
    });
  }

  // copying a link
  for (const button of all("[data-copy]")) {
    button.addEventListener("click", async () => {
      const words = button.textContent;
      try {
        await navigator.clipboard.writeText(button.dataset.copy);
        button.textContent = button.dataset.copied;
        setTimeout(() => { button.textContent = words; }, 1500);
      } catch {
        window.getSelection().selectAllChildren(button.parentElement.querySelector(".secret, .mono") || button);
      }
    });
  }

  // a button that asks once more before something that cannot be taken back
  document.addEventListener("submit", (event) => {
    const words = event.target.dataset.confirm;
    if (words && !window.confirm(words)) event.preventDefault();
  });

  // weights that must sum to 100: the sum is shown while typing, and saving waits for it
  for (const form of all("form[data-weights]")) {
    const shown = form.querySelector("[data-sum]");
    const fields = () => all("[data-weight]", form).filter((field) => !field.closest("[data-part]")?.querySelector("[data-remove]:checked"));
    const update = () => {
      const sum = Math.round(fields().reduce((total, field) => total + (Number(field.value) || 0), 0) * 100) / 100;
      const right = Math.abs(sum - 100) < 0.006;
      shown.textContent = `${sum} %`;
      shown.classList.toggle("wrong", !right);
      for (const button of all("[data-needs-sum]", form)) button.disabled = !right;
      for (const why of all("[data-sum-why]", form)) {
        const words = sum < 100 ? why.dataset.under : why.dataset.over;
        why.textContent = right ? "" : words.replace("{sum}", sum).replace("{rest}", Math.round(Math.abs(100 - sum) * 100) / 100);
      }
    };
    // only what was chosen has fields: the others are chosen first
    const chooser = form.querySelector("[data-chooser]");
    for (const box of chooser ? all("[data-adds]", chooser) : []) {
      const row = form.querySelector(`[data-of="${CSS.escape(box.dataset.adds)}"]`);
      const show = () => { row.hidden = !box.checked; };
      box.addEventListener("change", () => {
        show();
        const weight = row.querySelector("[data-weight]");
        if (box.checked) weight.focus(); else weight.value = "";
      });
      show();
    }
    if (chooser) chooser.hidden = false;
    form.addEventListener("input", update);
    form.addEventListener("change", update);
    update();
  }

  // the ranked list by keyboard: j and k go, enter opens, x ticks
  const rows = all("[data-row]");
  if (rows.length) {
    let at = -1;
    const go = (to) => {
      if (to < 0 || to >= rows.length) return;
      rows[at]?.classList.remove("at");
      at = to;
      rows[at].classList.add("at");
      rows[at].querySelector("a")?.focus({ preventScroll: true });
      rows[at].scrollIntoView({ block: "nearest" });
    };
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target.closest("input:not([type=checkbox]), select, textarea, summary")) return;
      if (event.key === "j") { event.preventDefault(); go(at + 1); }
      else if (event.key === "k") { event.preventDefault(); go(at < 0 ? rows.length - 1 : at - 1); }
      else if (event.key === "Enter" && at >= 0 && !event.target.closest("a, button")) rows[at].querySelector("a").click();
      else if (event.key === "x" && at >= 0) {
        const box = rows[at].querySelector("input[type=checkbox]");
        if (box) { event.preventDefault(); box.click(); }
      }
    });
  }

  // choosing candidates: two to four are compared, any number is decided, moved or written to together
  const boxes = all("input[type=checkbox][name=id]");
  const compare = document.querySelector("[data-compare]");
  const chosen = () => boxes.filter((box) => box.checked).length;
  const count = () => {
    const many = chosen();
    for (const box of boxes) box.closest("tr").classList.toggle("chosen", box.checked);
    for (const box of all('[data-all="id"]')) {
      box.checked = many > 0 && many === boxes.length;
      box.indeterminate = many > 0 && many < boxes.length;
    }
    for (const bar of all(".bulk-bar[data-bulk]")) {
      bar.hidden = !many;
      const said = bar.querySelector("[data-bulk-count]");
      if (said) said.textContent = said.dataset.bulkCount.replace("#", many);
    }
    if (!compare) return;
    compare.disabled = many < 2 || many > 4;
    compare.textContent = many ? `${compare.dataset.compare} (${many})` : compare.dataset.compare;
  };
  for (const box of boxes) box.addEventListener("change", count);

  // ticking every box of a list
  for (const box of all("[data-all]")) {
    box.addEventListener("change", () => {
      for (const other of all(`input[name="${box.dataset.all}"]`)) other.checked = box.checked;
      count();
    });
  }
  if (boxes.length) count();

  // actions on rows that are ticked: how many, and none without
  for (const form of all("form[data-rows]")) {
    const told = form.querySelector("[data-rows-chosen]");
    if (!told) continue;
    const words = told.textContent;
    const update = () => {
      const count = all("input[name=id]:checked", form).length;
      told.textContent = count ? told.dataset.rowsChosen.replace("#", count) : words;
      for (const button of all("[data-needs-chosen]", form)) button.disabled = !count;
    };
    form.addEventListener("change", update);
    update();
  }

  // a field that is asked for only with a value of another one
  for (const field of all("[data-when]")) {
    const [name, value] = field.dataset.when.split("=");
    const other = field.form && field.form.elements.namedItem(name);
    const row = field.closest(".field");
    if (!other || !row) continue;
    const update = () => { row.hidden = (other.type === "checkbox" ? String(other.checked) : other.value) !== value; };
    other.addEventListener("change", update);
    update();
  }

  // long work: the server tells how far it is, line by line, and sends the page when it is done
  for (const form of new Set(all("[data-progress]").map((button) => button.form))) {
    form.addEventListener("submit", async (event) => {
      const button = event.submitter;
      if (!button || !button.matches("[data-progress]")) return;
      event.preventDefault();
      const bar = button.parentElement.querySelector("progress");
      const words = button.parentElement.querySelector("[data-progress-text]");
      const body = new FormData(form);
      bar.hidden = false;
      button.disabled = true;
      const started = Date.now();
      try {
        const answer = await fetch(button.formAction, { method: "POST", body, headers: { Accept: "application/x-ndjson" } });
        if (!answer.ok) {
          const told = await answer.json();
          words.textContent = `${told.title} ${told.detail}`;
          return;
        }
        const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
        let rest = "";
        let drawn = "";
        for (;;) {
          const { value, done } = await reader.read();
          if (done) break;
          const lines = (rest + value).split("\n");
          rest = lines.pop();
          for (const line of lines.filter(Boolean)) {
            const said = JSON.parse(line);
            if (said.total !== undefined) {
              bar.max = said.total;
              bar.value = said.done;
              const left = said.done ? Math.round((Date.now() - started) / 1000 * (said.total - said.done) / said.done) : 0;
              words.textContent = `${said.done} / ${said.total}${left > 1 ? ` · ${left} s` : ""}`;
            } else if (said.problem) {
              words.textContent = said.problem;
            } else {
              drawn = said.page;
            }
          }
        }
        if (drawn) {
          const page = new DOMParser().parseFromString(drawn, "text/html");
          form.replaceChildren(...page.getElementById("draft").childNodes);
        }
      } catch (error) {
        words.textContent = String(error.message || error);
      } finally {
        bar.hidden = true;
        button.disabled = false;
      }
    });
  }

  // blind rating: keys 1 to 5 rate the competency at hand, 0 says it was not shown; how many are done is told
  const rating = document.querySelector("form[data-rating]");
  if (rating) {
    const parts = all("fieldset", rating);
    const told = rating.querySelector("[data-rated]");
    const done = (part) => part.querySelector("input[type=radio]:checked");
    const update = () => { told.textContent = told.dataset.rated.replace("#", parts.filter(done).length); };
    rating.addEventListener("change", update);
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !/^[0-5]$/.test(event.key)) return;
      if (event.target.closest("textarea, select, input:not([type=radio])")) return;
      const part = document.activeElement.closest("fieldset") || parts.find((one) => !done(one));
      const box = part && part.querySelector(`input[value="${event.key === "0" ? "" : event.key}"]`);
      if (!box) return;
      event.preventDefault();
      box.checked = true;
      update();
      const next = parts.find((one) => !done(one)) || rating.querySelector("textarea");
      (next.querySelector ? next.querySelector("input") || next : next).focus();
    });
    update();
  }
})();
