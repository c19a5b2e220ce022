"""Publishing: a folder with an immutable, compacted database for Datasette, without what is nobody else's."""
