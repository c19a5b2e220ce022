"""Learning how a site is built from a few of its pages."""
