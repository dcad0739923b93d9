"""The allowance: how much a hotline may telephone outwards, so that a stolen password can't cost it a year's money."""
