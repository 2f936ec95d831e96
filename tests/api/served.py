"""Serves the action API from a process of its own, to be killed: prints its key, then runs until then."""

import sys
import time
from pathlib import Path

from routerd.web.server import WebServer, bind_tcp
from tests.api.house import House


def main() -> None:
    place, port = Path(sys.argv[1]), int(sys.argv[2])
    house = House(place)
    house.access.set(post=True, get=True)
    WebServer("api", house.front, [bind_tcp("127.0.0.1", port)]).start()
    print(house.key, flush=True)
    time.sleep(60)


if __name__ == "__main__":
    main()
