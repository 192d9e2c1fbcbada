"""What the four web apps have in common: sign-in, sessions, who may what, problem+json, layout, macros, translations."""
