"""What operating systems ask to find out whether they are online, and the answer that says so, as data.

Before sign-in every one of these is redirected to the portal like any other request; after sign-in they go to the internet and
this table only serves a device that still reaches the portal (cached DNS, a connection from before). An answer has to be exact
to the octet: Firefox and Apple compare bodies, Android takes a 200 with four octets or less for a failed probe.

Sources: Apple, Microsoft, Debian, GNOME, Kindle: the bodies that those servers send. Android: AOSP NetworkMonitor. Firefox: the
preferences captivedetect.canonicalURL and canonicalContent. NetworkManager: nm-connectivity.c. ConnMan: wispr.c, setting.c.
"""

from dataclasses import dataclass

from routerd.portal.answers import Answer

ANY_PATH = ""
"""Path of a row whose host serves nothing but probes."""

_HTML = (("Content-Type", "text/html"),)
_TEXT = (("Content-Type", "text/plain"),)
_NM_ONLINE = (*_TEXT, ("X-NetworkManager-Status", "online"))

_NO_CONTENT = Answer("204 No Content")
_APPLE = Answer("200 OK", _HTML, b"<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>\n")
_APPLE_OLD = Answer("200 OK", _HTML, b"<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>")
_CONNECT_TEST = Answer("200 OK", _TEXT, b"Microsoft Connect Test")
_NCSI = Answer("200 OK", _TEXT, b"Microsoft NCSI")
_WINDOWS_ONWARD = Answer("302 Found", (("Location", "http://go.microsoft.com/fwlink/?LinkID=219472&clcid=0x409"), *_HTML))
_CANONICAL = Answer("200 OK", _HTML, b'<meta http-equiv="refresh" content="0;url=https://support.mozilla.org/kb/captive-portal"/>')
_SUCCESS = Answer("200 OK", _TEXT, b"success\n")
_KINDLE = Answer(
    "200 OK",
    _HTML,
    b'<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">\n'
    b"<html>\n<head>\n<title>Kindle Reachability Probe Page</title>\n"
    b'<META http-equiv="Content-Type" content="text/html; charset=iso-8859-1">\n'
    b"<!--81ce4465-7167-4dcb-835b-dcc9e44c112a created with python 2.5 uuid.uuid4()-->\n"
    b'</head>\n<body bgcolor="#ffffff" text="#000000">\n81ce4465-7167-4dcb-835b-dcc9e44c112a\n</body>\n</html>\n\n',
)
_GNOME = Answer("200 OK", _NM_ONLINE, b"NetworkManager is online")
_DEBIAN = Answer("200 OK", _NM_ONLINE, b"NetworkManager is online\n")
_UBUNTU = Answer("204 No Content", (("X-NetworkManager-Status", "online"),))
_CONNMAN = Answer("200 OK", (*_HTML, ("X-ConnMan-Status", "online")), b"<html><body>Connectivity OK</body></html>\n")


@dataclass(frozen=True, slots=True)
class Probe:
    """One URL that a client asks.

    Attributes:
        client: who asks.
        host: lower case.
        path: without query, which no client's answer depends on; ANY_PATH for every path.
        online: the answer that says "online".
    """

    client: str
    host: str
    path: str
    online: Answer


PROBES: tuple[Probe, ...] = (
    Probe("Apple", "captive.apple.com", ANY_PATH, _APPLE),
    Probe("Apple", "www.apple.com", "/library/test/success.html", _APPLE_OLD),
    Probe("Android", "connectivitycheck.gstatic.com", "/generate_204", _NO_CONTENT),
    Probe("Android", "connectivitycheck.android.com", "/generate_204", _NO_CONTENT),
    Probe("Android", "www.google.com", "/gen_204", _NO_CONTENT),
    Probe("Android", "www.google.com", "/generate_204", _NO_CONTENT),
    Probe("Android", "play.googleapis.com", "/generate_204", _NO_CONTENT),
    Probe("Chrome OS", "www.gstatic.com", "/generate_204", _NO_CONTENT),
    Probe("Chrome OS", "clients3.google.com", "/generate_204", _NO_CONTENT),
    Probe("Windows", "www.msftconnecttest.com", "/connecttest.txt", _CONNECT_TEST),
    Probe("Windows", "ipv6.msftconnecttest.com", "/connecttest.txt", _CONNECT_TEST),
    Probe("Windows", "www.msftconnecttest.com", "/redirect", _WINDOWS_ONWARD),
    Probe("Windows", "www.msftncsi.com", "/ncsi.txt", _NCSI),
    Probe("Edge", "edge-http.microsoft.com", "/captiveportal/generate_204", _NO_CONTENT),
    Probe("Firefox", "detectportal.firefox.com", "/canonical.html", _CANONICAL),
    Probe("Firefox", "detectportal.firefox.com", "/success.txt", _SUCCESS),
    Probe("Kindle", "spectrum.s3.amazonaws.com", "/kindle-wifi/wifistub.html", _KINDLE),
    Probe("Kindle", "spectrum.s3.amazonaws.com", "/kindle-wifi/wifistub-eink.html", _KINDLE),
    Probe("GNOME", "nmcheck.gnome.org", "/check_network_status.txt", _GNOME),
    Probe("Debian", "network-test.debian.org", "/nm", _DEBIAN),
    Probe("Ubuntu", "connectivity-check.ubuntu.com", ANY_PATH, _UBUNTU),
    Probe("ConnMan", "ipv4.connman.net", "/online/status.html", _CONNMAN),
    Probe("ConnMan", "ipv6.connman.net", "/online/status.html", _CONNMAN),
)

_BY_URL = {(probe.host, probe.path): probe for probe in PROBES}
_BY_PATH = {probe.path: probe for probe in reversed(PROBES) if probe.path != ANY_PATH}
_BY_PATH["/hotspot-detect.html"] = _BY_URL["captive.apple.com", ANY_PATH]


def probe_for(host: str, path: str) -> Probe | None:
    """The row that a request matches.

    Args:
        host: the request's host, lower case, without port.
        path: the request's path without query.
    """
    return _BY_URL.get((host, path)) or _BY_URL.get((host, ANY_PATH))


def probe_at(path: str) -> Probe | None:
    """The row for a probe that was sent to the portal's own address: there only its path is left to tell by."""
    return _BY_PATH.get(path)
