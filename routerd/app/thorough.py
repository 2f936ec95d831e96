"""What `routerd check` looks at beyond the file itself: certificates and rules that it names.

A daemon that starts does not ask this: a box whose certificate has just expired, or whose rules have a fault since yesterday, has to come
up all the same, and says what it does about it in the log.
"""

from collections.abc import Iterator
from functools import partial
from urllib.parse import urlsplit

from routerd.app.announcing import looked_at
from routerd.core.clock import Clock
from routerd.core.errors import RouterdError
from routerd.core.settings import Settings

FAULTS_MOST = 50
"""Faults of rules that are told; a file that is no rule file at all has one in each line."""


def faults(settings: Settings, clock: Clock) -> list[str]:
    """What is wrong with files that the settings name, a line each.

    Args:
        settings: verified.
        clock: tells what has expired.
    """
    return [*_pairs(settings, clock), *_portal(settings, clock), *_rules(settings)]


def _pairs(settings: Settings, clock: Clock) -> Iterator[str]:
    given = [
        (f"sites[{at}].certificate", each.certificate, each.key, tuple(host for host in each.domain if host != "*"))
        for at, each in enumerate(settings.sites)
    ]
    given.append(("management.certificate", settings.management.certificate, settings.management.key, ()))
    for key, certificate, private, names in given:
        if not certificate:
            continue
        from routerd.core.hostnames import host_names
        from routerd.sites.service import read_pair

        try:
            trouble = read_pair(certificate, private).facts.trouble(host_names(",".join(names)) if names else (), clock.now())
        except RouterdError as error:
            yield f"{key}: {error}"
        else:
            if trouble:
                yield f"{key}: {certificate}: {trouble}"


def _portal(settings: Settings, clock: Clock) -> Iterator[str]:
    host = urlsplit(settings.portal.https_url).hostname or ""
    if settings.portal.certificate and settings.guest:
        trouble = looked_at(settings.portal, host, clock).trouble
        if trouble:
            yield f"portal.certificate: {trouble}"


def _rules(settings: Settings) -> Iterator[str]:
    if settings.edge is None or settings.waf.mode == "off":
        return
    from routerd.waf.engine import compiled
    from routerd.waf.loading import build, gather, read

    gathered, wrong = gather(settings.waf.rules)
    source = read(gathered, wrong)
    found = build(gathered, source, wrong, compile_=partial(compiled, matchers=None))[1]
    for fault in found[:FAULTS_MOST]:
        yield f"waf.rules: {fault}"
    if len(found) > FAULTS_MOST:
        yield f"waf.rules: {len(found) - FAULTS_MOST} more faults"
