"""The archive: what is kept, how it is found again; knows nothing of the web."""
