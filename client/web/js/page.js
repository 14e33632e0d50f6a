// The page, in the user's browser. What the views share: elements that several of them show.
import { html, nothing } from "../lib/lit-html/lit-html.js";
import { NoAnswer, Refusal } from "./failures.js";
import { duration_text, harmless, run_time, time_text } from "./text.js";

const words = new Map([
  ["denied", "The policy does not allow this."],
  ["unauthenticated", "mgr wants a stronger proof of who is asking."],
  ["unavailable", "mgr is not there just now. Nothing was started."],
  ["busy", "Too much is asked for just now."],
  ["conflict", "Something else stands in the way."],
  ["not_found", "There is no such thing, or none that you may see."],
  ["timeout", "The answer was not ready in time."],
  ["invalid_argument", "A value is missing, or not as it has to be."],
  ["unknown_action", "mgr knows no such action."],
  ["too_large", "That is too large."],
  ["stale", "The request came too late. Ask again."],
  ["failed", "It went wrong."],
]);

export const ended_states = ["succeeded", "failed", "stopped", "timed-out", "lost"];

export function has_ended(job) {
  return ended_states.includes(job.state);
}

// What mgr or the way to it has said no with; with the number to quote where it is on record.
export function failure_box(failure) {
  if (!failure) return nothing;
  const refused = failure instanceof Refusal;
  const not_asked = failure instanceof NoAnswer && !failure.may_be_done;
  const no_reply = not_asked ? "The web server let it through to nobody." : "There was no answer.";
  const head = refused ? words.get(failure.error) ?? "It went wrong." : no_reply;
  const given = refused || failure instanceof NoAnswer ? failure.detail : failure.message;
  const detail = given === "the policy does not allow it" ? "" : given;  // said already
  return html`<div class="notice refusal" role="alert">
    <p class="notice-head">${head}</p>
    ${detail ? html`<p>${harmless(detail)}</p>` : nothing}
    ${refused && failure.audit !== null
      ? html`<p>It is on record under <strong class="audit-number">audit number ${failure.audit}</strong>: quote
          it to an administrator to have it looked at.</p>`
      : nothing}
    ${refused || not_asked ? nothing : html`<p>It may have been carried out all the same.</p>`}
  </div>`;
}

export function state_badge(state) {
  const known = typeof state === "string" && /^[a-z-]{1,16}$/.test(state) ? state : "unknown";
  return html`<span class="badge state-${known}">${known}</span>`;
}

export function progress_bar(job, text = "") {
  const percent = Number.isInteger(job.progress) ? Math.min(100, Math.max(0, job.progress)) : null;
  if (percent === null && (has_ended(job) || job.state !== "running")) return nothing;
  return html`<div class="progress">
    ${percent === null
      ? html`<progress aria-label="Progress of job ${job.id}"></progress>`
      : html`<progress aria-label="Progress of job ${job.id}" max="100" .value=${percent}></progress>
          <span class="percent">${percent} %</span>`}
    ${text ? html`<span class="progress-text">${harmless(text)}</span>` : nothing}
  </div>`;
}

// Who asked for a job, or for what a line of the audit is about.
export function caller_text(caller) {
  if (typeof caller !== "object" || caller === null) return "nobody proven";
  const proven = caller.key !== undefined ? `key ${harmless(caller.key)}` : `uid ${harmless(caller.uid ?? "?")}`;
  return caller.on_behalf_of ? `${harmless(caller.on_behalf_of)} (${proven})` : proven;
}

export function end_text(job) {
  if (job.exit_status !== undefined) return `exit status ${harmless(job.exit_status)}`;
  if (job.signal !== undefined) return `killed by signal ${harmless(job.signal)}`;
  return "";
}

// A list of what is known: pairs of a term and a text or template; those without a text are left out.
export function facts(pairs) {
  const known = pairs.filter(([, text]) => text !== "" && text !== null && text !== undefined);
  return html`<dl class="facts">${known.map(([term, text]) => html`<div><dt>${term}</dt><dd>${text}</dd></div>`)}</dl>`;
}

export function job_facts(job) {
  return facts([
    ["State", html`${state_badge(job.state)} ${end_text(job)}`],
    ["Asked for by", caller_text(job.caller)],
    ["Key", harmless(job.key ?? "")],
    ["Attempt", job.attempt > 1 ? harmless(job.attempt) : ""],
    ["Accepted", time_text(job.accepted)],
    ["Started", time_text(job.started)],
    ["Ended", time_text(job.ended)],
    ["Ran for", run_time(job)],
    ["Due", time_text(job.due)],
    ["Processor", Number.isFinite(job.processor_ms) ? duration_text(job.processor_ms) : ""],
    ["Note", harmless(job.detail ?? "")],
  ]);
}

export function job_title(job) {
  return `${harmless(job.module ?? "")} ${harmless(job.action ?? "")}`;
}

// Jobs of a reply, as far as they are jobs at all.
export function jobs_of(data) {
  const jobs = Array.isArray(data?.jobs) ? data.jobs : [];
  return jobs.filter((job) => Number.isSafeInteger(job?.id) && job.id >= 0);
}

export function argv_code(argv) {
  const words_of = Array.isArray(argv) ? argv : [];
  return html`<code class="argv">${words_of.map((word) =>
    html`<span>${harmless(typeof word === "object" && word !== null ? `${word.root}/${word.beneath}` : word)}</span> `)}</code>`;
}
