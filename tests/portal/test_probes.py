"""Every probe of every client: sent to the portal before sign-in, answered as its client expects after it."""

import pytest

from routerd.portal.probes import PROBES, Probe
from routerd.vouchers.model import NewVoucher

# The table of what each client takes for "online", written out once more from its source, not from the code under test.
# client, URL, status, body (None: any), header that must be there
EXPECTED = [
    ("Apple", "captive.apple.com/hotspot-detect.html", 200, b"<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>\n", ""),
    ("Apple", "captive.apple.com/", 200, b"<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>\n", ""),
    ("Apple", "www.apple.com/library/test/success.html", 200, b"<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>", ""),
    ("Android", "connectivitycheck.gstatic.com/generate_204", 204, b"", ""),
    ("Android", "connectivitycheck.android.com/generate_204", 204, b"", ""),
    ("Android", "www.google.com/gen_204", 204, b"", ""),
    ("Android", "www.google.com/generate_204", 204, b"", ""),
    ("Android", "play.googleapis.com/generate_204", 204, b"", ""),
    ("Chrome OS", "www.gstatic.com/generate_204", 204, b"", ""),
    ("Chrome OS", "clients3.google.com/generate_204", 204, b"", ""),
    ("Windows", "www.msftconnecttest.com/connecttest.txt", 200, b"Microsoft Connect Test", ""),
    ("Windows", "ipv6.msftconnecttest.com/connecttest.txt", 200, b"Microsoft Connect Test", ""),
    ("Windows", "www.msftconnecttest.com/redirect", 302, None, "Location: http://go.microsoft.com/fwlink/?LinkID=219472&clcid=0x409"),
    ("Windows", "www.msftncsi.com/ncsi.txt", 200, b"Microsoft NCSI", ""),
    ("Edge", "edge-http.microsoft.com/captiveportal/generate_204", 204, b"", ""),
    (
        "Firefox",
        "detectportal.firefox.com/canonical.html",
        200,
        b'<meta http-equiv="refresh" content="0;url=https://support.mozilla.org/kb/captive-portal"/>',
        "",
    ),
    ("Firefox", "detectportal.firefox.com/success.txt?ipv4", 200, b"success\n", ""),
    ("Firefox", "detectportal.firefox.com/success.txt?ipv6", 200, b"success\n", ""),
    ("Kindle", "spectrum.s3.amazonaws.com/kindle-wifi/wifistub.html", 200, None, ""),
    ("Kindle", "spectrum.s3.amazonaws.com/kindle-wifi/wifistub-eink.html", 200, None, ""),
    ("GNOME", "nmcheck.gnome.org/check_network_status.txt", 200, b"NetworkManager is online", "X-NetworkManager-Status: online"),
    ("Debian", "network-test.debian.org/nm", 200, b"NetworkManager is online\n", "X-NetworkManager-Status: online"),
    ("Ubuntu", "connectivity-check.ubuntu.com/", 204, b"", "X-NetworkManager-Status: online"),
    ("ConnMan", "ipv4.connman.net/online/status.html", 200, None, "X-ConnMan-Status: online"),
    ("ConnMan", "ipv6.connman.net/online/status.html", 200, None, "X-ConnMan-Status: online"),
]
IDS = [row[1] for row in EXPECTED]


@pytest.mark.parametrize(("client", "url", "status", "body", "header"), EXPECTED, ids=IDS)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_probe_is_redirected_before_sign_in_and_answered_after(world, client, url, status, body, header, method) -> None:
    guest = world.guest()
    host, slash, path = url.partition("/")

    before = guest.send(method, slash + path, host=host)
    assert before.status == 302
    assert before.location == "http://192.168.88.1/"
    assert before.headers["Cache-Control"] == "no-store"

    assert guest.submit("free").status == 303
    after = guest.send(method, slash + path, host=host)
    assert after.status == status
    assert after.headers["Cache-Control"] == "no-store"
    if header:
        name, _, value = header.partition(": ")
        assert after.headers[name] == value
    if method == "HEAD":
        assert after.body == b""
    elif body is not None:
        assert after.body == body
    elif client == "Kindle":
        assert b"81ce4465-7167-4dcb-835b-dcc9e44c112a" in after.body


def test_every_row_of_the_table_is_among_the_expectations() -> None:
    for probe in PROBES:
        assert any(url.startswith(probe.host + probe.path) and client == probe.client for client, url, *_ in EXPECTED), probe


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.host + probe.path)
def test_no_online_answer_is_a_200_that_android_takes_for_a_failure(probe: Probe) -> None:
    if probe.online.status.startswith("200"):
        assert len(probe.online.body) > 4
    if probe.online.status.startswith("204"):
        assert probe.online.body == b""


def test_androids_probe_meets_a_redirect_and_never_a_short_200(world) -> None:
    guest = world.guest()
    for host in ("connectivitycheck.gstatic.com", "www.google.com", "play.googleapis.com"):
        for path in ("/generate_204", "/gen_204"):
            reply = guest.get(path, host=host)
            assert reply.status == 302
            assert len(reply.body) > 4


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "PROPFIND", "BREW"])
def test_any_method_on_a_foreign_host_is_redirected(world, method) -> None:
    reply = world.guest().send(method, "/anything", host="example.com")
    assert reply.status == 302
    assert reply.location == "http://192.168.88.1/"


def test_a_probe_with_a_port_in_its_host_is_still_that_probe(world) -> None:
    guest = world.guest()
    guest.submit("free")
    assert guest.get("/hotspot-detect.html", host="captive.apple.com:80").body.startswith(b"<HTML>")


def test_a_probe_sent_to_the_portals_own_address_is_answered_likewise(world) -> None:
    guest = world.guest()
    assert guest.get("/generate_204").status == 303
    guest.submit("free")
    assert guest.get("/generate_204").status == 204
    assert guest.get("/hotspot-detect.html").body == b"<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>\n"
    assert guest.get("/connecttest.txt").body == b"Microsoft Connect Test"


def test_after_sign_out_probes_are_redirected_again(world) -> None:
    guest = world.guest()
    world.vouchers.create(NewVoucher(username="room", passcode="pass"))
    guest.submit("voucher", username="room", passcode="pass")
    token = guest.get("/status").field("token")
    assert guest.post("/logout", {"token": token}).location == "/goodbye"
    assert guest.get("/generate_204", host="connectivitycheck.gstatic.com").status == 302
