"""A client of Latchkey: one live token for all threads of a program, renewed before it expires.

    latchkey = TokenClient("https://auth.example.com", "sync@services.example.com", password)
    token = latchkey.token()
    answer = call_the_api(headers={"Authorization": f"Bearer {token}"})
    if answer.status == 401:
        answer = call_the_api(headers={"Authorization": f"Bearer {latchkey.token(rejected=token)}"})

One file on the standard library; copy it. The account must be this program's own: a sign-in ends the account's token
before.
"""

import json
import random
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
LONGEST_TRUCE = 900.0
EARLY = 86400.0
ATTEMPT_SECONDS = 10.0


class LatchkeyError(Exception):
    """There is no token."""


class InvalidCredentials(LatchkeyError):
    """The account does not exist, is disabled or has another password: final for this client."""


class Unavailable(LatchkeyError):
    """No token for now; `retry_after` seconds from now there will be another attempt."""

    def __init__(self, words: str, retry_after: float):
        super().__init__(words)
        self.retry_after = retry_after


class AccountShared(Unavailable):
    """Tokens are refused soon after they were issued: another program signs in with the same account."""


class Refusal(Exception):
    """An answer that is no token; `is_final` when asking again is of no use."""

    def __init__(self, words: str, retry_after: float = 0.0, is_final: bool = False):
        super().__init__(words)
        self.retry_after = retry_after
        self.is_final = is_final


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the password elsewhere."""

    def redirect_request(self, *_):
        return None


class TokenClient:
    """Signs in once for all threads that ask; renews at two thirds of the life, a twentieth of it earlier or later."""

    def __init__(self, url: str, email: str, password: str, patience: float = 30.0, context=None):
        base = url.rstrip("/")
        self._url = (base if urllib.parse.urlsplit(base).path else base + "/api/1.1/wf") + "/api-token-generate"
        self._credentials = json.dumps({"email": email, "password": password}).encode()
        self._patience = patience
        self._opener = urllib.request.build_opener(NoRedirect, urllib.request.HTTPSHandler(context=context))
        # Runs on while the machine sleeps, and no setting of the date moves it.
        self._now = lambda: (
            time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()
        )
        self._changed = threading.Condition()
        self._is_asking = False
        self._refused = False
        self._token = None
        self._issued = self._renewal = self._expiry = 0.0
        self._failures = self._early_deaths = 0
        self._earliest = 0.0
        self._words = ""

    def __repr__(self) -> str:
        return "TokenClient(redacted)"

    def token(self, rejected: str | None = None) -> str:
        """A live token; `rejected` is the one that a call was just refused with (401)."""
        deadline = self._now() + self._patience
        with self._changed:
            if rejected is not None and rejected == self._token:
                self._note_death()
            has_waited = False
            while True:
                now = self._now()
                is_live = self._token is not None and now < self._expiry
                if is_live and (now < self._renewal or has_waited or self._refused):
                    return self._token
                if self._refused:
                    raise InvalidCredentials("Latchkey knows no account with these credentials")
                if self._is_asking:
                    if is_live and self._failures:
                        return self._token
                    self._changed.wait()
                    has_waited = self._failures > 0
                elif now >= self._earliest:
                    self._attempt(now)
                    has_waited = self._failures > 0
                elif is_live:
                    return self._token
                else:
                    self._pause(now, deadline)

    def _pause(self, now: float, deadline: float) -> None:
        rest = self._earliest - now
        if not self._failures and (self._early_deaths > 2 or self._earliest >= deadline):
            raise AccountShared(
                f"{self._early_deaths} tokens in a row were refused soon after they were issued: another program signs "
                f"in with the same account; give each its own; next sign-in in {rest:.0f} s",
                rest,
            )
        if self._earliest >= deadline:
            raise Unavailable(f"no token for now: {self._words}; next attempt in {rest:.0f} s", rest)
        self._changed.wait(rest)

    def _attempt(self, began: float) -> None:
        """Signs in, without the lock meanwhile; whoever else asks waits for what comes of it."""
        self._is_asking = True
        self._changed.release()
        issued, refusal = None, None
        try:
            issued = self._sign_in()
        except Refusal as error:
            refusal = error
        finally:
            self._changed.acquire()
            self._is_asking = False
            self._changed.notify_all()
        if refusal is not None:
            self._note_failure(refusal)
            return
        if self._token is not None and self._now() >= self._renewal:
            self._early_deaths = 0
        self._failures, self._earliest = 0, 0.0
        self._token, life = issued
        self._issued = self._now()
        self._renewal = began + life * (2 / 3 + random.uniform(-0.05, 0.05))
        self._expiry = began + life

    def _note_failure(self, refusal: Refusal) -> None:
        self._refused = refusal.is_final
        self._words = str(refusal)
        longest = min(FIRST_PAUSE * 2 ** min(self._failures, 10), LONGEST_PAUSE)
        self._failures += 1
        self._earliest = self._now() + refusal.retry_after + random.uniform(0, longest)

    def _note_death(self) -> None:
        self._token = None
        now = self._now()
        # A sign-in that runs, or one whose answer was lost, may be what ended it.
        if self._is_asking or self._failures or now >= self._renewal:
            return
        self._early_deaths = self._early_deaths + 1 if now - self._issued < EARLY else 1
        if self._early_deaths > 1:
            truce = min(FIRST_PAUSE * 2 ** min(self._early_deaths - 2, 12), LONGEST_TRUCE)
            self._earliest = now + random.uniform(truce / 2, truce)

    def _sign_in(self) -> tuple[str, float]:
        request = urllib.request.Request(self._url, self._credentials, {"Content-Type": "application/json"})
        try:
            with self._opener.open(request, timeout=ATTEMPT_SECONDS) as answer:
                response = json.load(answer)["response"]
                token, life = response["token"], float(response["expires"])
                if not (isinstance(token, str) and token.isascii() and token.isprintable() and " " not in token):
                    raise ValueError
                return token, life
        except urllib.error.HTTPError as error:
            raise refusal_of(error) from None
        except (OSError, urllib.error.URLError) as error:
            raise Refusal(f"Latchkey cannot be reached ({error})") from None
        except (ValueError, KeyError, TypeError):
            raise Refusal("what answers at this address is no Latchkey") from None


def refusal_of(error: urllib.error.HTTPError) -> Refusal:
    try:
        reason = json.load(error).get("reason")
    except (ValueError, AttributeError, OSError):
        reason = None
    if error.code == 400 and reason == "INVALID_LOGIN_CREDENTIALS":
        return Refusal("wrong credentials", is_final=True)
    pause = error.headers.get("Retry-After", "")
    return Refusal(f"Latchkey answers {error.code}", min(float(pause), 3600.0) if pause.isdecimal() else 0.0)
