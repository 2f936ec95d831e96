"""What may be asked of a value: one module an operator, all in `catalogue`."""
