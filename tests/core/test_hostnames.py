import pytest

from routerd.core.errors import BadInput
from routerd.core.hostnames import covers, host_name, host_names


@pytest.mark.parametrize(
    ("written", "borne"),
    [
        ("Example.COM", "example.com"),
        ("example.com.", "example.com"),
        ("straße.de", "xn--strae-oqa.de"),
        ("*.BÜCHER.example", "*.xn--bcher-kva.example"),
        ("_dmarc.example.com", "_dmarc.example.com"),
        ("localhost", "localhost"),
        ("10.0.0.1", "10.0.0.1"),
        ("FD00::1", "[fd00::1]"),
        ("[fd00:0::1]", "[fd00::1]"),
        ("*", "*"),
    ],
)
def test_a_name_is_what_requests_bear(written, borne):
    assert host_name(written) == borne
    assert host_name(borne) == borne


@pytest.mark.parametrize(
    "written",
    ["", ".", "a..b", "-a.com", "a.com:80", "http://a.com", "a/b", "*.com", "*a.com", "a.*.com", "a" * 64 + ".com", "ü..ö", "xn--\xff"],
)
def test_what_is_no_name_is_refused(written):
    with pytest.raises(BadInput, match="expected a name"):
        host_name(written)


def test_names_come_between_commas_semicolons_and_line_ends_each_once():
    assert host_names("a.com, b.com;c.com\nA.com") == ("a.com", "b.com", "c.com")


@pytest.mark.parametrize(
    ("name", "host", "stands"),
    [
        ("a.com", "A.com", True),
        ("*.a.com", "b.a.com", True),
        ("*.a.com", "a.com", False),
        ("*.a.com", "c.b.a.com", False),
        ("*.a.com", "*.a.com", True),
    ],
)
def test_a_wildcard_stands_for_one_label(name, host, stands):
    assert covers(name, host) is stands
