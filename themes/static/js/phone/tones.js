// What a telephone network sounds like beside voices: keys, ringing, waiting, a beep, the line that is gone.

const KEYS = {
  1: [697, 1209], 2: [697, 1336], 3: [697, 1477], 4: [770, 1209], 5: [770, 1336], 6: [770, 1477],
  7: [852, 1209], 8: [852, 1336], 9: [852, 1477], "*": [941, 1209], 0: [941, 1336], "#": [941, 1477],
}; // Hz: the rows and columns of ITU-T Q.23
const RINGING = { pitches: [400, 450], every: 3, sounds: [[0, 0.4], [0.6, 0.4]] };
const MELODY = [392, 440, 523.25, 587.33, 523.25, 440, 392, 329.63]; // five notes up and down, nothing that presses
const NOTE_SECONDS = 0.9;
const LONGEST_SECONDS = 900;
const QUIET = 0.08;

export class Tones {
  #context = null; #playing = [];

  /** Call it from a click: browsers let a page sound only then. */
  unlock() {
    this.#context ??= new AudioContext();
    return this.#context.resume();
  }

  key(key) { this.#sound(KEYS[key] ?? [], 0.12, QUIET); }
  ended() { [0, 0.4, 0.8].forEach((after) => this.#sound([425], 0.2, QUIET, after)); }

  /** Resolves when the beep is over. */
  beep() {
    this.#sound([1000], 0.35, QUIET * 1.5);
    return new Promise((resolve) => { setTimeout(resolve, 450); });
  }

  /** Somebody is being rung, until `stop`. */
  ringing() {
    this.stop();
    for (const pitch of RINGING.pitches) {
      const { voice, swell, begin } = this.#voice(pitch);
      for (let at = 0; at < LONGEST_SECONDS / 3; at += RINGING.every) {
        for (const [after, seconds] of RINGING.sounds) note(swell.gain, begin + at + after, seconds, QUIET);
      }
      this.#playing.push(voice);
    }
  }

  /** Something to hear while one waits, until `stop`. */
  waiting() {
    this.stop();
    const { voice, swell, begin } = this.#voice(MELODY[0], "triangle");
    for (let n = 0; n * NOTE_SECONDS < LONGEST_SECONDS; n += 1) {
      const at = begin + n * NOTE_SECONDS;
      voice.frequency.setValueAtTime(MELODY[n % MELODY.length], at);
      swell.gain.setValueAtTime(0, at);
      swell.gain.linearRampToValueAtTime(QUIET / 2, at + 0.05);
      swell.gain.exponentialRampToValueAtTime(0.001, at + NOTE_SECONDS * 0.95);
    }
    this.#playing.push(voice);
  }

  stop() {
    for (const voice of this.#playing) voice.stop();
    this.#playing = [];
  }

  #sound(pitches, seconds, loudness, after = 0) {
    for (const pitch of pitches) {
      const { voice, swell, begin } = this.#voice(pitch);
      note(swell.gain, begin + after, seconds, loudness);
      voice.stop(begin + after + seconds + 0.1);
    }
  }

  #voice(pitch, type = "sine") {
    this.#context ??= new AudioContext();
    const voice = new OscillatorNode(this.#context, { type, frequency: pitch });
    const swell = new GainNode(this.#context, { gain: 0 });
    voice.connect(swell).connect(this.#context.destination);
    voice.start();
    return { voice, swell, begin: this.#context.currentTime + 0.02 };
  }
}

// Edges of a few milliseconds, so that nothing clicks.
function note(gain, at, seconds, loudness) {
  gain.setValueAtTime(0, at);
  gain.linearRampToValueAtTime(loudness, at + 0.01);
  gain.setValueAtTime(loudness, at + seconds - 0.01);
  gain.linearRampToValueAtTime(0, at + seconds);
}
