// A request: on the phone one tap fills in a day, and what is known of what is chosen is shown while it is chosen.
"use strict";
(() => {
  const near = document.querySelector("[data-near]");
  const shown = document.querySelector("[data-preview]");
  const form = shown && shown.closest("form");
  if (!form) return;
  const days = !near ? [] : near.dataset.near.split(" ").map((name) => form.elements.namedItem(name)).filter(Boolean);
  let asked = 0;

  const preview = async () => {
    asked += 1;
    const mine = asked;
    const query = new URLSearchParams(Array.from(new FormData(form)).filter(([name]) => !["key", "csrf", "reason"].includes(name)));
    try {
      const answer = await fetch(`${shown.dataset.preview}?${query}`, { credentials: "same-origin" });
      if (!answer.ok || mine !== asked) return;
      const { lines } = await answer.json();
      if (shown.tagName === "UL") {
        shown.replaceChildren(...lines.map(([label, value]) => {
          const line = document.createElement("li");
          line.textContent = `${label}: ${value}`;
          return line;
        }));
      } else shown.textContent = lines.map(([label, value]) => `${label}: ${value}`).join(" · ");
    } catch { /* offline: the page after sending says it */ }
  };

  if (near) near.hidden = false;
  if (days.length) days[0].closest(".field").before(near);
  for (const button of near ? near.querySelectorAll("[data-day]") : []) {
    button.addEventListener("click", () => {
      for (const field of days) field.value = button.dataset.day;
      for (const other of near.querySelectorAll("[data-day]")) other.setAttribute("aria-pressed", String(other === button));
      preview();
    });
  }
  // one day is the usual case: the last day follows the first until it is chosen itself
  if (days.length > 1) {
    days[0].addEventListener("change", () => { if (!days[1].value || days[1].value < days[0].value) days[1].value = days[0].value; });
  }
  form.addEventListener("change", preview);
  if (!near) preview(); // shown again after something was wrong, it says what is chosen already
})();
