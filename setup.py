"""What scrapyd-deploy builds its egg with; all there is to say stands in pyproject.toml."""

from setuptools import setup

setup()
