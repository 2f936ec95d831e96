"""HTTP/1.1 (RFC 9112) on both sides: readers that are pure (octets in, messages out), and the connections around them."""
