// Sends a recording piece by piece, each until it has arrived, so that a bad line or a closed tab loses the least.

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8000;
const BEACON_BYTES = 60_000; // browsers let a closing page send 64 KiB

export class Upload {
  #address; #take; #pieces = []; #arrived = 0; #sent = Promise.resolve(); #cancel = new AbortController();

  /** `address` of the voicemail; `take` tells a repeated recording's pieces from those of the one before. */
  constructor(address, take) {
    this.#address = address;
    this.#take = take;
  }

  get arrived() { return this.#arrived; }
  get waiting() { return this.#pieces.length - this.#arrived; }

  add(piece) {
    const seq = this.#pieces.push(piece) - 1;
    this.#sent = this.#sent.then(() => this.#post(this.#piece(seq), piece, piece.type)).then(() => { this.#arrived += 1; });
    this.#sent.catch(() => {}); // whoever finishes is told
  }

  /** Resolves when every piece has arrived and the server knows that it was the last. */
  async finish(seconds) {
    await this.#sent;
    const body = JSON.stringify({ take: this.#take, chunks: this.#pieces.length, seconds: Math.round(seconds) });
    await this.#post(this.#address, body, "application/json");
  }

  /** The page is closing: hand what is left to the browser, and say that no more will come. */
  leave(seconds) {
    this.cancel();
    let chunks = this.#arrived;
    let bytes = 0;
    for (const piece of this.#pieces.slice(this.#arrived)) {
      bytes += piece.size;
      if (bytes > BEACON_BYTES || !navigator.sendBeacon(this.#piece(chunks), piece)) break;
      chunks += 1;
    }
    const last = { take: this.#take, chunks, seconds: Math.round(seconds), closing: true };
    navigator.sendBeacon(this.#address, new Blob([JSON.stringify(last)], { type: "application/json" }));
  }

  cancel() { this.#cancel.abort(); }

  #piece(seq) { return `${this.#address}/${seq}?take=${this.#take}`; }

  async #post(address, body, type) {
    const { signal } = this.#cancel;
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
      const answer = await fetch(address, { method: "POST", body, headers: { "content-type": type }, signal })
        .catch((error) => (error.name === "AbortError" ? Promise.reject(error) : null));
      if (answer?.ok) return;
      if (answer && answer.status < 500 && answer.status !== 429) throw new UploadRefused(answer.status);
      await pause(wait, signal);
    }
  }
}

/** The server won't have it, however often it is sent: the call is over, or the recording too long. */
export class UploadRefused extends Error {
  constructor(status) {
    super(`recording refused: ${status}`);
    this.status = status;
  }
}

// Ends early when the network comes back.
function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const over = () => {
      clearTimeout(timer);
      removeEventListener("online", over);
      signal.removeEventListener("abort", over);
      if (signal.aborted) reject(signal.reason);
      else resolve();
    };
    const timer = setTimeout(over, milliseconds);
    addEventListener("online", over);
    signal.addEventListener("abort", over);
  });
}
