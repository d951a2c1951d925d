"""The same deal many times: what luck pays, what a kind of review costs."""
