// The page, in the user's browser. The jobs that this user may see, kept up to date while the page is open.
import { keep_trying } from "./retry.js";
import { has_ended, jobs_of } from "./page.js";

const most_jobs = 500;
const between_looks = 3000;

export class Board {
  jobs = new Map();
  failure = null;  // why it is not up to date
  retry_at = 0;
  is_known = false;
  #api;
  #changed;

  // `changed()` is called after each change.
  constructor(api, changed) {
    this.#api = api;
    this.#changed = changed;
  }

  get alive() {
    return [...this.jobs.values()].filter((job) => !has_ended(job)).sort((one, other) => other.id - one.id);
  }

  // Until `signal` aborts; by a stream where the policy lets ask for one, else by looking from time to time.
  async keep(catalogue, signal) {
    const attempt = catalogue.may("job", "watch") && catalogue.may("job", "list")
      ? (alive) => this.#watch(signal, alive)
      : this.#look(["job", "scan"].find((module) => catalogue.may(module, "list")), signal);
    if (!attempt) return;
    const told = (failure, pause) => {
      this.failure = failure;
      this.retry_at = Date.now() + pause;
      this.#changed();
    };
    try {
      await keep_trying(attempt, signal, told);
    } catch (failure) {
      this.failure = failure;
      this.retry_at = 0;
      this.#changed();
    }
  }

  // What is newer than what is known here, such as the reply to a request.
  take(jobs) {
    for (const job of jobs) this.jobs.set(job.id, job);
    if (this.jobs.size > most_jobs) {
      const oldest = [...this.jobs.values()].sort((one, other) => has_ended(other) - has_ended(one) || one.id - other.id);
      for (const job of oldest.slice(0, this.jobs.size - most_jobs)) this.jobs.delete(job.id);
    }
    this.#changed();
  }

  async #list(module, signal) {
    const reply = await this.#api.ask({ module, action: "list", ...(module === "job" && { limit: 200 }) }, signal);
    this.jobs.clear();
    this.failure = null;
    this.is_known = true;
    this.take(jobs_of(reply.data));
  }

  async #watch(signal, alive) {
    let is_first = true;
    for await (const { data } of this.#api.stream({ module: "job", action: "watch" }, signal)) {
      if (is_first) await this.#list("job", signal);
      is_first = false;
      alive();
      this.take(jobs_of(data));
    }
    return false;
  }

  #look(module, signal) {
    if (!module) return null;
    return async (alive) => {
      if (!document.hidden) await this.#list(module, signal);
      alive();
      await new Promise((resolve) => setTimeout(resolve, between_looks));
      return false;
    };
  }
}
