"""How volunteers answer telephone calls: on telephones of their own, or by the softphone in their console."""
