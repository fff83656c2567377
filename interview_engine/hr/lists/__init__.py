"""Lists of every area: read with permissions, saved views, custom fields, imports."""
