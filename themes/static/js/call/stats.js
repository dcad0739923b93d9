// Reads what matters of a connection's statistics, and says in one word how the line sounds.

const NONE = {
  packetsSent: 0, packetsReceived: 0, bytesSent: 0, bytesReceived: 0, packetsLost: 0, jitter: 0, roundTrip: 0,
  levelIn: 0, levelOut: 0, energyIn: 0, energyOut: 0, route: null,
};

/** Seconds for `jitter` and `roundTrip`, 0 to 1 for levels; `route` is the chosen pair's candidate types. */
export async function readStats(pc) {
  const report = await pc.getStats();
  const stats = { ...NONE };
  for (const entry of report.values()) {
    if (entry.type === "inbound-rtp" && entry.kind === "audio") {
      stats.packetsReceived += entry.packetsReceived ?? 0;
      stats.bytesReceived += entry.bytesReceived ?? 0;
      stats.packetsLost += entry.packetsLost ?? 0;
      stats.jitter = entry.jitter ?? 0;
      stats.levelIn = entry.audioLevel ?? 0;
      stats.energyIn += entry.totalAudioEnergy ?? 0;
    } else if (entry.type === "outbound-rtp" && entry.kind === "audio") {
      stats.packetsSent += entry.packetsSent ?? 0;
      stats.bytesSent += entry.bytesSent ?? 0;
    } else if (entry.type === "media-source" && entry.kind === "audio") {
      stats.levelOut = entry.audioLevel ?? 0;
      stats.energyOut += entry.totalAudioEnergy ?? 0;
    } else if (entry.type === "candidate-pair" && entry.nominated && entry.state === "succeeded") {
      stats.roundTrip = entry.currentRoundTripTime ?? 0;
      stats.route = [report.get(entry.localCandidateId), report.get(entry.remoteCandidateId)]
        .map((candidate) => candidate?.candidateType ?? null);
    }
  }
  return stats;
}

/** 'good', 'weak' or 'poor', over the time since the reading before; `null` while there is nothing to compare. */
export function quality(before, after) {
  const received = after.packetsReceived - (before?.packetsReceived ?? Infinity);
  if (!(received >= 0)) return null;
  const lost = Math.max(0, after.packetsLost - before.packetsLost);
  const loss = received + lost === 0 ? 1 : lost / (received + lost);
  if (loss > 0.08 || after.roundTrip > 0.8) return "poor";
  if (loss > 0.02 || after.roundTrip > 0.35 || after.jitter > 0.06) return "weak";
  return "good";
}
