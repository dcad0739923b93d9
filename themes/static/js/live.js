// A WebSocket that comes back by itself: backoff with jitter, woken by the network or by being looked at.

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 10_000;
const PING_MS = 15_000;
const PONG_WITHIN_MS = 8_000;
const REFUSED = new Set([1008, 4400, 4401, 4403, 4404, 4409]);

/**
 * Opens `path` and keeps it open until `close()`.
 *
 * @param {string} path of the socket, such as "/o/dawn/console/socket"
 * @param {object} handlers
 * @param {(message: object) => void} handlers.onMessage called for each JSON message but pongs
 * @param {(state: "connecting"|"open"|"waiting"|"refused"|"closed") => void} [handlers.onState]
 * @returns {{send: (message: object) => boolean, close: () => void, wake: () => void, state: string}}
 *   `send` is false when the message could not be handed over now; saying it again is the caller's choice.
 */
export function live(path, { onMessage, onState = () => {} }) {
  const address = new URL(path, location.href);
  address.protocol = address.protocol.replace("http", "ws");
  let socket = null;
  let tries = 0;
  let retry = 0;
  let ping = 0;
  let pongDue = 0;
  let serverPongs = false;

  const line = { state: "connecting", send, close, wake };

  function become(state) {
    if (line.state === state) return;
    line.state = state;
    onState(state);
  }

  function open() {
    clearTimeout(retry);
    become("connecting");
    const mine = (socket = new WebSocket(address));
    mine.onopen = () => {
      if (mine !== socket) return;
      tries = 0;
      ping = setInterval(beat, PING_MS);
      become("open");
    };
    mine.onmessage = ({ data }) => {
      if (mine !== socket) return;
      clearTimeout(pongDue);
      const message = JSON.parse(data);
      if (message.type === "pong") serverPongs = true;
      else onMessage(message);
    };
    mine.onclose = ({ code }) => {
      if (mine !== socket) return;
      drop();
      if (REFUSED.has(code)) become("refused");
      else later();
    };
  }

  function drop() {
    const old = socket;
    socket = null;
    clearInterval(ping);
    clearTimeout(pongDue);
    old?.close();
  }

  function later() {
    const ceiling = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries);
    tries += 1;
    become("waiting");
    retry = setTimeout(open, ceiling / 2 + (Math.random() * ceiling) / 2);
  }

  function beat() {
    send({ type: "ping" });
    clearTimeout(pongDue);
    // A socket over a network that has gone stays "open" for minutes; only a missing answer tells.
    if (serverPongs) pongDue = setTimeout(() => (drop(), later()), PONG_WITHIN_MS);
  }

  function send(message) {
    if (socket?.readyState !== WebSocket.OPEN) return false;
    socket.send(JSON.stringify(message));
    return true;
  }

  function wake() {
    if (line.state === "waiting") {
      tries = 0;
      open();
    } else if (line.state === "open") beat();
  }

  function offline() {
    if (line.state !== "open" && line.state !== "connecting") return;
    drop();
    later();
  }

  function looked() {
    if (document.visibilityState === "visible") wake();
  }

  function close() {
    drop();
    clearTimeout(retry);
    removeEventListener("online", wake);
    removeEventListener("offline", offline);
    document.removeEventListener("visibilitychange", looked);
    become("closed");
  }

  addEventListener("online", wake);
  addEventListener("offline", offline);
  document.addEventListener("visibilitychange", looked);
  open();
  return line;
}
