"""Sign-in with somebody else's account: OpenID Connect and Facebook."""
