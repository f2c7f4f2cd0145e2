"""What is measured against what: each one process on one port, told what to do on its command line."""
