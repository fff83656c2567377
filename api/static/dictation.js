// Dictation by the browser's own speech input, where it has one: words go into the field, where they can be edited;
// nothing is sent. Without speech input, or refused, there is no button.
(() => {
  const Recognition = window.SpeechRecognition || window.webkitSpeechRecognition;
  if (!Recognition) return;
  const prepare = (part) => {
    for (const form of part.querySelectorAll("form[data-dictate]")) {
      for (const field of form.querySelectorAll("textarea")) {
        const button = document.createElement("button");
        button.type = "button";
        button.className = form.dataset.dictateClass || "button small";
        button.textContent = form.dataset.dictate;
        button.setAttribute("aria-pressed", "false");
        let heard = null;
        const stopped = () => {
          heard = null;
          button.textContent = form.dataset.dictate;
          button.setAttribute("aria-pressed", "false");
        };
        button.addEventListener("click", () => {
          if (heard) {
            heard.stop();
            return;
          }
          heard = new Recognition();
          const said = document.documentElement.lang || "en";
          heard.lang = said.startsWith("zh") ? "zh-CN" : said;
          heard.continuous = true;
          heard.interimResults = false;
          heard.onresult = (event) => {
            for (let place = event.resultIndex; place < event.results.length; place += 1) {
              const words = event.results[place][0].transcript.trim();
              const most = field.maxLength > 0 ? field.maxLength : 10000;
              const gap = field.value && !/[\s，。！？]$/.test(field.value) && heard.lang !== "zh-CN" ? " " : "";
              field.value = (field.value + gap + words).slice(0, most);
            }
            field.dispatchEvent(new Event("input", { bubbles: true }));
          };
          heard.onerror = (event) => {
            if (event.error === "not-allowed" || event.error === "service-not-allowed") button.remove();
          };
          heard.onend = stopped;
          button.textContent = form.dataset.dictateStop;
          button.setAttribute("aria-pressed", "true");
          heard.start();
        });
        form.addEventListener("submit", () => heard && heard.abort());
        field.insertAdjacentElement("afterend", button);
      }
    }
  };
  prepare(document);
  // a part of the page that was fetched again (fresh.js) has new fields
  document.addEventListener("fresh", (event) => prepare(event.target));
})();
