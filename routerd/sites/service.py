"""The sites behind the edge: those of the file, which can only be looked at, and those of the store.

The doors call its verbs; `app` asks `served` for what the edge shall do, and again whenever `changed` is called. It knows nothing of
sockets, and nothing of what judges requests.
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from routerd.core.clock import Clock
from routerd.core.edge import SiteSettings
from routerd.core.errors import BadInput, Conflict, NotFound, RouterdError, Unavailable
from routerd.core.hostnames import host_names
from routerd.core.targets import targets
from routerd.sites import model
from routerd.sites.certificates import Facts, Pair, pair
from routerd.sites.keyring import Kept, Keyring
from routerd.sites.model import SITES_MOST, Site
from routerd.sites.ports import Seal
from routerd.sites.records import SiteRow, sites
from routerd.store.database import Store

log = logging.getLogger(__name__)

T = TypeVar("T")

SELF_SIGNED, UPLOADED, FILES = "self-signed", "uploaded", "files"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a site shows under TLS.

    Attributes:
        kind: ``self-signed``, ``uploaded`` or ``files``.
        chain: PEM.
        facts: of the certificate.
        trouble: what a client would object to now; empty: nothing.
        certificate_id: of an uploaded one.
    """

    kind: str
    chain: str
    facts: Facts
    trouble: str
    certificate_id: int | None = None


@dataclass(frozen=True, slots=True)
class Served:
    """One site as the edge shall serve it.

    Attributes:
        site: in force.
        pair: its certificate; None: not over TLS.
    """

    site: Site
    pair: Pair | None = None


class Sites:
    """The sites.

    Args:
        store: where they are kept.
        seal: seals certificates' keys.
        clock: dates changes.
        settings: [[sites]] of the file, verified.
        tls: whether TLS is spoken at all; without it no certificate is looked at or made to serve.

    Attributes:
        changed: called after each change that has been kept.
        keyring: the certificates in the store.
    """

    def __init__(self, store: Store, seal: Seal, clock: Clock, settings: Sequence[SiteSettings] = (), *, tls: bool = True) -> None:
        self._store = store
        self._clock = clock
        self._settings = tuple(settings)
        self._tls = tls
        self._told: set[str] = set()
        self._good: dict[tuple[str, str], Pair] = {}
        """Of files, as they were read last without a fault."""
        self._lock = threading.Lock()
        self.changed: Callable[[], None] = _nothing
        self.keyring = Keyring(store, seal, clock)
        self.keyring.changed = self._announce

    def reread(self, settings: Sequence[SiteSettings]) -> None:
        """The file says this now; its certificates are read again as well."""
        self._settings = tuple(settings)
        self._announce()

    def all(self) -> list[Site]:
        """Every site in force, those of the file first."""
        return self._merged()[0]

    def one(self, number: int) -> Site:
        """One site in force.

        Raises:
            NotFound: there is none with this id.
        """
        found = next((site for site in self.all() if site.id == number), None)
        if found is None:
            raise NotFound(f"there is no site {number}")
        return found

    def add(self, fields: Mapping[str, Any], certificate: tuple[str | bytes, str | bytes] | None = None) -> Site:
        """Take a new site.

        Args:
            fields: as `model.changed` takes them; `name` and `domain` are needed.
            certificate: PEM of its certificate and of the key: it is then served over TLS.

        Raises:
            BadInput: a field cannot be so; the certificate cannot be used.
            Conflict: a name belongs to another site, or there are too many sites.
        """
        missing = next((name for name in ("name", "domain") if not fields.get(name)), "")
        if missing:
            raise BadInput(f"{missing} is missing; a site needs a name and at least one domain name", missing)
        switched = {"https": True} if certificate is not None else {}
        site = model.changed(Site("", ()), {**fields, **switched})
        if certificate is not None:
            self.keyring.judged(*certificate)

        def keep() -> int:
            others = self._alone(site)
            if len(others) >= SITES_MOST:
                raise Conflict(f"there are {len(others)} sites; expected at most {SITES_MOST}")
            kept = replace(site, certificate_id=self.keyring.add(*certificate).id) if certificate is not None else site
            now = int(self._clock.now())
            return int(SiteRow.insert(**_values(kept), created_at=now, changed_at=now).execute(self._store.db))

        return self.one(self._write(keep))

    def update(self, number: int, fields: Mapping[str, Any]) -> Site:
        """Change a site.

        Args:
            number: its id.
            fields: those that change, as `model.changed` takes them.

        Raises:
            NotFound: there is none with this id.
            BadInput: a field cannot be so.
            Conflict: a name belongs to another site, or the site is one of the file.
        """

        def keep() -> None:
            site = model.changed(self._own(number), fields)
            self._alone(site)
            self._keep(site)

        self._write(keep)
        return self.one(number)

    def delete(self, number: int) -> None:
        """Forget a site. A certificate that was uploaded for it stays.

        Raises:
            NotFound: there is none with this id.
            Conflict: the site is one of the file.
        """

        def forget() -> None:
            site = self._own(number)
            SiteRow.delete().where(SiteRow.id == number).execute(self._store.db)
            self.keyring.forget(_purpose(site))

        self._write(forget)

    def status(self, number: int, *, enabled: bool) -> Site:
        """Switch a site on or off; raises as `update` does."""
        return self.update(number, {"enabled": enabled})

    def https(self, number: int, *, enabled: bool) -> Site:
        """Serve a site over TLS or not; raises as `update` does. Switched on without a certificate, it shows a self-signed one."""
        return self.update(number, {"https": True} if enabled else {"https": False, "force_https": False})

    def show(self, number: int, certificate_id: int | None) -> Site:
        """Have a site show a certificate of the store, or a self-signed one, and be served over TLS.

        Raises:
            NotFound: there is no such site or certificate.
            Conflict: the site is one of the file.
        """
        if certificate_id is not None:
            self.keyring.one(certificate_id)
        self._write(lambda: self._keep(replace(self._own(number), certificate_id=certificate_id, https=True)))
        return self.one(number)

    def upload(self, number: int, chain: str | bytes, key: str | bytes) -> Site:
        """Take a certificate for a site, which is then served over TLS with it.

        A certificate that this site alone shows is replaced by it.

        Raises:
            NotFound: there is no such site.
            BadInput: it cannot be used.
            Conflict: the site is one of the file.
        """

        def keep() -> None:
            site = self._own(number)
            shown = site.certificate_id
            if shown is not None and self.keyring.one(shown).sites == (site.name,):
                kept: Kept = self.keyring.replace(shown, chain, key)
            else:
                kept = self.keyring.add(chain, key)
            self._keep(replace(site, certificate_id=kept.id, https=True))

        self.keyring.judged(chain, key)
        self._write(keep)
        return self.one(number)

    def renew(self, number: int) -> Shown:
        """Make a site's self-signed certificate anew.

        Raises:
            NotFound: there is no such site.
            Conflict: its certificate was uploaded, or comes from files.
            Unavailable: store or box key cannot be used.
        """
        site = self.one(number)
        if site.certificate_id is not None or self._files(site) is not None:
            raise Conflict(f'the certificate of "{site.name}" is not of our making; upload a new one in its place')
        self.keyring.renew(_purpose(site), model.certified_names(site))
        return self.certificate(number)

    def certificate(self, number: int) -> Shown:
        """What a site shows under TLS, or would.

        Raises:
            NotFound: there is no such site.
            Unavailable: its files cannot be read, or the box key cannot be used.
        """
        site = self.one(number)
        made, kind = self._pair(site)
        trouble = made.facts.trouble(site.domain if kind != SELF_SIGNED else (), self._clock.now())
        return Shown(kind, made.chain, made.facts, trouble, site.certificate_id)

    def served(self) -> list[Served]:
        """What the edge shall serve.

        A site whose certificate cannot be had is served with the one that it had before, or without TLS, and the log says so.
        """
        found, troubles = self._merged()
        made = [self._served(site, troubles) for site in found]
        fresh = set(troubles) - self._told
        for trouble in sorted(fresh):
            log.warning("%s", trouble)
        self._told = set(troubles)
        return made

    def _served(self, site: Site, troubles: list[str]) -> Served:
        if not site.https or not self._tls:
            return Served(site)
        files = self._files(site)
        try:
            made, kind = self._pair(site)
        except RouterdError as error:
            before = self._good.get(files) if files is not None else None
            shown = "shows the certificate that it had before" if before is not None else "has no certificate"
            troubles.append(f'the site "{site.name}" {shown}: {error}')
            return Served(site, before)
        if files is not None:
            self._good[files] = made
        names = tuple(host for host in site.domain if host != "*")
        trouble = made.facts.trouble(names, self._clock.now()) if kind != SELF_SIGNED else ""
        if trouble:
            troubles.append(f'clients will object to the certificate of the site "{site.name}": {trouble}')
        return Served(site, made)

    def _pair(self, site: Site) -> tuple[Pair, str]:
        files = self._files(site)
        if files is not None:
            return read_pair(*files), FILES
        if site.certificate_id is not None:
            return self.keyring.pair(site.certificate_id), UPLOADED
        return self.keyring.own(_purpose(site), model.certified_names(site)), SELF_SIGNED

    def _files(self, site: Site) -> tuple[str, str] | None:
        if not site.of_file:
            return None
        given = self._settings[-site.id - 1]
        return (given.certificate, given.key) if given.certificate else None

    def _merged(self) -> tuple[list[Site], list[str]]:
        return model.merged(model.of_file(self._settings), [_site(row) for row in sites(self._store.db)])

    def _own(self, number: int) -> Site:
        """A site of the store, as it is kept."""
        found = next((_site(row) for row in sites(self._store.db) if row.id == number), None)
        if found is None:
            raise Conflict(f'"{self.one(number).name}" is given in the file; change it there')
        return found

    def _alone(self, site: Site) -> list[Site]:
        others = [*model.of_file(self._settings), *(_site(row) for row in sites(self._store.db) if row.id != site.id)]
        model.check_alone(site, others)
        return others

    def _keep(self, site: Site) -> None:
        values = _values(site) | {"changed_at": int(self._clock.now())}
        SiteRow.update(**values).where(SiteRow.id == site.id).execute(self._store.db)

    def _write(self, work: Callable[[], T]) -> T:
        def told() -> T:
            done = work()
            self._store.after_commit(self._announce)
            return done

        return self._store.write(told)

    def _announce(self) -> None:
        with self._lock:
            self.changed()


def read_pair(certificate: str, key: str) -> Pair:
    """Certificate and key of two files.

    Raises:
        Unavailable: one cannot be read.
        BadInput: they are not each other's.
    """
    try:
        return pair(Path(certificate).read_bytes(), Path(key).read_bytes())
    except OSError as error:
        raise Unavailable(f"{error.filename} cannot be read: {error.strerror}") from error


def _nothing() -> None:
    return None


def _purpose(site: Site) -> str:
    return f"site {site.name} of the file" if site.of_file else f"site {site.id}"


def _values(site: Site) -> dict[str, Any]:
    values = asdict(site) | {"domain": ",".join(site.domain), "target_url": ",".join(map(str, site.target_url))}
    del values["id"]
    return values


def _site(row: SiteRow) -> Site:
    names = [each for each in Site.__dataclass_fields__ if each not in ("domain", "target_url")]
    plain = {name: getattr(row, name) for name in names}
    return Site(domain=host_names(row.domain), target_url=targets(row.target_url), **plain)
