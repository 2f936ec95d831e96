"""The network on the page, against the real door: interfaces, leases, a guest network's speed and fixed addresses, the line's rates."""

from collections.abc import Iterator

import pytest

from tests.admin.house import House
from tests.browser.admin.conftest import SCREENS, Page
from tests.browser.admin.real import NOBODY, looks, objections, opened
from tests.lab.browser import Browser

pytestmark = pytest.mark.browser

Box = tuple[Page, House]


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory, watched: Browser) -> Iterator[Box]:
    with opened(tmp_path_factory.mktemp("box") / "place", watched) as made:
        yield made


@pytest.fixture(params=SCREENS.values(), ids=SCREENS.keys())
def page(request: pytest.FixtureRequest, box: Box) -> Iterator[Page]:
    shown = box[0]
    shown.chromium.screen(*request.param)
    shown.chromium.complaints.clear()
    yield shown
    assert [each for each in shown.chromium.complaints if "Failed to load resource" not in each] == []
    assert shown.chromium.run("window.violations") == []


def test_interfaces_and_guest_networks_are_shown_and_the_line_gets_its_rates(page: Page, box: Box) -> None:
    page.visit("network", "[name='uplink.down_kbit']")
    page.read("No cable")
    page.read("2 of 253")
    page.fits()
    page.chromium.run("document.querySelector('[name=\"uplink.down_kbit\"]').value = 100")
    page.press("Save")
    page.read("Saved.")
    assert box[1].services.preferences.settings.uplink.down_kbit == 100_000
    page.press("Back to the defaults")
    page.chromium.wait("document.querySelector('[name=\"uplink.down_kbit\"]')?.value === ''")
    assert box[1].services.preferences.settings.uplink.down_kbit == 0


def test_leases_are_searched_and_their_names_stay_text(page: Page) -> None:
    page.visit("network/leases", ".listing td")
    page.read("<b>phone</b>")
    page.fits()
    page.write_search("printer")
    page.chromium.wait("document.querySelectorAll('.listing tbody tr').length === 1")
    page.read("192.168.88.9")


def test_a_guest_network_gets_a_speed_and_a_device_its_own_address(page: Page, box: Box) -> None:
    network = lambda: box[1].services.preferences.settings.guest[0]  # noqa: E731 - asked anew each time
    page.visit("network/guest/main", "[name='guest.main.down_kbit']")
    page.fits()
    page.chromium.run("document.querySelector('[name=\"guest.main.down_kbit\"]').value = 20")
    page.chromium.run("document.querySelector('[name=\"guest.main.down_kbit\"]').form.requestSubmit()")
    page.read("Saved.")
    assert network().down_kbit == 20_000
    page.chromium.wait("document.querySelector('[name=\"guest.main.down_kbit\"]')?.form.innerText.includes('Back to the defaults')")
    page.press("Add a device")
    page.chromium.run("""Object.entries({mac: 'aa:bb:cc:dd:ee:01', address: '10.9.9.9', hostname: 'till'}).forEach(([key, value]) => {
        document.querySelector(`dialog [name="guest.main.static.${key}"]`).value = value;
    })""")
    page.press("Save")
    page.see("dialog .error")
    page.chromium.run("document.querySelector('dialog [name=\"guest.main.static.address\"]').value = '192.168.88.5'")
    page.press("Save")
    page.gone("dialog")
    page.read("192.168.88.5")
    assert [(str(each.address), each.hostname) for each in network().static] == [("192.168.88.5", "till")]
    page.press("Remove", ".rows")
    page.read("No fixed addresses yet.")
    box[1].services.preferences.set("guest.main", {"down_kbit": None, "static": None}, NOBODY)


@pytest.mark.parametrize("place", ["network", "network/leases", "network/guest/main"])
def test_axe_objects_to_nothing(page: Page, box: Box, axe: str, place: str) -> None:
    for _ in looks(page, box[1]):
        page.visit(place, "r-network :is(.card, .listing td)")
        page.fits()
        assert objections(page, axe) == []
