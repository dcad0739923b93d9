"""The hotline that takes gifts is the one of the tests of giving."""

from tests.billing.giving.conftest import line

__all__ = ["line"]
