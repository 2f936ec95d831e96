"""(d) How exactly limits hold: what passes beyond a quota at full speed, and rates over any five seconds from the first second on.

A rate is judged by whole IP packets as they arrive at the receiver's interface, which is what shaping counts; what the application
reads, without headers and after retransmissions have filled the gaps, is told beside it.
"""

import time

from tests.bench import traffic
from tests.bench.figures import Figure, at_most
from tests.bench.site import Site, site
from tests.bench.streams import Arrivals, Sniffer, Stream
from tests.lab.device import Device
from tests.lab.namespace import Namespace

QUOTA_MB = 100
QUOTA_OCTETS = QUOTA_MB * 1024 * 1024
QUOTA_RUNS = 3
OVERSHOOT_MOST = 1.0
RATES_KBIT = (1_000, 10_000, 100_000)
WINDOW_S, RUN_S = 5.0, 9.0
OFF_MOST = 5.0
PORT = 7000


def run() -> list[Figure]:
    """The figures."""
    with site(0, guests=len(RATES_KBIT)) as here:
        figures = [_quota(here, down=down) for down in (True, False)]
        kick(here, here.devices[0])
        _sign_in_shaped(here)
        for offload in (True, False):
            traffic.offload(_interfaces(here), offload)
            for down in (True, False):
                figures += _rates(here, down=down, offload=offload)
    return figures


def kick(here: Site, device: Device) -> None:
    """End the device's session, if it has one."""
    if device.mac in here.gateway.active():
        here.control("/kick", who=device.mac)


def _quota(here: Site, *, down: bool) -> Figure:
    """The most payload that passed beyond the quota, in per cent of it."""
    device = here.devices[0]
    passed = []
    for number in range(QUOTA_RUNS):
        kick(here, device)
        here.sign_in(device, **{"download_limit" if down else "upload_limit": QUOTA_MB})
        stream = Stream(device.where, here.lab.net, PORT + number, down=down)
        stream.start()
        stream.wait_silence(1.0, 30)
        stream.close()
        passed.append(stream.arrived.octets)
    beyond = max(0.0, (max(passed) / QUOTA_OCTETS - 1) * 100)
    rate = passed[-1] * 8e-9 / (stream.arrived.last_at - stream.arrived.first_at)
    note = f"payload {min(passed) / QUOTA_OCTETS:.4f}–{max(passed) / QUOTA_OCTETS:.4f} of the quota, at {rate:.1f} Gbit/s"
    return at_most(f"quota overshoot, {'download' if down else 'upload'}", beyond, "%", OVERSHOOT_MOST, note)


def _sign_in_shaped(here: Site) -> None:
    for device, kbit in zip(here.devices, RATES_KBIT, strict=True):
        here.sign_in(device, down_kbit=kbit, up_kbit=kbit)


def _rates(here: Site, *, down: bool, offload: bool) -> list[Figure]:
    """All rates at the same time, each with a guest of its own."""
    ports = [PORT + 100 + at for at in range(len(RATES_KBIT))]
    sniffers = [Sniffer(device.where, [port]) for device, port in zip(here.devices, ports, strict=True)] if down else []
    sniffers = sniffers or [Sniffer(here.lab.net, ports)]
    streams = [Stream(device.where, here.lab.net, port, down=down) for device, port in zip(here.devices, ports, strict=True)]
    for stream in streams:
        stream.start()
    time.sleep(RUN_S)
    for each in (*streams, *sniffers):
        each.close()
    packets = {port: arrivals for sniffer in sniffers for port, arrivals in sniffer.arrived.items()}
    name = f"{'down' if down else 'up'}, GSO {'on' if offload else 'off'}: worst 5 s"
    return [
        _rate(f"{kbit // 1000} Mbit/s {name}", packets[port], stream.arrived, kbit)
        for port, stream, kbit in zip(ports, streams, RATES_KBIT, strict=True)
    ]


def _rate(name: str, packets: Arrivals, payload: Arrivals, kbit: int) -> Figure:
    whole, inside = ([(rate * 8 / (kbit * 1000) - 1) * 100 for rate in arrivals.rates(WINDOW_S)] for arrivals in (packets, payload))
    note = f"IP {min(whole):+.1f} to {max(whole):+.1f} %, payload {min(inside):+.1f} to {max(inside):+.1f} %"
    return at_most(name, max(map(abs, whole)), "% off", OFF_MOST, note)


def _interfaces(here: Site) -> dict[Namespace, tuple[str, ...]]:
    ports = tuple(f"guest0p{number}" for number in range(1, len(here.devices) + 1))
    return {**{device.where: ("eth0",) for device in here.devices}, here.lab.gw: ("guest0", *ports, "wan0"), here.lab.net: ("eth0",)}
