import pytest

from routerd.web.behind import behind
from routerd.web.onward import onward


def answered(app, **environ):
    said = {}

    def start_response(status, headers):
        said.update(status=status, headers=dict(headers))

    body = b"".join(app({"REQUEST_METHOD": "GET", "PATH_INFO": "/", **environ}, start_response))
    return said["status"][:3], said["headers"], body


@pytest.mark.parametrize(
    ("host", "uri", "to"),
    [
        ("192.168.10.1", "/admin/?a=b", "https://192.168.10.1:8443/admin/?a=b"),
        ("192.168.10.1:80", "/", "https://192.168.10.1:8443/"),
        ("[fd00::1]:80", "/", "https://[fd00::1]:8443/"),
        ("Gate.Example.com.", "/", "https://gate.example.com:8443/"),
        ("gate.example.com", "//evil.example/", "https://gate.example.com:8443/"),
        ("gate.example.com", "http://evil.example/", "https://gate.example.com:8443/"),
    ],
)
def test_whoever_asks_by_plain_http_is_sent_to_the_same_place_by_tls(host, uri, to):
    status, headers, _ = answered(onward(8443, ["gate.example.com"]), HTTP_HOST=host, REQUEST_URI=uri)
    assert (status, headers["Location"]) == ("308", to)


@pytest.mark.parametrize("host", ["evil.example", "", "evil.example:80", "gate.example.com.evil.example"])
def test_a_strangers_name_leads_nowhere(host):
    status, headers, _ = answered(onward(443, ["gate.example.com"]), HTTP_HOST=host)
    assert status == "403"
    assert "Location" not in headers


def told(environ, start_response):
    start_response("200 OK", [])
    return [f"{environ['REMOTE_ADDR']} {environ['wsgi.url_scheme']} {environ.get('HTTP_X_REAL_IP')}".encode()]


def test_what_the_edge_says_of_the_client_counts_and_goes_no_further():
    status, _, body = answered(behind(told), HTTP_X_REAL_IP="FD00::7", REMOTE_ADDR="localhost")
    assert (status, body) == ("200", b"fd00::7 https None")


@pytest.mark.parametrize("said", ["", "a, b", "127.0.0.1, 10.0.0.1", "localhost"])
def test_without_the_edges_word_nothing_is_answered(said):
    assert answered(behind(told), HTTP_X_REAL_IP=said)[0] == "400"
