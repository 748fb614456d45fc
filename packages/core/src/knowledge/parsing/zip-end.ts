const mark = [0x50, 0x4b, 0x05, 0x06];
const length = 22;
const longestComment = 0xffff;

/** Whether a zip file ends where the bytes end: behind the end of one, a file may be something else as well. */
export function endsAsZip(bytes: Uint8Array): boolean {
  const first = Math.max(0, bytes.length - length - longestComment);
  for (let end = bytes.length - length; end >= first; end -= 1) {
    if (!mark.every((byte, index) => bytes[end + index] === byte)) continue;
    const comment = (bytes[end + 20] ?? 0) + 256 * (bytes[end + 21] ?? 0);
    if (end + length + comment === bytes.length) return true;
  }
  return false;
}
