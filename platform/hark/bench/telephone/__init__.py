"""How long an INVITE takes from caller to volunteer, beside Asterisk's own Dial and Queue on the same switch."""

from hark.bench.telephone.report import telephone

__all__ = ["telephone"]
