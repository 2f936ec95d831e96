"""`routerd-relay`: arguments, settings, one verb."""

import argparse
import sys

from routerd_relay import commands, nginx
from routerd_relay.settings import Settings, Wrong, load


def main(words: list[str] | None = None) -> int:
    """Run a command; returns the exit status: 0 done, 2 something to mend, 3 a box's wish was refused."""
    arguments = _parser().parse_args(words)
    try:
        said = _run(arguments, load())
    except Wrong as error:
        print(error, file=sys.stderr)
        return 2
    except PermissionError as error:
        print(f"{error}: this needs root", file=sys.stderr)
        return 2
    if said:
        print(said, flush=True)
    return 3 if arguments.verb == "name" and said != "ok" else 0


def _run(arguments: argparse.Namespace, settings: Settings) -> str:
    if arguments.verb == "enrol":
        return commands.enrol(settings, arguments.box, " ".join(arguments.key))
    if arguments.verb == "list":
        return commands.listing(settings, as_json=arguments.json)
    if arguments.verb == "name":
        return commands.rename(settings, arguments.box, arguments.name, arguments.allowed)
    if arguments.verb in {"rotate", "revoke"}:
        return {"rotate": commands.rotate, "revoke": commands.revoke}[arguments.verb](settings, arguments.box)
    {"apply": commands.apply, "reload": nginx.reload}[arguments.verb](settings)
    return ""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="routerd-relay", description="The boxes that may be reached through this relay.")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="COMMAND")
    enrol = verbs.add_parser("enrol", help="let a box in; prints the block for its configuration")
    enrol.add_argument("box", help="what to call it here")
    enrol.add_argument("key", nargs="+", help="its public key, as `routerd tunnel show` prints it")
    listing = verbs.add_parser("list", help="show all boxes")
    listing.add_argument("--json", action="store_true", help="as JSON")
    for verb, words in (("rotate", "withdraw a box's name; it takes another"), ("revoke", "shut a box out at once")):
        verbs.add_parser(verb, help=words).add_argument("box")
    verbs.add_parser("apply", help="write the configuration of sshd and nginx from the settings")
    verbs.add_parser("reload", help="have nginx read the names again (systemd does)")
    name = verbs.add_parser("name", help="what a box says of itself (its session does)")
    name.add_argument("box")
    name.add_argument("name")
    name.add_argument("allowed", choices=("post", "get"))
    return parser


if __name__ == "__main__":
    sys.exit(main())
