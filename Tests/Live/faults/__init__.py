"""What breaks servers, on purpose and by a seed, and what must hold all the same."""
