// Files and dates in the page's language: what a browser says of its own fields is in the browser's.
"use strict";
(() => {
  const language = document.documentElement.lang || undefined;

  // a chosen file: our words beside a button that opens the browser's own choice
  for (const field of document.querySelectorAll("input[type=file][data-choose]")) {
    const button = document.createElement("button");
    const told = document.createElement("span");
    const whole = document.createElement("span");
    button.type = "button";
    button.className = "button small";
    button.tabIndex = -1; // the field itself is reached by keys, and the button shows that it is
    button.setAttribute("aria-hidden", "true");
    button.textContent = field.dataset.choose;
    told.className = "hint";
    whole.className = "file-field";
    const say = () => {
      told.textContent = Array.from(field.files, (file) => file.name).join(", ") || field.dataset.none;
    };
    button.addEventListener("click", () => field.click());
    field.addEventListener("change", say);
    field.before(whole);
    whole.append(field, button, told);
    say();
  }

  // a day in words beside its field
  for (const field of document.querySelectorAll("input[type=date]")) {
    const told = document.createElement("span");
    told.className = "hint day-in-words";
    const say = () => {
      const [year, month, day] = field.value.split("-").map(Number);
      told.textContent = field.value
        ? new Intl.DateTimeFormat(language, { dateStyle: "full", timeZone: "UTC" }).format(Date.UTC(year, month - 1, day))
        : "";
    };
    field.addEventListener("input", say);
    field.after(told);
    say();
  }
})();
