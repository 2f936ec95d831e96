"""Whatever happens in whatever order, what was promised holds.

Vouchers, sessions, a store that outlives crashes and a fake kernel that does too. Checked after every step:
the kernel lets nobody through whom the store does not have online; no voucher is on more devices than it allows; no more octets
pass than a voucher grants; nobody is online after the end; and once both sides have been compared they agree to the octet.
"""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from routerd.core.errors import Denied, NotFound, RouterdError, Unavailable
from routerd.core.events import Bus, LoggedIn, SessionEnded
from routerd.core.settings import VoucherSettings
from routerd.core.terms import MIB
from routerd.sessions import records
from routerd.sessions.model import PACKET_OCTETS
from routerd.vouchers.model import NewVoucher
from routerd.vouchers.service import Vouchers
from tests.sessions.world import World, device, mac_of

MACS = st.integers(1, 3)
NAMES = st.sampled_from(["a", "a", "b"])
AMOUNT = st.sampled_from([0, 1, 1500, 70_000, MIB // 3, MIB, 3 * MIB])


class Gateway(RuleBasedStateMachine):
    """A gateway and the days that guests, operators and faults give it."""

    @initialize()
    def start(self):
        self.world = World()
        self.vouchers = Vouchers(self.world.store, self.world.clock, Bus(), VoucherSettings())
        self.passed: dict[str, list[int]] = {}
        self.known: dict[str, NewVoucher] = {}
        self.uncounted = False
        self.create("a", "always", 1, None, 3, None)

    @rule(
        name=NAMES,
        valid_for=st.sampled_from(["1 hour", "2 hours", "always"]),
        down=st.sampled_from([None, 1, 2]),
        up=st.sampled_from([None, None, 1]),
        devices=st.integers(1, 3),
        later=st.sampled_from([None, None, 1800]),
    )
    def create(self, name, valid_for, down, up, devices, later):
        valid_from = later and int(self.world.clock.now()) + later
        new = NewVoucher(name, "p", None, valid_for, valid_from, down, up, devices=devices)
        try:
            made = self.vouchers.create(new)
        except RouterdError:
            assert name in self.known
            return
        assert name not in self.known
        self.known[name] = new
        self.passed[str(made.id)] = [0, 0]

    @rule(name=NAMES)
    def remove(self, name):
        def work():
            gone = self.vouchers.remove(name)
            self.world.sessions.end_grant("voucher", str(gone.id), "removed")

        try:
            self.world.store.write(work)
        except NotFound:
            assert name not in self.known
        else:
            del self.known[name]

    @rule(name=NAMES, mac=MACS, replace=st.booleans())
    def sign_in(self, name, mac, replace):
        try:
            session = self.world.store.write(
                lambda: self.world.sessions.open(self.vouchers.redeem(name, "p"), device(mac), replace=replace)
            )
        except (Denied, Unavailable):
            return
        assert name in self.known
        assert self.world.sessions.current(mac_of(mac), "main").id == session.id
        assert self.world.gate.online(mac_of(mac)) or self.uncounted

    @rule(mac=MACS)
    def comes_back(self, mac):
        session = self.world.sessions.resume(device(mac))
        assert session is None or self.world.gate.online(mac_of(mac))

    @rule(mac=MACS, reason=st.sampled_from(["logout", "kicked"]))
    def leaves(self, mac, reason):
        ended = self.world.sessions.end_where(mac_of(mac), reason)
        assert ended <= 1
        assert self.world.sessions.current(mac_of(mac), "main") is None

    @rule(mac=MACS, down=AMOUNT, up=AMOUNT)
    def surfs(self, mac, down, up):
        session = self.world.sessions.current(mac_of(mac), "main")
        got = self.world.gate.spend(mac_of(mac), down, up)
        if session is None:
            assert got == (0, 0) or self.world.rows(records.S.settled == 0)
            return
        totals = self.passed[session.grant.subject]
        totals[0] += got[0]
        totals[1] += got[1]

    @rule(seconds=st.sampled_from([1, 7, 60, 900, 3599, 3601]))
    def time_passes(self, seconds):
        self.world.clock.advance(seconds)

    @rule()
    def sweeps(self):
        self.world.sessions.sweep()

    @rule()
    def crashes(self):
        self.world.restart()
        self.agree()

    @rule()
    def ruleset_is_flushed(self):
        self.count_everything()
        self.world.gate.flush()
        self.world.sessions.readmit()
        self.agree()

    @rule(mac=MACS, name=NAMES, data=st.data())
    def crashes_between_store_and_gate(self, mac, name, data):
        """The daemon dies after the commit of some change, before it told the kernel."""
        keep = self.world.store.after_commit
        self.world.store.after_commit = lambda hook: None
        try:
            data.draw(st.sampled_from([self.leaves_on_paper, self.sign_in_on_paper]))(mac, name)
        finally:
            self.world.store.after_commit = keep
        self.world.restart()
        self.agree()

    def leaves_on_paper(self, mac, _name):
        self.world.sessions.end_where(mac_of(mac), "logout")

    def sign_in_on_paper(self, mac, name):
        try:
            self.world.store.write(lambda: self.world.sessions.open(self.vouchers.redeem(name, "p"), device(mac), replace=True))
        except Denied:
            return

    @precondition(lambda self: not self.world.gate.broken)
    @rule(verbs=st.sets(st.sampled_from(["open", "close", "requota"]), min_size=1), mac=MACS, name=NAMES)
    def kernel_refuses_for_a_while(self, verbs, mac, name):
        self.count_everything()
        self.world.gate.broken = verbs
        self.uncounted = True
        self.sign_in(name, mac, replace=True)
        self.world.sessions.end_where(mac_of(mac % 3 + 1), "kicked")
        self.world.gate.broken = set()
        self.uncounted = False
        self.world.restart()
        self.agree()

    def count_everything(self):
        """What a flush takes away uncounted is lost by right; count it first so that the sums below stay exact."""
        self.world.clock.advance(10)
        self.world.sessions.sweep()

    def agree(self):
        """After kernel and store were compared they are the same."""
        world = self.world
        assert world.gate.keys() == world.open_keys()
        assert world.rows(records.S.settled == 0, records.S.ended_at.is_null(False)) == []
        for subject, passed in self.passed.items():
            assert tuple(world.used(subject)) == tuple(passed)

    @invariant()
    def the_kernel_lets_nobody_through_whom_the_store_does_not_have(self):
        live = {(s.mark, s.device.mac, s.device.network) for s in self.world.rows(records.S.settled == 0)}
        assert self.world.gate.keys() <= live

    @invariant()
    def no_voucher_is_on_more_devices_than_it_allows(self):
        for subject in self.passed:
            open_ = self.world.rows(records.G.subject == subject, records.OPEN)
            assert not open_ or len(open_) <= open_[0].grant.devices

    @invariant()
    def no_more_passes_than_was_granted(self):
        for subject, passed in self.passed.items():
            for grant in records.grants(self.world.store.db, records.held_by("voucher", subject)):
                for used, limit in zip(passed, (grant.down_limit_octets, grant.up_limit_octets), strict=True):
                    assert limit is None or used <= limit

    @invariant()
    def nobody_gets_through_after_the_end(self):
        now = self.world.clock.now()
        for mark, _mac, _network in sorted(self.world.gate.keys()):
            for session in self.world.rows(records.S.mark == mark, records.S.settled == 0):
                assert session.grant.ends_at is None or session.grant.ends_at > now

    @invariant()
    def a_removed_voucher_has_nobody_online(self):
        names = {session.grant.login for session in self.world.rows(records.OPEN)}
        assert names <= set(self.known)

    @invariant()
    def the_events_tell_who_is_online(self):
        online: set[int] = set()
        for event in self.world.heard:
            if isinstance(event, LoggedIn):
                online.add(event.session_id)
            elif isinstance(event, SessionEnded):
                online.remove(event.session_id)
        assert online == {session.id for session in self.world.rows(records.OPEN)}

    def teardown(self):
        """In the end everybody used what they were granted, to the last packet or two."""
        if not hasattr(self, "world"):
            return
        for _ in range(40):
            for mac in range(1, 4):
                self.surfs(mac, 3 * MIB, 3 * MIB)
            self.no_more_passes_than_was_granted()
            self.world.clock.advance(2)
            self.world.sessions.sweep()
        self.agree()
        for session in self.world.rows(records.OPEN):
            if session.grant.down_limit_octets is not None:
                used = self.passed[session.grant.subject][0]
                assert session.grant.down_limit_octets - used >= PACKET_OCTETS


Gateway.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestGateway = Gateway.TestCase
