// A claim's invoices: sent one by one, with the progress of reading; without this script the form sends them together.
"use strict";
(() => {
  const form = document.querySelector("[data-one-by-one]");
  if (!form) return;
  const field = form.querySelector("input[type=file]");
  const bar = form.querySelector("progress");
  const told = form.querySelector("[role=status]");
  const button = form.querySelector("button:not([type=button])");

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const files = Array.from(field.files);
    const problems = [];
    button.disabled = true;
    bar.hidden = false;
    bar.max = files.length;
    for (const [place, file] of files.entries()) {
      bar.value = place;
      told.textContent = form.dataset.reading.replace("{place}", place + 1).replace("{count}", files.length);
      const body = new FormData();
      body.append("files", file);
      try {
        const answer = await fetch(form.action, { method: "POST", body, credentials: "same-origin", headers: { accept: "application/json" } });
        const { problem } = await answer.json();
        if (problem) problems.push(`${file.name}: ${problem}`);
      } catch {
        problems.push(`${file.name}: ${form.dataset.lost}`);
      }
    }
    bar.value = files.length;
    if (!problems.length) {
      location.assign(form.action.replace(/\/files$/, ""));
      return;
    }
    told.textContent = problems.join("\n");
    told.className = "problem";
    bar.hidden = true;
    button.disabled = false;
    // what could be read is in the claim already
    const link = document.createElement("a");
    link.href = form.action.replace(/\/files$/, "");
    link.textContent = form.dataset.next;
    told.append(document.createElement("br"), link);
  });
})();
