import pytest

from routerd.core.settings import parse
from routerd.core.verify import verify

EXAMPLE = """
[edge]
http = ["127.0.0.1:18080"]
https = ["127.0.0.1:18443"]
trusted_proxies = []
[waf]
mode = "on"
rules = ["builtin", "/etc/routerd/crs/crs-setup.conf", "/etc/routerd/crs/rules/*.conf"]
audit_log = "/var/log/routerd/waf-audit.jsonl"
[[sites]]
name = "main"
domain = "example.test, www.example.test"
target_url = "http://127.0.0.1:18081"
"""
GUEST = """
[uplink]
interface = "wan0"
[[guest]]
name = "main"
interface = "guest0"
address = "192.168.88.1/24"
address6 = "fd00:88::1/64"
[portal]
https_url = "https://portal.example"
certificate = "/c"
key = "/k"
"""
MORE = '[[sites]]\nname = "{}"\ndomain = {}\ntarget_url = {}\n'


def found(text: str) -> list[str]:
    settings, problems = parse(text)
    return [str(problem) for problem in [*problems, *(verify(settings, ["voucher"]) if settings else ())]]


def test_the_documented_example_is_right():
    settings, problems = parse(EXAMPLE)
    assert problems == []
    assert verify(settings, ["voucher"]) == []
    assert settings.sites[0].domain == ("example.test", "www.example.test")
    assert settings.sites[0].target_url == ("http://127.0.0.1:18081",)


@pytest.mark.parametrize("domain", ['"a.test;b.test\\nc.test"', '["a.test", "b.test", "c.test"]'])
def test_names_and_targets_are_one_text_or_a_list(domain):
    settings, problems = parse(EXAMPLE + MORE.format("more", domain, '["http://a", "http://b weight=2"]'))
    assert problems == []
    assert settings.sites[1].domain == ("a.test", "b.test", "c.test")
    assert verify(settings, ["voucher"]) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (EXAMPLE + MORE.format("main", '"a.test"', '"http://a"'), "sites[1].name"),
        (EXAMPLE + MORE.format("b", '"WWW.example.test"', '"http://a"'), 'a name that the site "main" does not have'),
        (EXAMPLE + MORE.format("b", '"a b_-"', '"http://a"'), "sites[1].domain"),
        (EXAMPLE + MORE.format("b", '"b.test"', '"a:80"'), "sites[1].target_url"),
        (EXAMPLE + MORE.format("b", '"b.test"', '"http://a"') + 'key = "/k"', "certificate and key, or neither"),
        (EXAMPLE.replace("18443", "18080"), "an address and port that edge.http[0] does not have"),
        (EXAMPLE.replace("127.0.0.1:18080", "localhost"), "edge.http[0]"),
        (EXAMPLE.replace("proxies = []", 'proxies = ["10.0.0.0/33"]'), "edge.trusted_proxies[0]"),
        (EXAMPLE.replace("trusted_proxies = []", "proxy_protocol = true"), "edge.trusted_proxies"),
        (EXAMPLE.replace("trusted_proxies = []", "http3 = true").replace("https =", "#https ="), "edge.http3"),
        (EXAMPLE.replace("trusted_proxies = []", "workers = 4"), "edge.workers: found 4, expected 1"),
        (EXAMPLE.replace("https =", "#https =") + "force_https = true", "sites[0].force_https"),
        (EXAMPLE.partition("[waf]")[2].replace('mode = "on"', "[waf]"), "a section [edge]"),
        (EXAMPLE.replace('mode = "on"', 'mode = "yes"'), 'one of "on", "detect", "off"'),
        ("[edge]\nhttps = []\n", "edge.http"),
    ],
)
def test_what_does_not_fit_together_is_told(text, told):
    assert any(told in line for line in found(text)), found(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[portal]\ncertificate = "/c"\nkey = "/k"', "portal.https_url"),
        ('[portal]\nhttps_url = "https://a.example"\nkey = "/k"', "portal.certificate"),
        ('[portal]\nhttps_url = "https://a.example:99999"\ncertificate = "/c"\nkey = "/k"', "an address without port"),
        ('[management]\nhttps = ["a:1"]', "management.https[0]"),
        ('[management]\ncertificate = "/c"\nkey = "/k"', "management.https"),
        (EXAMPLE + '[management]\nlisten = ["0.0.0.0:18443"]', "an address and port that management.listen[0] does not have"),
        (EXAMPLE.replace("127.0.0.1:18080", "0.0.0.0:80") + GUEST, "an address and port that the portal of guest[0] does not have"),
        (
            GUEST.partition("[portal]")[0] + '[management]\nhttps = ["0.0.0.0:443"]',  # guests would reach it: the firewall lets them
            "an address and port that the portal of guest[0] does not have",
        ),
        (EXAMPLE.replace("127.0.0.1:18443", "[::]:443") + GUEST, "edge.https[0]"),
        (EXAMPLE + '[management]\nhttps = ["127.0.0.1:18443"]', "an address and port that management.https[0] does not have"),
    ],
)
def test_what_does_not_fit_the_boxs_own_https_is_told(text, told):
    assert any(told in line for line in found(text)), found(text)
