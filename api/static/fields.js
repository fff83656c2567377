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

  // a day in the page's language while its field is not being filled in, and what goes where while it is empty
  const day = { year: "numeric", month: "2-digit", day: "2-digit", timeZone: "UTC" };
  const names = new Intl.DisplayNames(language, { type: "dateTimeField" });
  for (const field of document.querySelectorAll("input[type=date], input[type=datetime-local]")) {
    const time = field.type === "date" ? {} : { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
    const parts = new Intl.DateTimeFormat(language, { ...day, ...time });
    const empty = parts.formatToParts(0).map((part) => (part.type === "literal" ? part.value : names.of(part.type))).join("");
    const whole = document.createElement("span");
    whole.className = "day-field";
    field.before(whole);
    whole.append(field);
    const say = () => {
      whole.dataset.words = field.value ? parts.format(new Date(`${field.value}${time.hour ? "" : "T00:00"}Z`)) : empty;
      whole.classList.toggle("unfilled", !field.value);
    };
    field.addEventListener("input", say);
    say();
  }
})();
