"""A server that fails by a seeded schedule, the sites behind it, and commands run under a clock of the test's own."""
