"""Sites and the box's own doors as the edge is told of them."""

import socket

import pytest

from routerd.app import fronting, fronts
from routerd.app.announcing import Announced
from routerd.app.fronting import Own
from routerd.app.lasting import EdgePart, Lasting
from routerd.core.edge import EdgeSettings
from routerd.core.errors import Misconfigured
from routerd.core.settings import Settings, parse
from routerd.core.targets import targets
from routerd.edge.plan import Plan
from routerd.sites.certificates import self_signed
from routerd.sites.model import Site
from routerd.sites.service import Served
from tests.sites.authority import NOW

PAIR = self_signed(("example.com",), NOW)


def site(name: str, *domain: str, **more: object) -> Site:
    return Site(name, domain, targets("http://10.0.0.5:8080/app, https://b.internal weight=2"), **more)  # type: ignore[arg-type]


def test_a_site_is_told_with_its_servers_and_its_oldest_tls() -> None:
    served = Served(site("main", "example.com", https=True, tls_min="1.3", sticky=True, health_path="/h", force_https=True), PAIR)
    plan = fronting.plan([served], EdgeSettings(https=("127.0.0.1:8443",)), None)
    told = plan.site(b"example.com")
    assert told is not None
    assert [(each.scheme, each.host, each.port, each.prefix, each.weight) for each in told.upstreams] == [
        ("http", "10.0.0.5", 8080, "/app", 1),
        ("https", "b.internal", 443, "", 2),
    ]
    assert (told.force_https, told.sticky, told.health.path, plan.https_port) == (True, True, "/h", 8443)
    assert (plan.certificates[0].least, plan.certificates[0].chain) == ("1.3", PAIR.chain.encode())


def test_without_a_certificate_nobody_is_sent_on_to_tls() -> None:
    plan = fronting.plan([Served(site("main", "example.com", force_https=True))], EdgeSettings(http=("127.0.0.1:80",)), None)
    assert plan.site(b"example.com").force_https is False
    assert plan.certificates == ()


@pytest.mark.parametrize(
    ("domains", "fallback"),
    [((("a.com",), ("b.com",)), 0), ((("a.com",), ("*",)), 1)],
)
def test_whoever_names_no_site_is_shown_the_one_for_all_or_the_first(domains: tuple[tuple[str, ...], ...], fallback: int) -> None:
    served = [Served(site(str(at), *names), PAIR) for at, names in enumerate(domains)]
    plan = fronting.plan(served, EdgeSettings(), None)
    assert ["*" in each.names for each in plan.certificates] == [at == fallback for at in range(len(domains))]


def test_own_doors_are_no_site_of_any_host_and_show_their_certificate_to_nobody_else(tmp_path) -> None:
    plan = fronting.plan([Served(site("main", "*"), PAIR)], EdgeSettings(), None, [Own(fronts.ADMIN, tmp_path / "s", PAIR, 7)])
    assert plan.site(b"anything.example").name == "main"
    door = plan.named(fronts.ADMIN)
    assert (door.upstreams[0].unix, door.hsts_s, door.hosts, door.guard) == (str(tmp_path / "s"), 7, (), None)
    assert [each.site for each in plan.certificates] == ["", fronts.ADMIN]


LAN = '[lan]\ninterface = "lan0"\naddress = "192.168.10.1/24"\n[management]\nhttps = ["0.0.0.0:8443"]\nnames = ["gate.example"]\n'


@pytest.mark.parametrize(
    ("edge", "lan"),
    [
        ("", True),
        ('[edge]\nhttps = ["10.0.0.1:443"]', True),
        ('[edge]\nhttps = ["192.168.10.1:443"]', False),
        ('[edge]\nhttps = ["0.0.0.0:443"]', False),
    ],
)
def test_the_page_has_port_443_of_the_lan_unless_sites_have_it(edge: str, lan: bool) -> None:
    settings, problems = parse(LAN + edge)
    assert problems == []
    found = fronts.admin_addresses(settings, 443)
    assert found == (("0.0.0.0", 8443, ""), *((("192.168.10.1", 443, ""),) if lan else ()))
    assert {"gate.example", "localhost", "192.168.10.1"} <= set(fronts.admin_names(settings))
    assert "0.0.0.0" not in fronts.admin_names(settings)


def test_a_portal_that_must_not_be_told_of_is_as_one_without_an_address() -> None:
    settings, _ = parse('[portal]\nhttps_url = "https://p.example"\ncertificate = "/c"\nkey = "/k"')
    fit = Announced(trouble="expired").fit(settings)
    assert (fit.portal.https_url, fit.portal.certificate) == ("", "")
    assert Announced().fit(settings) is settings


class FakeEdge:
    """Writes down what happens to it."""

    def __init__(self, said: list[str], name: str, *, broken: bool = False) -> None:
        self.said, self.name, self.broken = said, name, broken

    def use(self, plan: Plan) -> None:
        self.said.append(f"{self.name} serves {len(plan.sites)}")

    def start(self) -> None:
        if self.broken:
            raise Misconfigured("the address is taken")
        self.said.append(f"{self.name} starts")

    def stop(self) -> None:
        self.said.append(f"{self.name} stops")


def part(lasting: Lasting, said: list[str], name: str, key: str, sites: int, *, broken: bool = False) -> EdgePart:
    plan = Plan(tuple(fronting._site(Served(site(str(at), f"{at}.com")), None) for at in range(sites)))
    return EdgePart(lasting, key, lambda _sockets: FakeEdge(said, name, broken=broken), lambda: plan)  # type: ignore[arg-type,return-value]


def test_the_edge_goes_on_while_an_application_takes_anothers_place() -> None:
    said: list[str] = []
    lasting = Lasting()
    first, second = part(lasting, said, "one", "same", 1), part(lasting, said, "two", "same", 2)
    first.start()
    lasting.again = True
    first.stop()
    second.start()
    second.refresh()
    lasting.again = False
    second.stop()
    assert said == ["one serves 1", "one starts", "one serves 2", "one serves 2", "one stops"]


def test_an_edge_that_listens_elsewhere_takes_its_place() -> None:
    said: list[str] = []
    lasting = Lasting()
    first, second = part(lasting, said, "one", "here", 1), part(lasting, said, "two", "there", 1)
    first.start()
    lasting.again = True
    first.stop()
    second.start()
    assert said[2:] == ["one stops", "two serves 1", "two starts"]
    lasting.end()
    assert said[-1] == "two stops"


def test_an_edge_that_cannot_start_leaves_no_socket_behind() -> None:
    lasting, opened = Lasting(), socket.socket()

    def make(sockets: list[socket.socket]) -> FakeEdge:
        sockets.append(opened)
        return FakeEdge([], "one", broken=True)

    with pytest.raises(Misconfigured):
        EdgePart(lasting, "key", make, Plan).start()  # type: ignore[arg-type]
    assert opened.fileno() == -1


def test_settings_without_https_have_no_own_doors() -> None:
    assert fronts.admin_addresses(Settings(), 443) == ()
