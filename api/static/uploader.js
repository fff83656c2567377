// Recordings on their way to the server. Every chunk is kept in the browser (IndexedDB) until the server has said that it
// is safe, so that a closed page, a lost network or a dead phone loses nothing that was recorded. Speaks the small
// subset of tus 1.0 that api/candidate/uploads.py answers.

const TUS = "1.0.0";
const STEP_BYTES = 256 * 1024;
const LEAST_BYTES = 64 * 1024;
const MAX_BYTES = 4 * 1024 * 1024;
const QUICK_S = 3;
const WAITS_S = [1, 2, 4, 8, 15];
const REQUEST_S = 90;

// ---- Talking to the server -----------------------------------------------------------------------------------------

export class Refused extends Error {
  constructor(status, problem) {
    super(problem.code || String(status));
    this.status = status;
    this.code = problem.code || "";
    this.title = problem.title || "";
    this.detail = problem.detail || "";
  }
}

class Unreachable extends Error {}

async function refusal(response) {
  try {
    return new Refused(response.status, await response.json());
  } catch {
    return new Refused(response.status, {});
  }
}

// A request that gives up after a while. Answers that may be different next time count as "not reached".
export async function ask(method, address, { headers = {}, body, seconds = REQUEST_S } = {}) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), seconds * 1000);
  let response;
  try {
    response = await fetch(address, {
      method, body, signal: abort.signal, credentials: "same-origin",
      headers: { Accept: "application/json", ...headers },
    });
  } catch {
    throw new Unreachable(address);
  } finally {
    clearTimeout(timer);
  }
  if (response.status >= 500 || response.status === 429 || response.status === 408) throw new Unreachable(address);
  return response;
}

const encoded = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// ---- One recording on its way --------------------------------------------------------------------------------------

// recording: {key, invitation, question, practice, type, bytes, closed, wanted, address, name}
//   closed: no more chunks will come; wanted: it shall become an answer (an interrupted one waits for the candidate).
export class Sending {
  constructor(courier, recording) {
    this.courier = courier;
    this.recording = recording;
    this.acknowledged = 0;
    this.done = new Promise((resolve, reject) => { this.resolve = resolve; this.reject = reject; });
    this.done.catch(() => {});
    this.file = null;
    this.over = false;
    this.located = !recording.address;
    this.unsaved = [];
    this.tail = Promise.resolve();
  }

  // Chunks are written one after another, in the order in which they were recorded.
  append(blob) {
    this.tail = this.tail.then(async () => {
      const data = await blob.arrayBuffer();
      if (!data.byteLength) return;
      const start = this.recording.bytes;
      this.recording.bytes += data.byteLength;
      this.recording.seconds = (Date.now() - this.recording.started) / 1000;
      try {
        await this.courier.store.append(this.recording, start, data);
      } catch {
        this.unsaved.push({ start, data }); // the phone is full: kept as long as the page lives, and sent from there
        this.courier.dispatchEvent(new Event("full"));
      }
      this.courier.wake();
    });
    return this.tail;
  }

  async close(wanted = true) {
    await this.tail;
    if (!this.recording.bytes) {
      await this.discard();
      return;
    }
    this.recording.closed = true;
    this.recording.wanted = wanted;
    await this.courier.store.save(this.recording).catch(() => null);
    this.courier.wake();
  }

  get share() {
    if (this.over) return 1;
    return this.recording.bytes ? this.acknowledged / this.recording.bytes : 0;
  }

  async step() {
    const recording = this.recording;
    if (!recording.address) await this.create();
    if (!this.located) await this.locate();
    if (this.acknowledged < recording.bytes) {
      await this.send();
      return true;
    }
    if (!recording.closed || !recording.bytes) return false;
    if (!recording.stated) await this.state();
    if (!recording.wanted) return false;
    await this.finish();
    return true;
  }

  async create() {
    const { key, question, practice, type } = this.recording;
    const values = { key, question: question || "", type, practice: practice ? "1" : "0" };
    const metadata = Object.entries(values).map(([name, value]) => `${name} ${encoded(value)}`).join(",");
    const response = await ask("POST", `${this.courier.base}/uploads`, {
      headers: { "Tus-Resumable": TUS, "Upload-Defer-Length": "1", "Upload-Metadata": metadata },
    });
    if (response.status !== 201) throw await refusal(response);
    this.recording.address = response.headers.get("Location");
    this.acknowledged = Number(response.headers.get("Upload-Offset"));
    this.located = true;
    await this.courier.store.save(this.recording).catch(() => null);
  }

  async send() {
    const body = await this.next();
    if (!body) throw new Refused(0, { code: "browser.chunks_lost" });
    const began = Date.now();
    const response = await ask("PATCH", this.recording.address, {
      headers: {
        "Tus-Resumable": TUS, "Upload-Offset": String(this.acknowledged),
        "Content-Type": "application/offset+octet-stream",
      },
      body,
    });
    if (response.status === 204) {
      this.acknowledged = Number(response.headers.get("Upload-Offset"));
      if (Date.now() - began < QUICK_S * 1000) this.courier.step = Math.min(MAX_BYTES, this.courier.step * 2);
    } else {
      const refused = await refusal(response);
      if (refused.code !== "upload.offset") throw refused;
      await this.locate();
    }
    await this.courier.store.drop(this.recording.key, this.acknowledged);
  }

  // The next bytes from where the server is, as many as the network has lately carried in a few seconds.
  async next() {
    const most = this.courier.step;
    if (this.file) return this.file.slice(this.acknowledged, this.acknowledged + most);
    const pieces = [];
    let at = this.acknowledged;
    const chunks = [...await this.courier.store.chunks(this.recording.key), ...this.unsaved];
    for (const chunk of chunks.sort((one, other) => one.start - other.start)) {
      const end = chunk.start + chunk.data.byteLength;
      if (chunk.start > at) break;
      if (end <= at) continue;
      pieces.push(chunk.data.slice(at - chunk.start));
      at = end;
      if (at - this.acknowledged >= most) break;
    }
    return pieces.length ? new Blob(pieces) : null;
  }

  async locate() {
    const response = await ask("HEAD", this.recording.address, { headers: { "Tus-Resumable": TUS } });
    if (!response.ok) throw new Refused(response.status, { code: response.status === 410 ? "upload.discarded" : "" });
    this.acknowledged = Number(response.headers.get("Upload-Offset"));
    this.recording.bytes = Math.max(this.recording.bytes, this.acknowledged);
    this.located = true;
  }

  async state() {
    const response = await ask("PATCH", this.recording.address, {
      headers: {
        "Tus-Resumable": TUS, "Upload-Offset": String(this.acknowledged), "Upload-Length": String(this.recording.bytes),
        "Content-Type": "application/offset+octet-stream",
      },
    });
    if (response.status !== 204) {
      const refused = await refusal(response);
      if (refused.code !== "upload.finished") throw refused;
    }
    this.recording.stated = true;
    await this.courier.store.save(this.recording).catch(() => null);
  }

  async finish() {
    const response = await ask("POST", `${this.recording.address}/finish`, { seconds: 240 });
    if (!response.ok) throw await refusal(response);
    const answer = await response.json();
    await this.courier.store.remove(this.recording.key);
    this.over = true;
    this.resolve(answer);
  }

  // Give it up here and on the server; what cannot be told to the server is swept there after a week.
  async discard() {
    this.over = true;
    this.resolve(null);
    await this.courier.store.remove(this.recording.key);
    if (this.recording.address) await ask("POST", `${this.recording.address}/discard`).catch(() => null);
  }
}

// ---- All recordings of one interview -------------------------------------------------------------------------------

// Sends one recording after the other, waits and tries again while the server cannot be reached.
// events: "progress", "online", "offline" (detail: seconds until the next try), "refused" (detail: {sending, error}).
export class Courier extends EventTarget {
  constructor(store, base, invitation) {
    super();
    this.store = store;
    this.base = base;
    this.invitation = invitation;
    this.queue = [];
    this.step = STEP_BYTES;
    this.failures = 0;
    this.running = false;
    this.stopped = false;
    this.woken = () => {};
    window.addEventListener("online", () => this.wake());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.wake(); });
  }

  // What an earlier page left behind. Interrupted recordings are sent too, but wait for the candidate's word.
  async resume() {
    for (const recording of await this.store.recordings(this.invitation)) {
      if (recording.practice || !recording.bytes) {
        await new Sending(this, recording).discard();
        continue;
      }
      if (recording.file) {
        await this.store.remove(recording.key); // its bytes are with the candidate: choosing it again goes on
        continue;
      }
      const sending = this.add(recording);
      if (!recording.closed) await sending.close(false);
    }
    this.wake();
    return this.queue;
  }

  // Bytes that only the server has (another browser, storage emptied): the candidate may still use them.
  adopt({ key, question, address, offset, length }) {
    return this.add({
      key, invitation: this.invitation, question, practice: false, type: "", bytes: offset, closed: true, wanted: false,
      stated: length !== null, address, file: false, started: Date.now(), seconds: 0,
    });
  }

  begin(question, type, { practice = false } = {}) {
    const recording = {
      key: newKey(), invitation: this.invitation, question, practice, type, bytes: 0, closed: false, wanted: true,
      stated: false, address: null, file: false, started: Date.now(), seconds: 0,
    };
    return this.add(recording);
  }

  // A file the candidate chose: sent from the file itself. The same file chosen again goes on where it was.
  async beginFile(question, file) {
    const told = new TextEncoder().encode(`${question}/${file.name}/${file.size}/${file.lastModified}`);
    const digest = crypto.subtle ? new Uint8Array(await crypto.subtle.digest("SHA-256", told)) : null;
    const key = digest ? Array.from(digest.slice(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("") : newKey();
    const sending = this.add({
      key: `f${key}`, invitation: this.invitation, question, practice: false, type: file.type, bytes: file.size,
      closed: true, wanted: true, stated: false, address: null, file: true, started: Date.now(), seconds: 0,
    });
    sending.file = file;
    this.wake();
    return sending;
  }

  add(recording) {
    const sending = new Sending(this, recording);
    this.queue.push(sending);
    this.run();
    return sending;
  }

  of(question) {
    return this.queue.filter((one) => one.recording.question === question && !one.recording.practice && !one.over);
  }

  get waiting() {
    return this.queue.filter((one) => !one.over && !one.failed && one.recording.wanted && one.recording.bytes);
  }

  get share() {
    const counted = this.queue.filter((one) => !one.recording.practice && one.recording.wanted);
    const bytes = counted.reduce((sum, one) => sum + one.recording.bytes, 0);
    return bytes ? counted.reduce((sum, one) => sum + one.share * one.recording.bytes, 0) / bytes : 1;
  }

  wake() { this.woken(); }

  stop() {
    this.stopped = true;
    this.wake();
  }

  async run() {
    if (this.running) return;
    this.running = true;
    while (!this.stopped) {
      const moved = await this.round();
      if (!moved) await new Promise((resolve) => { this.woken = resolve; setTimeout(resolve, 2000); });
    }
    this.running = false;
  }

  // One step of the first recording that can make one; false when there is nothing to do.
  async round() {
    for (const sending of this.queue) {
      if (sending.over || sending.failed) continue;
      try {
        const moved = await sending.step();
        if (this.failures) {
          this.failures = 0;
          this.dispatchEvent(new Event("online"));
        }
        if (moved) {
          this.dispatchEvent(new Event("progress"));
          return true;
        }
      } catch (error) {
        if (error instanceof Unreachable) await this.backOff(sending);
        else this.refuse(sending, error);
        return true;
      }
    }
    return false;
  }

  async backOff(sending) {
    const seconds = WAITS_S[Math.min(this.failures, WAITS_S.length - 1)] * (0.75 + Math.random() / 2);
    this.failures += 1;
    this.step = Math.max(LEAST_BYTES, this.step / 4);
    this.dispatchEvent(new CustomEvent("offline", { detail: Math.ceil(seconds) }));
    await new Promise((resolve) => { this.woken = resolve; setTimeout(resolve, seconds * 1000); });
    sending.located = !sending.recording.address; // part of what was under way may have arrived
  }

  refuse(sending, error) {
    if (sending.over) return;
    sending.failed = error;
    sending.reject(error);
    this.dispatchEvent(new CustomEvent("refused", { detail: { sending, error } }));
  }
}
