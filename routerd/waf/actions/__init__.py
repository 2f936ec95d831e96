"""What rules do when they match, apart from deciding over the request: one module a kin of actions, all in `catalogue`."""
