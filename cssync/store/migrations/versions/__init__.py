"""One module a revision, never changed once released; named r<number>_<what it brings>."""
