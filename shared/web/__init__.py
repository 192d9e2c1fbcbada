"""What the four web apps share: sign-in, sessions, who may what, problem+json, layout, macros, translations."""
