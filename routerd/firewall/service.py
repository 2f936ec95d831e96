"""The firewall's verbs: the table as a whole, the gate that sessions open and close, whose address is whose, the walled garden.

Fulfils `sessions.ports.Gate`, `network.ports.Binder`, `network.ports.Garden` and `social.ports.Doorway`; called by those domains'
services, by the control door and by `firewall.guard`. Policy is text in `rules/`; who is let through is elements of its sets.
Thread-safe. Never flushes live guests: a restart finds the table as it was and leaves it alone when it is the right one.
"""

import logging
import threading
from collections.abc import Sequence

from routerd.core.clock import Clock
from routerd.core.errors import Unavailable
from routerd.core.settings import Settings
from routerd.core.terms import Pass, PassKey, Requota, Usage
from routerd.firewall import keys, passes, signing, table
from routerd.firewall.change import Change
from routerd.firewall.idle import Idle
from routerd.firewall.networks import Networks
from routerd.firewall.ruleset import GARDEN_MARK, SESSION_MARK, TABLE, Ruleset, compile_ruleset
from routerd.firewall.shaping import CLASS_DOWN, Shaping
from routerd.firewall.table import remove_table, show_table
from routerd.kernel import conntrack, elements, nfnetlink, objects, rules
from routerd.kernel.elements import Element

__all__ = ["Firewall", "remove_table", "show_table"]

log = logging.getLogger(__name__)

GARDEN4, GARDEN6 = "garden4_prefixes", "garden6_prefixes"


class Firewall:
    """The gateway's firewall.

    Args:
        settings: verified; with an uplink and at least one guest network.
        clock: for idle times.

    Raises:
        Misconfigured: the rules are not where they were installed.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._lock = threading.RLock()
        self._settings = settings
        self._clock = clock
        self._networks = Networks(settings.guest)
        self._idle = Idle()
        self._shaping = Shaping(settings, self._networks, self._switch_shaping)
        self._removed = True

    # --- the table as a whole ---------------------------------------------------------------------------------------------------

    def install(self) -> bool:
        """Enforce the settings. A table that is as it should be is left untouched; elements stay in any case.

        Returns:
            True when there was no table before: it holds no session, binding or garden yet.

        Raises:
            Unavailable: nft refused; what was there is unchanged.
            Misconfigured: nft is not installed.
        """
        with self._lock:
            if table.has_set(CLASS_DOWN):
                self._shaping.adopt()
            fresh = table.load(self._ruleset())
            self._removed = False
            rules.permit(self._networks.interfaces())
            return fresh

    def reconfigure(self, settings: Settings) -> None:
        """Enforce other settings from now on; sessions stay.

        Raises:
            Unavailable: nft refused; the old settings stay enforced.
        """
        with self._lock:
            before = self._settings
            self._take(settings)
            try:
                self.install()
            except Exception:
                self._take(before)
                raise

    def _take(self, settings: Settings) -> None:
        self._settings, self._networks = settings, Networks(settings.guest)
        self._shaping.reconfigure(self._settings, self._networks)

    def intact(self) -> bool:
        """Whether the kernel's table is as `install` left it, or is meant to be gone.

        Raises:
            Unavailable: the kernel could not be asked.
        """
        with self._lock:
            return self._removed or table.intact(self._ruleset())

    def show(self) -> str:
        """The table as nft prints it; empty when there is none.

        Raises:
            Unavailable: nft failed.
        """
        return show_table()

    def remove(self) -> None:
        """Take the table away for good, and forwarding from guests with it, until `install`.

        Raises:
            Unavailable: the kernel refused.
        """
        with self._lock:
            rules.forbid(self._networks.interfaces())
            self._removed = True
            remove_table()
            self._shaping.remove()

    @property
    def removed(self) -> bool:
        """Whether there is meant to be no table."""
        return self._removed

    def places(self) -> dict[str, int]:
        """Interface numbers of the guest networks whose interface is there; another one means that elements have to be made anew."""
        return {name: index for index, name in self._networks.names().items()}

    def counters(self) -> dict[str, tuple[int, int]]:
        """Packets and octets dropped or refused, by reason.

        Raises:
            Unavailable: the kernel could not be asked.
        """
        return objects.counters(TABLE)

    def sizes(self) -> dict[str, tuple[int, int]]:
        """How many elements each set holds, and how many it can.

        Raises:
            Unavailable: the kernel could not be asked.
        """
        with self._lock:
            ruleset = self._ruleset()
        return table.sizes(ruleset)

    def rules(self) -> str:
        """The table as nft prints it, without what its sets hold; empty when there is none.

        Raises:
            Unavailable: nft failed.
        """
        return table.show_rules()

    def _ruleset(self) -> Ruleset:
        return compile_ruleset(self._settings, shaping=self._shaping.active)

    def _switch_shaping(self) -> None:
        if not self._removed:
            table.load(self._ruleset())

    # --- the gate ---------------------------------------------------------------------------------------------------------------

    def open(self, passes_: Sequence[Pass]) -> None:
        """Let sessions through; see `sessions.ports.Gate.open`."""
        with self._lock:
            self._shaping.set(passes_)
            passes.opening(passes_, self._networks).apply()
            for each in passes_:
                self._idle.opened(each.mark, each.up_used_octets)

    def requota(self, passes_: Sequence[Pass]) -> Sequence[Requota]:
        """Change quotas, time and rates of open sessions; see `sessions.ports.Gate.requota`."""
        with self._lock:
            self._shaping.set(passes_)
            return passes.requota(passes_, self._networks)

    def close(self, keys_: Sequence[PassKey]) -> Sequence[Usage]:
        """End sessions at once; see `sessions.ports.Gate.close`."""
        with self._lock:
            removed = passes.closing(keys_, self._networks).apply()
            for key in keys_:
                conntrack.forget_mark(SESSION_MARK | key.mark)
            self._shaping.clear(keys_)
            self._idle.closed(key.mark for key in keys_)
            return passes.final(keys_, removed, self._networks)

    def usage(self) -> Sequence[Usage]:
        """Everything that the kernel holds; see `sessions.ports.Gate.usage`."""
        with self._lock:
            if self._removed:
                raise Unavailable("the firewall was removed by hand")
            return passes.usage(self._networks, self._idle, self._clock.monotonic())

    # --- whose address is whose -------------------------------------------------------------------------------------------------

    def bind(self, network: str, mac: str, address: str) -> None:
        """Let a device speak from an address.

        Raises:
            Unavailable: the kernel refused, or the network's interface is missing.
        """
        self.bind_many([(network, mac, address)])

    def bind_many(self, bindings: Sequence[tuple[str, str, str]]) -> None:
        """Like `bind` for many (network, mac, address), in one transaction."""
        grouped: dict[str, list[Element]] = {"bound4": [], "bound6": []}
        for network, mac, address in bindings:
            name, key = keys.bound_key(self._networks.index(network), mac, address)
            grouped[name].append(Element(key))
        with self._lock:
            nfnetlink.transact([message for name, each in grouped.items() for message in elements.adding(TABLE, name, each)])

    def unbind(self, network: str, mac: str, address: str) -> None:
        """Let it no longer, and forget the connections that it began: they are only checked when they begin.

        Raises:
            Unavailable: the kernel refused.
        """
        with self._lock:
            Change(drop=[keys.bound_key(self._networks.index(network), mac, address)]).apply()
        conntrack.forget_source(address)

    def bindings(self) -> set[tuple[str, str]]:
        """Every (mac, address) that the kernel holds, on interfaces that are there.

        Raises:
            Unavailable: the kernel could not be asked.
        """
        known = self._networks.names()
        found = (keys.bound_parts(element.key) for name in ("bound4", "bound6") for element in elements.dump(TABLE, name))
        return {(mac, address) for index, mac, address in found if index in known}

    def block(self, mac: str) -> None:
        """Drop everything that a device sends, but for running sessions: whoever blocks a device ends its session.

        Raises:
            Unavailable: the kernel refused.
        """
        with self._lock:
            nfnetlink.transact(elements.adding(TABLE, "blocked", [Element(keys.mac_octets(mac))]))

    def unblock(self, mac: str) -> None:
        """Take `block` back; not blocked is no error.

        Raises:
            Unavailable: the kernel refused.
        """
        with self._lock:
            Change(drop=[("blocked", keys.mac_octets(mac))]).apply()

    # --- the walled garden ------------------------------------------------------------------------------------------------------

    def garden(self, addresses: Sequence[str]) -> None:
        """Make these literal addresses and prefixes, and no other literal ones, reachable before sign-in.

        Raises:
            Unavailable: the kernel refused.
        """
        wanted = dict(zip((GARDEN4, GARDEN6), keys.intervals(list(addresses)), strict=True))
        with self._lock:
            nfnetlink.transact(
                [m for name, each in wanted.items() for m in (elements.emptying(TABLE, name), *elements.adding(TABLE, name, each))]
            )
        conntrack.forget_mark(GARDEN_MARK)

    def forget_garden_names(self) -> None:
        """Close every address that a name of the garden led to; dnsmasq opens those of names that stay when they are asked for.

        Raises:
            Unavailable: the kernel refused.
        """
        with self._lock:
            nfnetlink.transact([elements.emptying(TABLE, name) for name in ("garden4", "garden6")])
        conntrack.forget_mark(GARDEN_MARK)

    # --- who is signing in with a provider --------------------------------------------------------------------------------------

    def let_out(self, network: str, mac: str, ttl_s: float) -> None:
        """Let one device reach the providers of accounts for so long, to sign in there.

        Raises:
            Unavailable: the kernel refused, or the network's interface is missing.
        """
        with self._lock:
            signing.opening(keys.device_key(self._networks.index(network), mac), ttl_s).apply()

    def shut_out(self, network: str, mac: str) -> None:
        """Take `let_out` back, and end what is under way there; not let out is no error.

        Raises:
            Unavailable: the kernel refused.
        """
        with self._lock:
            change, mark = signing.closing(keys.device_key(self._networks.index(network), mac))
            change.apply()
        if mark is not None:
            conntrack.forget_mark(mark)
