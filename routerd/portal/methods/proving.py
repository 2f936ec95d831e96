"""What the methods have in common that ask somebody to prove an e-mail address or a number by a code. Not a method itself.

Who has proven an identity holds its grant: several devices of one person share time and data, as with a voucher. Who has not holds a
grant of the device's own, so that nobody gets at another's by typing his address. Within a running grant a device that has proven
itself is let in again without a code.
"""

import json
from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, cast

from routerd.core.errors import Unavailable
from routerd.core.messaging import IdentifiedSettings
from routerd.core.terms import MIB, Terms
from routerd.portal.languages import ENGLISH, Language
from routerd.portal.methods.method import Asked, Method, Step

if TYPE_CHECKING:  # what is switched off is not imported
    from routerd.guests.service import Guests
    from routerd.verification.model import Ask, Proven
    from routerd.verification.service import Verification


@dataclass(frozen=True, slots=True)
class Entry:
    """What `prepare` found out without a code.

    Attributes:
        identity: normalised address or number.
        answers: what else was filled in.
        how: ``typed`` (nothing is proven, nor has to be), ``known`` (this device has proven it before) or ``grace`` (a code is on its way).
    """

    identity: str
    answers: dict[str, str]
    how: str


class ProvingMethod(Method):
    """Subclasses say what is asked for, and how it is written down."""

    extends = False
    guesses = frozenset({"wrong-code"})

    channel: ClassVar[str]
    """``mail`` or ``sms``."""

    step_template: ClassVar[str]
    """The form for the code."""

    pause_s = 60
    """Seconds before another code may be asked for."""

    @property
    @abstractmethod
    def settings(self) -> IdentifiedSettings:
        """The method's section."""

    @abstractmethod
    def first(self, asked: Asked) -> Any:
        """Judge the first form: an `Entry`, or a `Step` that asks for the code.

        Raises:
            BadInput: it lacks something.
        """

    @abstractmethod
    def compose(self, asked: Asked, identity: str, code: str, ticket: str) -> tuple[str, str]:
        """Subject and text of the message with the code."""

    @abstractmethod
    def note(self, asked: Asked, identity: str, answers: dict[str, str], how: str) -> None:
        """Write down who signs in; `how` as in `Entry`, or ``proven``."""

    @abstractmethod
    def login_of(self, identity: str) -> str:
        """What lists show."""

    def prepare(self, asked: Asked) -> Any:
        form, mac = asked.form, asked.device.mac
        if asked.came_back:
            return self.verification.examine(self.name, mac, ticket=form.get("key", ""))
        if form.get("step") != "code":
            return self.first(asked)
        if "other" in form:
            self.verification.cancel(self.name, mac)
            return Step(self.template, self.values())
        return self._again(asked) if "again" in form else self.verification.examine(self.name, mac, code=form.get("code", ""))

    def authenticate(self, asked: Asked) -> Terms:
        proof = asked.proof
        if isinstance(proof, Entry):
            self.note(asked, proof.identity, proof.answers, proof.how)
            return self._entered(asked, proof)
        proven = cast("Proven", proof)
        self.verification.consume(proven)
        self.note(asked, proven.recipient, _answers(proven.carried), "proven")
        return self._full(asked, proven.recipient, proven=True)

    def owed(self, asked: Asked) -> Step | None:
        """The code, for as long as one counts: also after a phone closed the page to show the message that it came in."""
        issued = self.verification.open_for(self.name, asked.device.mac)
        return None if issued is None else self._step(asked, issued.recipient, issued.expires_at - asked.now)

    def resumed(self, asked: Asked) -> Step | None:
        return self.owed(asked) if asked.form.get("step") == "code" else None

    def login(self, asked: Asked) -> str:
        issued = self.verification.open_for(self.name, asked.device.mac)
        return asked.device.mac if issued is None else self.login_of(issued.recipient)

    def again_at(self, asked: Asked) -> int | None:
        identity = asked.proof.identity if isinstance(asked.proof, Entry) else getattr(asked.proof, "recipient", "")
        holders = (identity, asked.device.mac) if identity else (asked.device.mac,)
        since = [start for holder in holders if (start := self._running_since(asked, holder)) is not None]
        return max(since) + self._span_s if since else None

    def ask(self, asked: Asked, identity: str, answers: dict[str, str]) -> Step:
        """Send a code; returns the form for it.

        Raises:
            Limited: too many were sent.
            BadInput: no message reaches that address or number.
            Unavailable: it could not be sent.
        """
        from routerd.verification.model import Ask  # noqa: PLC0415 - what is switched off is not imported

        wanted = Ask(
            channel=self.channel,
            purpose=self.name,
            recipient=identity,
            mac=asked.device.mac,
            network=asked.device.network,
            valid_s=self.settings.code_s,
            pause_s=self.pause_s,
            carried=json.dumps(answers),
        )
        return self._ask(asked, wanted)

    def is_known(self, asked: Asked, identity: str) -> bool:
        """Whether the device has proven to be this one within a grant that is not to be renewed yet."""
        since = self.verification.since(self.name, identity, asked.device.mac)
        return since is not None and asked.now < since + self._span_s

    @property
    def verification(self) -> "Verification":
        """Sends and judges codes."""
        if self.desk.verification is None:
            raise Unavailable(f"nothing can be sent for {self.name}")
        return self.desk.verification

    @property
    def people(self) -> "Guests":
        """Keeps people."""
        assert self.desk.people is not None
        return self.desk.people

    def language(self, asked: Asked) -> Language:
        """The guest's."""
        languages = self.desk.languages
        return (languages.named(asked.language) if languages else None) or ENGLISH

    def _again(self, asked: Asked) -> Any:
        mac = asked.device.mac
        issued = self.verification.open_for(self.name, mac)
        if issued is None:
            return Step(self.template, self.values())
        return self.ask(asked, issued.recipient, _answers(self.verification.carried(self.name, mac)))

    def _ask(self, asked: Asked, wanted: "Ask") -> Step:
        issued = self.verification.issue(wanted, lambda code, ticket: self.compose(asked, wanted.recipient, code, ticket))
        wait_s = 0 if issued.sent else issued.wait_s
        return self._step(asked, issued.recipient, issued.expires_at - asked.now, wait_s)

    def _step(self, asked: Asked, recipient: str, valid_s: int, wait_s: int = 0) -> Step:
        del asked
        return Step(self.step_template, {"recipient": recipient, "valid_s": valid_s, "wait_s": wait_s}, "Enter the code")

    def _full(self, asked: Asked, identity: str, *, proven: bool) -> Terms:
        holder = identity if proven else asked.device.mac
        starts_at = self._running_since(asked, holder)
        if starts_at is None:
            starts_at = asked.now
        self.verification.hold(self.name, holder, asked.device.mac, starts_at)
        devices = self.settings.devices if proven else 1
        return self._terms(holder, identity, starts_at, self.settings.valid_for_s, devices)

    def _entered(self, asked: Asked, entry: Entry) -> Terms:
        return self._full(asked, entry.identity, proven=entry.how == "known")

    def _terms(self, subject: str, identity: str, starts_at: int, lasts_s: int, devices: int) -> Terms:
        own = self.settings
        return Terms(
            kind=self.name,
            subject=subject,
            login=self.login_of(identity),
            starts_at=starts_at,
            ends_at=starts_at + lasts_s,
            down_limit_octets=own.download_limit_mb * MIB or None,
            up_limit_octets=own.upload_limit_mb * MIB or None,
            down_kbit=own.down_kbit,
            up_kbit=own.up_kbit,
            devices=devices,
        )

    @property
    def _span_s(self) -> int:
        """From a grant's start until the next may begin."""
        return max(self.settings.valid_for_s, self.settings.renew_s)

    def _running_since(self, asked: Asked, holder: str) -> int | None:
        since = self.verification.since(self.name, holder)
        return None if since is None or since + self._span_s <= asked.now else since


def clean(typed: str, most: int) -> str:
    """An answer as it is kept: one line without what cannot be seen, cut at its column's length."""
    return " ".join("".join(letter for letter in typed if letter.isprintable()).split())[:most]


def _answers(carried: str) -> dict[str, str]:
    return cast("dict[str, str]", json.loads(carried)) if carried else {}
