"""`newsarchive reextract`: what is stored, read again from its captures."""
