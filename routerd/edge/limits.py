"""Every bound of the edge, with its unit, its reason and what happens at it. Each connection's memory is bounded by these together.

`Limits` is what an owner may change ([edge] in the settings); the rest are facts of how the edge works.
"""

from dataclasses import dataclass

INLINE_OCTETS = 16_384
"""More than this is judged in a worker thread, so that the loop goes on serving others meanwhile."""

WAITING_OCTETS = 65_536
"""Of a request's body that wait for a connection to the upstream; reading stops at this. One read (256 KiB) may come on top."""

UNSENT_OCTETS = 65_536
"""In a connection's write buffer before whoever fills it is paused; it goes on at a quarter."""

PIPELINED_OCTETS = 65_536
"""Of further requests that wait for the answer to this one; reading stops at this."""

TRAILER_OCTETS = 4_096
"""Of fields behind a chunked body; they are checked and dropped. More: 400."""

CHUNK_LINE_OCTETS = 256
"""Of a chunk's size line with its extensions, which are dropped. Longer: 400."""

INTERIM_MOST = 16
"""Interim answers (1xx) that an upstream may give before its answer. More: 502."""

LINGER_S = 2.0
"""A connection that is closed with a request half read is read on, unheard, so long: a reset would take the answer from the client."""

LINGER_OCTETS = 1_048_576
"""Read on unheard at most."""

TICK_S = 0.5
"""How often time limits are looked at; each may end so much late."""

THREADS = 2
"""That judge large bodies."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What an owner may change.

    Attributes:
        head_s: seconds for a whole request head, from its first octet (of a new connection: from its accept). Then 408, or silence
            when nothing came.
        head_octets: of a request's or an answer's head. More: 431; an upstream's: 502.
        target_octets: of a request's target. More: 414.
        fields: in a head. More: 431; an upstream's: 502.
        body_s: seconds between two pieces of a request's body. Then 408.
        body_rate: octets a second that a request's body has to keep on average after its first ten seconds. Slower: 408.
        body_octets: of a request's body; 0: any number. More: 413.
        keep_alive_s: seconds that a connection may stay without a request; then it is closed.
        requests: answered on one connection before it is closed, so that what a connection gathered is let go of.
        connections: at once. At this, the oldest one without a request is closed for a new one; the new one, when there is none.
        connections_client: at once from one address (IPv6: one /64). More are closed as they come; 0: any number.
        connect_s: seconds to connect to an upstream, TLS included. Then the next upstream, or 504.
        answer_s: seconds from the last octet of a request to the first of its answer. Then 504.
        upstream_idle_s: seconds between two pieces of an answer, and that a client may leave what it is sent unread. Then it is broken off.
        tunnel_idle_s: seconds that a WebSocket may be silent both ways.
        upstream_connections: at once to one upstream. Requests beyond wait.
        upstream_waiting: requests that wait for one upstream. More: 503.
        upstream_keep: connections kept to one upstream without a request.
        upstream_keep_s: seconds that one is kept; shorter than what upstreams keep theirs, so that they seldom close one in use.
        collected_octets: of all bodies that are being collected to be judged. At this: 503.
        stop_s: seconds that running requests have when the daemon stops.
    """

    head_s: float = 10.0
    head_octets: int = 32_768
    target_octets: int = 16_384
    fields: int = 100
    body_s: float = 30.0
    body_rate: int = 256
    body_octets: int = 0
    keep_alive_s: float = 60.0
    requests: int = 10_000
    connections: int = 4_000
    connections_client: int = 256
    connect_s: float = 5.0
    answer_s: float = 60.0
    upstream_idle_s: float = 60.0
    tunnel_idle_s: float = 300.0
    upstream_connections: int = 512
    upstream_waiting: int = 1_024
    upstream_keep: int = 64
    upstream_keep_s: float = 30.0
    collected_octets: int = 67_108_864
    stop_s: float = 1.5
