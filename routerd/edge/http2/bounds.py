"""Bounds of one HTTP/2 connection: unit, reason, and what happens at each. What all connections share is in `edge.limits`."""

STREAMS_MOST = 100
"""Requests at once on one connection (RFC 9113, 6.5.2 recommends no fewer). Clients are told; who opens more loses the connection."""

STREAM_WINDOW = 262_144
"""Octets of a body that may be on their way on one stream: 40 Mbit/s at 50 ms."""

CONNECTION_WINDOW = 524_288
"""Octets of all bodies of one connection that are on their way or wait for their upstreams."""

FRAME_OCTETS = 16_384
"""The largest frame taken and sent (RFC 9113, 4.2: the least that everybody takes). Larger: FRAME_SIZE_ERROR."""

CONTINUATIONS_MOST = 8
"""Frames that one head may be spread over; `Limits.head_octets` bounds them together. More: ENHANCE_YOUR_CALM."""

TABLE_OCTETS = 4_096
"""Of the table of header compression, whatever more a peer would allow."""

SLICE_FRAMES = 64
SLICE_OCTETS = 65_536
"""Read in one go; then others in the loop have their turn."""

CHATTER_MOST = 1_000.0
"""Frames that carry nothing (SETTINGS, PING, PRIORITY, WINDOW_UPDATE, unknown ones, DATA of next to nothing) which a peer may send ahead of
what it has earned: 20 a second, 4 a request, 1 a KiB of body either way. More: ENHANCE_YOUR_CALM, the connection ends."""

CHATTER_S = 20.0
CHATTER_REQUEST = 4.0
CHATTER_OCTETS = 1_024

RESETS_MOST = 200.0
"""Requests that a client may take back at once, and 10 a second from then on: a page that is left takes a hundred back. More is the
attack of CVE-2023-44487: ENHANCE_YOUR_CALM, the connection ends."""

RESETS_S = 10.0

TINY_OCTETS = 256
"""A DATA frame of less carries next to nothing, unless it is a body's last."""

GOODBYE_S = 5.0
"""A connection that ends has so long to take what it was sent last."""
