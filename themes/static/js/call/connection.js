// One RTCPeerConnection for one pair of pages, from its first offer to its end; a new pair gets a new one.
//
// The caller alone offers, so the two can never offer across each other. Each offer has a turn, and an answer to an
// earlier turn is dropped: after a lost socket both may be on their way at once.

export class Connection {
  #say; #offers; #sender = null; #track = null; #turn = 0; #work = Promise.resolve(); #closed = false;

  /** `say` sends a payload to the other side of the pair; `onsound` gets its voice, `onchange` the connection's state. */
  constructor({ config, offers, track, say, onsound, onchange }) {
    this.#say = say;
    this.#offers = offers;
    this.#track = track;
    this.offeredAt = Date.now();
    this.pc = new RTCPeerConnection(config);
    this.pc.onicecandidate = ({ candidate }) => candidate && this.#say({ candidate });
    this.pc.ontrack = (event) => onsound(new MediaStream([event.track]));
    this.pc.onconnectionstatechange = () => onchange(this.pc.connectionState);
    if (offers) {
      this.#speakThrough(this.pc.addTransceiver("audio", { direction: "sendrecv" }));
      this.#queue(() => this.#offer());
    }
  }

  /** Connected, and nothing under negotiation. */
  get whole() {
    return this.pc.connectionState === "connected" && this.pc.signalingState === "stable";
  }

  /** Speak with this track, or with none; needs no new negotiation. */
  use(track) {
    this.#track = track;
    this.#sender?.replaceTrack(track);
  }

  /** Look for another way to the other side; who can't offer asks for it. */
  restart() {
    this.offeredAt = Date.now();
    if (!this.#offers) {
      this.#say({ restart: true });
      return;
    }
    this.#queue(() => {
      this.pc.restartIce();
      return this.#offer();
    });
  }

  /** What the other side said within this pair. */
  receive({ turn, description, candidate }) {
    this.#queue(() => {
      if (candidate) return this.pc.addIceCandidate(candidate);
      if (!this.#offers) return this.#answer(turn, description);
      const awaited = turn === this.#turn && this.pc.signalingState === "have-local-offer";
      return awaited ? this.pc.setRemoteDescription(description) : null;
    });
  }

  close() {
    this.#closed = true;
    this.#say = () => {};
    this.pc.onconnectionstatechange = null;
    this.pc.close();
  }

  async #offer() {
    const turn = ++this.#turn;
    this.offeredAt = Date.now();
    await this.pc.setLocalDescription();
    this.#say({ turn, description: this.pc.localDescription });
  }

  async #answer(turn, description) {
    await this.pc.setRemoteDescription(description);
    this.#speakThrough(this.pc.getTransceivers()[0]);
    await this.pc.setLocalDescription();
    this.#say({ turn, description: this.pc.localDescription });
  }

  #speakThrough(transceiver) {
    transceiver.direction = "sendrecv";
    this.#sender = transceiver.sender;
    this.#sender.replaceTrack(this.#track);
  }

  // One step after another: a second offer must not be answered in the middle of the first.
  #queue(step) {
    this.#work = this.#work
      .then(() => (this.#closed ? null : step()))
      .catch((error) => console.debug("call signalling", error)); // a stale candidate is no fault; the rest is mended
  }
}
