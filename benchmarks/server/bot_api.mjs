// The Bot API as far as the bots use it. It refuses nothing: what the platform refuses is the sandbox's business.

const ME = { id: 700000001, is_bot: true, first_name: 'Bench', username: 'bench_bot' };
const ABOUT_ME = JSON.stringify({
  ...ME, can_join_groups: false, can_read_all_group_messages: false, supports_inline_queries: false,
  can_connect_to_business: false, has_main_web_app: false,
});
const FROM = JSON.stringify(ME);

export class BotApi {
  calls = {};
  senders = {}; // how many messages came from each connection, by its port
  #updates;
  #crowd;
  #messages = 0;

  constructor(updates, crowd) {
    this.#updates = updates;
    this.#crowd = crowd;
  }

  call(method, values, answer) {
    this.calls[method] = (this.calls[method] ?? 0) + 1;
    switch (method) {
      case 'getupdates': return this.#updates.poll(values, answer);
      case 'getme': return answer.ok(ABOUT_ME);
      case 'getwebhookinfo': return answer.ok(`{"url":"","has_custom_certificate":false,"pending_update_count":0}`);
      case 'getmycommands': return answer.ok('[]');
      case 'sendmessage': return this.#send(values, answer);
      case 'editmessagetext':
      case 'editmessagereplymarkup': return answer.ok(this.#message(values, values.message_id));
      default: return answer.ok('true'); // answerCallbackQuery, sendChatAction, setMyCommands and the like
    }
  }

  #send(values, answer) {
    this.senders[answer.sender] = (this.senders[answer.sender] ?? 0) + 1;
    const json = this.#message(values, ++this.#messages);
    answer.ok(json);
    this.#crowd.hear(Number(values.chat_id), String(values.text ?? ''), keyboard(values.reply_markup), json);
  }

  #message(values, id) {
    const keys = keyboard(values.reply_markup);
    const chat = this.#crowd.chat(Number(values.chat_id));
    const markup = keys ? `,"reply_markup":${JSON.stringify(keys)}` : '';
    const text = JSON.stringify(String(values.text ?? ''));
    return `{"message_id":${id},"from":${FROM},"chat":${chat},"date":${Math.floor(Date.now() / 1000)},"text":${text}${markup}}`;
  }
}

// An inline keyboard; other markup does not stand in messages.
function keyboard(markup) {
  const found = typeof markup === 'string' && markup ? JSON.parse(markup) : markup;
  return found?.inline_keyboard?.length ? found : null;
}
