"""What comes through the tunnel reaches the action API and nothing else, in the name of the client that the relay tells."""

import pytest

from routerd.api.cloud import Cloud
from routerd.core.cloud import TunnelSettings
from tests.fakes.clock import FakeClock


class Called:
    """An action API that remembers how it was called."""

    def __init__(self) -> None:
        self.environs: list[dict[str, object]] = []

    def __call__(self, environ, start_response):
        self.environs.append(environ)
        start_response("200 OK", [])
        return (b"{}",)


def ask(cloud: Cloud, path: str = "/api/", method: str = "POST", client: str = "198.51.100.9") -> int:
    told = []
    environ = {"PATH_INFO": path, "REQUEST_METHOD": method, "REMOTE_ADDR": "", "HTTP_X_ROUTERD_CLIENT": client}
    body = b"".join(cloud(environ, lambda status, _headers: told.append(int(status.split()[0]))))
    assert body
    return told[0]


def test_it_is_marked_and_carries_the_clients_address() -> None:
    api = Called()
    assert ask(Cloud(api, TunnelSettings("w-router.test"), FakeClock())) == 200
    assert api.environs[0]["REMOTE_ADDR"] == "198.51.100.9"
    assert api.environs[0]["routerd.door"] == "cloud"


@pytest.mark.parametrize("path", ["/", "/admin/api/me", "/admin", "/api/x", "/api//", "//api/", "/API/", "", "/status"])
def test_nothing_else_is_reached(path: str) -> None:
    api = Called()
    assert ask(Cloud(api, TunnelSettings("w-router.test"), FakeClock()), path) == 404
    assert not api.environs


@pytest.mark.parametrize(("allowed", "status"), [(False, 405), (True, 200)])
def test_get_is_the_owners_choice(allowed: bool, status: int) -> None:
    assert ask(Cloud(Called(), TunnelSettings("w-router.test", allow_get=allowed), FakeClock()), method="GET") == status


@pytest.mark.parametrize("client", ["", "unknown", "1.2.3.4, 5.6.7.8", "localhost"])
def test_a_request_from_nowhere_is_refused(client: str) -> None:
    assert ask(Cloud(Called(), TunnelSettings("w-router.test"), FakeClock()), client=client) == 400


def test_a_box_takes_so_many_a_second() -> None:
    clock = FakeClock()
    cloud = Cloud(Called(), TunnelSettings("w-router.test", requests_per_s=5), clock)
    assert [ask(cloud) for _ in range(11)] == [200] * 10 + [429]
    clock.advance(1)
    assert [ask(cloud) for _ in range(6)] == [200] * 5 + [429]
