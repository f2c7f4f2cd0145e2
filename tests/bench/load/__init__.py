"""How much one core carries, beside other servers in the same run, and what breaks when it is too much."""
