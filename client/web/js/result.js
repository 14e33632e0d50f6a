// The page, in the user's browser. What came of a request, or would come of it.
import { html, nothing } from "../lib/lit-html/lit-html.js";
import { argv_code, facts, job_title, jobs_of, progress_bar, state_badge } from "./page.js";
import { bytes_of } from "./output_pane.js";
import { duration_text, harmless, harmless_lines, pretty } from "./text.js";

function printed(data, name, label) {
  const record = { text: data[name], base64: data[`${name}_base64`] };
  const text = new TextDecoder().decode(bytes_of(record));
  if (text === "") return nothing;
  return html`<h2 class="sub">${label}</h2>
    <pre class="output ${name}" tabindex="0" role="region" aria-label=${label}>${harmless_lines(text)}</pre>`;
}

// What a command printed that was waited for: members of mode output.
export function printed_result(data) {
  const is_json = data.output !== undefined;
  return html`${is_json ? html`<pre class="output" tabindex="0" role="region" aria-label="Answer">${pretty(data.output)}</pre>`
    : printed(data, "stdout", "What it printed")}
    ${printed(data, "stderr", "Errors that it printed")}
    ${Number.isFinite(data.left_out) ? html`<p class="hint">${harmless(data.left_out)} bytes are left out.</p>` : nothing}
    ${data.cached === true ? html`<p class="hint">As it was ${duration_text(data.age_ms)} ago.</p>` : nothing}`;
}

export function is_printed(data) {
  return data !== null && typeof data === "object" && ["output", "stdout", "stdout_base64", "stderr", "stderr_base64"].some((name) => name in data);
}

function job_line(job) {
  return html`<li><div class="head-line"><a href="#/job/${job.id}">${job_title(job)} <small>job ${job.id} ${harmless(job.key ?? "")}</small></a>
    ${state_badge(job.state)}</div>${progress_bar(job)}${job.new === false ? html`<p class="hint">It was there already.</p>` : nothing}</li>`;
}

// The data of a success. `board` has the newer state of jobs.
export function success_result(data, board) {
  if (is_printed(data)) return printed_result(data);
  const jobs = jobs_of(data).map((job) => ({ ...job, ...board.jobs.get(job.id), new: job.new }));
  if (jobs.length > 0) return html`<ul class="cards">${jobs.map(job_line)}</ul>`;
  if (Array.isArray(data.jobs)) return html`<p>No job is meant by that.</p>`;
  const members = Object.entries(data);
  if (members.length === 0) return nothing;
  return facts(members.map(([name, value]) => [harmless(name), typeof value === "object"
    ? html`<pre class="output" tabindex="0" role="region" aria-label=${harmless(name)}>${pretty(value)}</pre>` : harmless(value)]));
}

// What a dry run tells: who runs what, and which rule lets it.
export function plan_result(data) {
  const run = typeof data.run === "object" && data.run !== null ? data.run : {};
  const jobs = Array.isArray(data.jobs) ? data.jobs : [];
  const blocked = jobs.some((job) => job?.others === "conflict");
  return html`<p>Nothing has been done. It is allowed by <code>${harmless(data.rule ?? "")}</code>.</p>
    ${blocked ? html`<p>It would be refused while other jobs are alive.</p>` : nothing}
    ${facts([
      ...jobs.map((job) => ["Runs", argv_code(job?.argv)]),
      ["As", harmless(run.user ?? "")],
      ["Time limit", run.timeout_ms ? duration_text(run.timeout_ms) : ""],
      ["At most", harmless(data.rate ?? "")],
      ["Does", data.effect ? harmless(data.effect).replaceAll("_", " ") : ""],
    ])}`;
}
