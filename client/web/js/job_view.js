// The page, in the user's browser. One job: how far it is, what it prints, and its stop.
import { html, nothing } from "../lib/lit-html/lit-html.js";
import { failure_box, argv_code, facts, has_ended, job_facts, job_title, jobs_of, progress_bar } from "./page.js";
import { Follow } from "./follow.js";
import { OutputPane } from "./output_pane.js";
import { ask_question } from "./question.js";
import { bytes_text, duration_text, harmless } from "./text.js";

// How this user may stop that job, as fields of a request; null where there is no way.
export function stop_request(catalogue, job) {
  if (catalogue.may("job", "stop")) return { module: "job", action: "stop", ids: [job.id] };
  const [, task] = /^scan:(\d+)$/.exec(job.key ?? "") ?? [];
  return task && catalogue.may("scan", "stop") ? { module: "scan", action: "stop", task_ids: [task] } : null;
}

// Asks whether it is meant, and stops. The failure, or null.
export async function stop_job(app, job) {
  const title = `Stop ${job_title(job)}, job ${job.id}?`;
  const content = () => html`<p>All of its processes are ended. What it has done so far stays done.</p>`;
  if (!(await ask_question({ title, verb: "Stop the job", content }))) return null;
  try {
    const reply = await app.api.ask(stop_request(app.catalogue, job));
    app.board.take(jobs_of(reply.data));
    return null;
  } catch (failure) {
    return failure;
  }
}

export class JobView {
  section = "jobs";
  #ending = new AbortController();
  #following = null;
  #details = null;
  #failure = null;
  #trouble = null;
  #progress_text = "";
  #said = "";
  #stopping = false;

  constructor(app, [id]) {
    this.app = app;
    this.id = /^\d{1,16}$/.test(id ?? "") ? Number(id) : -1;
    this.title = this.id < 0 ? "No such job" : `Job ${this.id}`;
    this.pane = new OutputPane(`Output of job ${this.id}`);
    this.follow = new Follow(app.api, this.id, this.pane, {
      progress: (percent, text) => this.#progress(percent, text),
      ended: (job) => this.#ended(job),
      came: () => app.changed(),
      trouble: (failure) => this.#set_trouble(failure),
    });
  }

  enter() {
    if (this.id < 0) return;
    this.#load();
    this.#watch_output(false);
  }

  leave() {
    this.#ending.abort();
    this.#following?.abort();
  }

  get job() {
    const known = this.app.board.jobs.get(this.id);
    return this.#details ? { ...this.#details, ...known } : known;
  }

  async #load() {
    if (!this.app.catalogue.may("job", "show")) return;
    try {
      const reply = await this.app.api.ask({ module: "job", action: "show", id: this.id }, this.#ending.signal);
      [this.#details] = jobs_of(reply.data);
    } catch (failure) {
      if (failure.name !== "AbortError") this.#failure = failure;
    }
    this.app.changed();
  }

  async #watch_output(from_start) {
    const action = ["follow", "output"].find((name) => this.app.catalogue.may("job", name));
    if (!action) return;
    this.#following?.abort();
    const following = (this.#following = new AbortController());
    try {
      await this.follow.run(action, from_start, following.signal);
    } catch (failure) {
      this.#trouble = null;
      this.#failure = failure;
    }
    this.app.changed();
  }

  #set_trouble(failure) {
    if (failure === this.#trouble) return;
    this.#trouble = failure;
    this.app.changed();
  }

  #progress(percent, text) {
    this.#progress_text = text;
    const job = this.app.board.jobs.get(this.id);
    if (job && !has_ended(job)) this.app.board.take([{ ...job, progress: percent }]);
    if (percent % 10 === 0) this.#said = `Job ${this.id} is at ${percent} per cent`;
    this.app.changed();
  }

  #ended(job) {
    if (!has_ended(job)) return;
    this.#said = `Job ${this.id} has ended: ${job.state}`;
    this.app.board.take([job]);
    this.#load();
  }

  async #stop() {
    this.#stopping = true;
    this.#failure = await stop_job(this.app, this.job);
    this.#stopping = false;
    this.app.changed();
  }

  #output() {
    if (this.#details?.mode === "reply") return nothing;
    const more = this.follow.before > 0
      ? html`<p class="hint">${bytes_text(this.follow.before)} before this are not shown.
          <button class="link" @click=${() => this.#watch_output(true)}>Show from the beginning</button></p>` : nothing;
    return html`<section aria-labelledby="output-head">
      <h2 id="output-head">Output</h2>
      ${more}
      ${this.pane.is_cut ? html`<p class="hint">Earlier lines were taken off this page to keep it small.</p>` : nothing}
      ${this.#trouble ? html`<p class="hint" role="status">The output has broken off; asking for it again…</p>` : nothing}
      ${this.pane.element}
      ${this.pane.is_empty ? html`<p class="hint">Nothing so far.</p>` : nothing}
    </section>`;
  }

  #more_facts(job) {
    if (!job.argv) return nothing;
    return html`<details><summary>How it is run</summary>${facts([
      ["Command", argv_code(job.argv)],
      ["As", harmless(job.user ?? "")],
      ["Values", job.arguments ? harmless(job.arguments) : ""],
      ["Time limit", duration_text(job.timeout_ms || NaN)],
      ["Peak memory", bytes_text(job.peak_memory)],
      ["Printed", bytes_text(job.output_bytes)],
    ])}</details>`;
  }

  template() {
    const job = this.job;
    if (this.id < 0) return html`<h1 tabindex="-1">${this.title}</h1><p>There is no such job.</p>`;
    if (!job) return html`<h1 tabindex="-1">${this.title}</h1>${failure_box(this.#failure) === nothing
      ? html`<p class="hint" role="status">Looking for it…</p>` : failure_box(this.#failure)}`;
    const may_stop = !has_ended(job) && stop_request(this.app.catalogue, job) !== null;
    return html`<div class="head-line"><h1 tabindex="-1">${job_title(job)} <small>job ${job.id}</small></h1>
        ${may_stop ? html`<button class="danger" ?disabled=${this.#stopping} @click=${() => this.#stop()}>
          ${this.#stopping ? "Stopping…" : "Stop"}</button>` : nothing}</div>
      <p class="visually-hidden" role="status">${this.#said}</p>
      ${failure_box(this.#failure)}
      ${progress_bar(job, this.#progress_text)}
      ${job_facts(job)}
      ${this.#more_facts(job)}
      ${this.#output()}`;
  }
}
