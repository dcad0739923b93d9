"""The demo: five example hotlines with people, a month of history and simulated callers that keep calling."""
