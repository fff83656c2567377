// A written answer is kept on this device while it is being written, and forgotten once the server has it.

const form = document.getElementById("writing");
const text = document.getElementById("text");
if (text) {
  const key = `draft-${form.dataset.key}`;
  const draft = localStorage.getItem(key);
  if (draft && draft !== text.value) text.value = draft;
  const told = document.getElementById("draft");
  told.textContent = draft ? form.dataset.saved : form.dataset.kept;
  let timer;
  text.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      localStorage.setItem(key, text.value);
      told.textContent = form.dataset.saved;
    }, 400);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    localStorage.setItem(key, text.value);
    sessionStorage.setItem("sent-draft", key);
  });
}

// The next page is the proof that the answer arrived.
const sent = sessionStorage.getItem("sent-draft");
if (sent && (!form || `draft-${form.dataset.key}` !== sent)) {
  localStorage.removeItem(sent);
  sessionStorage.removeItem("sent-draft");
}
