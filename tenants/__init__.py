"""Who an organisation is and what it has set: members, roles, lines, flows, rosters, forms, workflows."""
