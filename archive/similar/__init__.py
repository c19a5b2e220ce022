"""Similar articles: those that share an article's telling words; `archive.similar.finding.similar` gives them as values."""
