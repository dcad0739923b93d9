// Reckons for the page's ticket beside it: the number behind which the ticket's hash begins with enough zero bits.

const BATCH = 512;
const words = new TextEncoder();

function zeroBits(digest) {
  let bits = 0;
  for (const byte of new Uint8Array(digest)) {
    if (byte) return bits + Math.clz32(byte) - 24;
    bits += 8;
  }
  return bits;
}

async function reckon(ticket) {
  const wanted = Number(ticket.split("-")[1]);
  for (let first = 0; ; first += BATCH) {
    const tries = Array.from({ length: BATCH }, (_, n) =>
      crypto.subtle.digest("SHA-256", words.encode(`${ticket}:${first + n}`)),
    );
    const found = (await Promise.all(tries)).findIndex((digest) => zeroBits(digest) >= wanted);
    if (found >= 0) return String(first + found);
  }
}

addEventListener("message", async ({ data }) => postMessage(await reckon(data)));
