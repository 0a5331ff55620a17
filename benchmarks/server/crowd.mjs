// Virtual customers who walk the survey. A turn is one input with its first answer: the message that asks the next question.
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

const SURVEY = JSON.parse(readFileSync(new URL('../survey.json', import.meta.url)));
const STEPS = SURVEY.steps;
export const INPUTS = STEPS.length + 1; // /start and one for each step
const ASKED = [...STEPS.map((step) => step.ask), SURVEY.thanks];
const SWEEP = 100; // ms between two looks for inputs that nobody answered

export class Crowd {
  open = true; // whether people go on: at the end nobody gives a further input
  // `again`: asked once more; `late`: to somebody who has given up; `stray`: to somebody who has finished; `other`: a greeting.
  counted = { turns: 0, finished: 0, silent: 0, lost: 0, again: 0, late: 0, stray: 0, other: 0 };
  latencies = null; // ms of every answer while measured
  #updates;
  #people = new Map();
  #lost = new Set();
  #chance;
  #plan = null;
  #options;
  #number = 10_000_000;
  #message = 1_000_000_000;
  #left = Infinity; // who may still begin

  // `options`: seed; think (ms before an input); give_up (ms after which an input counts as lost and the customer leaves)
  constructor(updates, options) {
    this.#updates = updates;
    this.#options = options;
    this.#chance = random(options.seed);
    setInterval(() => this.give_up(this.#options.give_up), SWEEP).unref();
  }

  get waiting() {
    let many = 0;
    for (const one of this.#people.values()) if (one.since) many++;
    return many;
  }

  // So many at the same time; who has finished makes room for a fresh one.
  closed({ customers }) {
    this.#plan = () => this.#begin();
    for (let n = 0; n < customers; n++) this.#begin();
  }

  // People who come by themselves, at random moments: `rate` inputs a second on average.
  open_loop({ rate }) {
    let due = performance.now();
    const tick = () => {
      if (!this.open) return;
      for (; due <= performance.now(); due -= Math.log(1 - this.#chance()) * 1000 * INPUTS / rate) this.#begin();
      setTimeout(tick, Math.max(0, Math.min(due - performance.now(), 20)));
    };
    tick();
  }

  // So many dialogues, `customers` of them at a time, each left open after `inputs` answered inputs.
  unfinished({ dialogues, customers, inputs }) {
    this.#left = dialogues;
    this.#plan = () => this.#begin();
    this.#options.inputs = inputs;
    for (let n = 0; n < customers; n++) this.#begin();
  }

  // Everybody has written at once, while nobody was there to answer.
  backlog({ customers }) {
    this.#options.inputs = 1;
    for (let n = 0; n < customers; n++) this.#begin();
  }

  // What a customer looks like to the bot.
  chat(id) { return this.#people.get(id)?.chat ?? `{"id":${id},"type":"private","first_name":"Customer"}`; }

  // A message of the bot.
  hear(id, text, keyboard, json) {
    const one = this.#people.get(id);
    if (!one) { this.counted[this.#lost.has(id) ? 'late' : 'stray']++; return; }
    const step = ASKED.findIndex((asked) => text.includes(asked));
    if (step < 0) { this.counted.other++; return; } // a greeting, a hint
    if (step !== one.given - 1 || !one.since) { this.counted.again++; return; }
    this.#answered(one);
    if (step === STEPS.length) return this.#leave(one, 'finished');
    if (one.given === this.#options.inputs) return this.#fall_silent(one);
    const go_on = () => this.#answer(one, STEPS[step], keyboard, json);
    if (this.#options.think) setTimeout(go_on, this.#options.think);
    else setImmediate(go_on);
  }

  #answered(one) {
    this.counted.turns++;
    this.latencies?.push(performance.now() - one.since);
    one.since = 0;
  }

  #answer(one, step, keyboard, json) {
    if (!this.open) return;
    if (!step.buttons.length) return this.#write(one, this.#any(SURVEY.comments));
    const label = this.#any(step.buttons.flat());
    const button = keyboard?.inline_keyboard.flat().find((each) => each.text === label);
    if (!button) throw new Error(`no button "${label}" below "${step.ask}"`);
    this.#press(one, button.callback_data, json);
  }

  #begin() {
    if (!this.open || this.#left-- <= 0) return;
    const id = this.#number++;
    const name = `"first_name":"Customer${id}","username":"customer${id}"`;
    const about = `{"id":${id},"is_bot":false,${name},"language_code":"en"}`;
    const one = { id, about, chat: `{"id":${id},${name},"type":"private"}`, given: 0, since: 0 };
    this.#people.set(id, one);
    this.#write(one, '/start');
  }

  #write(one, text) {
    const command = text[0] === '/' ? `,"entities":[{"offset":0,"length":${text.length},"type":"bot_command"}]` : '';
    const about = `"from":${one.about},"chat":${one.chat},"date":${Math.floor(Date.now() / 1000)}`;
    this.#give(one, `"message":{"message_id":${this.#message++},${about},"text":${JSON.stringify(text)}${command}}`);
  }

  #press(one, data, json) {
    const about = `"id":"4${this.#message++}","from":${one.about},"message":${json},"chat_instance":"${one.id}7"`;
    this.#give(one, `"callback_query":{${about},"data":${JSON.stringify(data)}}`);
  }

  #give(one, update) {
    one.given++;
    one.since = performance.now();
    this.#updates.push(`{"update_id":${this.#updates.next},${update}}`);
  }

  #fall_silent(one) {
    this.counted.silent++;
    one.chat = one.about = ''; // nothing of them is needed any more
    this.#plan?.();
  }

  #leave(one, how) {
    this.counted[how]++;
    this.#people.delete(one.id);
    this.#plan?.();
  }

  // Who has waited longer than so many ms for an answer leaves.
  give_up(older) {
    const since = performance.now() - older;
    for (const one of this.#people.values()) {
      if (!one.since || one.since > since) continue;
      this.#lost.add(one.id);
      this.#leave(one, 'lost');
    }
  }

  #any(list) { return list[Math.floor(this.#chance() * list.length)]; }
}

// Mulberry32: the same seed gives the same walk.
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6D2B79F5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
