"""`make guest`: plays a guest in the lab that `make run` has built, telling each step and what came of it."""

import json
import os
import re
import sys
import time

from tests.lab import http, packets
from tests.lab import plan as place
from tests.lab.device import NAME, PROBE, Device
from tests.lab.gateway import Gateway
from tests.lab.network import Layout
from tests.lab.run import PLAN, arguments, sell

DOWNLOAD = 50 * 1024 * 1024


def main() -> int:
    """One guest's visit, from joining to the status page."""
    parser = arguments(__doc__)
    parser.add_argument("--guest", type=int, choices=(1, 2, 3), help="which of the lab's guests; the next one unless given")
    given = parser.parse_args()
    lab = Layout(PLAN, given.tag)
    if os.geteuid():
        print("The lab needs root: use sudo.", file=sys.stderr)
        return 1
    if not (lab.directory / "key").exists():
        print("No lab is running: start one with `sudo make run` in another terminal.", file=sys.stderr)
        return 1
    gateway = Gateway.running(lab)
    gateway.key = (lab.directory / "key").read_text(encoding="ascii")
    device = Device(lab, given.guest or _next(lab))
    _visit(device, gateway)
    return 0


def _visit(device: Device, gateway: Gateway) -> None:
    _join(device)
    if device.online:
        say("It is still signed in from before: no portal this time. (To see the portal again: sign out first.)")
        _sign_out(device)
    _before(device)
    username, passcode = _voucher(gateway)
    step(f"Signing in with voucher {username}, passcode {passcode}")
    begun = time.monotonic()
    page = device.sign_in(username, passcode)
    say(f"HTTP {page.status} after {1000 * (time.monotonic() - begun):.0f} ms, page {page.url}")
    _after(device)


def _join(device: Device) -> None:
    step(f"A device with MAC {device.mac} joins the guest network")
    begun = time.monotonic()
    lease = device.join(hostname="visitors-phone")
    say(f"DHCP gave {lease['ip']}, router {lease.get('router')}, name server {lease.get('dns')}, after {time.monotonic() - begun:.2f} s")
    say(f"IPv6 by SLAAC: {device.wait_address6() or 'none'}")


def _before(device: Device) -> None:
    step("Not signed in")
    probe = device.probe()
    say(f"Android asks {PROBE}: {probe.status} {probe.headers.get('location', '')}")
    page = device.portal()
    say(f"Whoever opens http://{NAME}/ sees {page.url}: {_title(page)}, {len(page.body)} bytes")
    begun = time.monotonic()
    word = packets.tcp(device.where, place.NET_ADDRESS, 443)
    say(f"HTTPS to the outside: {word} after {1000 * (time.monotonic() - begun):.1f} ms, so no page hangs")
    say(f"Another name server than the gateway's: {_dns_word(packets.dns(device.where, place.NET_ADDRESS, NAME))}")
    say(f"The gateway's action API from here: {packets.tcp(device.where, place.LAN_GATEWAY, 80)}")


def _after(device: Device) -> None:
    step("Signed in")
    probe = device.probe()
    say(f"Android asks again: {probe.status}, {'online' if probe.status == 204 else 'not online'}")
    if device.address6:
        say(f"IPv6 works with the same sign-in: {'yes' if device.online6 else 'no'}")
    octets, seconds = device.download(DOWNLOAD)
    say(f"Downloaded {octets / 1024 / 1024:.0f} MB in {seconds:.2f} s, {octets * 8 / seconds / 1e6:.0f} Mbit/s")
    step("The status page")
    for line in readable(device.get(device.portal_url("/"), follow=True).text):
        say(line)
    reply = device.get(device.portal_url("/"), headers={"Accept": "application/captive+json"}, follow=True)
    if reply.headers.get("content-type", "").startswith("application/captive+json"):
        say(f"The same for machines (RFC 8908): {reply.text.strip()}")


def _sign_out(device: Device) -> None:
    page = device.get(device.portal_url("/"), follow=True)
    device.submit(page, {}, wanted="logout")


def _voucher(gateway: Gateway) -> tuple[str, str]:
    """The first that nobody has used; a new one when all have been."""
    for user in gateway.api("get_voucher_users")["users"]:
        if not user["first_login"]:
            return user["username"], user["password"]
    fresh = sell(gateway, "--valid-for", "1 hour")
    return fresh["username"], fresh["passcode"]


def _next(lab: Layout) -> int:
    """Guests take turns."""
    turn = lab.directory / "turn"
    number = int(turn.read_text(encoding="ascii")) % 3 + 1 if turn.exists() else 1
    turn.write_text(str(number), encoding="ascii")
    return number


def _title(page: http.Reply) -> str:
    found = re.search(r"<title>(.*?)</title>", page.text, re.DOTALL)
    return f'"{found[1].strip()}"' if found else "(no title)"


def _dns_word(answer: packets.Answer) -> str:
    return {-2: "no answer", -1: "refused"}.get(answer.code, json.dumps(answer.addresses))


def readable(page: str) -> list[str]:
    """What a person reads on a page, line by line."""
    body = re.sub(r"(?s)<(head|style|script)\b.*?</\1>", "", page)
    lines = re.sub(r"<[^>]+>", "\n", body).replace("&nbsp;", " ").splitlines()
    return [line.strip() for line in lines if line.strip()]


def step(text: str) -> None:
    """Head of a step."""
    print(f"\n{text}", flush=True)


def say(text: str) -> None:
    """Something that came of it."""
    print(f"  {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
