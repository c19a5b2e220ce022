"""What the pages of the reading room show, read from the archive: values, no HTML and no server."""
