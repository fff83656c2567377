// The overview goes on sending what the recorder left, and lets the interview be handed in once everything is there.

import { openStore } from "./chunk_store.js";
import { Courier } from "./uploader.js";

const root = document.getElementById("review");
const config = JSON.parse(root.dataset.config);
const sendingNote = document.getElementById("sending");
const submit = document.getElementById("submit");
const leave = document.getElementById("leave");

function say(name, values = {}) {
  return config.texts[name].replace(/\{(\w+)\}/g, (whole, key) => (key in values ? values[key] : whole));
}

function note(text) {
  sendingNote.textContent = text;
  sendingNote.hidden = !text;
}

const courier = new Courier(await openStore(), config.home, config.invitation);
let arrived = false;

function look() {
  const waiting = courier.waiting.length > 0;
  submit.disabled = waiting;
  if (leave) leave.hidden = waiting;
  for (const sending of courier.waiting) {
    const row = document.querySelector(`[data-state="${CSS.escape(sending.recording.question)}"]`);
    if (row) row.textContent = say("review_row");
  }
  if (waiting) note(say("review_sending", { percent: Math.floor(courier.share * 100) }));
  else if (arrived) location.reload();
}

courier.addEventListener("progress", look);
courier.addEventListener("offline", (event) => note(say("offline", { seconds: event.detail })));
courier.addEventListener("refused", (event) => {
  note(`${event.detail.error.title || say("failed_title")} ${event.detail.error.detail || say("failed_text")}`);
  submit.disabled = false;
  if (leave) leave.hidden = false;
});

async function start() {
  const left = await courier.resume();
  for (const sending of left) {
    if (sending.recording.wanted) sending.done.then((answer) => { arrived = arrived || Boolean(answer); look(); }, () => null);
  }
  const broken = left.find((one) => !one.recording.wanted);
  if (broken) note(say("review_interrupted", { n: config.questions.indexOf(broken.recording.question) + 1 }));
  look();
}

if (navigator.locks) {
  // Waits until the recorder's tab, or the page before this one, has let go.
  navigator.locks.request(`interview-${config.invitation}`, async () => { await start(); return new Promise(() => {}); })
    .catch(() => courier.stop());
} else await start();
