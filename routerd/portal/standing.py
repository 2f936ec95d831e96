"""Standing: what a signed-in device has, as the status page and RFC 8908 tell it."""

from dataclasses import dataclass

from routerd.portal.languages import Language
from routerd.portal.words import clock_words, data_words, duration_words, speed_words
from routerd.sessions.model import Online

NEAR_SHARE = 0.1
NEAR_LEAST_S = 600
NEAR_MOST_S = 86_400
"""From when on the status page says that the end is near, and how to go on: the last tenth of the time or of the data. Ten minutes
at least, which it takes to fetch a voucher; a day at most, since a tenth of a year is no news."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One open session and the grant behind it.

    Attributes:
        login: name shown.
        since: when the session began.
        starts_at: when the grant began.
        ends_at: when the grant ends; None never.
        down_octets: downloaded in this session.
        up_octets: sent in this session.
        down_left_octets: of the grant, all its devices together; None unlimited.
        up_left_octets: likewise.
        down_kbit: 0 unshaped.
        up_kbit: 0 unshaped.
        down_limit_octets: of the grant; None unlimited.
        up_limit_octets: likewise.
        kind: the sign-in method's name.
    """

    login: str
    since: int
    starts_at: int
    ends_at: int | None
    down_octets: int
    up_octets: int
    down_left_octets: int | None
    up_left_octets: int | None
    down_kbit: int
    up_kbit: int
    down_limit_octets: int | None = None
    up_limit_octets: int | None = None
    kind: str = ""

    def seconds_left(self, now: float) -> int | None:
        """Whole seconds until the grant ends; None never."""
        return None if self.ends_at is None else max(0, int(self.ends_at - now))

    def is_spent(self, now: float) -> bool:
        """Whether nothing is left of its time, or of its data in one direction: the kernel lets nothing more through then."""
        return 0 in (self.seconds_left(now), self.down_left_octets, self.up_left_octets)

    def is_near_end(self, now: float) -> bool:
        """Whether a guest should think of having more: see `is_short_of_time` and `is_short_of_data`."""
        return self.is_short_of_time(now) or self.is_short_of_data()

    def is_short_of_time(self, now: float) -> bool:
        """Whether only the last NEAR_SHARE of the time is left, but at least NEAR_LEAST_S and at most NEAR_MOST_S."""
        left = self.seconds_left(now)
        if left is None or self.ends_at is None:
            return False
        return left <= min(max(NEAR_LEAST_S, (self.ends_at - self.starts_at) * NEAR_SHARE), NEAR_MOST_S)

    def is_short_of_data(self) -> bool:
        """Whether only the last NEAR_SHARE of the data is left in either direction."""
        rests = ((self.down_left_octets, self.down_limit_octets), (self.up_left_octets, self.up_limit_octets))
        return any(left is not None and limit is not None and left <= limit * NEAR_SHARE for left, limit in rests)

    def rests(self, now: float, language: Language) -> list[tuple[str, str]]:
        """Name and value of what is left: what the status page is read for."""
        t, seconds = language.t, self.seconds_left(now)
        return [
            (t("Time left"), t("not limited") if seconds is None else duration_words(seconds, language)),
            (t("Download left"), _rest_words(self.down_left_octets, language)),
        ]

    def rows(self, now: float, language: Language) -> list[tuple[str, str]]:
        """Name and value of the status page's other lines."""
        t = language.t
        ends = [] if self.ends_at is None else [(t("Ends"), clock_words(self.ends_at, now))]
        return [
            (t("Signed in as"), self.login),
            *ends,
            (t("Upload left"), _rest_words(self.up_left_octets, language)),
            (t("Download speed"), speed_words(self.down_kbit, language)),
            (t("Upload speed"), speed_words(self.up_kbit, language)),
            (t("Online since"), clock_words(self.since, now)),
            (t("Downloaded since"), data_words(self.down_octets, language)),
            (t("Sent since"), data_words(self.up_octets, language)),
        ]


def standing_of(online: Online) -> Standing:
    """An open session in the portal's words."""
    session, grant = online.session, online.session.grant
    return Standing(
        login=grant.login,
        since=session.started_at,
        starts_at=grant.starts_at,
        ends_at=grant.ends_at,
        down_octets=online.down_octets,
        up_octets=online.up_octets,
        down_left_octets=online.down_left_octets,
        up_left_octets=online.up_left_octets,
        down_kbit=grant.down_kbit,
        up_kbit=grant.up_kbit,
        down_limit_octets=grant.down_limit_octets,
        up_limit_octets=grant.up_limit_octets,
        kind=grant.kind,
    )


def _rest_words(left: int | None, language: Language) -> str:
    return language.t("not limited") if left is None else data_words(left, language)
