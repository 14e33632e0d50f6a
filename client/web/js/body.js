// The page, in the user's browser. The body of a request: a file, or what was typed in its place.
const most_bytes = 1 << 20;  // that mgr takes

function bytes_wanted(value) {
  return value.file ?? new Blob([value.text]);
}

// What is wrong with it, before it is read; empty where nothing is.
export function body_problem(argument, value) {
  const { size } = bytes_wanted(value);
  if (size === 0 && !value.file) return argument.required ? "a file or a text is wanted" : "";
  const limit = Math.min(most_bytes, argument.max_length ?? most_bytes);
  return size > limit ? `${limit} bytes at most` : "";
}

// The field of a request that has it; none where nothing is given.
export async function body_fields(value) {
  if (!value.file && value.text === "") return {};
  const bytes = new Uint8Array(await bytes_wanted(value).arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return { "mgr-body": btoa(text) };
}
