// What waits for the bot: updates with rising numbers, handed over by getUpdates, gone once a higher offset is asked for.

const MOST = 100; // updates of a poll, as the real platform has it
const LONGEST = 50; // seconds a poll may wait

export class Updates {
  #texts = []; // JSON of each update; the first one's number is #first
  #first = 1000;
  #handed = 1000; // one more than the highest number ever handed over
  #waiting = null; // the poll that waits: its answer and its timer
  #planned = false;
  polls = 0;
  redelivered = 0;

  get waiting() { return this.#texts.length; }

  get confirmed() { return this.#first - 1000; }

  get next() { return this.#first + this.#texts.length; }

  push(json) {
    this.#texts.push(json);
    if (!this.#waiting || this.#planned) return;
    this.#planned = true;
    setImmediate(() => this.#hand()); // what arrives together is handed over together
  }

  // One getUpdates. A second poll ends the first, as on the real platform.
  poll(values, answer) {
    this.#confirm(Number(values.offset ?? 0));
    this.#end((waiting) => waiting.refuse(409, 'Conflict: terminated by other getUpdates request'));
    this.polls++;
    const seconds = Math.min(Number(values.timeout ?? 0), LONGEST);
    const limit = Math.max(1, Math.min(MOST, Number(values.limit ?? MOST)));
    if (this.#texts.length || !seconds) return this.#give(answer, limit);
    const timer = setTimeout(() => this.#end((waiting) => waiting.ok('[]')), seconds * 1000);
    this.#waiting = { answer, limit, timer };
  }

  #confirm(offset) {
    if (offset <= this.#first) return;
    const done = Math.min(offset - this.#first, this.#texts.length);
    if (done === this.#texts.length) this.#texts = [];
    else this.#texts.splice(0, done);
    this.#first += done;
  }

  #end(how) {
    if (!this.#waiting) return;
    clearTimeout(this.#waiting.timer);
    const { answer } = this.#waiting;
    this.#waiting = null;
    how(answer);
  }

  #hand() {
    this.#planned = false;
    if (this.#texts.length) this.#end((answer) => this.#give(answer, MOST));
  }

  #give(answer, limit) {
    const many = Math.min(limit, this.#texts.length);
    const end = this.#first + many;
    this.redelivered += Math.max(0, Math.min(this.#handed, end) - this.#first);
    this.#handed = Math.max(this.#handed, end);
    answer.ok(`[${(many === this.#texts.length ? this.#texts : this.#texts.slice(0, many)).join(',')}]`);
  }
}
