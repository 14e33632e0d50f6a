// The page, in the user's browser. Holds a value against the type of its argument before it is sent. mgr checks it
// again and has the last word: what cannot be told here for sure is let through.
import { byte_length, harmless } from "./text.js";

const label = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
const octet = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
const grammars = new Map([
  ["hostname", [new RegExp(`^(?=.{1,253}$)${label}(?:\\.${label})+$`), "a name such as www.example.org"]],
  ["ip", [new RegExp(`^(?:${octet}(?:\\.${octet}){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)$`), "an address such as 192.0.2.1 or 2001:db8::1"]],
  ["cidr", [/^[0-9A-Fa-f:.]+\/(?:0|[1-9][0-9]{0,2})$/, "a network such as 192.0.2.0/24"]],
  ["mac", [/^[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}$/, "six pairs of digits such as 00:00:5e:00:53:01"]],
  ["username", [/^[a-z_][a-z0-9_-]{0,31}$/, "a user's name in lower case"]],
  ["unit", [/^[^/*?[\]]{1,255}\.(?:service|socket|target|timer|path|mount|automount|swap|slice|scope|device)$/,
    "a whole name such as nginx.service"]],
  ["duration", [/^(?:0|[1-9][0-9]{0,8})(?:ms|s|m|h|d)$/, "a number and ms, s, m, h or d, such as 10m"]],
  ["path", [/^(?:\/(?!\.{1,2}(?:\/|$))[^/]+)+$/, "an absolute path"]],
]);
const control = /[\u0000-\u001f\u007f-\u009f]/;
const value_limit = 4096;  // bytes of one field

// A pattern of RE2 as far as this browser surely means the same by it, and in time that does not explode: with each
// repetition or choice that time is multiplied.
function pattern_test(pattern) {
  if (pattern === "" || /\)[*+{?]|\(\?/.test(pattern) || pattern.match(/[*+?{|]/g)?.length > 3) return null;
  try {
    return new RegExp(`^(?:${pattern})$`, "su");
  } catch {
    return null;
  }
}

function number_problem(argument, text) {
  if (!/^(?:0|-?[1-9][0-9]{0,18})$/.test(text)) return "a whole number, without leading zeros";
  const { min, max } = argument;
  if ((min !== null && BigInt(text) < BigInt(min)) || (max !== null && BigInt(text) > BigInt(max))) return `it has to be ${range_text(argument)}`;
  return "";
}

function text_problem(argument, text) {
  if (control.test(text)) return "no line breaks, tabs and the like";
  if (argument.max_length !== null && byte_length(text) > argument.max_length) return `${argument.max_length} bytes at most`;
  if (argument.pattern !== "" && text.length <= 256 && pattern_test(argument.pattern)?.test(text) === false) {
    return argument.form !== "" ? harmless(argument.form) : `of the form ${harmless(argument.pattern)}`;
  }
  return "";
}

function element_problem(argument, text) {
  if (["int", "port"].includes(argument.type)) return number_problem(argument, text);
  if (argument.type === "enum") return argument.values.includes(text) ? "" : "one of the values offered";
  if (argument.type === "bool") return ["yes", "no"].includes(text) ? "" : "yes or no";
  if (text.startsWith("-")) return "not beginning with -";
  const [grammar, form] = grammars.get(argument.type) ?? [];
  return grammar && !grammar.test(text) ? form : text_problem(argument, text);
}

export function range_text({ min, max }) {
  if (min !== null && max !== null) return `from ${min} to ${max}`;
  if (min !== null) return `${min} or more`;
  return max !== null ? `${max} at most` : "a whole number";
}

// What a value may look like, in a few words; empty where the type says enough.
export function form_text(argument) {
  if (["int", "port"].includes(argument.type)) return range_text(argument);
  if (argument.type === "path" && argument.roots.length > 0) return `a path below ${argument.roots.map(harmless).join(" or ")}`;
  if (argument.form !== "") return harmless(argument.form);
  return grammars.get(argument.type)?.[1] ?? "";
}

// What is wrong with the text (or, of a list, the texts); empty where nothing is. None given is wrong where required.
export function problem_of(argument, value) {
  const items = argument.is_list ? value : [value];
  if (items.length === 0 || (items.length === 1 && items[0] === "")) return argument.required ? "this has to be filled in" : "";
  if (argument.is_list && argument.max_items !== null && items.length > argument.max_items) return `${argument.max_items} at most`;
  if (byte_length(items.join(",")) > value_limit) return "this is too long";
  for (const item of items) {
    const problem = item === "" ? "an element between two commas is missing" : element_problem(argument, item);
    if (problem !== "") return argument.is_list ? `of each: ${problem}` : problem;
  }
  return "";
}
