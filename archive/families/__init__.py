"""Families: the same story under two ids or hosts, in two languages, or reprinted by another site."""
