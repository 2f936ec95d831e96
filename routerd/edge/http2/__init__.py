"""HTTP/2 on both sides: the h2 library keeps the protocol's state, and what is here holds it to limits and translates to exchanges."""
