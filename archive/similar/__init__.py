"""Similar articles: those that share an article's telling words; `finding.similar` gives them as values."""
