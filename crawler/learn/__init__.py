"""Learning a site from its pages: how a section lists its articles, how an article page is built."""
