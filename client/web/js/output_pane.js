// The page, in the user's browser. What a command prints, as lines of text in the document: bounded, whatever comes,
// and with nothing in it that acts.
import { harmless_line } from "./text.js";

const most_lines = 2000;
const most_characters = 400000;
const piece_length = 4096;  // of a line: a longer one is several elements

export function bytes_of(record) {
  if (typeof record.text === "string") return new TextEncoder().encode(record.text);
  if (typeof record.base64 !== "string") return new Uint8Array();
  try {
    return Uint8Array.from(atob(record.base64), (character) => character.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}

// `element` is the pane, to be put somewhere. Streams are put together each for itself, since a record is a piece as
// it was read, and no line.
export class OutputPane {
  element = document.createElement("pre");
  #streams = new Map();
  #characters = 0;
  #cut = false;
  follows_end = true;

  constructor(label) {
    this.element.className = "output";
    this.element.tabIndex = 0;
    this.element.setAttribute("role", "region");
    this.element.setAttribute("aria-label", label);
    this.element.addEventListener("scroll", () => {
      const { scrollTop, clientHeight, scrollHeight } = this.element;
      this.follows_end = scrollTop + clientHeight >= scrollHeight - 24;
    });
  }

  clear() {
    this.element.replaceChildren();
    this.#streams.clear();
    this.#characters = 0;
    this.#cut = false;
  }

  get is_empty() {
    return this.element.childElementCount === 0;
  }

  add(name, bytes) {
    const stream = name === "stderr" ? name : "stdout";  // of others, which a broker may name without end, none is kept
    if (!this.#streams.has(stream)) this.#streams.set(stream, { decoder: new TextDecoder(), open: null, length: 0, carriage: "" });
    const state = this.#streams.get(stream);
    let text = state.carriage + state.decoder.decode(bytes, { stream: true });
    state.carriage = text.endsWith("\r") ? "\r" : "";
    if (state.carriage) text = text.slice(0, -1);
    const lines = text.split(/\r?\n/);
    lines.forEach((line, index) => {
      this.#put(stream, state, line);
      if (index === lines.length - 1) return;
      if (!state.open) this.#begin(stream, state);  // an empty line
      state.open = null;
    });
    this.#trim();
  }

  // A line of the page's own.
  note(text) {
    this.#append("note").textContent = text;
    this.#characters += text.length;
    this.#trim();
  }

  scroll() {
    if (this.follows_end) this.element.scrollTop = this.element.scrollHeight;
  }

  #append(kind) {
    const line = document.createElement("span");
    line.className = `line ${kind}`;
    this.element.append(line);
    return line;
  }

  #begin(stream, state) {
    state.open = this.#append(stream);
    state.length = 0;
  }

  #put(stream, state, line) {
    for (let left = line; left !== "";) {
      if (state.open?.parentNode !== this.element || state.length >= piece_length) this.#begin(stream, state);
      let piece = left.slice(0, piece_length - state.length);
      if (/[\ud800-\udbff]$/.test(piece) && piece.length < left.length) piece = left.slice(0, piece.length + 1);
      left = left.slice(piece.length);
      const shown = harmless_line(piece);
      state.open.append(shown);
      state.length += piece.length;
      this.#characters += shown.length;
    }
  }

  #trim() {
    while (this.element.childElementCount > most_lines || (this.#characters > most_characters && this.element.childElementCount > 1)) {
      const first = this.element.firstElementChild;
      this.#characters -= first.textContent.length;
      first.remove();
      this.#cut = true;
    }
  }

  // Whether lines are gone from the front, to keep the page small.
  get is_cut() {
    return this.#cut;
  }
}
