"""A guest's device: joins by DHCP and SLAAC, is met by the portal, signs in, surfs. What a person with a phone does, as methods."""

import contextlib
import json
import os
import ssl
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from tests.lab import http, packets
from tests.lab import plan as place
from tests.lab.namespace import Namespace, end
from tests.lab.network import Layout
from tests.lab.plan import GuestNet

SCRIPT = Path(__file__).with_name("udhcpc.sh")
PROBE = "http://connectivitycheck.gstatic.com/generate_204"
NAME = "www.example.com"
"""A name of the outside world that every test may use; leads to the lab's web server."""


class Device:
    """One guest.

    Args:
        lab: where it lives.
        number: which guest of its network, from 1.
        net: name of its network; the first one unless given.
    """

    def __init__(self, lab: Layout, number: int = 1, net: str = "") -> None:
        self.lab = lab
        self.net: GuestNet = next(candidate for candidate in lab.plan.nets if net in ("", candidate.name))
        self.where: Namespace = lab.guests[self.net.name][number - 1]
        self.mac = _mac(self.where)
        self.lease: dict[str, str] = {}
        self.trust: ssl.SSLContext | None = None
        """For https; None: the system's authorities."""
        self._note = lab.directory / f"lease-{self.where.name}"

    # joining ----------------------------------------------------------------------------------------------------------------------
    def join(self, hostname: str = "", extra: tuple[str, ...] = ()) -> dict[str, str]:
        """Get an IPv4 lease; returns it as udhcpc's words (ip, router, dns, lease, opt114 …)."""
        words = ["udhcpc", "-i", "eth0", "-f", "-n", "-q", "-t", "8", "-T", "1", "-s", str(SCRIPT), "-O", "114", *extra]
        if hostname:
            words += ["-x", f"hostname:{hostname}"]
        self.where.run(*words, env={**os.environ, "LEASE_NOTE": str(self._note)}, timeout=30)
        self.lease = dict(line.partition("=")[::2] for line in self._note.read_text(encoding="utf-8").splitlines())
        return self.lease

    def renew(self) -> dict[str, str]:
        """Ask for the same address again, keeping it meanwhile."""
        return self.join(extra=("-r", self.address))

    def leave(self) -> None:
        """Forget the address, as a device out of range does."""
        self.where.ip("-4", "address", "flush", "dev", "eth0")

    def configure(self, address: str) -> None:
        """Take an IPv4 address by hand, without asking anybody."""
        self.leave()
        self.where.batch([f"address add {address}/24 dev eth0", f"route replace default via {self.net.gateway} dev eth0 onlink"])
        self.where.resolvers([self.net.gateway])

    def set_mac(self, mac: str) -> None:
        """Change the device's MAC address; its IPv6 addresses go with it."""
        self.where.batch(["link set eth0 down", f"link set eth0 address {mac}", "link set eth0 up"])
        self.mac = mac

    @property
    def address(self) -> str:
        """Its IPv4 address; empty when it has none."""
        return _first(self._addresses("inet"))

    @property
    def address6(self) -> str:
        """Its global IPv6 address that is ready for use; empty when it has none."""
        return _first(self._addresses("inet6"))

    def _addresses(self, family: str) -> list[str]:
        links = json.loads(self.where.ip("-j", "address", "show", "dev", "eth0"))
        entries = [entry for link in links for entry in link.get("addr_info", ()) if entry.get("family") == family]
        return [str(entry["local"]) for entry in entries if entry["scope"] == "global" and not entry.get("tentative")]

    def wait_address6(self, wait_s: float = 8) -> str:
        """Wait for SLAAC; empty when nothing came."""
        wait(lambda: self.address6, wait_s)
        return self.address6

    # asking -----------------------------------------------------------------------------------------------------------------------
    def resolve(self, name: str, kind: str = "A") -> packets.Answer:
        """Ask the gateway's name server, three times at most, as a stub resolver does."""
        answer = packets.Answer(-2)
        for _ in range(3):
            answer = packets.dns(self.where, self.net.gateway, name, kind)
            if answer.code != -2:
                break
        return answer

    def _lookup(self, host: str) -> str:
        if host.replace(".", "").isdigit() or ":" in host:
            return host
        answer = self.resolve(host)
        if not answer.addresses:
            raise OSError(f"{host} leads nowhere: {answer}")
        return answer.addresses[0]

    def get(self, url: str, *, headers: Mapping[str, str] | None = None, timeout: float = 5, follow: bool = False) -> http.Reply:
        """Fetch a page over HTTP, names through the gateway's name server."""
        return http.fetch(self.where, url, self._lookup, headers=headers, timeout=timeout, follow=follow, trust=self.trust)

    def post(self, url: str, body: bytes, *, follow: bool = True) -> http.Reply:
        """Send a form."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return http.fetch(self.where, url, self._lookup, body=body, headers=kind, follow=follow, trust=self.trust)

    def curl(self, *words: str, timeout: float = 20) -> "subprocess.CompletedProcess[str]":
        """The real thing; never raises for its exit code."""
        return self.where.run("curl", "-sS", "-m", str(timeout), *words, check=False, timeout=timeout + 5)

    def probe(self) -> http.Reply:
        """Ask what Android asks to see whether it is online."""
        return self.get(PROBE, timeout=3)

    @property
    def online(self) -> bool:
        """Whether the outside world answers in person."""
        reply = self.get(f"http://{place.NET_ADDRESS}/whoami", timeout=2)
        return reply.status == 200 and reply.text == place.UPLINK_ADDRESS

    @property
    def online6(self) -> bool:
        """The same over IPv6."""
        reply = self.get(f"http://[{place.NET_ADDRESS6}]/whoami", timeout=2)
        return reply.status == 200 and reply.text == place.UPLINK_ADDRESS6

    # the portal -------------------------------------------------------------------------------------------------------------------
    def portal(self) -> http.Reply:
        """The page that a person who opens any http address is led to."""
        return self.get(f"http://{NAME}/", follow=True)

    def sign_in(self, username: str, passcode: str) -> http.Reply:
        """Fill in the voucher form; the page that follows."""
        return self.submit(self.portal(), {"username": username, "passcode": passcode})

    def sign_in_free(self) -> http.Reply:
        """Click the free button; the page that follows."""
        page = self.portal()
        return self.submit(page, {}, wanted="free")

    def submit(self, page: http.Reply, values: Mapping[str, str], wanted: str = "") -> http.Reply:
        """Send the first form that has all of `values`' fields, or whose action or fields contain `wanted`."""
        for form in http.forms(page.text):
            fits = wanted in form.action or wanted in form.fields.values() if wanted else values.keys() <= form.fields.keys()
            if form.method == "post" and fits:
                return self.post(urljoin(page.url, form.action), form.encode(values))
        raise AssertionError(f"no form for {wanted or set(values)} at {page.url}: {page.status} {page.error}\n{page.text[:3000]}")

    def portal_url(self, path: str) -> str:
        """An address on the portal, by the gateway's own address."""
        return f"http://{self.net.gateway}{path}"

    def portal_home(self) -> str:
        """scheme://host of the page that guests are led to."""
        parts = urlsplit(self.portal().url)
        return f"{parts.scheme}://{parts.netloc}"

    def download(self, octets: int, timeout: float = 30) -> tuple[int, float]:
        """Fetch so many octets with curl over one connection; octets that came, and seconds."""
        begun = time.monotonic()
        done = self.curl("-o", "/dev/null", "-w", "%{size_download}", f"http://{place.NET_ADDRESS}/bytes/{octets}", timeout=timeout)
        return int(done.stdout or 0), time.monotonic() - begun

    def reset(self) -> None:
        """End what runs here and forget addresses, neighbours and MAC changes' IPv6 leftovers."""
        end(self.where.pids, grace_s=0.5)
        with contextlib.suppress(RuntimeError):
            self.where.ip("neigh", "flush", "all")
        self.leave()


def wait(condition: Callable[[], object], wait_s: float, every_s: float = 0.05) -> bool:
    """Whether `condition` came true within the time."""
    until = time.monotonic() + wait_s
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(every_s)
    return True


def _mac(where: Namespace) -> str:
    return str(json.loads(where.ip("-j", "link", "show", "dev", "eth0"))[0]["address"])


def _first(found: list[str]) -> str:
    return found[0] if found else ""
