"""Checks that a gift is in a hotline's books, with nothing but Python: python check.py proof.json days.json"""

import hashlib
import json
import sys
from pathlib import Path


def hashed(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


proof, days = (json.loads(Path(name).read_text(encoding="utf-8")) for name in sys.argv[1:])

chain, roots = bytes(32), {}
for day in days["days"]:  # every day is chained to the one before
    chain = hashed(chain, day["day"].encode(), bytes.fromhex(day["root"]))
    if chain.hex() != day["chain"]:
        sys.exit(f"The chain is broken on {day['day']}.")
    roots[day["day"]] = day["root"]

for entry in proof["entries"]:  # every entry leads up to the root of its day
    node = hashed(b"\x00", entry["entry"].encode())
    for side, beside in entry["steps"]:
        other = bytes.fromhex(beside)
        node = hashed(b"\x01", other, node) if side == "left" else hashed(b"\x01", node, other)
    if node.hex() != roots.get(entry["day"]):
        sys.exit(f"An entry is not in the digest of {entry['day']}.")
    sys.stdout.write(f"In the books of {entry['day']}: {entry['entry']}\n")
