"""Settings of the cloud endpoint: [tunnel] and [[tunnel.relay]]. `packaging/relay` prints the relay's block when it enrols a box."""

from dataclasses import dataclass

from routerd.core.knobs import knob


@dataclass(frozen=True, slots=True)
class RelaySettings:
    """[[tunnel.relay]]: one host that takes requests from the internet and hands them to this box."""

    host: str = knob(why="the relay's name or address")
    address: str = knob(why="loopback address that the relay gave this box, such as 127.10.0.1")
    host_key: str = knob(why='the relay\'s SSH host key, "ssh-ed25519 AAAA…"; any other is refused')
    port: int = knob(7022, why="TCP port of the relay's sshd", least=1, most=65_535)
    user: str = knob("routerd-relay", why="account on the relay")


@dataclass(frozen=True, slots=True)
class TunnelSettings:
    """[tunnel]: the action API from anywhere, without an open port. Off without a relay; two relays are used at once."""

    domain: str = knob("", why="domain below which this box has its name, such as w-router.com")
    relay: tuple[RelaySettings, ...] = knob((), why="the relays, at most four")
    key_file: str = knob("/var/lib/routerd/tunnel.key", why="this box's SSH key towards the relays; made at first use")
    allow_get: bool = knob(False, why="take GET through the tunnel too, where the key is part of the address; POST alone is safer")
    requests_per_s: int = knob(50, why="requests a second through the tunnel in the long run; more are answered 429", least=1, most=10_000)
