"""Every kind of page that the portal has, each reached as a guest reaches it; for axe and for pictures."""

import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from routerd.asides.numbers import answer
from routerd.brand.model import Advert, Brand
from routerd.core.settings import Settings
from routerd.core.terms import MIB, Device, Terms
from routerd.guests.people import People
from routerd.portal.kept import Kept
from routerd.portal.live import LivePortal
from routerd.portal.methods.catalogue import CATALOGUE
from routerd.portal.methods.method import Asked, Method, Redirect, Step
from routerd.store.database import Store
from routerd.verification.numbers import Numbers
from routerd.verification.service import Verification
from routerd.vouchers.model import NewVoucher
from routerd.web.server import WebServer, bind_tcp
from tests.fakes.aside import FakeAside
from tests.fakes.carrier import FakeCarrier, FakeKeys
from tests.fakes.clock import FakeClock
from tests.lab.browser import Browser
from tests.portal.conftest import World, make_world, settings_of

SETTINGS = """
[uplink]
interface = "wan0"
[[guest]]
name = "main"
interface = "guest0"
address = "127.0.0.1/8"
down_kbit = 20000
up_kbit = 5000
[portal]
title = "Hotel Example"
methods = ["voucher", "free"]
[portal.free]
download_limit_mb = 100
"""

GALLERY = (
    SETTINGS.replace('"free"]', '"free", "steps"]\nwrong_passcodes = 1000')
    + """
[mail]
host = "mail.hotel.example"
sender = "wifi@hotel.example"
[sms]
provider = "smstools"
[portal.email]
marketing = true
verify = "code"
comments_label = "Room number"
comments_required = true
[portal.mobile]
country = "DE"
countries = ["DE", "FR", "TH"]
"""
)
"""With a method that shows a step, with messages to nowhere, and nobody slowed down for showing refusals."""

LOGO, PHOTO, ADVERT = ("1" * 16, "2" * 16, "3" * 16)
WELCOME = {
    "en": "Welcome to Hotel Example!\nBreakfast is from 7 to 10.\n\nYour voucher is on the key card.",
    "de": "Willkommen im Hotel Example!\nFrühstück gibt es von 7 bis 10.",
    "ar": "مرحباً بكم في فندق Example!\nالفطور من 7 إلى 10.",  # noqa: RUF001 - Arabic
    "th": "ยินดีต้อนรับสู่โรงแรม Example!\nอาหารเช้าเวลา 7 ถึง 10 น.",
    "zh": "欢迎入住 Example 酒店！\n早餐时间 7 点至 10 点。",  # noqa: RUF001 - Chinese
}
TERMS = {"en": "Be kind to the network.\n\nDo nothing unlawful.", "ar": "كن لطيفاً مع الشبكة.\n\nلا تفعل ما يخالف القانون."}  # noqa: RUF001 - Arabic
PLAIN = Brand()
BRANDED = Brand(
    *(LOGO, PHOTO, "#ffcc33", "#5b2333", "#777777"),
    welcome=WELCOME,
    terms=TERMS,
    must_accept=True,
    advert=Advert(ADVERT, "", "Spa, floor 2"),
)


def png(width: int, height: int, red: int, green: int, blue: int) -> bytes:
    """A picture of one colour that darkens downwards."""
    rows = b"".join(
        b"\0" + bytes((red * (height - y) // height, green * (height - y) // height, blue * (height - y) // height)) * width
        for y in range(height)
    )

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


PICTURES = {LOGO: png(96, 96, 91, 35, 51), PHOTO: png(400, 800, 200, 160, 120), ADVERT: png(640, 200, 60, 120, 110)}


class StepMethod(Method):
    """Shows what a step and a way out look like."""

    name = "steps"
    template = "free.tpl"
    more_templates = ("voucher.tpl",)

    def values(self) -> dict[str, object]:
        return {"lasts_s": 60, "down": 0, "up": 0}

    def prepare(self, asked: Asked) -> Step | Redirect:
        if asked.form.get("away"):
            return Redirect(f"{asked.base}/goodbye#elsewhere")
        return Step("voucher.tpl", {"single": True}, "One moment")

    def authenticate(self, asked: Asked) -> Terms:
        return Terms(self.name, asked.device.mac, "nobody", asked.now)


@dataclass
class Hotel:
    """The portal that is looked at.

    Attributes:
        world: its services.
        url: where it is.
        brand: how it looks; may be changed at any moment.
    """

    world: World
    url: str
    portal: LivePortal[Settings]
    brand: Brand = field(default_factory=Brand)
    guests: int = 0
    language: str = "en"

    def newcomer(self) -> None:
        """Another device speaks from the browser's address from now on."""
        self.guests += 1
        self.world.finder.add(Device(f"02:00:00:00:{self.guests >> 8:02x}:{self.guests & 255:02x}", "127.0.0.1", "main"))

    def offer(self, *methods: str) -> None:
        """Offer these methods from now on."""
        settings = self.world.settings
        self.portal.change(replace(settings, portal=replace(settings.portal, methods=methods or settings.portal.methods)))

    def voucher(self, **wanted: object) -> str:
        """A new voucher; returns its username, its passcode is ``pass``."""
        return self.world.vouchers.create(NewVoucher(passcode="pass", **wanted)).username  # type: ignore[arg-type]


@contextmanager
def opened(directory: Path, settings: str = GALLERY) -> Iterator[Hotel]:
    """A hotel on loopback."""
    listener = bind_tcp("127.0.0.1", 0)
    port = listener.getsockname()[1]
    hotel: Hotel
    parsed = settings_of(settings)

    def more(store: Store, clock: FakeClock) -> dict[str, object]:
        carrier, limits = FakeCarrier(), {"mail": parsed.mail, "sms": parsed.sms}
        numbers = Numbers(FakeAside(answer))
        verification = Verification(store, clock, FakeKeys(), mail=carrier, sms=carrier, limits=limits, numbers=numbers)
        return {"people": People(store, clock), "verification": verification}

    world = make_world(
        parsed,
        url=f"sqlite:///{directory}/db",
        more=more,
        port=port,
        methods=(*CATALOGUE, StepMethod),
        brand_of=lambda _network: hotel.brand,
        images=lambda image: ("image/png", PICTURES[image]),
    )
    kept = Kept(world.clock)
    portal = LivePortal(lambda changed: world.rebuild(changed, kept), parsed)
    hotel = Hotel(world, f"http://127.0.0.1:{port}", portal)
    world.store.start()
    server = WebServer("portal", portal, [listener])
    server.start()
    try:
        yield hotel
    finally:
        server.stop()
        world.store.stop()


def sign_in(hotel: Hotel, chromium: Browser, username: str, passcode: str = "pass") -> None:
    chromium.open(f"{hotel.url}/")
    for box in ("voucher",) if hotel.brand.must_accept else ():
        chromium.run(f"(document.getElementById('accept-{box}') ?? {{}}).checked = true")
    chromium.fill(username=username, passcode=passcode)


def _start(hotel: Hotel, chromium: Browser) -> None:
    chromium.open(f"{hotel.url}/")


def _menu(hotel: Hotel, chromium: Browser) -> None:
    chromium.open(f"{hotel.url}/")
    chromium.run("document.querySelector('details').open = true")


def _refused(hotel: Hotel, chromium: Browser) -> None:
    sign_in(hotel, chromium, "nobody")


def _status(hotel: Hotel, chromium: Browser) -> None:
    sign_in(hotel, chromium, hotel.voucher(valid_for="1 day", download_limit_mb=2048))


def _ending(hotel: Hotel, chromium: Browser) -> None:
    sign_in(hotel, chromium, hotel.voucher(valid_for="1 hour", download_limit_mb=100))
    hotel.world.clock.advance(3400)
    next(iter(hotel.world.gate.elements.values())).down = 95 * MIB
    hotel.world.sessions.sweep()
    chromium.open(f"{hotel.url}/status")


def _more(hotel: Hotel, chromium: Browser) -> None:
    _status(hotel, chromium)
    chromium.open(f"{hotel.url}/signin")


def _too_many(hotel: Hotel, chromium: Browser) -> None:
    room = hotel.voucher()
    sign_in(hotel, chromium, room)
    hotel.newcomer()
    chromium.open(f"{hotel.url}/?lang={hotel.language}")
    sign_in(hotel, chromium, room)


def _step(hotel: Hotel, chromium: Browser, away: str = "") -> None:
    chromium.open(f"{hotel.url}/")
    form = "document.querySelector('[name=method][value=steps]').form"
    chromium.run(f"({form}.querySelector('[type=checkbox]') ?? {{}}).checked = true")
    chromium.run(f"{form}.insertAdjacentHTML('beforeend', '<input type=hidden name=away value=\"{away}\">')")
    chromium.press(f"{form}.querySelector('button')")


def _methods(hotel: Hotel, chromium: Browser) -> None:
    hotel.offer("email", "mobile", "radius", "voucher")
    chromium.open(f"{hotel.url}/")


def _email_code(hotel: Hotel, chromium: Browser) -> None:
    hotel.offer("email")
    chromium.open(f"{hotel.url}/")
    chromium.fill(email=f"guest{hotel.guests}@example.com", comments="12")


def _mobile_code(hotel: Hotel, chromium: Browser) -> None:
    hotel.offer("mobile")
    chromium.open(f"{hotel.url}/")
    chromium.run("document.querySelector('[name=country]').value = 'DE'")
    chromium.fill(mobile=f"0151 2345{hotel.guests:04}")


def _goodbye(hotel: Hotel, chromium: Browser) -> None:
    chromium.open(f"{hotel.url}/goodbye")


def _missing(hotel: Hotel, chromium: Browser) -> None:
    chromium.open(f"{hotel.url}/no/such/page")


def _terms(hotel: Hotel, chromium: Browser) -> None:
    chromium.open(f"{hotel.url}/terms")


def _unknown(hotel: Hotel, chromium: Browser) -> None:
    hotel.world.finder.devices.clear()
    chromium.open(f"{hotel.url}/")


PAGES: dict[str, tuple[Brand, Callable[[Hotel, Browser], None]]] = {
    "sign-in": (PLAIN, _start),
    "languages": (PLAIN, _menu),
    "refused": (PLAIN, _refused),
    "status": (PLAIN, _status),
    "ending": (PLAIN, _ending),
    "more": (PLAIN, _more),
    "too-many-devices": (PLAIN, _too_many),
    "step": (PLAIN, _step),
    "methods": (PLAIN, _methods),
    "branded-methods": (BRANDED, _methods),
    "email-code": (PLAIN, _email_code),
    "mobile-code": (PLAIN, _mobile_code),
    "goodbye": (PLAIN, _goodbye),
    "missing": (PLAIN, _missing),
    "unknown-device": (PLAIN, _unknown),
    "branded-sign-in": (BRANDED, _start),
    "branded-languages": (BRANDED, _menu),
    "branded-terms": (BRANDED, _terms),
    "branded-status": (BRANDED, _status),
}


def show(name: str, hotel: Hotel, chromium: Browser, language: str = "en") -> None:
    """Bring a page onto the screen for a new guest who has chosen a language."""
    brand, reach = PAGES[name]
    hotel.brand, hotel.language = brand, language
    hotel.offer()
    for online in hotel.world.sessions.online():
        hotel.world.sessions.end(online.session.id, "logout")
    hotel.newcomer()
    chromium.open(f"{hotel.url}/?lang={language}")
    reach(hotel, chromium)
