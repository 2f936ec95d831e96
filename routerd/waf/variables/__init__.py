"""What rules can look at: one module a kin of variables, all in `catalogue`."""
