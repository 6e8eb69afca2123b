// The scanner. A scan goes over the page's websocket; where that is down or says nothing for two seconds, over REST with the same
// nonce, so it counts once whichever way arrives. What has no answer yet lies in the browser's storage, the code alone, and is sent
// when the line is back.

const SILENCE_MS = 2000;
const SAME_CODE_MS = 3000;
const RETRY_MS = 3000;
const POST_MS = 8000;
const BATCH = 100;
const PAST = 6;
const SHAPES = { ok: "ok-circle", refused: "stop-octagon", look: "look-triangle", ready: "scan" };
const TONES = { ok: [[880, 0, 0.08], [1320, 0.09, 0.14]], look: [[520, 0, 0.12], [520, 0.18, 0.12]], refused: [[170, 0, 0.4]] };
const SHAKES = { ok: [70], look: [90, 70, 90], refused: [350] };

const door = document.getElementById("door");
const form = document.getElementById("scan");
const input = form.elements.secret;
const force = document.querySelector(".door-force");
const panel = document.getElementById("verdict");
const state = document.querySelector(".door-state");
const words = JSON.parse(door.dataset.words);
const forceable = door.dataset.forceable.split(" ");
const shelf = `scan.${door.dataset.fair}.`;

// nonce → {scan, since, isUnderWay}; a Map keeps the order in which people came.
const unanswered = new Map();
let clockAhead = Date.parse(door.dataset.serverTime) - Date.now();
let isSocketOpen = door.dataset.liveState === "online";
let isPostGood = true;
let latest = "";
let last = { key: "", at: 0 };
let audio = null;

// --- what was not answered -------------------------------------------------------------------------------------------

function keep(scan) {
  try { localStorage.setItem(shelf + scan.nonce, JSON.stringify(scan)); } catch { /* private window: kept in memory */ }
}

function forget(nonce) {
  unanswered.delete(nonce);
  try { localStorage.removeItem(shelf + nonce); } catch { /* as above */ }
}

function remember() {
  try {
    const names = Object.keys(localStorage).filter((name) => name.startsWith(shelf));
    const scans = names.map((name) => JSON.parse(localStorage.getItem(name)));
    scans.sort((one, other) => one.datetime.localeCompare(other.datetime));
    for (const scan of scans) unanswered.set(scan.nonce, { scan, since: 0, isUnderWay: false });
  } catch { /* as above */ }
}

// --- sending ---------------------------------------------------------------------------------------------------------

const wait = (ms) => new Promise((done) => { setTimeout(done, ms); });
const stillOpen = (scans) => scans.filter((scan) => unanswered.has(scan.nonce));

function overSocket(scans) {
  const frame = scans.length === 1 ? { op: "redeem", ...scans[0] } : { op: "redeem_many", scans };
  return isSocketOpen && door.dispatchEvent(new CustomEvent("live:send", { detail: frame, cancelable: true }));
}

async function overRest(scans) {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value };
  const body = JSON.stringify({ scans });
  const limit = new AbortController(); // AbortSignal.timeout is younger than some phones at the door
  setTimeout(() => limit.abort(), POST_MS);
  try {
    const response = await fetch(door.dataset.redeem, { method: "POST", headers, body, signal: limit.signal });
    isPostGood = response.ok;
    if (response.status === 401 || response.status === 403) show("out");
    if (!response.ok) return;
    const { results } = await response.json();
    results.forEach((answer, at) => settle(scans[at].nonce, answer));
  } catch {
    isPostGood = false;
  }
}

async function deliver(scans) {
  for (const scan of scans) unanswered.get(scan.nonce).isUnderWay = true;
  if (overSocket(scans)) await wait(SILENCE_MS);
  const silent = stillOpen(scans);
  if (silent.length) await overRest(silent);
  for (const scan of stillOpen(scans)) {
    unanswered.get(scan.nonce).isUnderWay = false;
    if (scan.nonce === latest) present({ ...words.kept, explanation: door.dataset.kept });
  }
  showLine();
}

function deliverRest() {
  const scans = [...unanswered.values()].filter((entry) => !entry.isUnderWay).map((entry) => entry.scan);
  for (let at = 0; at < scans.length; at += BATCH) deliver(scans.slice(at, at + BATCH));
}

// --- answers ---------------------------------------------------------------------------------------------------------

function settle(nonce, answer) {
  const entry = unanswered.get(nonce);
  if (!entry) return;
  forget(nonce);
  const verdict = read(answer, entry.scan);
  if (nonce === latest) {
    present(verdict);
    offerForce(answer, entry.scan);
    signal(verdict.state);
  }
  note(verdict, entry.scan);
  showLine();
}

function read(answer, scan) {
  const person = answer.registration;
  const name = answer.reason ?? (scan.type === "exit" ? "exit" : answer.first ? "first" : "again");
  const next = person?.next_booking;
  return {
    ...words[name],
    name: person ? `${person.given_name} ${person.family_name}`.trim() : "",
    code: person?.code,
    explanation: answer.reason_explanation,
    next: next && `${clock(next.starts_at)} ${next.employer}, ${next.stand}`,
    box: person?.badge_box,
    attention: person?.needs_attention ? panel.querySelector("[data-show=attention]").textContent : "",
  };
}

/** A time written in the fair's zone, whatever zone this device believes in; with its day where that is not today. */
function clock(text) {
  const [day, time] = [text.slice(0, 10), text.slice(11, 16).replace(/^0/, "")];
  if (day === new Date(Date.now() + clockAhead).toLocaleDateString("sv", { timeZone: door.dataset.zone })) return time;
  const weekday = new Date(`${day}T12:00Z`).toLocaleDateString(document.documentElement.lang, { weekday: "long", timeZone: "UTC" });
  return `${weekday} ${time}`;
}

function present(verdict) {
  panel.className = `scan is-${verdict.state}`;
  panel.querySelector("use").setAttribute("href", `${panel.dataset.sprite}#${SHAPES[verdict.state]}`);
  for (const place of panel.querySelectorAll("[data-show]")) {
    const text = verdict[place.dataset.show === "word" ? "word" : place.dataset.show] ?? "";
    place.closest("p").hidden = !text;
    if (text) place.textContent = text;
  }
  if (force) force.hidden = true;
}

function offerForce(answer, scan) {
  if (!force || !forceable.includes(answer.reason)) return;
  force.hidden = false;
  force.elements.secret.value = scan.secret;
  force.elements.type.value = scan.type;
  force.elements.reason.value = "";
}

function note(verdict, scan) {
  const row = document.createElement("li");
  const who = document.createElement("span");
  const what = document.createElement("b");
  const shape = panel.querySelector(".icon").cloneNode(true);
  shape.querySelector("use").setAttribute("href", `${panel.dataset.sprite}#${SHAPES[verdict.state]}`);
  who.textContent = verdict.name || scan.secret.slice(0, 9);
  what.textContent = verdict.word;
  row.append(shape, who, what);
  const list = document.querySelector(".door-list");
  list.prepend(row);
  while (list.children.length > PAST) list.lastChild.remove();
  document.querySelector(".door-past").hidden = false;
}

function signal(kind) {
  navigator.vibrate?.(SHAKES[kind]);
  audio ??= new AudioContext();
  audio.resume();
  for (const [pitch, begin, length] of TONES[kind]) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = pitch;
    tone.type = kind === "refused" ? "sawtooth" : "sine";
    volume.gain.setValueAtTime(0.25, audio.currentTime + begin);
    volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + begin + length);
    tone.connect(volume).connect(audio.destination);
    tone.start(audio.currentTime + begin);
    tone.stop(audio.currentTime + begin + length);
  }
}

// --- the line --------------------------------------------------------------------------------------------------------

function show(line) { door.dataset.line = line; }

function showLine() {
  if (door.dataset.line !== "out") show(isSocketOpen || isPostGood ? "online" : "offline");
  const late = [...unanswered.values()].filter((entry) => !entry.isUnderWay || Date.now() - entry.since > SILENCE_MS).length;
  door.querySelector("[data-waiting]").textContent = late;
  door.querySelector(".door-waiting").hidden = late === 0;
}

door.addEventListener("live:open", (event) => {
  isSocketOpen = isPostGood = true;
  clockAhead = Date.parse(event.detail.server_time) - Date.now();
  show("online");
  deliverRest();
  showLine();
});
door.addEventListener("live:redeemed", (event) => settle(event.detail.nonce, event.detail));
door.addEventListener("live:error", (event) => {
  const { code, nonce, detail } = event.detail;
  if (!nonce || code === "unavailable") return;
  settle(nonce, { reason: "invalid", reason_explanation: detail, registration: null });
});
door.addEventListener("live:offline", () => {
  if (isSocketOpen) isPostGood = false;
  isSocketOpen = false;
  showLine();
});
door.addEventListener("live:refused", () => {
  isSocketOpen = false;
  show("out");
});
window.addEventListener("online", deliverRest);
setInterval(() => {
  if (door.dataset.line !== "out") deliverRest();
  showLine();
}, RETRY_MS);

// --- scanning --------------------------------------------------------------------------------------------------------

function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // Over plain HTTP in a local network browsers keep randomUUID to themselves.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return digits.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}

function redeem(secret, more = {}) {
  const scan = {
    secret,
    type: form.elements.type.value,
    nonce: uuid(),
    datetime: new Date(Date.now() + clockAhead).toISOString(),
    ...(form.elements.gate?.value ? { gate: form.elements.gate.value } : {}),
    ...more,
  };
  latest = scan.nonce;
  unanswered.set(scan.nonce, { scan, since: Date.now(), isUnderWay: false });
  keep(scan);
  present(words.checking);
  deliver([scan]);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const secret = input.value.trim();
  input.value = "";
  input.focus();
  const key = form.elements.type.value + secret.toUpperCase().replace(/[\s\p{Pd}]/gu, "");
  const isRepeat = key === last.key && Date.now() - last.at < SAME_CODE_MS;
  if (!secret || isRepeat) return;
  last = { key, at: Date.now() };
  redeem(secret);
});

force?.addEventListener("submit", (event) => {
  event.preventDefault();
  const { secret, type, reason } = force.elements;
  redeem(secret.value, { type: type.value, force: true, reason: reason.value });
  input.focus();
});

// --- always ready ----------------------------------------------------------------------------------------------------

function ready() {
  present({ ...words[`ready_${form.elements.type.value}`], explanation: door.dataset.ready });
}

function showState() { state.dataset.state = document.activeElement === input && document.hasFocus() ? "on" : "off"; }

state.hidden = false;
state.addEventListener("click", () => input.focus());
// A press that took the focus would change the word beside the button, and the button would move from under the pointer.
form.querySelector("button.action").addEventListener("mousedown", (event) => event.preventDefault());
document.addEventListener("focusin", showState);
document.addEventListener("focusout", () => setTimeout(showState));
window.addEventListener("focus", showState);
window.addEventListener("blur", showState);
form.addEventListener("change", (event) => {
  if (event.target === input) return;
  if (event.target.name === "type") ready();
  try { localStorage.setItem(`gate.${door.dataset.fair}`, form.elements.gate?.value ?? ""); } catch { /* as above */ }
  input.focus();
});
// A wedge scanner types wherever the focus is; only a field that is being filled keeps it.
document.addEventListener("keydown", (event) => {
  const isTyping = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (isTyping && event.key !== " " && !event.target.closest("input:not([type=radio]), select, textarea")) input.focus();
});

try {
  const gate = localStorage.getItem(`gate.${door.dataset.fair}`);
  if (gate && [...(form.elements.gate?.options ?? [])].some((option) => option.value === gate)) form.elements.gate.value = gate;
} catch { /* as above */ }
remember();
// The page's own autofocus goes first, and grumbles on the console where it finds the focus set.
requestAnimationFrame(() => input.focus());
showState();
showLine();
if (unanswered.size) deliverRest();
