"""The challenge's own path: a request in, an answer out. Knows the key, the clock and the open puzzles; never who is over which rule."""

from dataclasses import dataclass
from urllib.parse import parse_qs, quote, urlencode

from routerd.cc import pages, proof, words
from routerd.cc.captcha import Captcha
from routerd.cc.ports import Head
from routerd.core.clients import counted
from routerd.core.clock import Clock
from routerd.core.errors import Limited

_PATH = pages.PATH.encode()
_TO_MOST = 2_048
_FIELDS_MOST = 10
STATUS = 403
"""Of the challenge's pages: whatever is not a browser takes it for a refusal, which it is."""


@dataclass(frozen=True, slots=True)
class Page:
    """An answer."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


class Challenge:
    """Pages, and the answers to them.

    Args:
        key: signs tasks and passes.
        clock: for their ends.
        captcha: puzzles.
        bits: how hard the work is.
        pass_s: seconds for which a pass holds.
    """

    def __init__(self, key: bytes, clock: Clock, captcha: Captcha, bits: int, pass_s: int) -> None:
        self._key = key
        self._clock = clock
        self._captcha = captcha
        self._bits = bits
        self._pass_s = pass_s

    def holds(self, head: Head) -> bool:
        """Whether a request brings its client's pass."""
        return proof.holds(self._key, counted(head.client), head.headers, self._clock.now())

    def task(self, client: str) -> proof.Task:
        """A new task for a client."""
        return proof.task(self._key, counted(client.encode()), self._bits, self._clock.now())

    def verified(self, client: str, task: str, answer: str) -> str:
        """The pass of a client whose answer is right; empty when it is not."""
        who, now = counted(client.encode()), self._clock.now()
        return proof.issue(self._key, who, self._pass_s, now) if proof.solves(self._key, who, task, answer, now) else ""

    def page(self, head: Head) -> Page:
        """The page that a client has to get past; afterwards it goes where it wanted to go."""
        return self._work(head, _safe(head.target.decode("latin-1")) if head.method in (b"GET", b"HEAD") else "/")

    def answered(self, head: Head) -> Page | None:
        """What the challenge's path answers; None for every other path."""
        if not head.target.startswith(_PATH) or head.target[len(_PATH) : len(_PATH) + 1] not in (b"", b"?"):
            return None
        fields = _fields(head.target)
        to = _safe(fields.get("to", "/"))
        if "task" in fields:
            right = proof.solves(self._key, counted(head.client), fields["task"], fields.get("answer", ""), self._clock.now())
            return self._passed(head, to) if right else self._work(head, to)
        if "puzzle" in fields:
            ratio = fields.get("ratio", "")
            number = int(ratio) / 1000 if ratio.isascii() and ratio.isdigit() and len(ratio) <= 4 else -1.0
            return self._passed(head, to) if self._captcha.verify(fields["puzzle"], number) else self._slider(head, to, again=True)
        return self._slider(head, to) if "slider" in fields else self._work(head, to)

    def _work(self, head: Head, to: str) -> Page:
        task = proof.task(self._key, counted(head.client), self._bits, self._clock.now())
        answer = f"{pages.PATH}?{urlencode({'task': task.text, 'to': to})}&answer="
        slider = f"{pages.PATH}?{urlencode({'slider': 1, 'to': to})}"
        return Page(STATUS, pages.HEADERS, pages.work(_words(head), task, answer, slider))

    def _slider(self, head: Head, to: str, *, again: bool = False) -> Page:
        said = _words(head)
        try:
            puzzle = self._captcha.challenge(counted(head.client))
        except Limited as error:
            wait = (b"retry-after", str(int(error.retry_after_s) + 1).encode())
            return Page(429, (*pages.HEADERS, wait), pages.note(said, said.wait))
        return Page(STATUS, pages.HEADERS, pages.slider(said, puzzle, to, again=again))

    def _passed(self, head: Head, to: str) -> Page:
        value = proof.issue(self._key, counted(head.client), self._pass_s, self._clock.now())
        secure = "; Secure" if head.scheme == b"https" else ""
        cookie = f"{proof.COOKIE}={value}; Max-Age={self._pass_s}; Path=/; HttpOnly; SameSite=Lax{secure}"
        headers = ((b"location", to.encode("latin-1")), (b"set-cookie", cookie.encode()), (b"cache-control", b"no-store"))
        return Page(303, headers, b"")


def _words(head: Head) -> words.Words:
    asked = next((value for name, value in head.headers if name.lower() == b"accept-language"), b"")
    return words.chosen(asked)


def _fields(target: bytes) -> dict[str, str]:
    query = target.partition(b"?")[2].decode("latin-1")
    try:
        found = parse_qs(query, keep_blank_values=True, encoding="latin-1", max_num_fields=_FIELDS_MOST)
    except ValueError:
        return {}
    return {name: values[0] for name, values in found.items()}


def _safe(to: str) -> str:
    """A place on the same site, as a browser resolves it; the front page for anything else."""
    if len(to) > _TO_MOST or not to.startswith("/") or to[1:2] in ("/", "\\") or to.startswith(pages.PATH):
        return "/"
    return quote(to, safe="/%?#[]@!$&'()*+,;=:~-._", encoding="latin-1")
