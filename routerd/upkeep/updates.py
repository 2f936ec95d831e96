"""Asks an address that the owner gave, once a day, which version is the newest. Off by default; installs nothing, sends nothing else."""

import json
import re
from dataclasses import dataclass, replace

from routerd.core.clock import Clock
from routerd.core.settings import SystemSettings

EVERY_S = 86_400.0
RETRY_S = 3_600.0
TIMEOUT_S = 10.0
ANSWER_OCTETS_MOST = 4_096
_VERSION = re.compile(r"\d{1,5}(\.\d{1,5}){0,3}")


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of newer versions; times in seconds since the epoch."""

    checked_at: int | None = None
    latest: str | None = None
    newer: bool = False
    error: str | None = None


class Updates:
    """The check.

    Args:
        settings: [system].
        clock: dates checks.
        running: the version that runs.
    """

    def __init__(self, settings: SystemSettings, clock: Clock, running: str) -> None:
        self._settings = settings
        self._clock = clock
        self._running = running
        self._known = Known()

    def known(self) -> Known:
        """What the last check said."""
        return self._known

    def check(self) -> float:
        """Ask; returns seconds until the next time."""
        now = int(self._clock.now())
        try:
            latest = self._asked()
        except (OSError, ValueError) as error:
            reason = getattr(error, "reason", error)
            self._known = replace(self._known, checked_at=now, error=f"the address did not say which version is the newest: {reason}"[:300])
            return RETRY_S
        self._known = Known(now, latest, _parts(latest) > _parts(self._running), None)
        return EVERY_S

    def _asked(self) -> str:
        from urllib.request import HTTPRedirectHandler, Request, build_opener  # noqa: PLC0415 - megabytes that few boxes need

        class NoDetours(HTTPRedirectHandler):
            """The owner named one address; nobody leads on from there."""

            def redirect_request(self, *_args: object, **_kwargs: object) -> None:
                return None

        request = Request(self._settings.update_url, headers={"User-Agent": "routerd"})  # noqa: S310 - verified: https
        opener = build_opener(NoDetours)
        with opener.open(request, timeout=TIMEOUT_S) as answer:
            told = json.loads(answer.read(ANSWER_OCTETS_MOST))
        latest = told.get("version") if isinstance(told, dict) else None
        if not isinstance(latest, str) or not _VERSION.fullmatch(latest):
            raise ValueError('the answer is not {"version": "1.2.3"}')
        return latest


def _parts(version: str) -> tuple[int, ...]:
    """A version's numbers; what is not one counts as 0."""
    found = _VERSION.match(version)
    numbers = tuple(int(part) for part in found[0].split(".")) if found else ()
    return (*numbers, 0, 0, 0, 0)[:4]
