"""Which site a host belongs to."""

import pytest

from routerd.edge.plan import Plan, Site

SITES = {
    "exact": ("www.example.test", "EXAMPLE.test."),
    "below": ("*.example.test",),
    "deeper": ("*.shop.example.test",),
    "again": ("www.example.test", "*.example.test", "else.test"),
}


@pytest.mark.parametrize(
    ("host", "site"),
    [
        (b"www.example.test", "exact"),
        (b"example.test", "exact"),
        (b"api.example.test", "below"),
        (b"a.b.example.test", "below"),
        (b"shop.example.test", "below"),
        (b"a.shop.example.test", "deeper"),
        (b"a.b.shop.example.test", "deeper"),
        (b"else.test", "again"),
        (b"notexample.test", None),
        (b"test", None),
        (b"", None),
    ],
)
@pytest.mark.parametrize("last", [False, True])
def test_exact_names_come_first_then_the_longest_wildcard_then_the_star(host, site, last):
    sites = tuple(Site(name, hosts, ()) for name, hosts in SITES.items())
    plan = Plan((*sites, Site("last", ("*",), ())) if last else sites)
    found = plan.site(host)
    assert (found and found.name) == (site or ("last" if last else None))


def test_sites_are_found_by_name():
    sites = (Site("a", ("a.test",), ()), Site("a", ("b.test",), ()))
    assert Plan(sites).named("a") is sites[0]
    assert Plan(sites).named("b") is None
