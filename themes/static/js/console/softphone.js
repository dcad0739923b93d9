// The softphone of this tab: registered at the telephone switch under an account that lives as long as the tab.
//
// It rings nobody. A call comes to it only after our own events have said so, and is then taken by whoever `expects` it;
// any other is turned away. sip.js is loaded once it is needed, which is never for a hotline without a real number.

const AGAIN_MS = [500, 1000, 2000, 5000];
const EXPIRES_SECONDS = 120;

export class Softphone {
  #send; #lines = []; #given = null; #asked = false; #expecting = null; #wanted = false; #onready;

  /** `onready` is told whenever registration begins or ends. */
  constructor(send, onready = () => {}) {
    this.#send = send;
    this.#onready = onready;
    this.sid = crypto.randomUUID().replaceAll("-", "").slice(0, 24); // all that the account's name has room for
  }

  get ready() { return this.#lines.some((line) => line.registered); }

  /** Be reachable from now on. Asking again is harmless. */
  want() {
    this.#wanted = true;
    if (!this.#given && !this.#asked) this.#asked = this.#send({ type: "softphone", sid: this.sid });
  }

  /** The socket to Hark is back: the account may have run out meanwhile, and then there is a new one. */
  rejoin() {
    this.#asked = this.#wanted && this.#send({ type: "softphone", sid: this.sid });
  }

  async given({ username, password, servers }) {
    for (const line of this.#lines) line.close();
    this.#given = username;
    const sip = await import("sip.js");
    this.#lines = servers.map((server) => new Line(sip, { username, password, server }, {
      oncall: (invitation) => this.#rings(invitation),
      onchange: () => this.#onready(this.ready),
    }));
  }

  /** `take(invitation)` gets the next call, until it is let go of. */
  expect(take) { this.#expecting = take; }
  let(take) { if (this.#expecting === take) this.#expecting = null; }

  close() {
    for (const line of this.#lines) line.close();
    this.#lines = [];
  }

  #rings(invitation) {
    if (this.#expecting) this.#expecting(invitation);
    else invitation.reject({ statusCode: 480 });
  }
}

// One switch: its socket, the registration there, and both again whenever they are lost.
class Line {
  #agent; #registerer; #onchange; #tries = 0; #closed = false; #again = 0;

  constructor(sip, { username, password, server }, { oncall, onchange }) {
    const address = new URL(server, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    this.registered = false;
    this.#onchange = onchange;
    this.#agent = new sip.UserAgent({
      uri: sip.UserAgent.makeURI(`sip:${username}@hark.invalid`),
      authorizationUsername: username,
      authorizationPassword: password,
      transportOptions: { server: address.href, keepAliveInterval: 20 },
      sessionDescriptionHandlerFactory: sip.Web.defaultSessionDescriptionHandlerFactory(voice),
      sessionDescriptionHandlerFactoryOptions: { iceGatheringTimeout: 300 },
      logBuiltinEnabled: false,
      delegate: { onInvite: oncall, onConnect: () => this.#register(), onDisconnect: (error) => this.#lost(error) },
    });
    this.#registerer = new sip.Registerer(this.#agent, { expires: EXPIRES_SECONDS, refreshFrequency: 75 });
    this.#registerer.stateChange.addListener((state) => {
      if (state === sip.RegistererState.Unregistered) this.#lost();
    });
    this.#agent.start().catch(() => this.#later());
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#again);
    this.#agent.stop().catch(() => {});
  }

  // Told by the answer itself: a registerer whose socket was away thinks that it has been registered all along.
  #register() {
    const answered = (registered) => () => {
      this.registered = registered;
      this.#onchange();
      if (registered) this.#tries = 0;
      else this.#later();
    };
    const requestDelegate = { onAccept: answered(true), onReject: answered(false) };
    this.#registerer.register({ requestDelegate }).catch(() => this.#later());
  }

  #lost() {
    this.registered = false;
    this.#onchange();
    this.#later();
  }

  #later() {
    if (this.#closed) return;
    clearTimeout(this.#again);
    const wait = AGAIN_MS[Math.min(this.#tries, AGAIN_MS.length - 1)];
    this.#tries += 1;
    this.#again = setTimeout(() => {
      if (this.#agent.isConnected()) this.#register();
      else this.#agent.reconnect().catch(() => this.#later());
    }, wait);
  }
}

let speaking = null;

/** Speak with this stream in the calls that come; sip.js stops what it is given, so it gets a copy. */
export function speakWith(stream) { speaking = stream; }

async function voice() {
  if (speaking?.active) return speaking.clone();
  const silence = new AudioContext().createMediaStreamDestination();
  return silence.stream;
}
