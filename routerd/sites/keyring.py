"""Certificates in the store: those that were uploaded, and self-signed ones that are made here and made anew in time.

Sites, the admin page and the portal take what they show from here. Keys are sealed in the store and open in nobody's memory but the
caller's. A certificate's name is what people call it; a self-signed one bears the name of what it was made for.
"""

import threading
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, TypeVar

from routerd.core.clock import Clock
from routerd.core.errors import BadInput, Conflict
from routerd.sites.certificates import NAMELESS, RENEW_BEFORE_S, Facts, Pair, facts, pair, self_signed
from routerd.sites.model import unused
from routerd.sites.ports import Seal
from routerd.sites.records import CertificateRow, certificate, certificate_named, certificates, shown_by
from routerd.store.database import Store

T = TypeVar("T")

CERTIFICATES_MOST = 4_000
PURPOSE = "certificate-key"
NAME_MOST = 128
OURS = "self-signed: "
"""How the names of those begin that are made here, and no other's."""


def _nothing() -> None:
    return None


@dataclass(frozen=True, slots=True)
class Kept:
    """One certificate in the store, without its key.

    Attributes:
        id: what it is called by.
        name: what people call it.
        self_signed: made here.
        chain: PEM.
        facts: what it says.
        created_at: when it came, seconds since the epoch.
        changed_at: when it was replaced last.
        sites: names of the sites that show it.
    """

    id: int
    name: str
    self_signed: bool
    chain: str
    facts: Facts
    created_at: int
    changed_at: int
    sites: tuple[str, ...] = ()


class Keyring:
    """The certificates.

    Args:
        store: where they are kept.
        seal: seals their keys.
        clock: tells which have expired.

    Attributes:
        changed: called after each change that has been kept.
    """

    def __init__(self, store: Store, seal: Seal, clock: Clock) -> None:
        self._store = store
        self._seal = seal
        self._clock = clock
        self._making = threading.Lock()
        self.changed: Callable[[], None] = _nothing

    def all(self) -> list[Kept]:
        """Every certificate, by name."""
        shown = shown_by(self._store.db)
        return [_kept(row, shown.get(row.id, ())) for row in certificates(self._store.db)]

    def one(self, number: int) -> Kept:
        """One certificate.

        Raises:
            NotFound: there is none with this id.
        """
        return _kept(certificate(self._store.db, number), shown_by(self._store.db).get(number, ()))

    def pair(self, number: int) -> Pair:
        """A certificate with its key.

        Raises:
            NotFound: there is none with this id.
            Unavailable: the box's key does not open it.
        """
        return self._opened(certificate(self._store.db, number))

    def add(self, chain: str | bytes, key: str | bytes, name: str = "") -> Kept:
        """Take a certificate that was uploaded.

        Args:
            chain: PEM of it and of those in between.
            key: PEM of its key.
            name: what to call it; empty: by the first name it stands for.

        Raises:
            BadInput: the two are not each other's, or it has expired.
            Conflict: there are too many, or one of this name.
        """
        given = self.judged(chain, key)
        values = self._values(given, made_here=False)

        def keep() -> int:
            taken = {row.name for row in certificates(self._store.db)}
            if len(taken) >= CERTIFICATES_MOST:
                raise Conflict(f"{CERTIFICATES_MOST} certificates are kept; delete some that no site shows first")
            wanted = _name(name) if name else unused((given.facts.names or ("certificate",))[0], taken)
            _check_free(wanted, taken)
            return int(CertificateRow.insert(name=wanted, created_at=values["changed_at"], **values).execute(self._store.db))

        return self.one(self._write(keep))

    def replace(self, number: int, chain: str | bytes, key: str | bytes) -> Kept:
        """Put a new certificate in the place of one; whoever shows that shows this.

        Raises:
            NotFound: there is none with this id.
            BadInput: the two are not each other's, or it has expired.
        """
        values = self._values(self.judged(chain, key), made_here=False)
        certificate(self._store.db, number)
        self._write(lambda: CertificateRow.update(**values).where(CertificateRow.id == number).execute(self._store.db))
        return self.one(number)

    def rename(self, number: int, name: str) -> Kept:
        """Call it something else.

        Raises:
            NotFound: there is none with this id.
            BadInput: that is no name.
            Conflict: another has this name.
        """
        wanted = _name(name)

        def keep() -> None:
            row = certificate(self._store.db, number)
            _check_free(wanted, {each.name for each in certificates(self._store.db)} - {row.name})
            CertificateRow.update(name=wanted).where(CertificateRow.id == number).execute(self._store.db)

        self._store.write(keep)
        return self.one(number)

    def delete(self, number: int) -> None:
        """Forget one that no site shows.

        Raises:
            NotFound: there is none with this id.
            Conflict: a site shows it.
        """

        def forget() -> None:
            certificate(self._store.db, number)
            for site in shown_by(self._store.db).get(number, ()):
                raise Conflict(f'the site "{site}" shows this certificate; give it another one first')
            CertificateRow.delete().where(CertificateRow.id == number).execute(self._store.db)

        self._write(forget)

    def forget(self, purpose: str) -> None:
        """Forget the self-signed certificate made for something, if there is one; joins the store's transaction."""
        CertificateRow.delete().where(CertificateRow.name == OURS + purpose, CertificateRow.self_signed).execute(self._store.db)

    def own(self, purpose: str, names: Sequence[str]) -> Pair:
        """The self-signed certificate made for something; made now if there is none, if it ends soon, or if names changed.

        Args:
            purpose: what it is for, such as ``site 3``; it is called so in the store. What `replace` put there stays.
            names: what it has to stand for.

        Raises:
            Unavailable: store or box key cannot be used.
        """
        with self._making:
            row = certificate_named(self._store.db, OURS + purpose)
            if row is not None:
                found = facts(row.chain)
                fits = set(found.names) == set(names or (NAMELESS,)) and found.not_after - self._clock.now() > RENEW_BEFORE_S
                if fits or not row.self_signed:
                    return self._opened(row)
            return self._made(purpose, names)

    def renew(self, purpose: str, names: Sequence[str]) -> Pair:
        """Make a self-signed certificate anew, whatever there is.

        Raises:
            Unavailable: store or box key cannot be used.
        """
        with self._making:
            made = self._made(purpose, names)
        self.changed()
        return made

    def judged(self, chain: str | bytes, key: str | bytes) -> Pair:
        """A pair that can be shown now.

        Raises:
            BadInput: the two are not each other's, or it has expired, or is not valid yet.
        """
        given = pair(chain, key)
        trouble = given.facts.trouble((), self._clock.now())
        if trouble:
            raise BadInput(f"this certificate cannot be used: {trouble}", "certificate")
        return given

    def _made(self, purpose: str, names: Sequence[str]) -> Pair:
        made = self_signed(names, self._clock.now())
        values = self._values(made, made_here=True)
        values |= {"name": OURS + purpose, "created_at": values["changed_at"]}

        def keep() -> None:
            row = certificate_named(self._store.db, OURS + purpose)
            if row is None:
                CertificateRow.insert(**values).execute(self._store.db)
            else:
                CertificateRow.update(**values).where(CertificateRow.id == row.id).execute(self._store.db)

        self._store.write(keep)
        return made

    def _opened(self, row: CertificateRow) -> Pair:
        return Pair(row.chain, self._seal.open(row.sealed_key, PURPOSE), facts(row.chain))

    def _values(self, made: Pair, *, made_here: bool) -> dict[str, Any]:
        sealed = self._seal.seal(made.key, PURPOSE)
        return {"self_signed": made_here, "chain": made.chain, "sealed_key": sealed, "changed_at": int(self._clock.now())}

    def _write(self, work: Callable[[], T]) -> T:
        """Write, and tell whoever shows certificates once it is kept."""

        def told() -> T:
            done = work()
            self._store.after_commit(self.changed)
            return done

        return self._store.write(told)


def _kept(row: CertificateRow, sites: Sequence[str]) -> Kept:
    return Kept(row.id, row.name, row.self_signed, row.chain, facts(row.chain), row.created_at, row.changed_at, tuple(sites))


def _name(text: str) -> str:
    name = text.strip()
    if not 1 <= len(name) <= NAME_MOST or not name.isprintable() or name.startswith(OURS):
        raise BadInput(f"{text[:64]!r} cannot be a certificate's name; expected 1 to {NAME_MOST} characters of your own", "name")
    return name


def _check_free(name: str, taken: AbstractSet[str]) -> None:
    if name in taken:
        raise Conflict(f'there is a certificate called "{name}" already; expected another name')
