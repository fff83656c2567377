// Dictation: words go into the field, where they can be edited; nothing is sent with the form before that.
// The browser's own speech input where it has one. Where it has none, or it fails, a clip of at most a minute is
// recorded and sent to /dictation, which answers with its words and keeps no sound. Without a microphone: no button.
(() => {
  const texts = document.currentScript.dataset;
  const MOST_S = 60;
  const TRIES = 4;
  const TYPES = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus", "audio/webm"];
  const Recognition = window.SpeechRecognition || window.webkitSpeechRecognition;
  const records = Boolean(navigator.mediaDevices && navigator.mediaDevices.getUserMedia && window.MediaRecorder);
  if (!Recognition && !records) return;
  let numbers = 0;

  const put = (field, words) => {
    const most = field.maxLength > 0 ? field.maxLength : 10000;
    const chinese = (document.documentElement.lang || "en").startsWith("zh");
    const gap = field.value && !/[\s，。！？]$/.test(field.value) && !chinese ? " " : "";
    field.value = (field.value + gap + words).slice(0, most);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };

  // Each way takes (say, done) and gives back how to stop it; `done(why)` is called once it is over.
  const heardByBrowser = (field, say, done, failed) => {
    const heard = new Recognition();
    const said = document.documentElement.lang || "en";
    heard.lang = said.startsWith("zh") ? "zh-CN" : said;
    heard.continuous = true;
    heard.interimResults = false;
    heard.onresult = (event) => {
      for (let place = event.resultIndex; place < event.results.length; place += 1) {
        put(field, event.results[place][0].transcript.trim());
      }
    };
    let broken = false;
    heard.onerror = (event) => {
      if (event.error === "no-speech") say(texts.noWords);
      else if (event.error !== "aborted") broken = true;
    };
    heard.onend = () => (broken ? failed() : done());
    try {
      heard.start();
    } catch {
      failed();
    }
    return { stop: () => heard.stop(), drop: () => heard.abort() };
  };

  const words = async (clip, type, say, dropped) => {
    for (let tried = 1; ; tried += 1) {
      const answer = await fetch("/dictation", {
        method: "POST",
        body: clip,
        headers: { "content-type": type, accept: "application/json" },
        signal: dropped,
      });
      if (answer.ok) return (await answer.json()).text;
      const wait_s = Number(answer.headers.get("retry-after"));
      if (answer.status === 503 && wait_s > 0 && tried < TRIES) {
        say(texts.busy);
        await new Promise((go) => setTimeout(go, wait_s * 1000));
        if (dropped.aborted) throw new DOMException("", "AbortError");
        continue;
      }
      let told = texts.failed;
      try {
        const problem = await answer.json();
        if (problem.title) told = `${problem.title} ${problem.detail || ""}`;
      } catch {
        // no answer of ours: a proxy's page
      }
      const error = new Error(told);
      error.told = told;
      throw error;
    }
  };

  const recorded = (field, say, done, waiting) => {
    const dropping = new AbortController();
    let recorder = null;
    let over = false;
    let timer = 0;
    let stream = null;
    const release = () => {
      clearInterval(timer);
      if (stream) for (const track of stream.getTracks()) track.stop();
    };
    const end = (told) => {
      if (over) return;
      over = true;
      release();
      done(told);
    };
    const send = async (clip, type) => {
      waiting();
      say(texts.waiting);
      try {
        put(field, await words(clip, type, say, dropping.signal));
        end(texts.ready);
      } catch (error) {
        if (error.name === "AbortError") end("");
        else end(error.told || texts.failed);
      }
    };
    const begin = async () => {
      try {
        stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      } catch {
        end(texts.refused);
        return;
      }
      if (over) {
        release();
        return;
      }
      const type = TYPES.find((one) => MediaRecorder.isTypeSupported(one)) || "";
      const parts = [];
      recorder = new MediaRecorder(stream, { ...(type && { mimeType: type }), audioBitsPerSecond: 64000 });
      recorder.ondataavailable = (event) => parts.push(event.data);
      recorder.onerror = () => end(texts.failed);
      recorder.onstop = () => {
        release();
        if (!over) send(new Blob(parts), recorder.mimeType || type || "audio/webm");
      };
      recorder.start();
      const began = performance.now();
      const tick = () => {
        const past_s = Math.floor((performance.now() - began) / 1000);
        say(texts.recording.replace("{seconds}", past_s).replace("{most}", MOST_S));
        if (past_s >= MOST_S && recorder.state === "recording") recorder.stop();
      };
      tick();
      timer = setInterval(tick, 1000);
    };
    begin();
    return {
      stop: () => recorder && recorder.state === "recording" && recorder.stop(),
      drop: () => {
        dropping.abort();
        end("");
        if (recorder && recorder.state === "recording") recorder.stop();
      },
    };
  };

  let byBrowser = Boolean(Recognition);
  const prepare = (part) => {
    for (const form of part.querySelectorAll("form[data-dictate]")) {
      for (const field of form.querySelectorAll("textarea")) {
        const button = document.createElement("button");
        button.type = "button";
        button.className = form.dataset.dictateClass || "button small";
        const consent = document.createElement("p");
        consent.className = form.dataset.dictateClass ? "soft" : "small muted";
        consent.id = `dictation-${(numbers += 1)}`;
        const status = document.createElement("p");
        status.className = form.dataset.dictateClass ? "soft" : "small muted";
        status.setAttribute("role", "status");
        button.setAttribute("aria-describedby", consent.id);
        let going = null;
        const say = (told) => {
          status.textContent = told || "";
        };
        const rest = (told) => {
          going = null;
          button.textContent = form.dataset.dictate;
          button.setAttribute("aria-pressed", "false");
          button.removeAttribute("aria-disabled");
          consent.textContent = byBrowser ? texts.consentBrowser : texts.consent;
          if (told !== undefined) say(told);
        };
        const failed = () => {
          byBrowser = !records;
          rest(records ? texts.instead : texts.refused);
        };
        const waiting = () => {
          button.textContent = form.dataset.dictate;
          button.setAttribute("aria-disabled", "true");
        };
        button.addEventListener("click", () => {
          if (going) {
            going.stop();
            return;
          }
          say("");
          button.textContent = form.dataset.dictateStop;
          button.setAttribute("aria-pressed", "true");
          going = byBrowser ? heardByBrowser(field, say, rest, failed) : recorded(field, say, rest, waiting);
        });
        form.addEventListener("submit", () => going && going.drop());
        rest();
        field.insertAdjacentElement("afterend", button);
        button.insertAdjacentElement("afterend", consent);
        consent.insertAdjacentElement("afterend", status);
      }
    }
  };
  prepare(document);
  // a part of the page that was fetched again (fresh.js) has new fields
  document.addEventListener("fresh", (event) => prepare(event.target));
})();
