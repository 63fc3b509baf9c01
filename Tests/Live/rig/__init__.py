"""What the live tests stand on: the real binary, its authority, raw sockets and a browser."""
