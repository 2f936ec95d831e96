"""The front of the box: TLS, HTTP, WebSocket. Takes requests, asks who guards a site, hands them to its upstreams. Home of asyncio."""
