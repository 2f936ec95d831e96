from collections.abc import Callable

import pytest

from routerd.core.events import Bus
from routerd.core.settings import VoucherSettings
from routerd.store.database import Store
from routerd.vouchers.service import Vouchers
from tests.fakes.clock import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def bus() -> Bus:
    return Bus()


@pytest.fixture
def store() -> Store:
    return Store("sqlite:///:memory:")


@pytest.fixture
def make(store, clock, bus) -> Callable[..., Vouchers]:
    return lambda **settings: Vouchers(store, clock, bus, VoucherSettings(**settings))


@pytest.fixture
def vouchers(make) -> Vouchers:
    return make()
