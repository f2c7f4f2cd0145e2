"""Load of one core, beside other servers in the same run, and the failures beyond its limits."""
