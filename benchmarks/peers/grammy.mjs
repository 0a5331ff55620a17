// grammY: its conversations with its runner, each chat in order. STORAGE is memory or sqlite (a commit a write, FULL).
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const load = createRequire(`${process.env.BENCH_NODE}/package.json`);
const { Bot } = load('grammy');
const { conversations, createConversation } = load('@grammyjs/conversations');
const { run, sequentialize } = load('@grammyjs/runner');

const { steps, thanks } = JSON.parse(readFileSync(new URL('../survey.json', import.meta.url)));
const [score, reason, comment, consent] = steps;

function keyboard({ key, buttons }) {
  const row = (labels) => labels.map((text) => ({ text, callback_data: `${key}:${text}` }));
  return { reply_markup: { inline_keyboard: buttons.map(row) } };
}

const [scores, reasons, consents] = [score, reason, consent].map(keyboard);

async function survey(conversation, begun) {
  await begun.reply(score.ask, scores);
  const scored = await conversation.waitForCallbackQuery(/^score:/);
  await scored.answerCallbackQuery();
  await scored.reply(reason.ask, reasons);
  const explained = await conversation.waitForCallbackQuery(/^reason:/);
  await explained.answerCallbackQuery();
  await explained.reply(comment.ask);
  const written = await conversation.waitFor('message:text');
  await written.reply(consent.ask, consents);
  const agreed = await conversation.waitForCallbackQuery(/^consent:/);
  await agreed.answerCallbackQuery();
  await agreed.reply(thanks);
}

function sqlite() {
  const Database = load('better-sqlite3');
  const db = new Database(`${process.env.BENCH_FOLDER}/conversations.db`);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec('CREATE TABLE IF NOT EXISTS conversation (id TEXT PRIMARY KEY, state TEXT NOT NULL) WITHOUT ROWID');
  const read = db.prepare('SELECT state FROM conversation WHERE id = ?').pluck();
  const write = db.prepare('INSERT INTO conversation VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET state = excluded.state');
  const drop = db.prepare('DELETE FROM conversation WHERE id = ?');
  const adapter = {
    read: (id) => { const state = read.get(id); return state ? JSON.parse(state) : undefined; },
    write: (id, state) => { write.run(id, JSON.stringify(state)); },
    delete: (id) => { drop.run(id); },
  };
  return { storage: { type: 'key', adapter } };
}

const bot = new Bot(process.env.BENCH_TOKEN, { client: { apiRoot: process.env.BENCH_URL } });
bot.catch((failure) => console.error(failure.error));
bot.use(sequentialize((context) => context.chatId?.toString()));
bot.use(conversations(process.env.STORAGE === 'sqlite' ? sqlite() : {}));
bot.use(createConversation(survey));
bot.command('start', async (context) => { await context.conversation.enter('survey'); });
await bot.init();
const running = run(bot);
process.on('SIGTERM', () => running.stop().then(() => process.exit(0)));
