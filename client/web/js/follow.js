// The page, in the user's browser. Puts what a job prints into a pane, from where it was when a stream breaks off.
import { bytes_of } from "./output_pane.js";
import { jobs_of } from "./page.js";
import { keep_trying } from "./retry.js";
import { bytes_text } from "./text.js";

const first_tail = 1000;  // lines to begin with; all is one press of a button away

// One for each job that is shown. `events`: {progress(percent, text), ended(job), came(), trouble(failure or null)}.
export class Follow {
  before = 0;  // bytes before the first that is shown, which asking from the start brings
  #is_first = true;
  #position = 0;
  #attempt = 1;

  constructor(api, id, pane, events) {
    Object.assign(this, { api, id, pane, events });
  }

  // Until the job has ended, `signal` aborts, or asking again is no use (then it throws). `action`: follow or output.
  async run(action, from_start, signal) {
    const tail = from_start ? {} : { tail: first_tail };
    this.pane.clear();
    this.#position = 0;
    this.before = 0;
    this.#is_first = !from_start;
    await keep_trying(async (alive) => {
      const where = this.#position > 0 ? { from: this.#position } : tail;
      const fields = { module: "job", action, id: this.id, ...where };
      for await (const { data, last } of this.api.stream(fields, signal)) {
        alive();
        this.events.trouble(null);
        this.#take(data);
        const [job] = last ? jobs_of(data) : [];
        if (job) this.events.ended(job);
        if (last) return true;
      }
      return false;
    }, signal, (failure) => this.events.trouble(failure));
  }

  #take(data) {
    if (data.restarted === true) {
      this.#attempt += 1;
      this.#position = 0;
      this.pane.note(`— attempt ${this.#attempt} —`);
    }
    if (Number.isSafeInteger(data.skipped) && data.skipped > 0) {
      if (!this.#is_first) this.pane.note(`— ${bytes_text(data.skipped)} are not kept —`);
    }
    for (const record of Array.isArray(data.records) ? data.records : []) this.#record(record);
    this.events.came();
    this.pane.scroll();
  }

  #record(record) {
    const bytes = bytes_of(record);
    if (Number.isSafeInteger(record.position)) {
      if (this.#is_first) this.before = record.position;
      this.#is_first = false;
      this.#position = record.position + bytes.length;
    }
    if (record.stream !== "progress") {
      this.pane.add(record.stream, bytes);
      return;
    }
    const [, percent, text] = /^(\d{1,3})(?: (.*))?$/s.exec(new TextDecoder().decode(bytes)) ?? [];
    if (percent !== undefined) this.events.progress(Number(percent), text ?? "");
  }
}
