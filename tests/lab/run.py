"""`make run`: a lab with routerd in its gateway, for a person to look at. Ctrl-C takes all of it down again."""

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from tests.lab import plan as place
from tests.lab.gateway import Gateway
from tests.lab.network import Lab
from tests.lab.plan import Plan

TAG = "run"
PLAN = Plan(management=True)
VOUCHERS = (
    ("preset", ()),
    ("one-day", ("--valid-for", "1 day", "--devices", "2")),
    ("small", ("--valid-for", "always", "--download-limit", "200", "--upload-limit", "50")),
)
"""Comment and options of the vouchers that are sold before anybody asks."""

URL = f"http://{place.MANAGEMENT_GATEWAY}:{place.MANAGEMENT_PORT}"
SETTINGS = {
    "portal": {"title": "Hotel Example", "venue_info_url": f"http://{place.NET_ADDRESS}/"},
    "daemon": {"log_level": "info"},
}


def main() -> int:
    """Build, show, wait, take down."""
    if os.geteuid():
        print("The lab needs root, for network namespaces: use sudo.", file=sys.stderr)
        return 1
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    begun = time.monotonic()
    try:
        lab = Lab(PLAN, arguments(__doc__).parse_args().tag)
    except FileExistsError:
        print("A lab is running already: use it with `make guest`, or end it with Ctrl-C in its own terminal.", file=sys.stderr)
        return 1
    gateway = Gateway(lab, SETTINGS)
    try:
        gateway.start()
        _show(gateway, _seed(gateway), time.monotonic() - begun)
        _follow(gateway)
    except SystemExit:
        print("\nTaking the lab down.", flush=True)
    finally:
        _close(gateway, lab)
    return 0


def arguments(what: str | None) -> argparse.ArgumentParser:
    """What `make run` and `make guest` both take: the lab's name, for those who want more than one."""
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("--tag", default=TAG, help="name of the lab, at most 10 letters or digits (default: %(default)s)")
    return parser


def _seed(gateway: Gateway) -> list[dict[str, str]]:
    vouchers = []
    for comment, options in VOUCHERS:
        vouchers.append(sell(gateway, "--comment", comment, *options))
    gateway.api_on()
    (gateway.lab.directory / "key").write_text(gateway.key, encoding="ascii")
    return vouchers


def sell(gateway: Gateway, *options: str) -> dict[str, str]:
    """A voucher from the command line, as its --json says it."""
    return dict(json.loads(gateway.cli("voucher", "add", *options, "--json").stdout)["vouchers"][0])


def _show(gateway: Gateway, vouchers: Sequence[dict[str, str]], took_s: float) -> None:
    api = f"curl -s {URL}/api/ -H 'Content-Type: application/json' \\"
    status = f"sudo ip netns exec {gateway.where.name} {_short(sys.executable)} -m routerd status --config {gateway.config}"
    lines = [
        f"\nThe lab is up after {took_s:.1f} s: routerd in namespace {gateway.where.name}, three guests, a LAN host, an uplink.",
        f"\nAdmin page and action API, from this machine:  {URL}/",
        "\nThe action API:",
        f"  {api}",
        f'    -d \'{{"api-key": "{gateway.key}", "action": "get_voucher_users"}}\'',
        "\nVouchers:",
        *(f"  username {v['username']:12} passcode {v['passcode']:12} {v.get('valid_for', '')}" for v in vouchers),
        "\nPlay a guest, in a second terminal:  sudo make guest",
        f"Be one yourself:                     sudo ip netns exec {gateway.lab.guests['main'][2].name} bash",
        f"The daemon's own command line:       {status}",
        "\nCtrl-C ends it all. What the daemon says:\n",
    ]
    print("\n".join(lines), flush=True)


def _short(path: str) -> str:
    """Relative to where make was called, when it lies below."""
    here = Path.cwd()
    return str(Path(path).relative_to(here)) if Path(path).is_relative_to(here) else path


def _follow(gateway: Gateway) -> None:
    """Print the daemon's log until somebody ends us; say so when the daemon ends."""
    with gateway.log.open(encoding="utf-8", errors="replace") as log:
        while True:
            for line in log:
                print(f"  {line}", end="", flush=True)
            if not Path(f"/proc/{gateway.pid}").exists():
                print("routerd has ended.", flush=True)
                return
            time.sleep(0.3)


def _close(gateway: Gateway, lab: Lab) -> None:
    """Nothing may interrupt this, or it would leave things behind."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    gateway.stop()
    lab.close()


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    sys.exit(main())
