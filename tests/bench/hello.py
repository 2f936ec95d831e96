"""The limit of any bottle application on waitress: an answer that costs nothing.

python -m tests.bench.hello PORT THREADS OCTETS
"""

import sys

import bottle
import waitress


def main() -> None:
    """Serve until killed."""
    port, threads, octets = map(int, sys.argv[1:4])
    app = bottle.Bottle()
    body = b"Hello, world\n".ljust(octets)

    @app.route("/", ["GET", "POST"])
    def hello() -> bytes:
        return body

    print("serving", flush=True)
    waitress.serve(app, host="127.0.0.1", port=port, threads=threads, asyncore_use_poll=True, _quiet=True)


if __name__ == "__main__":
    main()
