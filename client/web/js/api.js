// The page, in the user's browser. Asks mgr.cgi, which stands beside the page, and distrusts what it answers.
import { NoAnswer, Refusal } from "./failures.js";
import { read_events } from "./events.js";

const reply_limit = 4 << 20;  // characters; mgr's own lines have 1 MiB at most

function reply_of(text, status) {
  let reply;
  try {
    reply = JSON.parse(text);
  } catch {
    throw new NoAnswer(status === 200 ? "the answer is no reply" : `the web server answers ${status}`, status);
  }
  if (typeof reply !== "object" || reply === null || typeof reply.success !== "boolean") {
    throw new NoAnswer("the answer is no reply", status);
  }
  return reply;
}

async function read_text(response) {
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (const reader = response.body.getReader(); ;) {
      const { done, value } = await reader.read();
      if (done) return text + decoder.decode();
      text += decoder.decode(value, { stream: true });
      if (text.length > reply_limit) {
        await reader.cancel();
        throw new NoAnswer("the answer is too long");
      }
    }
  } catch (failure) {
    if (failure instanceof NoAnswer || failure.name === "AbortError") throw failure;
    throw new NoAnswer("the answer was cut off");
  }
}

// One for the page. `user` is known once the first token is there.
export class Api {
  #base;
  #token = null;  // a promise, so that views which start together share one
  user = "";

  constructor(base = new URL("api", document.baseURI)) {
    this.#base = base.href;
  }

  async #post(path, fields, token, signal) {
    const headers = { "Content-Type": "application/json", ...(token && { "X-MGR-Token": token }) };
    const wanted = { method: "POST", headers, body: JSON.stringify(fields), cache: "no-store", redirect: "error", signal };
    try {
      return await fetch(this.#base + path, wanted);
    } catch (failure) {
      if (failure.name === "AbortError") throw failure;
      throw new NoAnswer("the web server does not answer");
    }
  }

  async #new_token() {
    const response = await this.#post("/token", {});
    const reply = reply_of(await read_text(response), response.status);
    if (!reply.success) throw new Refusal(reply);
    if (typeof reply.data?.token !== "string") throw new NoAnswer("no token in the answer");
    this.user = typeof reply.data.user === "string" ? reply.data.user : "";
    return reply.data.token;
  }

  token() {
    this.#token ??= this.#new_token().catch((failure) => {
      this.#token = null;
      throw failure;
    });
    return this.#token;
  }

  // The response, or the refusal that came in its place; asks a second time where the token had ended.
  async #ask(path, fields, signal, again = true) {
    const given = this.token();
    const response = await this.#post(path, fields, await given, signal);
    if (response.status === 200) return response;
    const reply = reply_of(await read_text(response), response.status);
    // By mgr.cgi's own word, before it passed anything on: what a reply says may be a broker's, which would have the
    // request signed and carried out once more.
    if (again && response.headers.get("X-MGR-Token") === "wanted") {
      if (this.#token === given) this.#token = null;
      return this.#ask(path, fields, signal, false);
    }
    throw reply.success ? new NoAnswer("a success that is none", response.status) : new Refusal(reply);
  }

  // The reply, a success; everything else is thrown.
  async ask(fields, signal) {
    const response = await this.#ask("", fields, signal);
    const reply = reply_of(await read_text(response), response.status);
    if (!reply.success) throw new Refusal(reply);
    return reply;
  }

  // The data of the replies of a stream, as they come, each as {data, last}. It returns after the last one, or, with
  // `last` never seen, where it is to be asked for again.
  async *stream(fields, signal) {
    const response = await this.#ask("/stream", fields, signal);
    if (!(response.headers.get("Content-Type") ?? "").startsWith("text/event-stream")) {
      const reply = reply_of(await read_text(response), response.status);
      if (!reply.success) throw new Refusal(reply);
      yield { data: reply.data ?? {}, last: true };
      return;
    }
    for await (const event of read_events(response.body, reply_limit)) {
      if (event.name === "again") return;
      if (event.name !== "message" && event.name !== "end") continue;
      const reply = reply_of(event.data, response.status);
      if (!reply.success) throw new Refusal(reply);
      yield { data: reply.data ?? {}, last: event.name === "end" };
      if (event.name === "end") return;
    }
    throw new NoAnswer("the stream was cut off");
  }
}
