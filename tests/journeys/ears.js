// Put into every page before its own scripts: keeps hold of its connections, so that tests can tell what is heard.
{
  const connections = [];
  const Native = globalThis.RTCPeerConnection;
  globalThis.RTCPeerConnection = class extends Native {
    constructor(...args) {
      super(...args);
      const born = { connection: this, firstPacketAt: null };
      connections.push(born);
      const watch = setInterval(async () => {
        if (this.connectionState === 'closed') clearInterval(watch);
        else if ((await read(this)).packetsIn > 0) {
          born.firstPacketAt ??= Date.now();
          clearInterval(watch);
        }
      }, 10);
    }
  };

  const read = async (connection) => {
    const sums = { packetsIn: 0, packetsOut: 0, energy: 0, seconds: 0, pairs: [], connected: false };
    if (!connection) return sums;
    const report = await connection.getStats();
    sums.connected = connection.connectionState === 'connected';
    for (const entry of report.values()) {
      if (entry.type === 'inbound-rtp') {
        sums.packetsIn += entry.packetsReceived;
        sums.energy += entry.totalAudioEnergy ?? 0;
        sums.seconds += entry.totalSamplesDuration ?? 0;
      } else if (entry.type === 'outbound-rtp') {
        sums.packetsOut += entry.packetsSent;
      } else if (entry.type === 'candidate-pair') {
        sums.pairs.push([entry.localCandidateId, entry.remoteCandidateId].map((id) => report.get(id)?.candidateType));
      }
    }
    return sums;
  };

  globalThis.ears = {
    live: () => connections.map((born) => born.connection).filter((one) => one.connectionState !== 'closed').at(-1),
    firstPacketAt: () => connections.at(-1)?.firstPacketAt ?? null,
    async listen(milliseconds) {
      const connection = globalThis.ears.live();
      const before = await read(connection);
      await new Promise((resolve) => { setTimeout(resolve, milliseconds); });
      const after = await read(connection);
      const seconds = after.seconds - before.seconds;
      return {
        connected: after.connected,
        packets_in: after.packetsIn - before.packetsIn,
        packets_out: after.packetsOut - before.packetsOut,
        level: seconds > 0 ? Math.sqrt(Math.max(0, after.energy - before.energy) / seconds) : 0,
        pairs: after.pairs,
      };
    },
  };
}
