// The page, in the user's browser. What can come of asking mgr other than a success.

// mgr, or mgr.cgi, has said no. `reply` is its line, from which nothing but numbers and texts are taken.
export class Refusal extends Error {
  constructor(reply) {
    const error = typeof reply.error === "string" ? reply.error : "failed";
    super(error);
    this.error = error;
    this.code = Number.isInteger(reply.msg?.err_code) ? reply.msg.err_code : 2;
    this.detail = typeof reply.detail === "string" ? reply.detail : "";
    this.audit = Number.isSafeInteger(reply.audit) ? reply.audit : null;
    this.data = typeof reply.data === "object" && reply.data !== null ? reply.data : null;
  }

  // Whether asking again may help: busy, unavailable, and an answer that was lost on its way.
  get passes() {
    return [7, 8, 13].includes(this.code);
  }
}

// What a web server answers in place of mgr, without having asked it.
const not_asked = [401, 403, 404, 413, 429];

// No answer, or none that is a reply. `status` is the web server's, 0 for none.
export class NoAnswer extends Error {
  constructor(detail, status = 0) {
    super(detail);
    this.detail = detail;
    this.status = status;
  }

  get may_be_done() {
    return !not_asked.includes(this.status);
  }

  // A login that has ended, or a page that is not there, does not come back by itself.
  get passes() {
    return ![401, 404].includes(this.status);
  }
}

export function passes(failure) {
  return (failure instanceof Refusal || failure instanceof NoAnswer) && failure.passes;
}
