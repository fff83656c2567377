// The recorder: device check, then one question after the other in one document, so that phones ask for the camera only
// once. What is recorded goes through uploader.js. The page's words and addresses are in the element's data-config.

import { openStore } from "./chunk_store.js";
import { Devices } from "./devices.js";
import { Courier, Refused, ask } from "./uploader.js";

const root = document.getElementById("recorder");
const config = JSON.parse(root.dataset.config);
const byId = (id) => document.getElementById(id);

const CHUNK_MS = 1000;
const SHORTEST_S = 2;
const PRACTICE_S = 12;
const QUIET_DB = -45;
const VIDEO_BITS = 600_000;
const AUDIO_BITS = 48_000;

// ---- Words and elements --------------------------------------------------------------------------------------------

function say(name, values = {}) {
  return config.texts[name].replace(/\{(\w+)\}/g, (whole, key) => (key in values ? values[key] : whole));
}

function clock(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

// "30 s", "3 min", "2 min 30 s" in the page's language.
function span(seconds) {
  const minutes = Math.floor(seconds / 60);
  const parts = [];
  if (minutes) parts.push(say("minutes", { n: minutes }));
  if (seconds % 60 || !minutes) parts.push(say("seconds", { n: seconds % 60 }));
  return parts.join(" ");
}

function announce(text) {
  byId("announce").textContent = text;
}

// Elements name the phases in which they are seen; everything else is hidden.
function show(phase, { title = "", text = "", focus = true } = {}) {
  state.phase = phase;
  root.dataset.phase = phase;
  document.body.classList.toggle("busy", ["practice", "recording"].includes(phase));
  for (const element of document.querySelectorAll("[data-phases]")) {
    element.hidden = !element.dataset.phases.split(" ").includes(phase);
  }
  byId("title").textContent = title;
  byId("title").hidden = !title;
  byId("text").textContent = text;
  byId("text").hidden = !text;
  byId("verdict").hidden = true;
  if (focus && title) byId("title").focus({ preventScroll: true });
  window.scrollTo(0, 0);
}

function button(id, text, action) {
  const element = byId(id);
  if (text) (element.querySelector("[data-label]") || element).textContent = text;
  element.onclick = action;
  element.disabled = false;
}

const state = {
  phase: "", n: config.next, question: null, recorder: null, sending: null, pieces: [], timer: null, began: 0,
  hidden: false,
};
const devices = new Devices(root, say, deviceEnded);
let store, courier;

// ---- Devices -------------------------------------------------------------------------------------------------------

function deviceEnded() {
  if (state.phase !== "recording" && state.phase !== "practice") return;
  notice(say("stopped"));
  stopRecording();
}

// What to say and to offer when the devices cannot be opened.
function devicesFailed(error, again) {
  const kinds = { NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "missing", OverconstrainedError: "missing" };
  const kind = kinds[error.name] || "busy";
  show("refused", { title: say(`${kind}_title`), text: say(`${kind}_text`) });
  button("again", say("retry"), again);
  byId("refused-voice").hidden = devices.mode === "voice";
  button("refused-voice", say("ask_voice"), () => { devices.mode = "voice"; again(); });
  button("refused-file", say("mode_file"), () => askForFile());
}

// ---- Recording -----------------------------------------------------------------------------------------------------

function startRecording(phase, limit_s, sending) {
  const type = devices.mediaType();
  const options = { mimeType: type, audioBitsPerSecond: AUDIO_BITS };
  if (devices.mode === "video") options.videoBitsPerSecond = VIDEO_BITS;
  const recorder = new MediaRecorder(devices.stream, options);
  state.pieces = [];
  devices.peak_db = -100;
  state.recorder = recorder;
  state.sending = sending;
  const ended = new Promise((resolve) => { recorder.onstop = resolve; });
  recorder.ondataavailable = (event) => {
    if (!event.data.size) return;
    state.pieces.push(event.data);
    sending.append(event.data);
  };
  state.ended = ended.then(() => new Blob(state.pieces, { type: recorder.mimeType || type }));
  recorder.start(CHUNK_MS);
  state.began = performance.now();
  keepAwake();
  const told = new Set();
  clearInterval(state.timer);
  show(phase, { focus: false });
  const tick = () => {
    const used_s = (performance.now() - state.began) / 1000;
    const left_s = limit_s - used_s;
    byId("used").textContent = clock(Math.floor(used_s));
    byId("left").textContent = say("time_left", { time: clock(left_s) });
    byId("bar").style.transform = `scaleX(${Math.min(1, used_s / limit_s).toFixed(3)})`;
    for (const [at, name] of [[60, "minute_left"], [10, "seconds_left"]]) {
      if (limit_s > at && left_s <= at && !told.has(at)) { told.add(at); announce(say(name)); }
    }
    line();
    if (left_s <= 0) stopRecording();
  };
  tick();
  state.timer = setInterval(tick, 200);
}

function stopRecording() {
  clearInterval(state.timer);
  if (state.wake) state.wake.release().catch(() => null);
  state.wake = null;
  if (state.recorder && state.recorder.state !== "inactive") state.recorder.stop();
}

const recordedSeconds = () => (performance.now() - state.began) / 1000;

async function keepAwake() {
  if (!navigator.wakeLock) return;
  state.wake = await navigator.wakeLock.request("screen").catch(() => null);
}

function replay(blob) {
  const player = byId(devices.mode === "video" ? "replay-video" : "replay-voice");
  for (const id of ["replay-video", "replay-voice"]) byId(id).hidden = byId(id) !== player;
  if (state.address) URL.revokeObjectURL(state.address);
  state.address = URL.createObjectURL(blob);
  player.src = state.address;
}

// ---- Device check --------------------------------------------------------------------------------------------------

function check() {
  byId("where").textContent = say("where_check");
  if (!devices.canRecord()) {
    unsupported();
    return;
  }
  show("asking", { title: say("ask_title"), text: say("ask_text") });
  button("turn-on", say("ask_button"), () => { devices.mode = "video"; turnOn(); });
  button("turn-on-voice", say("ask_voice"), () => { devices.mode = "voice"; turnOn(); });
}

async function turnOn() {
  try {
    await devices.open();
  } catch (error) {
    devicesFailed(error, turnOn);
    return;
  }
  show("check", { title: say("check_title"), text: say("check_text") });
  byId("line").textContent = say("check_hint");
  mainButton("record", say("check_record"), practise);
}

function practise() {
  const sending = courier.begin("", devices.mediaType(), { practice: true });
  startRecording("practice", PRACTICE_S, sending);
  announce(say("starts"));
  mainButton("stop", say("record_stop"), stopRecording);
  state.ended.then((blob) => practised(sending, blob));
}

async function practised(sending, blob) {
  const heard_db = devices.peak_db;
  show("practised", { title: say("replay_title") });
  replay(blob);
  verdict(say("check_sending"));
  button("check-start", say("check_start"), () => { sending.discard(); startInterview(); });
  button("check-again", say("check_again"), () => { sending.discard(); turnOn(); });
  byId("check-start").disabled = true;
  try {
    await sending.close();
    const found = await sending.done;
    const seconds = found ? found.duration_s.toFixed(1) : "0";
    if (!found || !found.audio) verdict(say("check_no_sound"), true);
    else if (heard_db < QUIET_DB) verdict(say("check_quiet"), true);
    else verdict(say(found.video ? "check_good" : "check_good_voice", { seconds }));
  } catch (error) {
    verdict(error.title ? `${error.title} ${error.detail}` : say("check_failed"), true);
  }
  byId("check-start").disabled = false;
}

function verdict(text, look = false) {
  const element = byId("verdict");
  element.textContent = text;
  element.hidden = false;
  element.classList.toggle("look", look);
}

function startInterview() {
  localStorage.setItem(`checked-${config.invitation}`, "1");
  ready(config.next);
}

// ---- Questions -----------------------------------------------------------------------------------------------------

async function load(n) {
  const response = await ask("GET", `${config.home}/questions/${n}`);
  if (!response.ok) throw new Refused(response.status, await response.json());
  return response.json();
}

// Before the question is shown: how long there is, and what is left over from before.
async function ready(n) {
  state.n = n;
  byId("where").textContent = say("where", { n, total: config.total });
  history.replaceState(null, "", `#${n}`);
  let found;
  try {
    found = await load(n);
  } catch (error) {
    show("refused", { title: say("load_failed"), text: error.title || "" });
    button("again", say("retry"), () => ready(n));
    return;
  }
  state.question = found;
  byId("write").href = byId("refused-write").href = byId("file-write").href = `${config.home}/write/${n}`;
  for (const open of found.open) {
    if (!courier.queue.some((one) => one.recording.key === open.key)) courier.adopt({ ...open, question: found.id });
  }
  const broken = courier.of(found.id).find((one) => !one.recording.wanted && !one.failed);
  if (broken) interrupted(broken);
  else if (found.used) answered();
  else offer();
}

const attemptsLeft = () =>
  state.question.attempts - state.question.used - courier.of(state.question.id).filter((one) => one.recording.wanted && !one.failed).length;

function offer() {
  const { think_s, answer_s, attempts } = state.question;
  const often = attempts > 1 ? say("ready_attempts", { attempts }) : say("ready_attempts_one");
  const times = say("ready_text", { think: span(think_s), answer: span(answer_s) });
  show("ready", { title: say("ready_title", { n: state.n, total: config.total }), text: `${times} ${often}` });
  byId("mode-video").checked = devices.mode === "video";
  byId("mode-voice").checked = devices.mode === "voice";
  button("reveal", say("ready_button"), think);
  button("send-file", "", () => askForFile());
  line();
}

function answered() {
  const last = state.n >= config.total;
  show("answered", { title: say("answered_title"), text: attemptsLeft() > 0 ? say("answered_text") : "" });
  button("answered-next", say(last ? "to_review" : "next"), goOn);
  byId("answered-again").hidden = attemptsLeft() < 1;
  button("answered-again", say("again", { left: attemptsLeft() }), offer);
  line();
}

function interrupted(sending) {
  const seconds = sending.recording.seconds;
  const text = seconds ? say("interrupted_text", { time: clock(seconds) }) : say("interrupted_unknown");
  show("interrupted", { title: say("interrupted_title"), text });
  button("interrupted-use", say("interrupted_use"), async () => {
    await sending.close(true);
    watchAnswer(sending);
    goOn();
  });
  button("interrupted-again", say("interrupted_again"), async () => { await sending.discard(); ready(state.n); });
}

async function think() {
  if (!devices.canRecord()) { unsupported(); return; }
  try {
    await devices.ready();
  } catch (error) {
    devicesFailed(error, think);
    return;
  }
  const until = performance.now() + state.question.think_s * 1000;
  show("think", { focus: false });
  showQuestion();
  byId("line").textContent = say("think_line");
  mainButton("record", say("think_start"), record);
  clearInterval(state.timer);
  const tick = () => {
    const left_s = (until - performance.now()) / 1000;
    byId("think-left").textContent = say("think_left", { time: clock(left_s) });
    if (left_s <= 0) record();
  };
  state.timer = setInterval(tick, 200);
  tick();
}

function showQuestion() {
  byId("question").textContent = state.question.text;
  byId("question").focus({ preventScroll: true });
}

function record() {
  clearInterval(state.timer);
  const sending = courier.begin(state.question.id, devices.mediaType());
  watchAnswer(sending);
  startRecording("recording", state.question.answer_s, sending);
  announce(say("starts"));
  mainButton("stop", say("record_stop"), () => {
    if (recordedSeconds() < SHORTEST_S) announce(say("too_short"));
    else stopRecording();
  });
  state.ended.then((blob) => recorded(sending, blob));
}

function recorded(sending, blob) {
  if (state.phase === "taken") return;
  sending.close(true);
  show("replay", { title: say("replay_title") });
  replay(blob);
  const left = attemptsLeft();
  button("use", say(state.n >= config.total ? "use_last" : "use"), goOn);
  byId("retake").hidden = left < 1;
  button("retake", say("again", { left }), think);
  line();
}

// The server has the last word on an answer; what it refuses is said on whatever page is shown then.
function watchAnswer(sending) {
  const question = state.question;
  const n = state.n;
  sending.done.then((answer) => {
    if (answer && answer.attempt) question.used = Math.max(question.used, answer.attempt);
    line();
  }, (error) => {
    if (["think", "recording"].includes(state.phase)) {
      notice(`${say("where", { n, total: config.total })}: ${error.title || say("failed_title")}`);
      return; // a running recording is not disturbed; the overview says what is missing
    }
    show("failed", { title: error.title || say("failed_title"), text: error.detail || say("failed_text") });
    button("failed-again", say("retry"), async () => { await sending.discard(); ready(n); });
  });
}

function goOn() {
  stopReplay();
  if (state.n < config.total) ready(state.n + 1);
  else location.href = `${config.home}/review`;
}

function stopReplay() {
  for (const id of ["replay-video", "replay-voice"]) byId(id).pause();
}

function line() {
  const parts = [];
  if (["recording", "practice"].includes(state.phase)) parts.push(say("record_line"));
  if (["recording", "replay"].includes(state.phase) && state.question) {
    const left = attemptsLeft();
    parts.push(left > 0 ? say(left === 1 ? "attempt_left" : "attempts_left", { left }) : say("no_more"));
  }
  if (["recording", "replay", "ready", "answered", "think"].includes(state.phase)) {
    if (courier.waiting.length) parts.push(say("uploaded", { percent: Math.floor(courier.share * 100) }));
    else if (courier.queue.some((one) => one.over)) parts.push(say("all_sent"));
  }
  if (state.phase !== "check" && (state.phase !== "think" || parts.length)) byId("line").textContent = parts.join(" · ");
}

// ---- A file instead ------------------------------------------------------------------------------------------------

function unsupported() {
  if (!state.question) {
    ready(config.next).then(() => askForFile(say("unsupported_title"), say("unsupported_text")));
    return;
  }
  askForFile(say("unsupported_title"), say("unsupported_text"));
}

function askForFile(title = say("file_title"), text = "") {
  if (!state.question) { ready(config.next).then(() => askForFile(title, text)); return; }
  const limit = say("file_text", { answer: span(state.question.answer_s) });
  show("file", { title, text: text ? `${text} ${limit}` : limit });
  showQuestion();
  byId("file-progress").hidden = true;
  byId("file").onchange = async () => {
    const file = byId("file").files[0];
    if (!file) return;
    byId("file").value = "";
    const sending = await courier.beginFile(state.question.id, file);
    watchAnswer(sending);
    byId("file-progress").hidden = false;
    byId("file-name").textContent = say("file_sending", { name: file.name });
    state.sending = sending;
    sending.done.then((answer) => { if (answer) goOn(); }, () => null);
  };
}

// ---- Controls that live on every page ------------------------------------------------------------------------------

function mainButton(kind, label, action) {
  const element = byId("main-button");
  element.dataset.kind = kind;
  element.setAttribute("aria-label", label);
  byId("main-label").textContent = label;
  element.onclick = action;
}

function notice(text, action) {
  byId("banner-text").textContent = text;
  byId("banner").hidden = !text;
  byId("banner-try").hidden = !action;
  byId("banner-try").onclick = action || null;
}

function listen() {
  courier.addEventListener("offline", (event) => notice(say("offline", { seconds: event.detail }), () => courier.wake()));
  courier.addEventListener("online", () => {
    notice(say("online"));
    setTimeout(() => { if (!courier.failures) notice(""); }, 3000);
  });
  courier.addEventListener("full", () => notice(say("full")));
  courier.addEventListener("progress", () => {
    line();
    if (state.sending && state.sending.file) byId("file-bar").value = state.sending.share;
  });
  byId("hide").onclick = () => {
    state.hidden = !state.hidden;
    root.classList.toggle("picture-hidden", state.hidden);
    byId("hide").textContent = say(state.hidden ? "unhide" : "hide");
    byId("hide").setAttribute("aria-pressed", String(state.hidden));
  };
  for (const mode of ["video", "voice"]) byId(`mode-${mode}`).onchange = () => { devices.mode = mode; root.dataset.mode = mode; };
  byId("camera").onchange = (event) => { devices.camera = event.target.value; turnOn(); };
  byId("microphone").onchange = (event) => { devices.microphone = event.target.value; turnOn(); };
  addEventListener("beforeunload", (event) => {
    const running = state.recorder && state.recorder.state !== "inactive";
    if (running || (!store.lasting && courier.waiting.length)) event.preventDefault();
  });
}

// One tab at a time records and sends; another may take over. Browsers without locks rely on the server's own order.
async function takeTab(steal) {
  if (!navigator.locks) return true;
  return new Promise((resolve) => {
    const held = (lock) => {
      resolve(Boolean(lock));
      return lock ? new Promise(() => {}) : null;
    };
    const options = steal ? { steal: true } : { ifAvailable: true };
    navigator.locks.request(`interview-${config.invitation}`, options, held).catch(taken);
  });
}

function taken() {
  if (courier) courier.stop();
  stopRecording();
  show("taken", { title: say("taken_title"), text: say("taken_text") });
  devices.close();
}

async function start() {
  store = await openStore();
  courier = new Courier(store, config.home, config.invitation);
  listen();
  await courier.resume();
  const asked = Number(location.hash.slice(1));
  if (asked >= 1 && asked <= config.total) config.next = asked;
  const checked = config.begun || localStorage.getItem(`checked-${config.invitation}`);
  if (config.all_answered && !asked) location.href = `${config.home}/review`;
  else if (checked) ready(config.next);
  else check();
}

if (await takeTab(false)) await start();
else {
  show("other-tab", { title: say("other_tab_title"), text: say("other_tab_text") });
  button("take-over", say("take_over"), async () => { await takeTab(true); await start(); });
}
