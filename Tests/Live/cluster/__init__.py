"""A Patroni cluster with Latchkey nodes in network namespaces of this machine, and what is done to it."""
