"""What people add to an archive: corrections, tags and notes."""
