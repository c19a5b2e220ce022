"""Spiders: one generic spider, and a loader that makes each site a spider of its own name."""
