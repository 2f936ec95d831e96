"""The relay's settings: one INI file, each key checked when it is read. Nothing else knows where anything is."""

import configparser
import ipaddress
import os
import re
from dataclasses import dataclass
from pathlib import Path

PLACE = "/etc/routerd-relay/relay.conf"


class Wrong(Exception):
    """Something that the operator has to mend; the message says what and how."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The file.

    Attributes:
        place: of the file itself.
        domain: below which boxes have their names.
        certificate: PEM file of the wildcard certificate, with its chain.
        key: PEM file of its key.
        https: addresses and ports that nginx listens on.
        ssh: addresses and ports that sshd listens on.
        pool: loopback prefix that boxes get their addresses from.
        requests_per_s: requests a second for each box.
        user: account that boxes sign in to.
        state: directory of what must be kept; the account's own, so nothing that root trusts may be in it.
        log: directory of nginx's logs.
        run: directory of what need not.
        libexec: directory of the scripts that sshd runs.
        nginx: file that nginx includes.
        nginx_pid: file with the process id of nginx.
    """

    place: Path
    domain: str
    certificate: Path
    key: Path
    https: tuple[str, ...]
    ssh: tuple[str, ...]
    pool: ipaddress.IPv4Network
    requests_per_s: int
    user: str
    state: Path
    log: Path
    run: Path
    libexec: Path
    nginx: Path
    nginx_pid: Path


DEFAULTS = {
    "https": "443",
    "ssh": "7022",
    "pool": "127.16.0.0/12",
    "requests_per_s": "200",
    "user": "routerd-relay",
    "state": "/var/lib/routerd-relay",
    "log": "/var/log/nginx",
    "run": "/run/routerd-relay",
    "libexec": "/usr/lib/routerd-relay",
    "nginx": "/etc/nginx/conf.d/routerd-relay.conf",
    "nginx_pid": "/run/nginx.pid",
}


def load(place: str = "") -> Settings:
    """Read the file.

    Args:
        place: of the file; empty: $ROUTERD_RELAY_CONF, else PLACE.

    Raises:
        Wrong: a key is missing, unknown or wrong.
    """
    path = Path(place or os.environ.get("ROUTERD_RELAY_CONF", PLACE))
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(path.read_text(encoding="utf-8"), str(path))
    except (OSError, configparser.Error) as error:
        raise Wrong(f"{path}: {error}") from error
    if parser.sections() != ["relay"]:
        raise Wrong(f"{path}: found the sections {parser.sections()}, expected [relay] alone")
    given = DEFAULTS | dict(parser["relay"])
    known = [name for name in Settings.__annotations__ if name != "place"]
    if unknown := set(given) - set(known):
        raise Wrong(f"{path}: unknown keys: {', '.join(sorted(unknown))}")
    if missing := [name for name in known if not given.get(name)]:
        raise Wrong(f"{path}: missing: {', '.join(missing)}")
    return _checked(path, given)


def _checked(place: Path, given: dict[str, str]) -> Settings:
    domain = given["domain"].lower().strip(".")
    if not re.fullmatch(r"([a-z0-9-]+\.)+[a-z0-9-]+", domain):
        raise Wrong(f"domain: found '{domain}', expected a name such as w-router.com")
    if not re.fullmatch(r"[a-z_][a-z0-9_-]{0,31}", given["user"]):
        raise Wrong(f"user: found '{given['user']}', expected an account name")
    try:
        pool = ipaddress.IPv4Network(given["pool"])
        rate = int(given["requests_per_s"])
    except ValueError as error:
        raise Wrong(str(error)) from error
    if not pool.subnet_of(ipaddress.IPv4Network("127.0.0.0/8")) or ipaddress.IPv4Address("127.0.0.1") in pool:
        raise Wrong(f"pool: found {pool}, expected a prefix inside 127.0.0.0/8 without 127.0.0.1")
    if not 1 <= rate <= 100_000:
        raise Wrong(f"requests_per_s: found {rate}, expected 1 to 100000")
    paths = {name: Path(given[name]) for name in ("certificate", "key", "state", "log", "run", "libexec", "nginx", "nginx_pid")}
    lists = {name: tuple(given[name].split()) for name in ("https", "ssh")}
    return Settings(place=place, domain=domain, pool=pool, requests_per_s=rate, user=given["user"], **paths, **lists)
