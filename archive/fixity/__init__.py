"""Whether an archive still is what it was: its files against their digests, its rows against each other."""
