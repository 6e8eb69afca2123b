// A websocket that stays up, declared on an element: <section data-live="/ws/me/">.
//
// The element hears CustomEvents that bubble, each with the frame as detail:
//   live:open (after every welcome), live:<op> (live:event, live:counts, live:refetch, …), live:offline, live:refused ({code}).
// Its data-live-state is connecting, online, offline or refused; an element inside with data-live-field="inside" shows that
// number of every counts frame. A script of the page sends by an event of its own (it is another bundle, and importing this file would
// open every socket twice): element.dispatchEvent(new CustomEvent("live:send", { detail: frame, cancelable: true })) is false when the
// frame was not sent.

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 20000;
const PING_EVERY_MS = 25000;
const ANSWER_WITHIN_MS = 10000;
const REFUSED = [4401, 4403];

function address(path) {
  const url = new URL(path, location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

function showCounts(element, frame) {
  for (const field of element.querySelectorAll("[data-live-field]")) {
    const value = frame[field.dataset.liveField];
    if (value !== undefined) field.textContent = Number(value).toLocaleString(document.documentElement.lang);
  }
}

function connect(element, path) {
  let socket = null;
  let last; // the number of the last event heard: after a break the server tells what came since
  let failures = 0;
  let isRefused = false;
  let retry = 0;
  let heartbeat = 0;
  let overdue = 0;

  const tell = (name, detail) => element.dispatchEvent(new CustomEvent(`live:${name}`, { bubbles: true, detail }));
  const show = (state) => { element.dataset.liveState = state; };

  function send(frame) {
    if (socket?.readyState !== WebSocket.OPEN) return false;
    socket.send(JSON.stringify(frame));
    return true;
  }

  function ping() {
    if (send({ op: "ping" })) overdue = overdue || setTimeout(() => socket.close(), ANSWER_WITHIN_MS);
  }

  function read(text) {
    clearTimeout(overdue);
    overdue = 0;
    const frame = JSON.parse(text);
    last = frame.last ?? last;
    if (frame.op === "welcome") {
      failures = 0;
      show("online");
      if (frame.counts) showCounts(element, frame.counts);
      tell("open", frame);
      return;
    }
    if (frame.op === "counts") showCounts(element, frame);
    if (frame.op !== "pong") tell(frame.op, frame);
  }

  function lost(code) {
    clearInterval(heartbeat);
    clearTimeout(overdue);
    overdue = 0;
    if (isRefused) return;
    if (REFUSED.includes(code)) {
      isRefused = true;
      show("refused");
      tell("refused", { code });
      return;
    }
    show("offline");
    tell("offline", { code });
    // Jitter: when a server restarts, its thousand pages must not all come back in the same second.
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures) * (0.5 + Math.random() / 2);
    failures += 1;
    retry = setTimeout(open, wait);
  }

  function open() {
    clearTimeout(retry);
    show("connecting");
    const fresh = new WebSocket(address(path));
    socket = fresh;
    fresh.addEventListener("open", () => {
      send({ op: "hello", since: last, device_time: new Date().toISOString() });
      heartbeat = setInterval(ping, PING_EVERY_MS);
    });
    fresh.addEventListener("message", (event) => read(event.data));
    fresh.addEventListener("close", (event) => { if (fresh === socket) lost(event.code); });
  }

  // A phone that wakes up must not sit out the wait.
  const wake = () => {
    if (!isRefused && document.visibilityState === "visible" && socket.readyState === WebSocket.CLOSED) open();
  };
  window.addEventListener("online", wake);
  document.addEventListener("visibilitychange", wake);

  element.addEventListener("live:send", (event) => { if (!send(event.detail)) event.preventDefault(); });
  open();
}

for (const element of document.querySelectorAll("[data-live]")) connect(element, element.dataset.live);
