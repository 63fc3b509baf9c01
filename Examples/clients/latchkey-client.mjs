// A client of Latchkey: one live token for a whole program, renewed before it expires. Node 18 or newer, no package; copy it.
//
//   const latchkey = new TokenClient('https://auth.example.com', 'sync@services.example.com', password);
//   const token = await latchkey.token();
//   let answer = await fetch(url, { headers: { Authorization: `Bearer ${token}` } });
//   if (answer.status === 401) {
//     answer = await fetch(url, { headers: { Authorization: `Bearer ${await latchkey.token(token)}` } });
//   }
//
// The account must be this program's own: a sign-in ends the account's token before.

import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_PAUSE = 1, LONGEST_PAUSE = 60, LONGEST_TRUCE = 900, EARLY = 86400, ATTEMPT_SECONDS = 10;

/** There is no token. `code` is `INVALID_CREDENTIALS` (final), `UNAVAILABLE` or `ACCOUNT_SHARED`; `retryAfter` is in seconds. */
export class LatchkeyError extends Error {
  constructor(code, words, retryAfter) {
    super(words);
    Object.assign(this, { code, retryAfter });
  }
}

/** Signs in once for all who ask; renews at two thirds of the life, a twentieth of it earlier or later by chance. */
export class TokenClient {
  #url;
  #credentials;
  #patience;
  #attempt = null;
  #refused = false;
  #token = null;
  #issued = 0;
  #renewal = 0;
  #expiry = 0;
  #failures = 0;
  #earlyDeaths = 0;
  #earliest = 0;
  #words = '';

  constructor(url, email, password, { patience = 30 } = {}) {
    const base = url.replace(/\/+$/, '');
    this.#url = `${new URL(base).pathname === '/' ? `${base}/api/1.1/wf` : base}/api-token-generate`;
    this.#credentials = JSON.stringify({ email, password });
    this.#patience = patience;
  }

  /** A live token; `rejected` is the one that a call was just refused with (401). */
  async token(rejected) {
    if (rejected !== undefined && rejected === this.#token) this.#noteDeath();
    const deadline = now() + this.#patience;
    for (let hasWaited = false; ;) {
      const isLive = this.#token !== null && now() < this.#expiry;
      if (isLive && (now() < this.#renewal || hasWaited || this.#refused)) return this.#token;
      if (this.#refused) throw new LatchkeyError('INVALID_CREDENTIALS', 'Latchkey knows no account with these credentials');
      if (this.#attempt === null && now() >= this.#earliest) {
        this.#attempt = this.#tryOnce().finally(() => { this.#attempt = null; });
      }
      if (isLive && (this.#failures > 0 || this.#attempt === null)) return this.#token;
      if (this.#attempt !== null) {
        await this.#attempt;
        hasWaited = this.#failures > 0;
      } else {
        await this.#pause(deadline);
      }
    }
  }

  async #pause(deadline) {
    const rest = this.#earliest - now();
    if (this.#failures === 0 && (this.#earlyDeaths > 2 || this.#earliest >= deadline)) {
      throw new LatchkeyError('ACCOUNT_SHARED', `${this.#earlyDeaths} tokens in a row were refused soon after they were `
        + 'issued: another program signs in with the same account; give each its own', rest);
    }
    if (this.#earliest >= deadline) throw new LatchkeyError('UNAVAILABLE', `no token for now: ${this.#words}`, rest);
    await sleep(Math.max(0, rest) * 1000);
  }

  /** Signs in once and takes note of what comes of it; never throws. */
  async #tryOnce() {
    const began = now();
    try {
      const { token, expires } = await this.#signIn();
      if (this.#token !== null && now() >= this.#renewal) this.#earlyDeaths = 0;
      this.#failures = 0;
      this.#earliest = 0;
      this.#token = token;
      this.#issued = now();
      this.#renewal = began + expires * (2 / 3 + (Math.random() - 0.5) / 10);
      this.#expiry = began + expires;
    } catch (error) {
      this.#refused = error.isFinal === true;
      this.#words = error.message;
      const longest = Math.min(FIRST_PAUSE * 2 ** Math.min(this.#failures, 10), LONGEST_PAUSE);
      this.#failures += 1;
      this.#earliest = now() + (error.retryAfter ?? 0) + Math.random() * longest;
    }
  }

  #noteDeath() {
    this.#token = null;
    // A sign-in that runs, or one whose answer was lost, may be what ended it.
    if (this.#attempt !== null || this.#failures > 0 || now() >= this.#renewal) return;
    this.#earlyDeaths = now() - this.#issued < EARLY ? this.#earlyDeaths + 1 : 1;
    if (this.#earlyDeaths < 2) return;
    const truce = Math.min(FIRST_PAUSE * 2 ** Math.min(this.#earlyDeaths - 2, 12), LONGEST_TRUCE);
    this.#earliest = now() + truce * (0.5 + Math.random() / 2);
  }

  async #signIn() {
    const answer = await fetch(this.#url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: this.#credentials,
      redirect: 'manual', // A redirect would carry the password elsewhere.
      signal: AbortSignal.timeout(ATTEMPT_SECONDS * 1000),
    });
    const body = await answer.json().catch(() => ({}));
    if (answer.status === 200 && /^[\x21-\x7e]+$/.test(body?.response?.token) && body.response.expires > 0) {
      return body.response;
    }
    const refusal = new Error(answer.status === 200 ? 'what answers at this address is no Latchkey' : `Latchkey answers ${answer.status}`);
    refusal.isFinal = answer.status === 400 && body?.reason === 'INVALID_LOGIN_CREDENTIALS';
    const pause = answer.headers.get('retry-after') ?? '';
    refusal.retryAfter = /^\d+$/.test(pause) ? Math.min(Number(pause), 3600) : 0;
    throw refusal;
  }
}

/** Seconds on a clock that no setting of the date moves. */
function now() {
  return performance.now() / 1000;
}
