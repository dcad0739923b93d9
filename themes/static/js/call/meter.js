// Shows how loud a stream is, so that people can see that they are heard before anybody answers.

const READINGS_PER_SECOND = 12;

export class Meter {
  #context; #source; #timer;

  /** `onlevel` gets 0 (silence) to 1 (as loud as it goes) a dozen times a second. */
  constructor(stream, onlevel) {
    this.#context = new AudioContext();
    this.#source = this.#context.createMediaStreamSource(stream);
    const analyser = this.#context.createAnalyser();
    analyser.fftSize = 1024;
    this.#source.connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    this.#timer = setInterval(() => {
      if (this.#context.state === "suspended") this.#context.resume(); // after a reload, until the page is clicked
      analyser.getFloatTimeDomainData(samples);
      onlevel(loudness(samples));
    }, 1000 / READINGS_PER_SECOND);
  }

  close() {
    clearInterval(this.#timer);
    this.#source.disconnect();
    this.#context.close();
  }
}

// Ears hear decibels: -60 dB and less is silence here, 0 dB the most.
function loudness(samples) {
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  const decibels = 10 * Math.log10(power || 1e-12);
  return Math.min(1, Math.max(0, (decibels + 60) / 60));
}
