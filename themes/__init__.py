"""Every look: design tokens, base templates, components, icons and static files."""
