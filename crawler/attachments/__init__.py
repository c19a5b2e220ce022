"""Files that articles link to: which they are, and what a PDF says."""
