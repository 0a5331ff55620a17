// HTTP/1.1 by hand, as much of it as bots speak: Node's own server would halve what this one can carry.
import net from 'node:net';

const STATUS = { 200: 'OK', 400: 'Bad Request', 409: 'Conflict' };
const LENGTH = /\r\ncontent-length: *(\d+)/i;
const TYPE = /\r\ncontent-type: *([^\r]+)/i;
const CHUNKED = /\r\ntransfer-encoding: *chunked/i;

// Listens on a free port of this machine; `call(method, values, answer)` gets every request, `delay` ms are added to
// every answer. Gives the port.
export function listen(call, delay) {
  const server = net.createServer({ noDelay: true }, (socket) => attend(socket, call, delay));
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done(server.address().port)));
}

// The way back to one request.
class Answer {
  constructor(socket, delay) {
    this.socket = socket;
    this.delay = delay;
  }

  get sender() { return this.socket.remotePort; }

  ok(result) { this.#write(200, `{"ok":true,"result":${result}}`); }

  refuse(status, description) { this.#write(status, JSON.stringify({ ok: false, error_code: status, description })); }

  #write(status, body) {
    const head = `HTTP/1.1 ${status} ${STATUS[status]}\r\nContent-Type: application/json\r\nContent-Length: `;
    const text = `${head}${Buffer.byteLength(body)}\r\n\r\n${body}`;
    if (this.delay > 0) setTimeout(() => this.#send(text), this.delay);
    else this.#send(text);
  }

  #send(text) { if (!this.socket.destroyed) this.socket.write(text); }
}

function attend(socket, call, delay) {
  let waiting = null;
  socket.on('error', () => {}); // a killed bot breaks off; that is no concern of ours
  socket.on('data', (data) => {
    const buffer = waiting ? Buffer.concat([waiting, data]) : data;
    let at = 0;
    for (let found; (found = request(buffer, at)); at = found.end) {
      const answer = new Answer(socket, delay);
      try {
        call(found.method, found.values(), answer);
      } catch (error) {
        answer.refuse(400, `Bad Request: ${error.message}`);
      }
    }
    waiting = at < buffer.length ? buffer.subarray(at) : null;
  });
}

// The request that begins at `start`: its method, how to read its values, where it ends; null while it is incomplete.
function request(buffer, start) {
  const line = buffer.indexOf('\r\n\r\n', start);
  if (line < 0) return null;
  const head = buffer.latin1Slice(start, line);
  const [body, end] = bodyOf(buffer, head, line + 4);
  if (end < 0) return null;
  const [path, query] = head.slice(head.indexOf(' ') + 1, head.indexOf(' ', head.indexOf(' ') + 1)).split('?');
  const values = () => Object.assign(query ? form(query) : {}, decoded(body, TYPE.exec(head)?.[1] ?? ''));
  return { method: path.slice(path.lastIndexOf('/') + 1).toLowerCase(), values, end };
}

function bodyOf(buffer, head, start) {
  const length = LENGTH.exec(head);
  if (!length) return CHUNKED.test(head) ? unchunked(buffer, start) : [buffer.subarray(start, start), start];
  const end = start + Number(length[1]);
  return buffer.length < end ? [null, -1] : [buffer.subarray(start, end), end];
}

function unchunked(buffer, at) {
  const parts = [];
  for (;;) {
    const line = buffer.indexOf('\r\n', at);
    if (line < 0) return [null, -1];
    const length = parseInt(buffer.latin1Slice(at, line), 16);
    const end = line + 2 + length;
    if (buffer.length < end + 2) return [null, -1];
    if (length === 0) return [Buffer.concat(parts), end + 2];
    parts.push(buffer.subarray(line + 2, end));
    at = end + 2;
  }
}

function decoded(body, type) {
  if (!body.length) return {};
  if (type.includes('json')) return JSON.parse(body.toString());
  if (type.includes('multipart')) return multipart(body, type);
  return form(body.latin1Slice());
}

function form(text) {
  const values = {};
  for (const pair of text.split('&')) {
    const at = pair.indexOf('=');
    if (at > 0) values[plain(pair.slice(0, at))] = plain(pair.slice(at + 1));
  }
  return values;
}

function plain(text) {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  return spaced.includes('%') ? decodeURIComponent(spaced) : spaced;
}

function multipart(body, type) {
  const values = {};
  const boundary = /boundary="?([^";]+)/i.exec(type)[1];
  for (const part of body.toString().split(`--${boundary}`)) {
    const line = part.indexOf('\r\n\r\n');
    const name = /name="([^"]+)"/.exec(part.slice(0, Math.max(line, 0)));
    if (name) values[name[1]] = part.slice(line + 4, -2);
  }
  return values;
}
