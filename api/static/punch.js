// Punching on a phone: asks for the place, and keeps a punch that finds no network until there is one.
"use strict";
(() => {
  const form = document.querySelector("form[data-punch]");
  if (!form) return;
  const said = form.querySelector("[data-said]");
  const kept = "punches";
  const waiting = () => {
    try { return JSON.parse(localStorage.getItem(kept)) || []; } catch { return []; }
  };
  const keep = (punches) => localStorage.setItem(kept, JSON.stringify(punches));
  const send = (fields) => fetch(form.action, { method: "POST", body: new URLSearchParams(fields), credentials: "same-origin" });
  const key = () => crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random().toString(36).slice(2)}`;

  const flush = async () => {
    let sent = 0;
    for (const fields of waiting()) {
      let answer;
      try { answer = await send(fields); } catch { return; }
      if (answer.status >= 500 || answer.redirected) return;
      const problem = answer.ok ? "" : (await answer.json().catch(() => ({}))).problem || "";
      keep(waiting().filter((one) => one.key !== fields.key));
      if (problem) said.textContent = problem; else sent += 1;
    }
    if (sent) { said.textContent = form.dataset.sent; location.reload(); }
  };

  const take = async (position) => {
    const fields = { key: key(), at: new Date().toISOString(), quiet: "1" };
    const code = form.querySelector("input[name=code]");
    if (code) fields.code = code.value;
    if (position) {
      fields.latitude = position.coords.latitude;
      fields.longitude = position.coords.longitude;
      fields.accuracy = position.coords.accuracy;
      if (position.mocked || position.coords.mocked) fields.mock = "1";
    }
    if (navigator.onLine === false) {
      keep([...waiting(), fields]);
      said.textContent = form.dataset.waiting;
      return;
    }
    try {
      const answer = await send({ ...fields, at: "" });
      if (answer.ok) { said.textContent = form.dataset.sent; location.assign(location.pathname); return; }
      said.textContent = (await answer.json().catch(() => ({}))).problem || form.dataset.nowhere;
    } catch {
      keep([...waiting(), fields]);
      said.textContent = form.dataset.waiting;
    }
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    const done = (position) => take(position).finally(() => { button.disabled = false; });
    if (form.querySelector("input[name=code]") || !navigator.geolocation) { done(null); return; }
    navigator.geolocation.getCurrentPosition(done, () => done(null), { enableHighAccuracy: true, timeout: 10000, maximumAge: 0 });
  });
  addEventListener("online", flush);
  flush();
})();
