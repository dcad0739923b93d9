"""What a country's law has to say about asking the public for gifts: data, with the law that each entry comes from."""

from billing.law.country import Country, country

__all__ = ["Country", "country"]
