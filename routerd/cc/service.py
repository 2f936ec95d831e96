"""How often a client may ask: counted, and whoever asks more often blocked or challenged.

`defence` asks `seen` about each request, `answered` for the challenge's own path, and `challenge` for the page; the management API does
the rest. What is asked per request touches memory only: bans are handed on, log entries are written by the part `cc` a moment later.

Whoever has passed a challenge may ask PASSED_TIMES as often as a rule says, and is banned beyond that: a program that can do the work
once shall not be free for an hour.
"""

import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from threading import Lock
from typing import TypeVar

from routerd.cc import model, picture, records
from routerd.cc.captcha import Captcha
from routerd.cc.challenge import Challenge, Page
from routerd.cc.model import Entry, Limit, Limits, NewRule, Rule, Stats
from routerd.cc.ports import Bans, Head, Seal
from routerd.cc.proof import Task
from routerd.cc.windows import COUNTERS_MOST, Counter, Windows
from routerd.core import paths, tokens
from routerd.core.clients import counted
from routerd.core.clock import Clock
from routerd.core.errors import BadInput, Conflict, NotFound, Unavailable
from routerd.core.parts import Every, Part
from routerd.core.protections import CcSettings
from routerd.core.ruling import Ruling
from routerd.store.database import Store

log = logging.getLogger(__name__)

T = TypeVar("T")

PASSED_TIMES = 10
"""Times the threshold that a client with a pass may ask."""
LOG_MOST = 50_000
"""Log entries that are kept; the oldest go."""
WAITING_MOST = 2_000
"""Log entries that wait to be written; more are not logged, the clients are blocked all the same."""
ROUND_S = 5.0
PURPOSE = "challenge"
PAGE_MOST = 1_000
TOP = 10
_PATH_KEPT = 256


class Counters:
    """The verbs of counters.

    Args:
        store: keeps rules, log and key.
        clock: tells the time.
        bans: keeps clients out.
        settings: [cc].
        seal: seals the key in the store.
        counters_most: how many counters at once.
    """

    def __init__(
        self, store: Store, clock: Clock, bans: Bans, settings: CcSettings, seal: Seal, counters_most: int = COUNTERS_MOST
    ) -> None:
        self._store = store
        self._clock = clock
        self._bans = bans
        self.captcha = Captcha(clock)
        self._settings = settings
        self._seal = seal
        self._challenge: Challenge | None = None
        self._counters = Windows(counters_most)
        self._limits = Limits(())
        self._challenging = False
        self._waiting: deque[Entry] = deque(maxlen=WAITING_MOST)
        self._part = Every("cc", self.flush, ROUND_S)
        self._making = Lock()
        self.reload()

    def parts(self) -> list[Part]:
        """What the supervisor starts and stops."""
        return [self]

    name = "cc"

    def start(self) -> None:
        """Begin to write the log; be ready for challenges if some rule wants them."""
        self._prepare()
        self._part.start()

    def stop(self) -> None:
        """Write down what waits."""
        self._part.stop()
        self.flush()

    def seen(self, head: Head) -> Ruling | None:
        """Count a request; what is to be done about its client, if it went over a rule."""
        limits = self._limits
        if not limits:
            return None
        path = paths.plain(head.target.partition(b"?")[0])
        said: Ruling | None = None
        for limit in limits.of(head.host.decode("latin-1"), path):
            ruling = self._count(limit, head, path)
            if ruling is not None and (said is None or ruling.action == "block"):
                said = ruling
        return said

    def answered(self, head: Head) -> Page | None:
        """What the challenge's own path answers; None for every other path."""
        return self._challenges().answered(head) if self._challenging else None

    def challenge(self, head: Head, ruling: Ruling) -> Page:
        """The page that a client has to get past."""
        del ruling
        return self._challenges().page(head)

    def work(self, client: str) -> Task:
        """A new task for a client, for whoever shows it on a page of their own; `zero_bits` of `cc.proof` says what solves it."""
        return self._challenges().task(client)

    def worked(self, client: str, task: str, answer: str) -> str:
        """The pass of a client that has solved a task, as the value of the cookie `proof.COOKIE`; empty: it has not.

        Args:
            client: its address.
            task: `Task.text`.
            answer: the numbers, with commas between.
        """
        return self._challenges().verified(client, task, answer)

    def listing(self) -> list[Rule]:
        """All rules, oldest first."""
        return list(records.rules(self._store.db))

    def get(self, number: int) -> Rule:
        """One rule.

        Raises:
            NotFound: there is none of that number.
        """
        found = records.find(self._store.db, number)
        if found is None:
            raise NotFound(f"there is no CC rule {number}")
        return found

    def create(self, new: NewRule) -> Rule:
        """Keep a rule; it holds when this returns.

        Raises:
            BadInput: something in it cannot be meant; the message names it.
            Conflict: there are too many rules.
        """
        ready = model.checked(new)

        def change() -> Rule:
            if len(self.listing()) >= model.RULES_MOST:
                raise Conflict(f"there are {model.RULES_MOST} CC rules already, and can be no more")
            return self.get(records.add(self._store.db, **asdict(ready)))

        return self._changed(change)

    def update(self, number: int, new: NewRule) -> Rule:
        """Put a rule in the place of another, under its number.

        Raises:
            NotFound: there is none of that number.
            BadInput: as `create`.
        """
        ready = model.checked(new)

        def change() -> Rule:
            self.get(number)
            records.change(self._store.db, number, **asdict(ready))
            return self.get(number)

        return self._changed(change)

    def remove(self, number: int) -> Rule:
        """Forget a rule.

        Raises:
            NotFound: there is none of that number.
        """

        def change() -> Rule:
            found = self.get(number)
            records.remove(self._store.db, number)
            return found

        return self._changed(change)

    def stats(self) -> Stats:
        """Figures of all rules."""
        self.flush()
        db = self._store.db
        rules = records.stats(db)
        # Midnight where the box stands: what an owner calls today.
        now = datetime.fromtimestamp(self._clock.now(), tz=UTC).astimezone()
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()
        return Stats(
            total_blocked=sum(rule.hits for rule in rules),
            today_blocked=records.count(db, midnight),
            active_attacks=self._counters.over(self._clock.monotonic()),
            top_blocked_ips=tuple(records.top(db, TOP)),
            rule_stats=tuple(rules),
        )

    def logs(self, page: int = 1, page_size: int = 20) -> tuple[list[Entry], int]:
        """A page of the log, the newest entry first, and how many entries there are.

        Raises:
            BadInput: there can be no such page.
        """
        if page < 1 or not 1 <= page_size <= PAGE_MOST:
            raise BadInput(f"page is {page}, page_size {page_size}; expected pages from 1 of 1 to {PAGE_MOST} entries")
        self.flush()
        return records.logs(self._store.db, (page - 1) * page_size, page_size), records.count(self._store.db)

    def delete_logs(self, ids: Sequence[int] | None) -> int:
        """Delete entries by their numbers, or all (None); returns how many there were."""
        self.flush()
        db = self._store.db
        return self._store.write(lambda: records.forget_all(db) if ids is None else records.forget(db, ids))

    def clear_counters(self) -> None:
        """Count everybody from 0, and challenge nobody any more; bans stay, they are `bans`' to lift."""
        self._counters.clear()

    def reload(self) -> None:
        """Put what the store has in force."""
        with self._making:
            self._limits = Limits(self.listing())
            self._challenging = self._limits.challenging

    def flush(self) -> None:
        """Write down the log entries that wait."""
        entries = []
        while self._waiting:
            entries.append(self._waiting.popleft())
        if not entries:
            return
        try:
            self._store.write(lambda: records.note(self._store.db, entries, LOG_MOST))
        except Unavailable as error:
            log.warning("cc: %d log entries are lost: %s", len(entries), error)

    def _count(self, limit: Limit, head: Head, path: bytes) -> Ruling | None:
        rule, now, client = limit.rule, self._clock.monotonic(), counted(head.client)
        counter = self._counters.get((rule.id, client), now)
        requests = counter.count(now, rule.window)
        if counter.until <= now and requests <= rule.threshold:
            return None
        if rule.action == "challenge":
            if not self._challenges().holds(head):
                self._note(limit, counter, head, path, requests)
                return limit.ruling
            if requests <= rule.threshold * PASSED_TIMES:
                return None
        if not self._bans.ban(head.client, rule.ban_duration, limit.block, direct=head.peer == head.client):
            # A client that is never banned: only as long as it asks too often is it refused.
            return limit.block if requests > rule.threshold else None
        self._note(limit, counter, head, path, requests)
        return limit.block

    def _note(self, limit: Limit, counter: Counter, head: Head, path: bytes, requests: int) -> None:
        """Write down that a client went over a rule, once for the time that it is over it."""
        rule, now, wall = limit.rule, self._clock.monotonic(), int(self._clock.now())
        if counter.until > now:
            return
        counter.until = now + rule.ban_duration
        shown = path[:_PATH_KEPT].decode("utf-8", "replace")
        host = head.host[:253].decode("latin-1")
        until = wall + rule.ban_duration
        self._waiting.append(Entry(0, rule.id, counted(head.client)[:45], host, shown, rule.action, wall, until, requests))

    def _challenges(self) -> Challenge:
        if self._challenge is None:
            key = self._store.write(self._key)
            self._challenge = Challenge(bytes.fromhex(key), self._clock, self.captcha, self._settings.difficulty, self._settings.pass_s)
        return self._challenge

    def _key(self) -> str:
        """The key of the store; a new one when there is none, or when it is another box's: then passes of before are over."""
        sealed = records.key(self._store.db)
        if sealed:
            try:
                return self._seal.open(sealed, PURPOSE)
            except Unavailable as error:
                log.info("cc: a new key: %s", error)
        fresh = tokens.key_octets().hex()
        records.keep_key(self._store.db, self._seal.seal(fresh, PURPOSE))
        return fresh

    def _prepare(self) -> None:
        """Make ready what the first challenge would have to wait for."""
        if self._challenging:
            self._challenges()
            picture.warm()

    def _changed(self, change: Callable[[], T]) -> T:
        done = self._store.write(change)
        self.reload()
        self._prepare()
        return done
