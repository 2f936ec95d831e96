"""The edge outlives the rest of the application: a reload builds everything anew while it goes on serving by the plan it has.

`Lasting` is made once in the life of the process and handed to each application by `app.outside`. An application that ends because
another takes its place leaves its edge running; the next one goes on with it when it listens alike, and only hands it a new plan.
"""

import logging
import resource
import socket
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # what is switched off is not imported
    from routerd.edge.plan import Plan
    from routerd.edge.service import Edge

log = logging.getLogger(__name__)

FILES_MOST = 65_536
"""Open files at once, if the machine allows it: connections of clients, and those to servers behind."""


class Lasting:
    """At most one running edge.

    Attributes:
        again: the application that ends is followed by another at once.
    """

    def __init__(self) -> None:
        self.again = False
        self._edge: Edge | None = None
        self._key: Hashable = None
        self._sockets: list[socket.socket] = []

    def take(self, key: Hashable, make: "Callable[[list[socket.socket]], Edge]", plan: "Plan") -> "Edge":
        """The running edge, serving by `plan`.

        Args:
            key: what it is made by; one that was made by the same goes on.
            make: makes it, and adds sockets that it opened for it.
            plan: to serve by.

        Raises:
            Misconfigured: an address cannot be listened at.
            BadInput: a certificate cannot be used.
        """
        if self._edge is not None and self._key == key:
            self._edge.use(plan)
            return self._edge
        self.end()
        _allow_files()
        edge = make(self._sockets)
        try:
            edge.use(plan)
            edge.start()
        except BaseException:
            self._close()
            raise
        self._edge, self._key = edge, key
        return edge

    def leave(self) -> None:
        """The application ends; unless another follows, so does the edge."""
        if not self.again:
            self.end()

    def end(self) -> None:
        """Let requests under way end, then close everything."""
        edge, self._edge, self._key = self._edge, None, None
        if edge is not None:
            edge.stop()
        self._close()

    def _close(self) -> None:
        while self._sockets:
            self._sockets.pop().close()


def _allow_files() -> None:
    """Have as many open files as thousands of connections need; shells and service managers start programs with 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES_MOST if hard == resource.RLIM_INFINITY else min(FILES_MOST, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (OSError, ValueError):
            log.warning("only %d files may be open at once: that is the most connections there can be", soft)


class EdgePart:
    """The edge as a Part of one application.

    Args:
        lasting: keeps it.
        key: see `Lasting.take`.
        make: likewise.
        plan: makes the plan of the moment.
    """

    name = "edge"

    def __init__(self, lasting: Lasting, key: Hashable, make: "Callable[[list[socket.socket]], Edge]", plan: "Callable[[], Plan]") -> None:
        self._lasting = lasting
        self._key = key
        self._make = make
        self._plan = plan
        self.edge: Edge | None = None

    def start(self) -> None:
        self.edge = self._lasting.take(self._key, self._make, self._plan())

    def stop(self) -> None:
        if self.edge is not None:
            self.edge = None
            self._lasting.leave()

    def refresh(self) -> None:
        """Serve by the plan of the moment from now on."""
        if self.edge is not None:
            self.edge.use(self._plan())
