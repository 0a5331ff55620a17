// A Bot API with its customers, fast enough not to be what is measured: node main.mjs [--delay MS] [--think MS] ...
// Says the port as one JSON object, then answers every line of standard input, which is a JSON object with the word `do`.
import { createInterface } from 'node:readline';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { BotApi } from './bot_api.mjs';
import { Crowd } from './crowd.mjs';
import { Updates } from './updates.mjs';
import { listen } from './wire.mjs';

const LINGER = 300; // ms for what comes twice

const { values: given } = parseArgs({
  options: {
    delay: { type: 'string', default: '0' }, // ms added to every answer: the network's round trip
    think: { type: 'string', default: '0' },
    give_up: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
  },
});
const updates = new Updates();
const crowd = new Crowd(updates, { think: +given.think, give_up: +given.give_up, seed: +given.seed });
const api = new BotApi(updates, crowd);
let window = null; // what was counted when the measurement began

const WORDS = {
  arrive: ({ how, ...plan }) => { crowd[how](plan); return {}; },
  look: () => ({ ...crowd.counted, polls: updates.polls, confirmed: updates.confirmed, waiting: updates.waiting }),
  give_up: ({ older }) => { crowd.give_up(older); return {}; },
  begin: () => {
    crowd.latencies = [];
    window = { at: performance.now(), cpu: process.cpuUsage(), counted: { ...crowd.counted }, calls: { ...api.calls }, senders: { ...api.senders } };
    return {};
  },
  end,
  // Nobody gives a further input; settles when everybody has an answer or has given up, after `patience` ms at the latest.
  settle: async ({ patience = Infinity }) => {
    crowd.open = false;
    for (const end = performance.now() + patience; crowd.waiting && performance.now() < end;) await sleep(20);
    crowd.give_up(0);
    await sleep(LINGER);
    return { ...crowd.counted, redelivered: updates.redelivered, waiting: updates.waiting };
  },
};

function end() {
  const seconds = (performance.now() - window.at) / 1000;
  const cpu = process.cpuUsage(window.cpu);
  const { turns } = less(crowd.counted, window.counted);
  const latencies = Float64Array.from(crowd.latencies).sort();
  crowd.latencies = null;
  return {
    seconds, turns, latency_ms: percentiles(latencies), server_core: (cpu.user + cpu.system) / 1e6 / seconds,
    calls: less(api.calls, window.calls), senders: less(api.senders, window.senders),
  };
}

function less(now, before) {
  return Object.fromEntries(Object.entries(now).map(([name, many]) => [name, many - (before[name] ?? 0)]));
}

function percentiles(sorted) {
  const at = (share) => (sorted.length ? +sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(2) : null);
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
say({ port: await listen((...request) => api.call(...request), +given.delay) });
for await (const line of createInterface({ input: process.stdin })) {
  const { do: word, ...values } = JSON.parse(line);
  say(await WORDS[word](values));
}
process.exit(0);
