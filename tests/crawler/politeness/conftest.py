from hypothesis import settings

# The same examples every time, on slow machines too, and nothing left behind in the checkout.
settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
settings.load_profile("repeatable")
