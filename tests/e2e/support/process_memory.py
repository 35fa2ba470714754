"""Prints which of some words are in the memory of a process, as UTF-8 or UTF-16, as a line of JSON."""

import json
import sys
from array import array

pid, words = sys.argv[1], sys.argv[2:]
sought = {(word, encoded) for word in words for encoded in (word.encode(), word.encode("utf-16-le"))}
longest = max(len(encoded) for _, encoded in sought)
found, size = set(), 0

PAGE, CHUNK = 4096, 4 << 20
IN_USE = 1 << 62  # In memory or swapped out: the two highest bits of an entry of pagemap.


def is_used(pagemap, at, length):
    """Tells whether anything was ever written there: tens of gigabytes are only reserved."""
    pagemap.seek(at // PAGE * 8)
    entries = array("Q", pagemap.read(length // PAGE * 8))
    return max(entries, default=0) >= IN_USE


with (
    open(f"/proc/{pid}/maps") as maps,
    open(f"/proc/{pid}/pagemap", "rb", 0) as pagemap,
    open(f"/proc/{pid}/mem", "rb", 0) as memory,
):
    for line in maps:
        bounds, permissions = line.split()[:2]
        if "r" not in permissions or line.rstrip().endswith(("[vvar]", "[vsyscall]", "[vvar_vclock]")):
            continue
        start, end = (int(bound, 16) for bound in bounds.split("-"))
        before = b""
        for at in range(start, end, CHUNK):
            length = min(CHUNK, end - at)
            if not is_used(pagemap, at, length):
                before = b""
                continue
            try:
                memory.seek(at)
                chunk = memory.read(length)
            except (OSError, ValueError, OverflowError):
                # The memory of a device.
                break
            size += len(chunk)
            text = before + chunk
            found |= {word for word, encoded in sought if encoded in text}
            before = text[-longest:]

print(json.dumps({"found": sorted(found), "bytes": size}))
