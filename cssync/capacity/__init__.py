"""What a CSM can carry, and what is coming."""
