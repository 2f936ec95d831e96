"""What is done to a value before it is looked at: all in `catalogue`."""
