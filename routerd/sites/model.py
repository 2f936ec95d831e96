"""What a site is, and what of it can be right. Pure: who calls it keeps it."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields, replace
from typing import Any

from routerd.core.edge import HEALTH_PATH, SITE_NAME, SiteSettings
from routerd.core.errors import BadInput, Conflict
from routerd.core.hostnames import EVERY, host_names
from routerd.core.targets import Target, targets

MODES = ("", "on", "detect", "off")
TLS_VERSIONS = ("", "1.2", "1.3")
SITES_MOST = 2_000
"""Each costs a certificate's context (some 50 KiB) with TLS; more than this on one box wants a second box."""


@dataclass(frozen=True, slots=True)
class Site:
    """One site.

    Attributes:
        name: unique among all.
        domain: its names as requests bear them: exact, ``*.x`` or ``*``.
        target_url: where its requests go; none: they are answered 503.
        enabled: False: its requests are answered 503.
        mode: of the WAF, for this site; empty: as [waf] says.
        https: it is served over TLS.
        force_https: plain requests are sent on to https.
        tls_min: oldest TLS version; empty: as [edge] says.
        hsts_s: seconds of Strict-Transport-Security; 0: not told.
        http2_upstream: HTTP/2 is offered to https targets.
        verify_upstream: https targets have to show a valid certificate.
        sticky: a client stays with its target for as long as that is well.
        health_path: path that targets are asked for to find out whether they are well; empty: they are not asked.
        health_every_s: seconds between two such questions.
        certificate_id: what it shows; None: one of our own making.
        id: what it is called by; negative for a site of the file, 0 before it is kept.
    """

    name: str
    domain: tuple[str, ...]
    target_url: tuple[Target, ...] = ()
    enabled: bool = True
    mode: str = ""
    https: bool = False
    force_https: bool = False
    tls_min: str = ""
    hsts_s: int = 0
    http2_upstream: bool = True
    verify_upstream: bool = True
    sticky: bool = False
    health_path: str = "/"
    health_every_s: int = 10
    certificate_id: int | None = None
    id: int = 0

    @property
    def of_file(self) -> bool:
        """Given in the file: it can be looked at, and changed there alone."""
        return self.id < 0


CHANGEABLE = frozenset(each.name for each in fields(Site)) - {"id", "certificate_id"}
"""What `changed` takes; `certificate_id` is set by the service's own verbs."""

_SECONDS = {"hsts_s": (0, 63_072_000), "health_every_s": (1, 3_600)}
_TEXTS = {"mode": MODES, "tls_min": TLS_VERSIONS}
_SWITCHES = frozenset(("enabled", "https", "force_https", "http2_upstream", "verify_upstream", "sticky"))


def changed(site: Site, changes: Mapping[str, Any]) -> Site:
    """`site` with changes, judged.

    Args:
        site: as it was, or an empty one to begin with.
        changes: field to value as people write it: `domain` and `target_url` as one text or a list of texts.

    Raises:
        BadInput: a field that there is not, or a value that cannot be; `field` says which.
    """
    made = replace(site, **{name: _value(name, value) for name, value in changes.items()})
    if not made.domain:
        raise BadInput("domain is missing; expected at least one domain name", "domain")
    if made.force_https and not made.https:
        raise BadInput("force_https without https would lead nowhere; switch https on, too", "force_https")
    return made


def _value(name: str, value: Any) -> Any:
    if name not in CHANGEABLE:
        raise BadInput(f'"{name[:64]}" is no field of a site; expected one of {", ".join(sorted(CHANGEABLE))}', name[:64])
    if name in _SWITCHES:
        return _fitting(name, value, isinstance(value, bool), "true or false")
    if name in _SECONDS:
        least, most = _SECONDS[name]
        return _fitting(name, value, type(value) is int and least <= value <= most, f"{least} to {most} seconds")
    if name in _TEXTS:
        choices = _TEXTS[name]
        return _fitting(name, value, value in choices, "one of " + ", ".join(f'"{each}"' for each in choices))
    text = _text(name, value)
    if name == "health_path":
        return _fitting(name, text, not text or bool(HEALTH_PATH.fullmatch(text)), 'a path such as "/health", or nothing')
    if name == "name":
        return _fitting(name, text.strip(), bool(SITE_NAME.fullmatch(text.strip())), "1 to 64 characters without quotes, < and >")
    try:
        return host_names(text) if name == "domain" else targets(text)
    except BadInput as error:
        raise BadInput(str(error), name) from None


def _text(name: str, value: Any) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        value = ",".join(_text(name, each) for each in value)
    return str(_fitting(name, value, isinstance(value, str) and len(value) <= 32_768, "a text"))


def _fitting(name: str, value: Any, fits: bool, expected: str) -> Any:
    if not fits:
        raise BadInput(f"{name} is {str(value)[:100]!r}; expected {expected}", name)
    return value


def check_alone(site: Site, others: Sequence[Site]) -> None:
    """Refuse a name or a domain name that another site has.

    Raises:
        Conflict: says which, and whose it is.
    """
    for other in others:
        if other.name == site.name:
            raise Conflict(f'there is a site called "{site.name}" already; expected another name')
        shared = [host for host in site.domain if host in other.domain]
        if shared:
            raise Conflict(f'{shared[0]} belongs to the site "{other.name}" already; remove it there first')


def merged(of_file: Sequence[Site], kept: Sequence[Site]) -> tuple[list[Site], list[str]]:
    """Sites of the file, then those of the store. What the file says counts: a kept site loses what the file's sites have.

    Returns:
        The sites, and a line for each thing that a kept site had to give up.
    """
    found, troubles = list(of_file), []
    names = {site.name for site in of_file}
    hosts = {host: site.name for site in of_file for host in site.domain}
    for site in kept:
        left = tuple(host for host in site.domain if host not in hosts)
        troubles += [
            f'the site "{site.name}" of the store is without {host}: the file gives it to "{hosts[host]}"'
            for host in site.domain
            if host in hosts
        ]
        name = site.name if site.name not in names else unused(site.name, names)
        if name != site.name:
            troubles.append(f'the site "{site.name}" of the store is called "{name}" for now: the file has one of this name')
        names.add(name)
        if left:
            found.append(replace(site, name=name, domain=left))
    return found, troubles


def unused(name: str, taken: AbstractSet[str]) -> str:
    """`name`, or the first of ``name 2``, ``name 3`` … that nobody has."""
    if name not in taken:
        return name
    return next(made for number in range(2, len(taken) + 3) if (made := f"{name[:58]} {number}") not in taken)


def of_file(settings: Sequence[SiteSettings]) -> list[Site]:
    """The sites of the file, verified before; their ids count down from -1 in the file's order."""
    return [
        Site(
            name=each.name,
            domain=host_names(",".join(each.domain)),
            target_url=targets(",".join(each.target_url)),
            enabled=each.enabled,
            mode=each.mode,
            https=each.https,
            force_https=each.force_https,
            tls_min=each.tls_min,
            hsts_s=each.hsts_s,
            http2_upstream=each.http2_upstream,
            verify_upstream=each.verify_upstream,
            sticky=each.sticky,
            health_path=each.health_path,
            health_every_s=each.health_every_s,
            id=-at,
        )
        for at, each in enumerate(settings, 1)
    ]


def certified_names(site: Site) -> tuple[str, ...]:
    """The names that a certificate for this site has to bear; ``*`` cannot be borne."""
    return tuple(host for host in site.domain if host != EVERY)
