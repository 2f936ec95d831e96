"""HTTP/3 from clients, off unless it is asked for: aioquic does QUIC and its TLS, and what is here holds it to limits.

aioquic is no requirement of routerd's. It lets QUIC windows grow with whatever comes and knows one certificate alone, so `quic` takes hold
of some of its inner methods; its version is pinned for that.
"""
