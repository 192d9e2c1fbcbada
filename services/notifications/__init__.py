"""Tells people without telling too much: a notice is a template's slug and a link, and nothing else."""
