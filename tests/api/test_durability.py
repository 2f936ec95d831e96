"""An acknowledged create or remove survives `kill -9` at any instant."""

import http.client
import json
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from routerd.store.database import Store
from routerd.vouchers.records import everything


class Killed:
    """A serving process, and what it acknowledged before it was killed.

    Attributes:
        there: usernames whose creation was acknowledged and whose removal was not asked for.
        unsure: usernames whose removal was asked for and not acknowledged.
        gone: usernames whose removal was acknowledged.
    """

    def __init__(self, place: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        words = [sys.executable, "-m", "tests.api.served", str(place), str(self.port)]
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        self.key = self.process.stdout.readline().strip()
        self.there: set[str] = set()
        self.unsure: set[str] = set()
        self.gone: set[str] = set()

    def drive(self, name: str) -> None:
        """Create and remove until nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            for count in range(10_000):
                username = f"{name}-{count}"
                if self._ask(connection, "create_voucher", username):
                    self.there.add(username)
                if count % 3 == 2:
                    victim = f"{name}-{count - 1}"
                    self.there.discard(victim)
                    self.unsure.add(victim)
                    if self._ask(connection, "remove_voucher", victim):
                        self.gone.add(victim)
                        self.unsure.discard(victim)
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()

    def _ask(self, connection: http.client.HTTPConnection, action: str, username: str) -> bool:
        body = json.dumps({"api-key": self.key, "action": action, "username": username})
        connection.request("POST", "/api/", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status == 200 and json.loads(answer.read())["error"] is False


@pytest.mark.parametrize("seed", range(3))
def test_what_was_acknowledged_is_there_after_a_kill(tmp_path, seed):
    killed = Killed(tmp_path)
    clients = [threading.Thread(target=killed.drive, args=(f"client{number}",)) for number in range(4)]
    for client in clients:
        client.start()
    time.sleep(0.3 + random.Random(seed).random() / 2)
    killed.process.send_signal(signal.SIGKILL)
    killed.process.wait()
    killed.process.stdout.close()
    for client in clients:
        client.join()
    store = Store(f"sqlite:///{tmp_path}/routerd.db")
    found = {voucher.username for voucher in everything(store.db)}
    store.stop()
    assert len(killed.there) > 10, "the run was too short to prove anything"
    assert killed.there <= found
    assert not killed.gone & found
