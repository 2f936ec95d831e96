"""A defence of small rule files, and requests to it; the edge is played here."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from routerd.attacks.model import Attack, Filter
from routerd.core.edge import WafSettings
from routerd.core.ruling import Ruling
from routerd.defence.building import Protections, Watch, furnish
from routerd.defence.model import Judged
from routerd.defence.service import Defence, Desk
from routerd.edge.head import Fields, Head
from routerd.edge.ports import Refusal
from routerd.store.database import Store
from tests.fakes.clock import FakeClock

RULES = """
SecRule ARGS "@contains attack" "id:1001,phase:2,block,msg:'An attack',tag:'attack-sqli',severity:CRITICAL,setvar:tx.anomaly_score=+5"
SecRule ARGS "@contains odd" "id:1002,phase:2,pass,msg:'Oddity',tag:'attack-xss',severity:NOTICE,setvar:tx.anomaly_score=+2"
SecRule TX:ANOMALY_SCORE "@ge 5" "id:1900,phase:2,deny,status:403,msg:'Too much',tag:'anomaly-evaluation'"
SecRule RESPONSE_BODY "@contains leak" "id:1003,phase:4,deny,status:502,msg:'A leak',tag:'attack-disclosure'"
SecRule ARGS:go "@streq away" "id:1004,phase:1,redirect:'https://example.test/?%{ARGS.to}',msg:'Away'"
SecRule ARGS:go "@streq drop" "id:1005,phase:1,drop,msg:'Dropped'"
"""


def head(target: bytes = b"/", *headers: tuple[bytes, bytes], method: bytes = b"GET", client: bytes = b"192.0.2.7") -> Head:
    fields = ((b"Host", b"example.test"), (b"User-Agent", b"test"), (b"Accept", b"*/*"), *headers)
    return Head(method, target, b"HTTP/1.1", fields, client, 40_000, b"198.51.100.1", 80, b"http", b"example.test", client)


@dataclass(slots=True)
class Notes:
    """A journal that keeps what it is told."""

    judged: list[Judged] = field(default_factory=list)

    def noted(self, judged: Judged) -> None:
        self.judged.append(judged)


class Log(list[Attack]):
    """An attack log in memory."""

    def keep(self, attacks: Sequence[Attack]) -> None:
        self.extend(attacks)

    def recent(self, wanted: Filter, most: int) -> list[Attack]:
        return [each for each in reversed(self) if each.site == wanted.site][:most]


@dataclass(slots=True)
class Page:
    status: int = 403
    headers: Fields = ((b"Content-Type", b"text/html"),)
    body: bytes = b"prove that you are human"


@dataclass(slots=True)
class Protection:
    """All protections at once; each says what it is told to say."""

    ban: Ruling | None = None
    listed: Ruling | None = None
    counted: Ruling | None = None
    custom: Ruling | None = None
    of_body: Ruling | None = None
    body_wanted: bool = False
    asked: list[str] = field(default_factory=list)
    errors: list[tuple[bytes, int]] = field(default_factory=list)

    def banned(self, client: bytes) -> Ruling | None:
        self.asked.append("bans")
        return self.ban

    def answered(self, request: Head) -> Page | None:
        return Page(200, (), b"solved") if request.target == b"/challenge" else None

    def challenge(self, request: Head, ruling: Ruling) -> Page:
        return Page()


class Lists(Protection):
    def judge(self, request: Head) -> Ruling | None:
        self.asked.append("lists")
        return self.listed


class Counters(Protection):
    def seen(self, request: Head) -> Ruling | None:
        self.asked.append("counters")
        return self.counted


class Conditions(Protection):
    def judge(self, request: Head) -> Ruling | None:
        self.asked.append("conditions")
        return self.custom

    def judge_body(self, request: Head, body: bytes) -> Ruling | None:
        self.asked.append("body")
        return self.of_body if b"bad" in body else None


class Errors(Protection):
    def seen(self, client: bytes, status: int, *, direct: bool = True) -> None:
        self.errors.append((client, status))


@dataclass(slots=True)
class World:
    """A defence whose journal keeps notes, and whose rules are loaded at once."""

    watch: Watch
    guard: Defence
    notes: Notes
    file: Path
    clock: FakeClock

    def ask(
        self, target: bytes = b"/", site: str = "main", body: bytes = b"", answer: bytes = b"", *headers: tuple[bytes, bytes]
    ) -> Refusal | None:
        """What the edge would do: a refusal, or None when the answer of the upstream goes out."""
        return play(self.guard, head(target, *headers), site, body, answer)


def play(
    guard: Defence, request: Head, site: str = "main", body: bytes = b"", answer: bytes = b"", kind: bytes = b"text/html"
) -> Refusal | None:
    visit = guard.begin(request, site)
    if isinstance(visit, Refusal):
        return visit
    refusal = visit.headers()
    if refusal is None:
        seen = body[: visit.body_octets]
        refusal = visit.body(seen, len(seen) == len(body) or not visit.body_octets)
    if refusal is None:
        refusal = visit.response(200, ((b"Content-Type", kind),))
        if refusal is None:
            seen = answer[: visit.response_octets]
            refusal = visit.response_body(seen, len(seen) == len(answer))
    visit.done(200 if refusal is None else refusal.status)
    return refusal


def make(tmp_path: Path, protections: Protections | None = None, rules: str = RULES, **settings: object) -> World:
    file = tmp_path / "rules.conf"
    file.write_text(rules)
    clock, store = FakeClock(), Store("sqlite:///:memory:")
    chosen = WafSettings(rules=(str(file),), **settings)  # type: ignore[arg-type]
    watch = furnish(chosen, store, clock, protections or Protections())
    assert watch.rulebook is not None
    notes = Notes()
    given = protections or Protections()
    desk = Desk(clock, notes, given.bans, given.lists, given.counters, given.conditions, given.errors)
    watch.guard._desk = desk
    watch.sites({"main": "on", "watched": "detect", "bare": "off"})
    watch.rulebook.reload()
    return World(watch, watch.guard, notes, file, clock)
