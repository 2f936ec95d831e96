"""The owner's brand for each network, and the pictures in it. Kept in the store; brands are answered from memory.

The admin door changes it; the portal asks `of` for every page and `picture` for every picture. A change counts from the next page on.
"""

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from routerd.brand.document import Unfit, brand_of, document_of
from routerd.brand.drawing import BOUNDS, drawn
from routerd.brand.model import Brand
from routerd.brand.records import BrandRow, PictureRow
from routerd.core.clock import Clock
from routerd.core.errors import BadInput, Conflict, NotFound
from routerd.store.database import Store

PICTURES_MOST = 24
"""12 MB of the store at most: a logo, a background and an advert for eight networks."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One stored picture, without its content."""

    id: str
    kind: str
    media_type: str
    width: int
    height: int
    octets: int
    created_at: int
    used: bool


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change did, for the audit trail."""

    before: Mapping[str, Any]
    after: Mapping[str, Any]


class Brands:
    """The brands.

    Args:
        store: where they are kept.
        clock: dates changes.
        languages: codes of the portal's languages.
        networks: names of the guest networks.
    """

    def __init__(self, store: Store, clock: Clock, languages: Sequence[str], networks: Sequence[str]) -> None:
        self._store = store
        self._clock = clock
        self._languages = tuple(languages)
        self._networks = frozenset(networks)
        self._reading = threading.Lock()
        self._refresh()

    def of(self, network: str) -> Brand:
        """What guests of a network see: its own brand over that of all networks."""
        return self._shown.get(network, self._own.get("", Brand()))

    def own(self, network: str) -> Brand:
        """What was set for this network alone; for all of them when it is empty.

        Raises:
            NotFound: there is no such network.
        """
        self._known(network)
        return self._own.get(network, Brand())

    def draft(self, network: str, document: Any) -> Brand:
        """What guests of a network would see with a page that is not stored.

        Raises:
            Unfit: it cannot be shown.
            NotFound: there is no such network.
        """
        self._known(network)
        brand = self._checked(document)
        return brand.over(self._own.get("", Brand())) if network else brand

    def set(self, network: str, document: Any) -> Changed:
        """Replace a network's brand.

        Raises:
            Unfit: it cannot be shown; nothing was changed.
            NotFound: there is no such network.
        """
        self._known(network)

        def work() -> Changed:
            brand = self._checked(document)
            before = self._stored().get(network, Brand())
            if brand == Brand():
                BrandRow.delete().where(BrandRow.network == network).execute(self._store.db)
            else:
                text = json.dumps(document_of(brand), ensure_ascii=False)
                row = BrandRow.insert(network=network, document=text, changed_at=int(self._clock.now()))
                row.on_conflict("REPLACE").execute(self._store.db)
            self._store.after_commit(self._refresh)
            return Changed(document_of(before), document_of(brand))

        return self._store.write(work)

    def pictures(self) -> list[Picture]:
        """All pictures, newest first."""
        octets = PictureRow.content
        rows = PictureRow.select(
            PictureRow.id, PictureRow.kind, PictureRow.media_type, PictureRow.width, PictureRow.height, octets, PictureRow.created_at
        ).order_by(PictureRow.created_at.desc(), PictureRow.id)
        used = self._used()
        return [
            Picture(number, kind, media_type, width, height, len(content), created_at, number in used)
            for number, kind, media_type, width, height, content, created_at in rows.tuples().execute(self._store.db)
        ]

    def picture(self, number: str) -> tuple[str, bytes]:
        """A picture's media type and content.

        Raises:
            NotFound: there is none of that id.
        """
        rows = PictureRow.select(PictureRow.media_type, PictureRow.content).where(PictureRow.id == number).tuples()
        for media_type, content in rows.execute(self._store.db):
            return media_type, bytes(content)
        raise NotFound("there is no such picture")

    def add(self, kind: str, raw: bytes) -> Picture:
        """Keep an uploaded picture, made anew; the same one again is no second one.

        Raises:
            BadInput: it is no picture that can be taken.
            Conflict: there are too many.
        """
        if kind not in BOUNDS:
            raise BadInput(f"'{kind[:32]}' is no kind of picture; expected one of {', '.join(BOUNDS)}")
        self._check_room()  # before the work
        made = drawn(raw, kind)
        now = int(self._clock.now())

        def work() -> None:
            if PictureRow.select().where(PictureRow.id == made.id).exists(self._store.db):
                return
            self._check_room()
            PictureRow.insert(
                id=made.id,
                kind=kind,
                media_type=made.media_type,
                width=made.width,
                height=made.height,
                content=made.content,
                created_at=now,
            ).execute(self._store.db)

        self._store.write(work)
        return next(each for each in self.pictures() if each.id == made.id)

    def drop(self, number: str) -> None:
        """Delete a picture.

        Raises:
            NotFound: there is none of that id.
            Conflict: a page shows it.
        """

        def work() -> None:
            if number in self._used():
                raise Conflict("a page shows this picture; take it off the page first")
            if not PictureRow.delete().where(PictureRow.id == number).execute(self._store.db):
                raise NotFound("there is no such picture")

        self._store.write(work)

    def _known(self, network: str) -> None:
        if network and network not in self._networks:
            raise NotFound(f"there is no guest network '{network[:32]}'")

    def _checked(self, document: Any) -> Brand:
        brand = brand_of(document, self._languages)
        there = {number for (number,) in PictureRow.select(PictureRow.id).tuples().execute(self._store.db)}
        for name, number in (("logo", brand.logo), ("background", brand.background), ("advert.image", brand.advert.image)):
            if number and number not in there:
                raise Unfit(name, f"{name}: there is no such picture; upload it first")
        return brand

    def _check_room(self) -> None:
        if PictureRow.select().count(self._store.db) >= PICTURES_MOST:
            raise Conflict(f"there are {PICTURES_MOST} pictures already; delete one that no page shows")

    def _used(self) -> frozenset[str]:
        return frozenset(number for brand in self._stored().values() for number in brand.images())

    def _stored(self) -> dict[str, Brand]:
        """Every network's own brand; one that a newer version wrote otherwise counts as none."""
        found: dict[str, Brand] = {}
        for network, text in BrandRow.select(BrandRow.network, BrandRow.document).tuples().execute(self._store.db):
            try:
                found[network] = brand_of(json.loads(text), self._languages)
            except (ValueError, BadInput):
                continue
        return found

    def _refresh(self) -> None:
        with self._reading:
            own = self._stored()
            base = own.get("", Brand())
            self._shown = {network: own[network].over(base) if network in own else base for network in self._networks}
            self._own = own
