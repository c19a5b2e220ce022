"""Running by itself: units for schedulers, and a service that stays in the foreground."""
