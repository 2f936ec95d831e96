"""The command line's words: one table of verbs, nothing that is slow to load. Each verb names the module that carries it out."""

import argparse
from pathlib import Path
from typing import TypeAlias

from routerd.core.durations import HOUR_S

DEFAULT_CONFIG = Path("/etc/routerd/routerd.toml")


def parser() -> argparse.ArgumentParser:
    """Everything that `routerd` understands. The result has `verb`, `config`, and what the verb takes."""
    top = argparse.ArgumentParser(prog="routerd", description="Guest Wi-Fi gateway.")
    verbs = top.add_subparsers(dest="verb", metavar="VERB", required=True)
    _verb(verbs, "run", "run the daemon in the foreground")
    _verb(verbs, "check", "name every problem of the configuration file")
    _saving(_verb(verbs, "backup", "write the whole box into one encrypted file"))
    _saving(_verb(verbs, "restore", "have a backup take the box's place at the next start or reload"))
    _json(_verb(verbs, "status", "what the running daemon is doing"))
    _api_access(_verb(verbs, "api-access", "show or change how /api/ may be used, and its key"))
    _voucher(_group(verbs, "voucher", "sell, show and withdraw vouchers"))
    _json(_verb(verbs, "guests", "devices on the guest networks"))
    kick = _verb(verbs, "kick", "end a guest's sessions at once")
    kick.add_argument("who", metavar="MAC|USERNAME")
    for name, does in (("block", "keep a device out, signed in or not"), ("unblock", "let a blocked device sign in again")):
        _verb(verbs, name, does).add_argument("mac", metavar="MAC")
    _bans(verbs)
    firewall = _group(verbs, "firewall", "the table inet routerd in the kernel")
    _verb(firewall, "show", "print it")
    _verb(firewall, "remove", "take it away and stop forwarding for guests")
    _garden(_group(verbs, "garden", "names and addresses that are reachable before sign-in"))
    _admin(_group(verbs, "admin", "accounts of the admin page"))
    _tunnel(_group(verbs, "tunnel", "the cloud endpoint"))
    _waf(_group(verbs, "waf", "rule sets of the web application firewall"))
    return top


Verbs: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - argparse has no public name for it


def _verb(verbs: Verbs, name: str, does: str) -> argparse.ArgumentParser:
    parser = verbs.add_parser(name, help=does, description=does)
    parser.add_argument("--config", type=Path, default=DEFAULT_CONFIG, metavar="FILE", help=f"default: {DEFAULT_CONFIG}")
    return parser


def _group(verbs: Verbs, name: str, does: str) -> Verbs:
    parser = verbs.add_parser(name, help=does, description=does)
    return parser.add_subparsers(dest="what", metavar="VERB", required=True)


def _saving(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--passphrase-file", type=Path, metavar="FILE", help="its first line is the passphrase; default: ask")


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON")


def _api_access(parser: argparse.ArgumentParser) -> None:
    for method in ("post", "get"):
        parser.add_argument(f"--{method}", choices=("on", "off"), help=f"answer {method.upper()} requests")
    parser.add_argument("--rotate-key", action="store_true", help="make a new key; the old one is wrong from then on")
    _json(parser)


def _admin(verbs: Verbs) -> None:
    _json(_verb(verbs, "list", "every account"))
    reset = _verb(verbs, "reset-password", "give an account a new random password, and print it")
    reset.add_argument("name", metavar="NAME")
    reset.add_argument("--without-code", action="store_true", help="turn its second factor off as well")


def _voucher(verbs: Verbs) -> None:
    add = _verb(verbs, "add", "make vouchers")
    for name, what in (
        ("username", "default: a random one"),
        ("passcode", "default: a random one"),
        ("fullname", "default: a random one"),
        ("valid-for", "'always', '1 hour' … '365 days'; default: the preset in [vouchers]"),
        ("valid-from", "'YYYY-MM-DD HH:MM:SS' in local time; default: now"),
        ("comment", "a note"),
        ("batch", "a name that vouchers made together share"),
    ):
        add.add_argument(f"--{name}", metavar="TEXT", help=what)
    for name, what in (
        ("download-limit", "MB that may be downloaded; default: unlimited"),
        ("upload-limit", "MB that may be uploaded; default: unlimited"),
        ("down-kbit", "kbit/s towards the guest; default: the network's"),
        ("up-kbit", "kbit/s from the guest; default: the network's"),
        ("devices", "devices at once; default: the preset in [vouchers]"),
    ):
        add.add_argument(f"--{name}", type=int, metavar="N", help=what)
    add.add_argument("--count", type=int, default=1, metavar="N", help="how many; default: 1")
    _json(add)
    _json(_verb(verbs, "list", "every voucher"))
    _verb(verbs, "remove", "withdraw a voucher and end its sessions").add_argument("username", metavar="USERNAME")


def _bans(verbs: Verbs) -> None:
    _json(_verb(verbs, "bans", "clients that are kept out of every site for a while"))
    ban = _verb(verbs, "ban", "keep a client out of every site for a while")
    ban.add_argument("address", metavar="ADDRESS", help="such as 203.0.113.7; of IPv6 the whole /64 counts")
    ban.add_argument("--seconds", type=int, default=HOUR_S, metavar="N", help=f"how long; default: {HOUR_S}")
    ban.add_argument("--reason", default="", metavar="TEXT", help="what logs call it; default: banned by hand")
    _verb(verbs, "unban", "let a banned client in again").add_argument("address", metavar="ADDRESS")


def _tunnel(verbs: Verbs) -> None:
    _json(_verb(verbs, "show", "the endpoint, this box's key to enrol, and each relay"))
    _verb(verbs, "rotate", "take another name; the old one answers 404 from then on")


def _waf(verbs: Verbs) -> None:
    paths = "builtin, a rule file, a folder with crs-setup.conf, *.conf and rules/*.conf, or a release of such as .tar.gz or .zip"
    test = _verb(verbs, "test", "name every fault of a rule set, and run FTW tests on it")
    test.add_argument("paths", nargs="+", type=Path, metavar="FILE|DIR", help=f"in order, each {paths}")
    test.add_argument(
        "--ftw", action="append", type=Path, metavar="FILE|DIR", help="tests; default: those in releases and below tests/ in folders"
    )
    test.add_argument("--only", default="", metavar="REGEX", help="run tests whose name, such as 942100-3, matches")
    explain = _verb(verbs, "explain", "show which rules looked at what in a request, and why it scored")
    explain.add_argument("request", type=Path, metavar="REQUEST_FILE", help="a request as it goes over the wire; lines may end in LF")
    explain.add_argument("--rules", action="append", required=True, type=Path, metavar="FILE|DIR", help=f"in order, each {paths}")
    _json(_verb(verbs, "status", "which rules the running daemon judges by, and what is wrong with their files"))
    _json(_verb(verbs, "reload", "have the running daemon read its rules again; what has a fault changes nothing"))
    explain.add_argument("--every", action="store_true", help="show every value that every rule looked at, matched or not")


def _garden(verbs: Verbs) -> None:
    _json(_verb(verbs, "list", "every entry"))
    for name, does in (("add", "let a name (with all below it), an address or a prefix be reached"), ("remove", "take one away")):
        _verb(verbs, name, does).add_argument("target", metavar="NAME|ADDRESS")
