// The page, in the user's browser. A view's questions, one at a time: a newer one ends the one before, as leaving does.
export class Look {
  failure = null;  // what came of the last in place of an answer, to be shown
  #app;
  #asking = new AbortController();

  constructor(app) {
    this.#app = app;
  }

  // Asks, and hands the data of the reply to `take`.
  async at(fields, take) {
    this.end();
    const { signal } = (this.#asking = new AbortController());
    try {
      const reply = await this.#app.api.ask(fields, signal);
      take(reply.data);
      this.failure = null;
    } catch (failure) {
      if (signal.aborted) return;
      this.failure = failure;
    }
    this.#app.changed();
  }

  end() {
    this.#asking.abort();
  }
}
