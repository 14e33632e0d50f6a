// The page, in the user's browser. Every text from a reply is somebody else's: an attacker's who owns the broker,
// or a command's. Whatever is shown of one has passed harmless(), and is put into the document as text alone.

// What acts on the text around it or is not seen (Unicode's Cc, Cf, Cs, Zl, Zp, and variation selectors and tags).
const hidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u{fe00}-\u{fe0f}\u{fff0}-\u{fff8}\u{e0000}-\u{e0fff}]/gu;

function written_out(character) {
  if (character === "\n") return "\\n";
  if (character === "\r") return "\\r";
  if (character === "\t") return "\\t";
  const hex = character.codePointAt(0).toString(16).padStart(2, "0");
  return character.codePointAt(0) < 0x80 ? `\\x${hex}` : `\\u{${hex}}`;
}

// `value` on one line, with every character that could fool who reads it written out, as mgrctl does.
export function harmless(value) {
  const text = typeof value === "string" ? value : JSON.stringify(value) ?? "";
  return text.replace(hidden, written_out);
}

// The same for a line of output, in which a tab may stand.
export function harmless_line(text) {
  return text.replace(hidden, (character) => (character === "\t" ? "\t" : written_out(character)));
}

export function harmless_lines(text) {
  return text.split(/\r?\n/).map(harmless_line).join("\n");
}

export function shortened(value, length) {
  const text = harmless(value);
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

// JSON for people, in lines; hidden characters inside strings are written out.
export function pretty(value) {
  return harmless_lines(JSON.stringify(value, null, 2));
}

export function byte_length(text) {
  return new TextEncoder().encode(text).length;
}

export function bytes_text(count) {
  if (!Number.isFinite(count)) return "";
  for (const [unit, size] of [["GiB", 2 ** 30], ["MiB", 2 ** 20], ["KiB", 1024]]) {
    if (count >= size) return `${(count / size).toFixed(1)} ${unit}`;
  }
  return count === 1 ? "1 byte" : `${count} bytes`;
}

export function duration_text(milliseconds) {
  if (!Number.isFinite(milliseconds)) return "";
  if (milliseconds < 1000) return `${Math.max(0, Math.round(milliseconds))} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  const parts = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
  let left = Math.floor(seconds);
  const words = [];
  for (const [size, unit] of parts) {
    if (left >= size) words.push(`${Math.floor(left / size)} ${unit}`);
    left %= size;
  }
  return words.slice(0, 2).join(" ");
}

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

// A time of a reply in the reader's own zone; what is no time is shown as it is.
export function time_text(value) {
  const time = typeof value === "string" ? Date.parse(value) : NaN;
  return Number.isNaN(time) ? harmless(value ?? "") : moment.format(time);
}

// How long a job has run, or ran.
export function run_time(job, now = Date.now()) {
  const began = Date.parse(job.started ?? "");
  if (Number.isNaN(began)) return "";
  const ended = Date.parse(job.ended ?? "");
  return duration_text((Number.isNaN(ended) ? now : ended) - began);
}
