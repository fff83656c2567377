// Camera and microphone of the recorder: opening and choosing them, the preview, the level meter.

const VIDEO_TYPES = ["video/webm;codecs=vp8,opus", "video/webm", "video/mp4;codecs=avc1.42E01E,mp4a.40.2", "video/mp4"];
const VOICE_TYPES = ["audio/webm;codecs=opus", "audio/webm", "audio/mp4", "audio/ogg;codecs=opus"];
const PICTURE = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 15, max: 30 }, facingMode: "user" };
const SOUND = { channelCount: { ideal: 1 }, echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const FLOOR_DB = -60;
const REACH_DB = 50;

const byId = (id) => document.getElementById(id);

// mode: "video" or "voice"; stream: what is open now; peak_db: the loudest since it was last set.
export class Devices {
  constructor(root, say, ended) {
    this.root = root;
    this.say = say;
    this.mode = "video";
    this.camera = this.microphone = "";
    this.stream = null;
    this.peak_db = -100;
    this.ended = () => {
      ended();
      this.close();
    };
  }

  canRecord() {
    return Boolean(navigator.mediaDevices && navigator.mediaDevices.getUserMedia && window.MediaRecorder && this.mediaType());
  }

  mediaType() {
    const types = this.mode === "video" ? VIDEO_TYPES : VOICE_TYPES;
    return types.find((type) => MediaRecorder.isTypeSupported(type)) || "";
  }

  // Open what the mode needs unless it is open already; phones ask again each time.
  async ready() {
    const pictures = this.mode === "video" ? 1 : 0;
    if (!this.stream || this.stream.getVideoTracks().length !== pictures) await this.open();
    else if (this.audio) this.audio.resume().catch(() => null);
  }

  async open() {
    this.close();
    const chosen = (id) => (id ? { deviceId: { exact: id } } : {});
    this.stream = await navigator.mediaDevices.getUserMedia({
      audio: { ...SOUND, ...chosen(this.microphone) },
      video: this.mode === "video" ? { ...PICTURE, ...chosen(this.camera) } : false,
    });
    for (const track of this.stream.getTracks()) track.addEventListener("ended", this.ended);
    const picture = byId("picture");
    picture.srcObject = this.mode === "video" ? this.stream : null;
    if (this.mode === "video") picture.play().catch(() => null);
    this.root.dataset.mode = this.mode;
    this.meter();
    await this.list();
  }

  close() {
    if (!this.stream) return;
    for (const track of this.stream.getTracks()) {
      track.removeEventListener("ended", this.ended);
      track.stop();
    }
    this.stream = null;
  }

  // The choices in the device check; one that is the only one is not shown.
  async list() {
    const found = await navigator.mediaDevices.enumerateDevices();
    for (const [kind, id] of [["videoinput", "camera"], ["audioinput", "microphone"]]) {
      const own = found.filter((device) => device.kind === kind && device.deviceId);
      const select = byId(id);
      const name = (device, index) => device.label || `${this.say(id)} ${index + 1}`;
      select.replaceChildren(...own.map((device, index) => new Option(name(device, index), device.deviceId)));
      const track = this.stream.getTracks().find((one) => one.kind === kind.slice(0, 5));
      if (track) select.value = track.getSettings().deviceId || "";
      select.closest(".field").hidden = own.length < 2 || !track;
    }
  }

  meter() {
    const Context = window.AudioContext || window.webkitAudioContext;
    if (!Context) return;
    this.audio = this.audio || new Context();
    this.audio.resume().catch(() => null);
    if (this.source) this.source.disconnect();
    this.source = this.audio.createMediaStreamSource(this.stream);
    const analyser = this.audio.createAnalyser();
    analyser.fftSize = 1024;
    this.source.connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    clearInterval(this.timer);
    this.timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, value) => sum + value * value, 0) / samples.length;
      const level_db = 10 * Math.log10(power + 1e-10);
      this.peak_db = Math.max(this.peak_db, level_db);
      const share = Math.min(1, Math.max(0, (level_db - FLOOR_DB) / REACH_DB));
      byId("level").style.transform = `scaleY(${share.toFixed(2)})`;
    }, 100);
  }
}
