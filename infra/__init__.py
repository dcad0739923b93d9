"""What all floors stand on: database and tenant scope, jobs, realtime, vault, storage, mail, web helpers, carriers and
local services."""
