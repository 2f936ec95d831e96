"""What a voucher is, what may stand in one, and when it is valid. Pure.

Usernames are told apart without case, width and surrounding space (phones capitalise what guests type), so `Room12` and
` room12` are one voucher. Passcodes count exactly, but for surrounding space. Bounds are those of guest-action-api, 1.1, and of
the table's columns; what is out of them is refused with a sentence, except data limits, which the specification makes unlimited.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from routerd.core.durations import VALIDITIES
from routerd.core.errors import BadInput
from routerd.core.grants import LIMIT_MB_MOST

USERNAME_MOST = 64
PASSCODE_MOST = 64
FULLNAME_MOST = 128
COMMENT_MOST = 255
BATCH_MOST = 64
KBIT_MOST = 10_000_000
DEVICES_MOST = 1000

EXTENSION_S_MOST = 31_536_000
"""A year is added at once at most."""

VALID_FROM_MOST = int(datetime(2100, 1, 1, tzinfo=UTC).timestamp())
"""First second that is too late for `valid_from`: a date beyond it is a slip of the pen."""

_UNPRINTABLE = {"Cc": "a control character", "Cs": "half a character", "Zl": "a line break", "Zp": "a line break"}


@dataclass(frozen=True, slots=True)
class NewVoucher:
    """What is wanted; None or empty stands for "choose for me".

    Attributes:
        username: to sign in with; random when not given.
        passcode: random when not given.
        fullname: random when not given.
        valid_for: a key of `core.durations.VALIDITIES`; the preset in settings when not given.
        valid_from: seconds since the epoch; at once when not given.
        download_limit_mb: MB (2**20 octets), 1..9437184; anything else is unlimited.
        upload_limit_mb: likewise.
        down_kbit: speed towards the guest; 0 the network's default.
        up_kbit: speed from the guest.
        devices: how many may be online at once; the preset in settings when not given.
        comment: for the operator.
        batch: names a print run.
        single: one code to type instead of two words: the passcode is the username.
    """

    username: str | None = None
    passcode: str | None = None
    fullname: str | None = None
    valid_for: str | None = None
    valid_from: int | None = None
    download_limit_mb: int | None = None
    upload_limit_mb: int | None = None
    down_kbit: int | None = None
    up_kbit: int | None = None
    devices: int | None = None
    comment: str | None = None
    batch: str | None = None
    single: bool = False


@dataclass(frozen=True, slots=True)
class Voucher:
    """A voucher as it is kept. Times are seconds since the epoch; limits are MB and 0 is unlimited; rates 0 the default.

    Attributes:
        mac: the device that used it last.
        extra_s: seconds that were added to `valid_for`.
    """

    id: int
    username: str
    passcode: str
    fullname: str
    valid_for: str
    valid_from: int
    download_limit_mb: int
    upload_limit_mb: int
    down_kbit: int
    up_kbit: int
    devices: int
    comment: str
    batch: str
    created_at: int
    last_modified: int
    first_login: int | None = None
    last_login: int | None = None
    mac: str | None = None
    extra_s: int = 0

    @property
    def single(self) -> bool:
        """Whether one code is all of it: username and passcode are the same."""
        return folded(self.username) == folded(self.passcode)

    @property
    def lasts_s(self) -> int | None:
        """How long it lasts once its clock runs, with what was added; None for ever."""
        lasts_s = VALIDITIES[self.valid_for]
        return None if lasts_s is None else lasts_s + self.extra_s


@dataclass(frozen=True, slots=True)
class Listed:
    """A voucher as lists show it.

    Attributes:
        until: when it ends; None while its clock does not run, or never.
        state: one of STATES.
    """

    voucher: Voucher
    until: int | None
    state: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which vouchers to list; empty texts stand for all.

    Attributes:
        search: part of a username, full name, comment or MAC address.
        batch: name of a batch, exactly.
        state: one of STATES.
        sort: one of SORTS, with ``-`` in front downwards.
        offset: how many to leave out.
        most: how many at most; None all.
    """

    search: str = ""
    batch: str = ""
    state: str = ""
    sort: str = "-created_at"
    offset: int = 0
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """A print run; counts of its vouchers, and when the first was made."""

    batch: str
    total: int
    unused: int
    active: int
    expired: int
    created_at: int


STATES = ("unused", "later", "active", "expired")
SORTS = ("created_at", "username", "batch", "first_login", "last_login", "until")


def folded(username: str) -> str:
    """The form under which a username is looked up and unique."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", username).casefold()).strip()


def plain(passcode: str) -> str:
    """The form in which passcodes are kept and compared."""
    return unicodedata.normalize("NFC", passcode).strip()


def text(name: str, value: str | None, most: int) -> str:
    """A trimmed text without control characters; empty when there is none.

    Args:
        name: the field, for the message.
        value: as it was given.
        most: characters.

    Raises:
        BadInput: too long, or it holds what cannot be shown.
    """
    kept = plain(value or "")
    for character in kept:
        kind = _UNPRINTABLE.get(unicodedata.category(character))
        if kind:
            raise BadInput(f"{name} contains {kind} (U+{ord(character):04X})")
    if len(kept) > most:
        raise BadInput(f"{name} is {len(kept)} characters long; at most {most} are allowed")
    return kept


def credential(name: str, value: str | None, most: int) -> str:
    """Like `text`, and every character must be visible: nobody can type the others."""
    kept = text(name, value, most)
    for character in kept:
        if not character.isprintable():
            raise BadInput(f"{name} contains an invisible character (U+{ord(character):04X})")
    return kept


def validity(value: str | None, preset: str) -> str:
    """A documented `valid_for`, the preset when none is given; BadInput for any other."""
    chosen = (value or "").strip() or preset
    if chosen not in VALIDITIES:
        raise BadInput(f"valid_for '{chosen}' is not known; expected 'always', '1 hour' to '23 hours', '1 day' to '30 days', … '365 days'")
    return chosen


def limit_mb(value: int | None) -> int:
    """A data limit; whatever is unset or out of bounds is 0, unlimited (guest-action-api, 1.1)."""
    return value if value is not None and 1 <= value <= LIMIT_MB_MOST else 0


def bounded(name: str, value: int | None, least: int, most: int, preset: int) -> int:
    """A whole number within bounds, the preset when none is given; BadInput beyond them."""
    if value is None:
        return preset
    if not least <= value <= most:
        raise BadInput(f"{name} is {value}; expected {least} to {most}")
    return value


def known(name: str, value: str, choices: Sequence[str]) -> str:
    """One of the choices; BadInput for another word."""
    if value not in choices:
        raise BadInput(f"{name} is '{value[:40]}'; expected {', '.join(choices[:-1])} or {choices[-1]}")
    return value


def start(value: int | None, now: int) -> int:
    """The moment from which a voucher is valid; BadInput for a date that cannot be meant."""
    if value is None:
        return now
    if not 0 <= value < VALID_FROM_MOST:
        raise BadInput("valid_from is out of range; expected a date from 1970 to 2099")
    return value


def state(ends_at: int | None, voucher: Voucher, now: int) -> str:
    """One of STATES.

    Args:
        ends_at: when the voucher ends; None while its clock does not run, or never.
        voucher: which.
        now: seconds since the epoch.
    """
    if ends_at is not None and ends_at <= now:
        return "expired"
    if voucher.first_login is not None:
        return "active"
    return "later" if voucher.valid_from > now else "unused"


def until(voucher: Voucher, clock: str) -> int | None:
    """When a voucher ends; None while its clock does not run, or never."""
    if voucher.first_login is None and clock != "valid_from":
        return None
    return window(voucher, voucher.first_login or 0, clock)[1]


def extended(voucher: Voucher, add_s: int, add_mb: int, ends_at: int | None, now: int) -> Voucher:
    """A voucher with more time and data; what is unlimited stays so.

    Args:
        voucher: which.
        add_s: seconds; one that is over gets them from now on.
        add_mb: MB on each limit.
        ends_at: when it ends; None while its clock does not run, or never.
        now: seconds since the epoch.
    """
    late_s = 0 if ends_at is None or not add_s else max(0, now - ends_at)
    return replace(
        voucher,
        extra_s=voucher.extra_s + add_s + late_s if voucher.lasts_s is not None else voucher.extra_s,
        download_limit_mb=_more(voucher.download_limit_mb, add_mb),
        upload_limit_mb=_more(voucher.upload_limit_mb, add_mb),
        last_modified=now,
    )


def _more(limit: int, add_mb: int) -> int:
    return min(limit + add_mb, LIMIT_MB_MOST) if limit else 0


def window(voucher: Voucher, first_login: int, clock: str) -> tuple[int, int | None]:
    """When a voucher's time begins and ends.

    Args:
        voucher: which.
        first_login: its first sign-in.
        clock: ``first_login`` or ``valid_from``, as `VoucherSettings.clock` says.

    Returns:
        Start and end in seconds since the epoch; None never ends.
    """
    starts_at = voucher.valid_from if clock == "valid_from" else max(first_login, voucher.valid_from)
    return starts_at, None if voucher.lasts_s is None else starts_at + voucher.lasts_s
