"""The command line: arguments, and the one module that carries out the verb, loaded only then.

Exit status: 0 done; 1 it failed, or the daemon is not running; 2 the command line or the configuration is wrong.
"""

import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from routerd.control.arguments import parser
from routerd.core.errors import BadInput, Misconfigured, RouterdError

COMMANDS = {
    "status": ("status", "run"),
    "api-access": ("access", "run"),
    "admin list": ("admin", "listing"),
    "admin reset-password": ("admin", "reset_password"),
    "voucher add": ("vouchers", "add"),
    "voucher list": ("vouchers", "listing"),
    "voucher remove": ("vouchers", "remove"),
    "guests": ("guests", "run"),
    "kick": ("guests", "kick"),
    "block": ("guests", "block"),
    "unblock": ("guests", "unblock"),
    "bans": ("bans", "listing"),
    "ban": ("bans", "ban"),
    "unban": ("bans", "unban"),
    "firewall show": ("firewall", "show"),
    "firewall remove": ("firewall", "remove"),
    "garden list": ("garden", "listing"),
    "garden add": ("garden", "add"),
    "garden remove": ("garden", "remove"),
    "tunnel show": ("tunnel", "show"),
    "tunnel rotate": ("tunnel", "rotate"),
    "waf test": ("waf", "test"),
    "waf explain": ("waf", "explain"),
    "waf status": ("rules", "status"),
    "waf reload": ("rules", "reload"),
}
"""Verb to module and function under `routerd.control.commands`."""


def main(words: Sequence[str] | None = None) -> int:
    """Carry out a command line; returns the exit status."""
    arguments = parser().parse_args(words)
    try:
        status = _carry_out(arguments)
        sys.stdout.flush()
    except (BadInput, Misconfigured) as error:
        return _complain(error, 2)
    except RouterdError as error:
        return _complain(error, 1)
    except BrokenPipeError:  # piped into head: nobody reads on, which is no failure
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    return status


def _carry_out(arguments: Namespace) -> int:
    if arguments.verb == "run":
        return _run(arguments.config)
    if arguments.verb == "check":
        return _check(arguments.config)
    if arguments.verb in ("backup", "restore"):
        return _save(arguments)
    verb = " ".join(filter(None, (arguments.verb, getattr(arguments, "what", None))))
    module, function = COMMANDS[verb]
    status: int = getattr(import_module(f"routerd.control.commands.{module}"), function)(arguments)
    return status


def _run(config: Path) -> int:
    from routerd.app.check import check  # noqa: PLC0415 - other verbs start faster without it
    from routerd.app.run import serve  # noqa: PLC0415 - likewise

    settings, problems = check(config)
    if settings is None:
        raise Misconfigured("\n".join(problems))
    return serve(settings, config)


def _save(arguments: Namespace) -> int:
    from routerd.app import saving  # noqa: PLC0415 - other verbs start faster without it

    work = saving.back_up if arguments.verb == "backup" else saving.restore
    return work(arguments.config, arguments.file, arguments.passphrase_file)


def _check(config: Path) -> int:
    from routerd.app.check import check  # noqa: PLC0415 - other verbs start faster without it

    settings, problems = check(config)
    if settings is not None:
        from routerd.app.thorough import faults  # noqa: PLC0415 - looks into certificates and rules
        from routerd.core.clock import SystemClock  # noqa: PLC0415 - likewise

        problems = [f"{config}: {fault}" for fault in faults(settings, SystemClock())]
    sys.stdout.write("".join(f"{problem}\n" for problem in problems) or "ok\n")
    return 2 if problems else 0


def _complain(error: RouterdError, status: int) -> int:
    sys.stdout.flush()
    sys.stderr.write("".join(f"routerd: {line}\n" for line in str(error).splitlines()))
    return status


if __name__ == "__main__":
    sys.exit(main())
