"""Policy to ruleset to kernel; fulfils Gate; shaping."""
