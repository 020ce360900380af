"""Says what was found: the digest for people, JSON for programs."""
