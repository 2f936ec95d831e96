"""Connections to an upstream are there for whoever waits for one."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from routerd.core.clock import SystemClock
from routerd.edge.context import Context
from routerd.edge.forwarding import Proxies
from routerd.edge.limits import Limits
from routerd.edge.plan import Upstream
from routerd.edge.pool import Lane


class Waiter:
    """Waits for a connection, and tells when it has one."""

    def __init__(self, then) -> None:
        self.then = then

    def connected(self, connection) -> None:
        self.then()

    def unreachable(self, reason: str, **_: bool) -> None:
        raise AssertionError(reason)


async def served() -> bool:
    held: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(lambda _reader, writer: held.append(writer), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with ThreadPoolExecutor(1) as executor:
        context = Context(asyncio.get_running_loop(), Limits(), SystemClock(), executor, Proxies(()), None)
        lane = Lane(context, Upstream("http", "127.0.0.1", port), None)
        second = asyncio.Event()
        # Told of its connection, the first has another ask for one before the task that opened it is counted as over.
        lane.connect(Waiter(lambda: lane.connect(Waiter(second.set), fresh=True)), fresh=False)
        try:
            await asyncio.wait_for(second.wait(), 2)
        except TimeoutError:
            return False
        finally:
            for writer in held:
                writer.close()
            server.close()
            lane.close()
            await asyncio.sleep(0.05)
    return True


def test_who_asks_while_a_connection_is_being_handed_over_gets_one_too() -> None:
    assert asyncio.run(served())
