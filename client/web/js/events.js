// The page, in the user's browser. Server-sent events (the HTML standard, section 9.2) of a POST, which EventSource
// does not do. Distrusts their sender: a line without end is a failure, and never all of the memory.
import { NoAnswer } from "./failures.js";

// Pieces of text in, events out: {name, data}. A field `id` or `retry` means nothing here.
export class EventParser {
  #waiting = "";
  #data = [];
  #size = 0;
  #name = "message";

  constructor(limit) {
    this.limit = limit;
  }

  *take(text) {
    this.#waiting += text;
    const lines = this.#waiting.split(/\r\n|\n|\r(?!$)/);
    this.#waiting = lines.pop();
    for (const line of lines) {
      const event = this.#line(line);
      if (event) yield event;
    }
    if (this.#waiting.length + this.#size > this.limit) throw new NoAnswer("a line of the stream is too long");
  }

  #line(line) {
    if (line === "") {
      const event = this.#data.length > 0 ? { name: this.#name, data: this.#data.join("\n") } : null;
      this.#data = [];
      this.#size = 0;
      this.#name = "message";
      return event;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.#name = value;
    if (field === "data") {
      this.#data.push(value);
      this.#size += value.length + 1;
    }
    return null;
  }
}

// The events of a body, until it ends. Whoever stops taking them ends the connection.
export async function* read_events(body, limit) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const parser = new EventParser(limit);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield* parser.take(decoder.decode(value, { stream: true }));
    }
  } catch (failure) {
    if (failure instanceof NoAnswer || failure.name === "AbortError") throw failure;
    throw new NoAnswer("the stream was cut off");
  } finally {
    reader.cancel().catch(() => {});
  }
}
