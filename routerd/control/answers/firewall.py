"""The table in the kernel; without a firewall of its own the daemon shows or removes what another run left behind."""

from functools import partial

from routerd.control.answers import Routes
from routerd.control.ports import Services


def routes(services: Services) -> Routes:
    """/firewall and /firewall/remove."""
    return (
        ("GET", "/firewall", partial(_show, services)),
        ("POST", "/firewall/remove", partial(_remove, services)),
    )


def _show(services: Services) -> dict[str, object]:
    if services.firewall:
        return {"table": services.firewall.show()}
    from routerd.firewall.service import show_table  # noqa: PLC0415 - what is switched off is not loaded

    return {"table": show_table()}


def _remove(services: Services) -> dict[str, object]:
    if services.firewall:
        services.firewall.remove()
        return {"removed": True}
    from routerd.firewall.service import remove_table  # noqa: PLC0415 - what is switched off is not loaded

    remove_table()
    return {"removed": True}
