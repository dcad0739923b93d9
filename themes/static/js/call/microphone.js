// Asks for the microphone, and names every way in which that can fail, so that the page can say it in plain words.

const WISHES = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };

const REASONS = {
  NotAllowedError: "refused",
  SecurityError: "refused",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "busy",
  AbortError: "busy",
  TypeError: "unsupported",
};

/** `reason`: insecure, unsupported, refused, system (the device forbids it to the browser), missing, busy, unknown. */
export class MicrophoneError extends Error {
  constructor(reason, cause) {
    super(`no microphone: ${reason}`, { cause });
    this.reason = reason;
  }
}

export async function openMicrophone() {
  if (!isSecureContext) throw new MicrophoneError("insecure");
  if (!navigator.mediaDevices?.getUserMedia || !globalThis.RTCPeerConnection) throw new MicrophoneError("unsupported");
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: WISHES });
  } catch (error) {
    const bySystem = error.name === "NotAllowedError" && /system/i.test(error.message);
    throw new MicrophoneError(bySystem ? "system" : REASONS[error.name] ?? "unknown", error);
  }
}

export function closeMicrophone(stream) {
  stream?.getTracks().forEach((track) => track.stop());
}

/** Whether asking would be answered without a prompt: 'granted', 'denied', or 'prompt' (also where unknown). */
export async function microphonePermission() {
  try {
    return (await navigator.permissions.query({ name: "microphone" })).state;
  } catch {
    return "prompt";
  }
}
